/**
 * A Docker daemon for tests: a real HTTP server on a real socket, with its own store of what containers wrote, which is the account that
 * readers are held to. It sends what a daemon sends, cut anywhere, and does on demand what daemons do at their worst.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { URL } from 'node:url'
import type { Random } from './random.ts'

export type StreamName = 'stdout' | 'stderr'

/** One record of a log: what a daemon keeps of one write, at most 16 KiB. */
export interface StoredFrame {
  readonly stream: StreamName
  readonly timeNs: bigint
  readonly payload: Buffer
  /** Index of the first frame of its message. */
  readonly from: number
}

/** How often, out of 1, something goes wrong with what is sent. */
export interface Mischief {
  readonly cut: number
  readonly rewind: number
  readonly repeat: number
  readonly badHeader: number
  readonly daemonError: number
  readonly deaf: number
  readonly refuse: number
}

export const CALM: Mischief = { cut: 0, rewind: 0, repeat: 0, badHeader: 0, daemonError: 0, deaf: 0, refuse: 0 }

export const SECOND_NS = 1_000_000_000n

export class FakeContainer {
  readonly id: string
  name: string
  readonly isTty: boolean
  isRunning = true
  isRemoved = false
  /** Log driver without reading. */
  isUnreadable = false
  labels: Record<string, string> = {}
  /** All that was written, in the order of the log. */
  readonly frames: StoredFrame[] = []
  /** Of the first frame that the daemon still has. */
  first = 0
  readonly followers = new Set<Follower>()

  constructor(id: string, name: string, isTty: boolean) {
    this.id = id
    this.name = name
    this.isTty = isTty
  }
}

/** One answer that lasts. */
interface Follower {
  advance(): void
  finish(): void
  /** Everything that it has sent is sent again from here. */
  rewind(to: number): void
  readonly sinceNs: bigint
}

export class FakeDaemon {
  readonly folder = mkdtempSync(join(tmpdir(), 'agentlog-fake-daemon-'))
  readonly socketPath = join(this.folder, 'd.sock')
  readonly containers = new Map<string, FakeContainer>()
  readonly requests: string[] = []
  mischief: Mischief = CALM
  refusesEvents = false
  refusesInfo = false
  /** The daemon's clock. */
  nowNs = 1_800_000_000n * SECOND_NS
  readonly #random: Random
  #server: Server | undefined
  readonly #sockets = new Set<Socket>()
  readonly #listeners = new Set<ServerResponse>()
  readonly #events: { readonly timeNs: bigint; readonly text: string }[] = []
  counts = { cuts: 0, rewinds: 0, repeats: 0, badHeaders: 0, daemonErrors: 0, deafs: 0, refusals: 0, answers: 0 }

