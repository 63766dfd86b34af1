/** The source and a daemon, one habit at a time: what random lives do not name. */
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { DockerApiSource } from '../../../src/source/docker/api-source.ts'
import { DockerLister } from '../../../src/source/docker/lister.ts'
import type { DockerApiSourceOptions } from '../../../src/source/docker/source-options.ts'
import { TimedWaker, type Waker } from '../../../src/source/wake.ts'
import { createOwnMetrics } from '../../../src/telemetry/own-metrics.ts'
import { Account } from './account.ts'
import { CALM, type FakeContainer, FakeDaemon, type StreamName } from './fake-daemon.ts'
import { HurriedWaker, hurriedClock } from './hurried-time.ts'
import { Random } from './random.ts'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

class Stage {
  readonly daemon = new FakeDaemon(new Random(1))
  readonly account = new Account()
  readonly own = createOwnMetrics()
  readonly warnings: string[] = []
  source!: DockerApiSource
  running: Promise<void> = Promise.resolve()
  #stop = new AbortController()

  static async open(): Promise<Stage> {
    const stage = new Stage()
    await stage.daemon.start()
    cleanups.push(async () => {
      stage.#stop.abort()
      await stage.running
      await stage.daemon.close()
    })
    return stage
  }

  write(container: FakeContainer, text: string, stream: StreamName = 'stdout'): void {
    this.daemon.nowNs += 1_000_000n
    const from = container.frames.length
    this.daemon.write(container, { stream, timeNs: this.daemon.nowNs, payload: Buffer.from(text), from })
  }

