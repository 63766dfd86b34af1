/** One timer for all logs: none while nothing can run out, never more often than once a second, and what fails stops nothing. */
import { expect, test } from 'vitest'
import { Clocks } from '../../src/clock/clocks.ts'
import { WallMover } from '../../src/clock/wall-mover.ts'

const START_MS = 1_767_225_600_000
const nsOf = (ms: number): bigint => BigInt(ms) * 1_000_000n

class World {
  nowMs = START_MS
  readonly clocks = new Clocks()
  readonly bugs: unknown[] = []
  timers: { wake: () => void; atMs: number }[] = []
  setCount = 0
  told = ''
  readonly mover = new WallMover({
    clocks: this.clocks,
    wallClockMs: () => this.nowMs,
    setTimer: (wake, ms) => {
      const timer = { wake, atMs: this.nowMs + ms }
      this.timers.push(timer)
      this.setCount++
      return () => {
        this.timers = this.timers.filter((one) => one !== timer)
      }
    },
    onBegin: () => {
      this.told += '<'
    },
    onMoved: () => {
      this.told += '>'
    },
    onBug: (error) => void this.bugs.push(error),
  })

  goTo(ms: number): void {
    for (;;) {
      const [next] = this.timers.toSorted((a, b) => a.atMs - b.atMs)
      if (next === undefined || next.atMs > ms) break
      this.nowMs = next.atMs
      this.timers = this.timers.filter((one) => one !== next)
      next.wake()
    }
    this.nowMs = ms
  }
}

test('no timer is set while no log at its end waits for anything', () => {
  const world = new World()
  const clock = world.clocks.of('files', 'a')
  clock.at(nsOf(START_MS + 5000), () => {})
  expect(world.timers).toEqual([])
  world.clocks.stand(clock)
  expect(world.timers.map(({ atMs }) => atMs - START_MS)).toEqual([5001])
  world.goTo(START_MS + 60_000)
  expect([world.timers.length, world.setCount, world.told]).toEqual([0, 1, '<>'])
})

test('a thousand deadlines in ten seconds wake it ten times', () => {
  const world = new World()
  let done = 0
  for (let log = 0; log < 100; log++) {
    const clock = world.clocks.of('files', String(log))
    world.clocks.stand(clock)
    for (let i = 0; i < 10; i++) clock.at(nsOf(START_MS + (((log * 10 + i) * 7919) % 10_000)), () => done++)
  }
  world.goTo(START_MS + 12_000)
  expect(done).toBe(1000)
  expect(world.told.length / 2).toBeLessThanOrEqual(11)
})

test('asking moves the clocks at once, and a wall clock that goes back moves none', () => {
  const world = new World()
  const clock = world.clocks.of('files', 'a')
  world.clocks.stand(clock)
  world.nowMs += 10_000
  world.mover.move()
  expect(clock.nowNs).toBe(nsOf(START_MS + 10_000))
  world.nowMs -= 86_400_000
  world.mover.move()
  expect(clock.nowNs).toBe(nsOf(START_MS + 10_000))
  // It is set as if no time had gone by: an hour at most.
  clock.at(nsOf(START_MS + 20_000), () => {})
  expect(world.timers[0]!.atMs - world.nowMs).toBe(3_600_000)
})

test('what fails is told and the others are done', () => {
  const world = new World()
  const clock = world.clocks.of('files', 'a')
  world.clocks.stand(clock)
  let done = 0
  for (let i = 0; i < 3; i++)
    clock.at(nsOf(START_MS + i), () => {
      done++
      if (i < 2) throw new Error(String(i))
    })
  world.goTo(START_MS + 5000)
  expect([done, world.bugs.length]).toEqual([3, 2])
})

test('once closed it wakes no more', () => {
  const world = new World()
  const clock = world.clocks.of('files', 'a')
  world.clocks.stand(clock)
  clock.at(nsOf(START_MS + 10), () => {})
  world.mover.close()
  expect(world.timers).toEqual([])
  clock.at(nsOf(START_MS + 5), () => {})
  expect(world.timers).toEqual([])
})