  constructor(random: Random) {
    this.#random = random
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => this.#answer(request, response))
    server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => this.#sockets.delete(socket))
    })
    this.#server = server
    await new Promise<void>((done) => server.listen(this.socketPath, done))
  }

  /** All connections break, and no new one is taken. */
  async stop(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    for (const socket of this.#sockets) socket.destroy()
    if (server !== undefined) await new Promise((done) => server.close(done))
    rmSync(this.socketPath, { force: true })
  }

  async close(): Promise<void> {
    await this.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }

  disconnectAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  get isUp(): boolean {
    return this.#server !== undefined
  }

  create(name: string, isTty = false): FakeContainer {
    const id = Array.from({ length: 64 }, () => this.#random.below(16).toString(16)).join('')
    const container = new FakeContainer(id, name, isTty)
    this.containers.set(id, container)
    this.tell('create', container)
    this.tell('start', container)
    return container
  }

  write(container: FakeContainer, frame: StoredFrame): void {
    container.frames.push(frame)
    for (const follower of container.followers) follower.advance()
  }

  die(container: FakeContainer): void {
    container.isRunning = false
    this.tell('die', container)
    for (const follower of [...container.followers]) follower.finish()
  }

  restart(container: FakeContainer): void {
    // No container starts in the nanosecond in which it ended.
    this.nowNs += 50_000_000n
    container.isRunning = true
    this.tell('start', container)
  }

  rename(container: FakeContainer, name: string): void {
    const oldName = container.name
    container.name = name
    this.tell('rename', container, { oldName: `/${oldName}` })
  }

  remove(container: FakeContainer): void {
    container.isRemoved = true
    this.containers.delete(container.id)
    this.tell('destroy', container)
  }

  /** The oldest frames are thrown away. Some daemons send a follower what is left once more. */
  rotate(container: FakeContainer, dropCount: number, rewinds: boolean): void {
    container.first = Math.min(container.frames.length, container.first + dropCount)
    if (!rewinds) return
    for (const follower of container.followers) {
      this.counts.rewinds++
      follower.rewind(container.first)
    }
  }

  tell(action: string, container: FakeContainer, more: Record<string, string> = {}): void {
    const attributes = JSON.stringify({ ...container.labels, image: 'img:1', name: container.name, ...more })
    const id = container.id
    const text = `{"Type":"container","Action":"${action}","Actor":{"ID":"${id}","Attributes":${attributes}},"timeNano":${this.nowNs}}\n`
    this.#events.push({ timeNs: this.nowNs, text })
    for (const listener of this.#listeners) listener.write(text)
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://fake')
    this.requests.push(`${request.method} ${url.pathname}${url.search}`)
    this.counts.answers++
    response.setHeader('Date', new Date(Number(this.nowNs / 1_000_000n)).toUTCString())
    response.on('error', () => {})
    if (this.#random.chance(this.mischief.refuse)) {
      this.counts.refusals++
      this.#refuse(response, 500, 'no mood')
      return
    }
    const log = /^\/containers\/([0-9a-f]{64})\/logs$/.exec(url.pathname)
    if (url.pathname === '/info' && this.refusesInfo) this.#refuse(response, 403, 'Forbidden')
    else if (url.pathname === '/info') this.#json(response, { SystemTime: timeText(this.nowNs) })
    else if (url.pathname === '/containers/json') this.#json(response, this.#list())
    else if (url.pathname === '/events' && this.refusesEvents) this.#refuse(response, 403, 'Forbidden')
    else if (url.pathname === '/events') this.#sendEvents(url, response)
    else if (log !== null) this.#sendLog(log[1]!, url, response)
    else this.#refuse(response, 404, 'page not found')
  }

  #list(): unknown[] {
    return [...this.containers.values()].map(({ id, name, labels, isRunning }) => ({
      Id: id,
      Names: [`/${name}`],
      Image: 'img:1',
      Labels: labels,
      State: isRunning ? 'running' : 'exited',
    }))
  }

  #json(response: ServerResponse, value: unknown): void {
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(value))
  }

  #refuse(response: ServerResponse, status: number, message: string): void {
    response.statusCode = status
    response.end(JSON.stringify({ message }))
  }

  #sendEvents(url: URL, response: ServerResponse): void {
    response.flushHeaders()
    const since = url.searchParams.get('since')
    if (since !== null) {
      const sinceNs = nanoseconds(since)
      for (const { timeNs, text } of this.#events) if (timeNs >= sinceNs) response.write(text)
    }
    this.#listeners.add(response)
    response.on('close', () => this.#listeners.delete(response))
  }

  /** Why there is no log to be sent. */
  #refusal(container: FakeContainer | undefined, since: string): readonly [status: number, message: string] | undefined {
    if (container === undefined) return [404, 'No such container']
    if (container.isUnreadable) return [501, 'configured logging driver does not support reading']
    return /^\d+(\.\d{9})?$/.test(since) ? undefined : [500, 'strconv.ParseInt: invalid syntax']
  }

  #sendLog(id: string, url: URL, response: ServerResponse): void {
    const query = url.searchParams
    const container = this.containers.get(id)
    const refusal = this.#refusal(container, query.get('since') ?? '')
    if (container === undefined || refusal !== undefined) {
      this.#refuse(response, ...refusal!)
      return
    }
    const wanted = (['stdout', 'stderr'] as const).filter((stream) => query.get(stream) === '1')
    const sender = new Sender(this, container, response, nanoseconds(query.get('since')!), wanted, this.#random)
    response.flushHeaders()
    if (query.get('follow') === '1' && container.isRunning) sender.follow()
    else sender.finish()
  }
}

/** Sends one log, in pieces of any size. */
class Sender implements Follower {
  readonly sinceNs: bigint
  readonly #daemon: FakeDaemon
  readonly #container: FakeContainer
  readonly #response: ServerResponse
  readonly #wanted: readonly StreamName[]
  readonly #random: Random
  #next: number
  #isDeaf = false
  #isOver = false

  constructor(
    daemon: FakeDaemon,
    container: FakeContainer,
    response: ServerResponse,
    sinceNs: bigint,
    wanted: readonly StreamName[],
    random: Random,
  ) {
    this.#daemon = daemon
    this.#container = container
    this.#response = response
    this.sinceNs = sinceNs
    this.#wanted = wanted
    this.#random = random
    this.#next = container.first
    response.on('close', () => {
      this.#isOver = true
      container.followers.delete(this)
    })
  }