  start(
    options: Partial<DockerApiSourceOptions> = {},
    followed = 100,
    makeWaker: () => Waker = () => new HurriedWaker(),
    containers = 10_000,
  ): void {
    this.#stop = new AbortController()
    const warn = (message: string, fields: object = {}): void => void this.warnings.push(`${message} ${JSON.stringify(fields)}`)
    const standard = {
      name: 'd',
      host: { address: `unix://${this.daemon.socketPath}`, certFolder: undefined },
      select: () => true,
      streams: ['stdout', 'stderr'] as const,
      history: 'count' as const,
      once: false,
      maxLineBytes: 1024 * 1024,
      telemetry: this.own,
      log: { info: warn, warn },
      clock: hurriedClock,
      waker: new HurriedWaker(),
    }
    const tuning = { makeWaker, random: () => 0.5, followed, containers }
    this.source = new DockerApiSource({ ...standard, ...options }, tuning)
    this.source.restore(this.account.rollBack(), 0)
    this.running = this.source.run(this.account.open, this.#stop.signal)
  }

  async kill(): Promise<void> {
    this.account.commit(this.source.positions())
    this.#stop.abort()
    await this.running
  }

  texts(container: FakeContainer, stream: StreamName = 'stdout'): string[] {
    return [...this.account.of(`${container.id}:${stream}`)].flatMap(([text, count]) => new Array(count).fill(text))
  }

  async until(holds: () => boolean): Promise<void> {
    for (const deadline = performance.now() + 10_000; !holds(); ) {
      if (performance.now() > deadline) throw new Error(`it does not come: ${holds}`)
      await pause(2)
    }
  }

  value(metric: keyof typeof this.own, ...labels: string[]): number {
    return this.own[metric].at('d', ...labels).value
  }
}

describe('a container', () => {
  test('is read from its start, followed, and read to its end when it dies, without a line end too', async () => {
    const stage = await Stage.open()
    const container = stage.daemon.create('web')
    stage.write(container, 'one\n')
    stage.start()
    await stage.source.caughtUp
    expect(stage.texts(container)).toEqual(['one'])
    expect(stage.value('sourceUp')).toBe(1)
    await stage.until(() => container.followers.size === 1)
    stage.write(container, 'two\n')
    stage.write(container, 'three')
    stage.daemon.die(container)
    await stage.until(() => stage.texts(container).length === 3)
    expect(stage.texts(container)).toEqual(['one', 'two', 'three'])
    await stage.until(() => stage.value('dockerContainers', 'stopped') === 1)
  })

  test('stands at its end when all that the daemon has was taken: of what there was, of each piece that comes, and of the last', async () => {
    const stage = await Stage.open()
    const container = stage.daemon.create('web')
    for (let i = 0; i < 500; i++) stage.write(container, `${i}\n`)
    stage.start()
    await stage.source.caughtUp
    const end = (): number | undefined => stage.account.ends.get(`${container.id}:stdout`)
    await stage.until(() => end() === 500)
    await stage.until(() => container.followers.size === 1)
    stage.write(container, 'live\n')
    await stage.until(() => end() === 501)
    stage.write(container, 'last')
    stage.daemon.die(container)
    await stage.until(() => end() === 502)
  })

  test('that is removed at once when it ends is read to its end, and forgotten', async () => {
    const stage = await Stage.open()
    stage.start()
    await stage.source.caughtUp
    const container = stage.daemon.create('short')
    for (let i = 0; i < 1000; i++) stage.write(container, `${i}\n`)
    await stage.until(() => stage.texts(container).length > 0)
    for (let i = 1000; i < 2000; i++) stage.write(container, `${i}\n`)
    const askedBefore = stage.daemon.requests.length
    stage.daemon.die(container)
    await stage.until(() => stage.daemon.requests.slice(askedBefore).some((request) => request.includes('follow=0')))
    stage.daemon.remove(container)
    await stage.until(() => stage.source.positions().length === 0)
    expect(stage.texts(container)).toEqual(Array.from({ length: 2000 }, (_, i) => String(i)))
  })

  test('that dies is asked for the rest at once, though its follower has not ended', async () => {
    const stage = await Stage.open()
    const container = stage.daemon.create('web')
    stage.start({}, 100, () => new TimedWaker())
    await stage.source.caughtUp
    await stage.until(() => container.followers.size === 1)
    container.followers.clear()
    const [askedBefore, startMs] = [stage.daemon.requests.length, performance.now()]
    stage.daemon.die(container)
    await stage.until(() => stage.daemon.requests.slice(askedBefore).some((request) => request.includes('follow=0')))
    // Before it is given up as deaf.
    expect(performance.now() - startMs).toBeLessThan(1900)
  })

  test('under a new name has it in what it writes from then on; one that is not wanted is left, and resumed when it is', async () => {
    const stage = await Stage.open()
    const container = stage.daemon.create('agent-1')
    stage.write(container, 'one\n')
    stage.start({ select: ({ name }) => name.startsWith('agent') })
    await stage.source.caughtUp
    stage.daemon.rename(container, 'agent-2')
    await stage.until(() => stage.source.positions()[0]?.note().includes('"agent-2"') === true)
    stage.write(container, 'two\n')
    await stage.until(() => stage.account.names.get(`${container.id}:stdout`) === 'agent-2')
    stage.daemon.rename(container, 'other')
    await stage.until(() => container.followers.size === 0)
    stage.write(container, 'three\n')
    stage.daemon.rename(container, 'agent-3')
    await stage.until(() => stage.texts(container).length === 3)
    expect(stage.texts(container)).toEqual(['one', 'two', 'three'])
  })

  test('whose log nobody may read is told once, and tried again when it starts', async () => {
    const stage = await Stage.open()
    const container = stage.daemon.create('mute')
    container.isUnreadable = true
    stage.start()
    await stage.source.caughtUp
    expect(stage.value('dockerContainers', 'unreadable')).toBe(1)
    const asked = (): number => stage.daemon.requests.filter((request) => request.includes('/logs')).length
    const before = asked()
    // Ten minutes.
    await pause(1200)
    expect(asked()).toBe(before)
    expect(stage.warnings.filter((warning) => warning.includes('does not support reading'))).toHaveLength(1)
    container.isUnreadable = false
    stage.daemon.die(container)
    stage.daemon.restart(container)
    stage.write(container, 'one\n')
    await stage.until(() => stage.texts(container).length === 1)
  })

  test('whose follower falls silent is asked beside it', async () => {
    const stage = await Stage.open()
    const container = stage.daemon.create('web')
    stage.start()
    await stage.source.caughtUp
    await stage.until(() => container.followers.size === 1)
    container.followers.clear()
    stage.write(container, 'unheard\n')
    await stage.until(() => stage.texts(container).length === 1)
    await stage.until(() => container.followers.size === 1)
  })

  test('streams that are not wanted are not asked for', async () => {
    const stage = await Stage.open()
    const container = stage.daemon.create('web')
    stage.write(container, 'out\n')
    stage.write(container, 'err\n', 'stderr')
    stage.start({ streams: ['stderr'] })
    await stage.source.caughtUp
    expect([stage.texts(container), stage.texts(container, 'stderr')]).toEqual([[], ['err']])
    expect(stage.daemon.requests.some((request) => request.includes('stdout=1'))).toBe(false)
  })
})

describe('what was there before', () => {
  test.each([
    ['skip', ['after', 'late'], []],
    ['prime', ['after', 'late'], ['before']],
    ['count', ['before', 'after', 'late'], []],
  ] as const)('is, with history %s, the same over restarts', async (history, counted, primed) => {
    const stage = await Stage.open()
    const container = stage.daemon.create('web')
    stage.write(container, 'before\n')
    stage.daemon.nowNs += 1_000_000n
    stage.start({ history })
    await stage.source.caughtUp
    await stage.kill()
    stage.write(container, 'after\n')
    stage.daemon.nowNs += 1_000_000n
    stage.start({ history })
    await stage.source.caughtUp
    stage.write(container, 'late\n')
    await stage.until(() => stage.texts(container).includes('late'))
    expect([stage.texts(container), stage.account.primed]).toEqual([counted, primed])
    // What is to be skipped is not even asked for.
    expect(stage.daemon.requests.some((request) => request.endsWith('since=0'))).toBe(history !== 'skip')
  })

  test('goes on when a daemon without the container was asked in between', async () => {
    const stage = await Stage.open()
    const container = stage.daemon.create('web')
    stage.write(container, 'one\n')
    for (const isThere of [true, false, true]) {
      if (isThere) stage.daemon.containers.set(container.id, container)
      else stage.daemon.containers.delete(container.id)
      stage.start()
      await stage.source.caughtUp
      await stage.kill()
    }
    expect(stage.texts(container)).toEqual(['one'])
  })

  test('goes on under another name of the source', async () => {
    const stage = await Stage.open()
    const container = stage.daemon.create('web')
    stage.write(container, 'one\n')
    stage.start()
    await stage.source.caughtUp
    stage.account.commit(stage.source.positions())
    const others = stage.account.rollBack()
    const select = ({ name }: { readonly name: string }) => name === 'web'
    const host = { address: 'unix:///nowhere', certFolder: undefined }
    const options = { host, streams: ['stdout'] as const, history: 'count' as const, once: false, maxLineBytes: 1 }
    const more = { telemetry: createOwnMetrics(), clock: hurriedClock, waker: new HurriedWaker() }
    const heir = new DockerApiSource({ name: 'heir', select, ...options, ...more })
    const stranger = { id: 'first scan', checkpoint: 0, note: 'history is skipped' }
    expect(heir.restore([], 0, [...others, stranger])).toEqual([stranger])
    expect(heir.positions().map(({ id }) => id)).toEqual(others.map(({ id }) => id))
    const other = new DockerApiSource({ name: 'other', select: () => false, ...options, ...more })
    expect(other.restore([], 0, others)).toEqual(others)
  })
})

describe('a daemon', () => {
  test('is asked by GET alone, and for nothing but the clock, the list, logs and events', async () => {
    const stage = await Stage.open()
    const container = stage.daemon.create('web')
    stage.start()
    await stage.source.caughtUp
    await stage.until(() => container.followers.size === 1)
    const known = /^GET \/(info|events|containers\/json|containers\/[0-9a-f]{64}\/logs)(\?|$)/
    expect(stage.daemon.requests.filter((request) => !known.test(request))).toEqual([])
  })

  test('behind a proxy that allows lists and logs only is read all the same', async () => {
    const stage = await Stage.open()
    stage.daemon.refusesEvents = true
    stage.daemon.refusesInfo = true
    stage.start()
    await stage.source.caughtUp
    const container = stage.daemon.create('web')
    stage.write(container, 'one\n')
    await stage.until(() => stage.texts(container).length === 1)
  })

  test('that is not there is waited for', async () => {
    const stage = await Stage.open()
    const container = stage.daemon.create('web')
    stage.write(container, 'one\n')
    await stage.daemon.stop()
    stage.start()
    await stage.source.caughtUp
    expect([stage.value('sourceUp'), stage.source.problems]).toEqual([0, [expect.stringContaining('ENOENT')]])
    const refused = { what: expect.stringMatching(/^unix:/), why: expect.stringMatching(/^[^:].*ENOENT/), isDown: true }
    expect(stage.source.faults).toEqual([refused])
    await stage.daemon.start()
    await stage.until(() => stage.texts(container).length === 1)
    expect([stage.value('sourceUp'), stage.source.problems, stage.source.faults]).toEqual([1, [], []])
    await stage.daemon.stop()
    await stage.until(() => stage.value('sourceUp') === 0)
    expect(stage.source.faults.map(({ isDown }) => isDown)).toEqual([true])
    await stage.daemon.start()
    stage.write(container, 'two\n')
    await stage.until(() => stage.texts(container).length === 2)
  })

  test('that breaks every answer is asked less and less often', async () => {
    const stage = await Stage.open()
    const container = stage.daemon.create('web')
    stage.write(container, 'one\n')
    stage.daemon.mischief = { ...CALM, badHeader: 1 }
    stage.start()
    await stage.source.caughtUp
    const asked = (): number => stage.daemon.requests.filter((request) => request.includes('/logs')).length
    // Ten minutes, of which no wait is longer than half a minute.
    await pause(1200)
    expect(asked()).toBeLessThan(45)
    expect(asked()).toBeGreaterThan(5)
  })

  test('with more containers than may be followed gives the lines of all', async () => {
    const stage = await Stage.open()
    const containers = Array.from({ length: 20 }, (_, i) => stage.daemon.create(`web-${i}`))
    stage.start({}, 3)
    await stage.source.caughtUp
    for (const container of containers) stage.write(container, `of ${container.name}\n`)
    await stage.until(() => containers.every((container) => stage.texts(container).length === 1))
    expect(containers.filter(({ followers }) => followers.size > 0).length).toBeLessThanOrEqual(3)
    expect(stage.value('dockerContainers', 'reading')).toBe(3)
  })

  test('with more containers than may be read reads so many, says so once, and goes on when others are gone', async () => {
    const stage = await Stage.open()
    const containers = ['a', 'b', 'c', 'd'].map((name) => stage.daemon.create(name))
    for (const container of containers) stage.write(container, 'one\n')
    const counted = () => containers.filter((container) => stage.texts(container).length > 0).length
    stage.start({}, 100, () => new HurriedWaker(), 2)
    await stage.source.caughtUp
    expect(counted()).toBe(2)
    expect(stage.warnings.filter((warning) => warning.startsWith('more containers are wanted'))).toHaveLength(1)
    for (const container of containers) if (stage.texts(container).length > 0) stage.daemon.remove(container)
    await stage.until(() => counted() === 4)
  })

  test('at an address that is none is told, and nothing is asked', async () => {
    const stage = await Stage.open()
    stage.start({ host: { address: 'tcp://far:2375', certFolder: undefined } })
    await stage.source.caughtUp
    expect(stage.source.problems).toEqual([expect.stringContaining('tcp://far:2375: tcp:// to another machine needs TLS')])
    stage.source.drain()
    await stage.running
  })

  test('lists its containers', async () => {
    const stage = await Stage.open()
    const container = stage.daemon.create('web')
    container.labels = { 'agentlog.scrape': 'true' }
    const lister = new DockerLister({ address: `unix://${stage.daemon.socketPath}`, certFolder: undefined })
    const { id, labels } = container
    const known = { id, name: 'web', image: 'img:1', labels, isRunning: true }
    expect(await lister.containers()).toEqual([{ ...known, logDriver: '', logPath: '', isTty: undefined }])
  })
})

test('a clock that is set back by an hour loses no line and counts none twice, over a restart too', async () => {
  const stage = await Stage.open()
  const container = stage.daemon.create('web')
  const expected: string[] = []
  const writeSome = (): void => {
    for (let i = 0; i < 100; i++) {
      expected.push(String(expected.length))
      stage.write(container, `${expected.at(-1)}\n`)
    }
  }
  writeSome()
  stage.start()
  await stage.source.caughtUp
  stage.daemon.nowNs -= 3_600_000_000_000n
  writeSome()
  await stage.until(() => stage.texts(container).length === 200)
  await stage.kill()
  writeSome()
  stage.start()
  await stage.until(() => stage.texts(container).length === 300)
  stage.daemon.nowNs += 7_200_000_000_000n
  writeSome()
  stage.daemon.die(container)
  await stage.until(() => stage.value('dockerContainers', 'stopped') === 1)
  expect(stage.texts(container)).toEqual(expected)
  expect(stage.value('dockerGaps')).toBe(0)
})

describe('once', () => {
  test('reads all logs to their ends', async () => {
    const stage = await Stage.open()
    const containers = [stage.daemon.create('a'), stage.daemon.create('b', true)]
    stage.write(containers[0]!, 'one\n')
    stage.write(containers[0]!, 'two')
    stage.write(containers[1]!, 'three\r\n')
    stage.start({ once: true })
    await stage.running
    expect(containers.map((container) => stage.texts(container))).toEqual([['one', 'two'], ['three']])
    expect(stage.source.problems).toEqual([])
  })

  test('says that no container is wanted, as the files do', async () => {
    const stage = await Stage.open()
    const address = `unix://${stage.daemon.socketPath}`
    stage.start({ once: true })
    await stage.running
    expect(stage.source.problems).toEqual([`${address}: no container is there`])
    stage.daemon.create('agent-1')
    stage.start({ once: true, select: ({ name }) => name === 'agnt-1' })
    await stage.running
    expect(stage.source.problems).toEqual([`${address}: none of the 1 containers has a name and labels that are wanted`])
  })

  test('names what could not be read', async () => {
    const stage = await Stage.open()
    stage.daemon.create('mute').isUnreadable = true
    stage.start({ once: true })
    await stage.running
    expect(stage.source.problems).toEqual(['container mute: 501 configured logging driver does not support reading'])
    await stage.daemon.stop()
    stage.start({ once: true })
    await stage.running
    expect(stage.source.problems).toEqual([expect.stringContaining('ENOENT')])
  })
})
