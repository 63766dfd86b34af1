/**
 * Random lives of containers, of their daemon and of the exporter, against a daemon that cuts, repeats, rewinds, breaks and forgets: what
 * came out is held to the daemon's own store. No line counts twice; none is lost but those that the daemon threw away, and then a gap
 * is suspected. `AGENTLOG_LONG=1` runs twice as many; `AGENTLOG_SEED=n` runs one world.
 */
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { DockerApiSource } from '../../../src/source/docker/api-source.ts'
import { createOwnMetrics, type OwnMetrics } from '../../../src/telemetry/own-metrics.ts'
import { Account } from './account.ts'
import { Agent, type Written } from './agent.ts'
import { CALM, FakeDaemon, type Mischief } from './fake-daemon.ts'
import { HurriedWaker, hurriedClock } from './hurried-time.ts'
import { Random } from './random.ts'

const STREAMS_WANTED = process.env.AGENTLOG_LONG === '1' ? 10_000 : 5000
const AT_ONCE = 8
const HOUR_NS = 3_600_000_000_000n

const WILD: Mischief = {
  cut: 0.004,
  rewind: 0.02,
  repeat: 0.01,
  badHeader: 0.002,
  daemonError: 0.002,
  deaf: 0.002,
  refuse: 0.02,
}

interface Outcome {
  readonly streams: number
  readonly messages: number
  readonly doubled: readonly string[]
  readonly lost: readonly string[]
  readonly lostByDaemon: number
  readonly unheardGap: boolean
  readonly falseGap: boolean
  readonly strangers: readonly string[]
  readonly counts: Record<string, number>
}

class World {
  readonly random: Random
  readonly daemon: FakeDaemon
  readonly account = new Account()
  readonly own: OwnMetrics = createOwnMetrics()
  readonly #agents: Agent[] = []
  readonly #drops: boolean
  readonly #turnsClock: boolean
  #source: DockerApiSource | undefined
  #stop = new AbortController()
  #running: Promise<void> = Promise.resolve()
  kills = 0
  drops = 0

  constructor(seed: number) {
    this.random = new Random(seed)
    this.daemon = new FakeDaemon(this.random)
    this.#drops = this.random.chance(0.3)
    this.#turnsClock = this.random.chance(0.1)
    this.daemon.refusesEvents = this.random.chance(0.1)
  }

  async live(): Promise<Outcome> {
    await this.daemon.start()
    try {
      for (let i = this.random.below(12); i >= 0; i--) this.#create()
      this.#startSource()
      if (this.random.chance(0.9)) this.daemon.mischief = WILD
      const steps = 40 + this.random.below(60)
      for (let step = 0; step < steps; step++) await this.#step()
      return await this.#settle()
    } finally {
      this.#stop.abort()
      await this.#running
      await this.daemon.close()
    }
  }