  follow(): void {
    this.#container.followers.add(this)
    this.advance()
  }

  finish(): void {
    this.#isDeaf = false
    this.advance()
    this.#container.followers.delete(this)
    if (!this.#isOver) this.#response.end()
  }

  rewind(to: number): void {
    this.#next = Math.min(this.#next, to)
    this.advance()
  }

  advance(): void {
    const { mischief, counts } = this.#daemon
    while (this.#next < this.#container.frames.length && !this.#isOver && !this.#isDeaf) {
      if (this.#next < this.#container.first) this.#next = this.#container.first
      const frame = this.#container.frames[this.#next]
      if (frame === undefined) return
      this.#next++
      if (frame.timeNs < this.sinceNs || !(this.#container.isTty || this.#wanted.includes(frame.stream))) continue
      if (!this.#trouble(frame)) continue
      this.#send(this.#encoded(frame))
      const isFinished = frame.payload.at(-1) === 0x0a
      if (isFinished && this.#random.chance(mischief.repeat)) {
        counts.repeats++
        this.#send(this.#encoded(frame))
      }
      // An answer that ends reads the files once.
      if (this.#isFollowing && this.#random.chance(mischief.rewind)) {
        counts.rewinds++
        this.#next = this.#startOfMessages(this.#next - this.#random.below(this.#next - this.#container.first + 1))
      }
      if (this.#isFollowing && this.#random.chance(mischief.deaf)) {
        counts.deafs++
        this.#isDeaf = true
      }
    }
  }

  get #isFollowing(): boolean {
    return this.#container.followers.has(this)
  }

  /** A part that comes twice in a row cannot be told from two equal parts: so it goes back to where no message is within. */
  #startOfMessages(index: number): number {
    const { frames, first } = this.#container
    const earliest = frames.slice(index, this.#next).reduce((least, { from }) => Math.min(least, from), index)
    return earliest < index ? this.#startOfMessages(earliest) : Math.max(first, index)
  }

  /** Answers whether the frame is still to be sent. */
  #trouble(frame: StoredFrame): boolean {
    const { mischief, counts } = this.#daemon
    if (this.#random.chance(mischief.cut)) {
      counts.cuts++
      const bytes = this.#encoded(frame)
      this.#response.write(bytes.subarray(0, this.#random.below(bytes.length)))
      this.#break()
      return false
    }
    if (this.#container.isTty) return true
    if (this.#random.chance(mischief.badHeader)) {
      counts.badHeaders++
      const header = Buffer.alloc(8)
      header[0] = this.#random.chance(0.5) ? 4 + this.#random.below(250) : 1
      header.writeUInt32BE(header[0] === 1 ? 0xffff_ffff : 20, 4)
      this.#response.write(header)
      this.#break()
      return false
    }
    if (this.#random.chance(mischief.daemonError)) {
      counts.daemonErrors++
      this.#response.write(framed(3, Buffer.from('error from daemon in stream: invalid character')))
      this.#break()
      return false
    }
    return true
  }

  #break(): void {
    this.#isOver = true
    this.#container.followers.delete(this)
    // What was written goes out first.
    this.#response.socket?.end()
    this.#response.socket?.destroySoon()
  }

  #encoded(frame: StoredFrame): Buffer {
    const body = Buffer.concat([Buffer.from(`${timeText(frame.timeNs)} `), frame.payload])
    return this.#container.isTty ? body : framed(frame.stream === 'stdout' ? 1 : 2, body)
  }

  #send(bytes: Buffer): void {
    if (!this.#random.chance(0.2)) {
      this.#response.write(bytes)
      return
    }
    const cut = this.#random.below(bytes.length)
    this.#response.write(bytes.subarray(0, cut))
    this.#response.write(bytes.subarray(cut))
  }
}

export function framed(type: number, body: Buffer): Buffer {
  const header = Buffer.alloc(8)
  header[0] = type
  header.writeUInt32BE(body.length, 4)
  return Buffer.concat([header, body])
}

/** As the interface writes it: always nine digits. */
export function timeText(timeNs: bigint): string {
  const seconds = new Date(Number(timeNs / SECOND_NS) * 1000).toISOString().slice(0, 19)
  return `${seconds}.${String(timeNs % SECOND_NS).padStart(9, '0')}Z`
}

function nanoseconds(text: string): bigint {
  const [seconds = '0', nanos = '0'] = text.split('.')
  return BigInt(seconds) * SECOND_NS + BigInt(nanos)
}
