/**
 * Stands between the exporter and a Docker daemon: passes on what may be asked and writes down what was asked, counts the frames that it sees,
 * and cuts connections at random bytes when it is told to.
 */
import { chmodSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { FrameCount } from './docker-frames.ts'

/** What a proxy of a daemon's socket lets through that allows containers and events, to be read. */
const READ_ONLY = /^(\/v[\d.]+)?\/(_ping|version|events|containers\/json|containers\/[0-9a-f]{64}\/(json|logs))(\?.*)?$/

export interface Request {
  readonly method: string
  readonly path: string
  readonly isRefused: boolean
}

export interface CutOptions {
  readonly random: () => number
  /** How many bytes of logs pass from cut to cut. */
  readonly meanBytes: number
}

export class DockerProxy {
  readonly socket: string
  readonly requests: Request[] = []
  readonly frames = new FrameCount()
  /** Connections that carried logs and were cut. */
  cuts = 0
  readonly #daemonSocket: string
  readonly #server: Server
  #cutting: CutOptions | undefined
  #leftBytes = 0

  private constructor(daemonSocket: string, socket: string) {
    this.socket = socket
    this.#daemonSocket = daemonSocket
    this.#server = createServer((asked, answer) => this.#pass(asked, answer))
  }

  static async start(daemonSocket: string, socket: string): Promise<DockerProxy> {
    const proxy = new DockerProxy(daemonSocket, socket)
    await new Promise<void>((done) => proxy.#server.listen(socket, done))
    // Whoever is in the container may knock.
    chmodSync(socket, 0o666)
    return proxy
  }

  cut(options: CutOptions | undefined): void {
    this.#cutting = options
    this.#drawNext()
  }

  /** Requests whose path matches. */
  asked(path: RegExp): Request[] {
    return this.requests.filter((one) => path.test(one.path))
  }

  async stop(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done))
    this.#server.closeAllConnections()
    await closed
    rmSync(this.socket, { force: true })
  }

  #pass(asked: IncomingMessage, answer: ServerResponse): void {
    const [method, path] = [asked.method ?? '', asked.url ?? '']
    const isRefused = method !== 'GET' || !READ_ONLY.test(path)
    this.requests.push({ method, path, isRefused })
    if (isRefused) {
      answer.writeHead(403).end('{"message":"forbidden"}')
      return
    }
    const { headers } = asked
    const upstream = request({ socketPath: this.#daemonSocket, path, headers, agent: false }, (given) =>
      this.#answer(path, given, answer),
    )
    upstream.on('error', () => answer.socket?.destroy())
    answer.on('close', () => upstream.destroy())
    upstream.end()
  }

  #answer(path: string, given: IncomingMessage, answer: ServerResponse): void {
    answer.writeHead(given.statusCode ?? 502, given.headers).flushHeaders()
    const isLog = path.includes('/logs') && given.statusCode === 200
    const see = isLog ? this.frames.ofOneConnection() : () => {}
    given.on('data', (bytes: Buffer) => {
      see(bytes)
      if (isLog && this.#isDue(bytes.length)) {
        this.#cutAt(answer, bytes)
        given.removeAllListeners('data').destroy()
        return
      }
      if (answer.write(bytes)) return
      given.pause()
      answer.once('drain', () => given.resume())
    })
    given.on('end', () => answer.end())
    given.on('error', () => answer.socket?.destroy())
  }

  #isDue(bytes: number): boolean {
    this.#leftBytes -= bytes
    return this.#cutting !== undefined && this.#leftBytes < 0
  }

  /** The connection ends within a chunk of the answer, also within what announces the chunk. */
  #cutAt(answer: ServerResponse, bytes: Buffer): void {
    const { random } = this.#cutting!
    this.cuts++
    this.#drawNext()
    const { socket } = answer
    const part = bytes.subarray(0, Math.floor(random() * bytes.length))
    if (random() < 0.2) socket?.write(bytes.length.toString(16))
    else socket?.write(Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), part]))
    if (random() < 0.5) socket?.destroy()
    else socket?.destroySoon()
  }

  #drawNext(): void {
    if (this.#cutting === undefined) return
    this.#leftBytes = -Math.log(1 - this.#cutting.random()) * this.#cutting.meanBytes
  }
}