  #create(): void {
    const name = `agent-${this.#agents.length}`
    const container = this.daemon.create(name, this.random.chance(0.15))
    this.#agents.push(new Agent(this.daemon, container, this.random))
  }

  #startSource(): void {
    this.#stop = new AbortController()
    this.#source = new DockerApiSource(
      {
        name: 'docker',
        host: { address: `unix://${this.daemon.socketPath}`, certFolder: undefined },
        select: ({ name }) => name.startsWith('agent-'),
        streams: ['stdout', 'stderr'],
        history: 'count',
        once: false,
        maxLineBytes: 1024 * 1024,
        telemetry: this.own,
        clock: hurriedClock,
        waker: new HurriedWaker(),
      },
      { makeWaker: () => new HurriedWaker(), random: () => this.random.next(), followed: 1 + this.random.below(8) },
    )
    this.#source.restore(this.account.rollBack(), 0)
    this.#running = this.#source.run(this.account.open, this.#stop.signal)
    this.#running.catch((error: unknown) => {
      throw error
    })
  }

  async #step(): Promise<void> {
    const { random, daemon } = this
    const living = this.#agents.filter(({ container }) => container.isRunning)
    for (let i = random.below(24); i > 0 && living.length > 0; i--) random.pick(living).write()
    const dice = random.next()
    if (dice < 0.02) this.#create()
    else if (dice < 0.05 && living.length > 0) random.pick(living).die()
    else if (dice < 0.08) this.#restart()
    else if (dice < 0.1 && this.#agents.length > 0) this.#rename(random.pick(this.#agents))
    else if (dice < 0.14) daemon.disconnectAll()
    else if (dice < 0.16) await this.#restartDaemon()
    else if (dice < 0.22) await this.#kill()
    else if (dice < 0.3) this.account.commit(this.#source!.positions())
    else if (dice < 0.34 && this.#drops) this.#rotate()
    else if (dice < 0.36 && this.#turnsClock) this.#turnClock()
    if (random.chance(0.5)) await nextTurn()
    else await pause(random.below(3))
  }

  #restart(): void {
    const dead = this.#agents.filter(({ container }) => !container.isRunning && !container.isRemoved)
    if (dead.length > 0) this.daemon.restart(this.random.pick(dead).container)
  }

  #rename(agent: Agent): void {
    this.daemon.rename(agent.container, `${agent.container.name.split('_')[0]}_${this.random.below(100)}`)
  }

  async #restartDaemon(): Promise<void> {
    await this.daemon.stop()
    await pause(this.random.below(5))
    await this.daemon.start()
  }

  async #kill(): Promise<void> {
    this.kills++
    if (this.random.chance(0.5)) this.account.commit(this.#source!.positions())
    this.#stop.abort()
    await this.#running
    this.#startSource()
  }

  /** The daemon forgets the oldest. Whether that can be known is seen from what is read of the container at this moment. */
  #rotate(): void {
    const agent = this.random.pick(this.#agents)
    const { container } = agent
    const count = this.random.below(container.frames.length - container.first + 1)
    if (count > 0) this.drops++
    this.daemon.rotate(container, count, this.random.chance(0.3))
  }

  #turnClock(): void {
    this.daemon.nowNs -= HOUR_NS + BigInt(this.random.below(1_000_000_000))
    for (const agent of this.#agents) agent.turnClockBack()
  }

  /** The daemon behaves: all that it has must come. */
  async #settle(): Promise<Outcome> {
    const { daemon, account } = this
    daemon.mischief = CALM
    for (const agent of this.#agents) if (agent.container.isRunning) agent.finishAll()
    const expected = this.#agents.map((agent) => ({ agent, log: agent.container.id }))
    const missing = (): string[] =>
      expected
        .flatMap(({ agent, log }) =>
          agent.messages.filter(
            (message) => this.#isOwed(agent, message) && !account.of(`${log}:${message.stream}`).has(message.text),
          ),
        )
        .map(({ text }) => text.slice(0, 60))
    const deadline = performance.now() + 20_000
    while (missing().length > 0 && performance.now() < deadline) await pause(5)
    const lateness = missing()
    this.#source!.drain()
    await this.#running
    return { ...this.#judge(), lost: lateness }
  }

  /** Whole, and the daemon has all of it. Last words without a line end are known to be whole when something follows, or nothing runs. */
  #isOwed({ container }: Agent, { isWhole, isCut, stream, from, to }: Written): boolean {
    const hasEnded = !isCut || !container.isRunning || container.frames.slice(to).some((frame) => frame.stream === stream)
    return isWhole && from >= container.first && hasEnded
  }

  #judge(): Outcome {
    const { account, own, daemon } = this
    const doubled: string[] = []
    const strangers: string[] = []
    let [messages, lostByDaemon, owesGap] = [0, 0, false]
    for (const { container, messages: written } of this.#agents) {
      const texts = new Set(written.map(({ text }) => text))
      for (const stream of ['stdout', 'stderr']) {
        for (const [text, count] of account.of(`${container.id}:${stream}`)) {
          messages += count
          if (!texts.has(text)) strangers.push(text.replace(/x{10,}/g, (xs) => `x × ${xs.length}`))
          else if (count > 1) doubled.push(`${text.slice(0, 60)} × ${count}`)
        }
      }
      const isTaken = ({ stream, text }: Written): boolean => account.of(`${container.id}:${stream}`).has(text)
      const gone = written.filter((message) => message.isWhole && message.from < container.first && !isTaken(message))
      lostByDaemon += gone.length
      // What was read before the first lost message was thrown away with it: its echo cannot have come.
      if (gone.some((lost) => written.some((message) => message.to <= lost.from && isTaken(message)))) owesGap = true
    }
    const gaps = own.dockerGaps.at('docker').value
    const cells = { gaps, replayed: own.dockerFrames.at('docker', 'replayed').value, parts: own.dockerParts.at('docker').value }
    const reconnects = own.dockerReconnects.at('docker').value
    return {
      streams: this.#agents.length * 2,
      messages,
      doubled,
      strangers: this.drops > 0 ? [] : strangers,
      lost: [],
      lostByDaemon,
      unheardGap: owesGap && gaps === 0,
      falseGap: this.drops === 0 && gaps > 0,
      counts: { ...daemon.counts, ...cells, reconnects, kills: this.kills, drops: this.drops, lostByDaemon },
    }
  }
}

test('no line counts twice, and none is lost that the daemon still has', { timeout: 600_000 }, async () => {
  const only = process.env.AGENTLOG_SEED
  const totals: Record<string, number> = { worlds: 0, streams: 0, messages: 0 }
  let seed = Number(only ?? 1)
  const run = async (): Promise<void> => {
    while (totals.streams! < STREAMS_WANTED && (only === undefined || totals.worlds === 0)) {
      const mine = seed++
      totals.worlds!++
      const { streams, messages, counts, ...faults } = await new World(mine).live()
      const { doubled, lost, strangers, unheardGap, falseGap } = faults
      expect({ seed: mine, doubled, lost, strangers, unheardGap, falseGap }).toEqual({
        seed: mine,
        doubled: [],
        lost: [],
        strangers: [],
        unheardGap: false,
        falseGap: false,
      })
      totals.streams! += streams
      totals.messages! += messages
      for (const [key, value] of Object.entries(counts)) totals[key] = (totals[key] ?? 0) + value
    }
  }
  await Promise.all(Array.from({ length: only === undefined ? AT_ONCE : 1 }, run))
  console.log(JSON.stringify(totals))
  if (only !== undefined) return
  for (const [what, count] of Object.entries(totals)) expect([what, count > 0]).toEqual([what, true])
})
