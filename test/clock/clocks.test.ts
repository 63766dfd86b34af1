/** Clocks of logs: what is due comes in order and before the clock moves on, each log by itself, against a plain recomputation. */
import { expect, test } from 'vitest'
import { Clocks } from '../../src/clock/clocks.ts'
import type { Deadline, LogClock } from '../../src/clock/log-clock.ts'
import { randomOf } from '../faults/random.ts'

test('what is due runs in order, each at its time, before the clock shows what moved it', () => {
  const clocks = new Clocks()
  const clock = clocks.of('files', 'a')
  clocks.advance(clock, 100n)
  const told: string[] = []
  const tell = (what: string) => () => void told.push(`${what} at ${clock.nowNs}`)
  clock.at(140n, tell('third'))
  clock.at(120n, () => {
    tell('first')()
    clock.at(130n, tell('second, set by the first'))
  })
  clock.at(151n, tell('too late'))
  clock.at(140n, tell('fourth, of the same time'))
  clocks.advance(clock, 150n)
  expect(told).toEqual(['first at 120', 'second, set by the first at 130', 'third at 140', 'fourth, of the same time at 140'])
  expect(clock.nowNs).toBe(150n)
})

test('an older event does not turn the clock back, and what is overdue is done at the next event', () => {
  const clocks = new Clocks()
  const clock = clocks.of('files', 'a')
  clocks.advance(clock, 100n)
  let isDone = false
  clock.at(50n, () => {
    isDone = true
  })
  expect(isDone).toBe(false)
  clocks.advance(clock, 10n)
  expect([isDone, clock.nowNs]).toEqual([true, 100n])
})

test('logs have clocks of their own', () => {
  const clocks = new Clocks()
  const [a, b] = [clocks.of('files', 'a'), clocks.of('files', 'b')]
  expect(clocks.of('files', 'a')).toBe(a)
  expect(clocks.of('others', 'a')).not.toBe(a)
  let isDone = false
  b.at(5n, () => {
    isDone = true
  })
  clocks.advance(a, 1000n)
  expect([a.nowNs, b.nowNs, isDone]).toEqual([1000n, 0n, false])
})

test('a deadline that is cancelled is not done, and one that is moved is done then', () => {
  const clocks = new Clocks()
  const clock = clocks.of('files', 'a')
  const told: string[] = []
  const [one, two, three] = ['one', 'two', 'three'].map((name) => clock.at(10n, () => void told.push(`${name} ${clock.nowNs}`)))
  one!.cancel()
  two!.moveTo(30n)
  clocks.advance(clock, 20n)
  expect(told).toEqual(['three 10'])
  three!.moveTo(25n)
  one!.cancel()
  clocks.advance(clock, 40n)
  expect(told).toEqual(['three 10', 'three 25', 'two 30'])
})

test('the wall clock moves only logs that stand at their ends, and what is due by it comes in order over all of them', () => {
  const clocks = new Clocks()
  const [a, b, c] = ['a', 'b', 'c'].map((log) => clocks.of('files', log)) as [LogClock, LogClock, LogClock]
  const told: string[] = []
  for (const [clock, ns] of [
    [a, 300n],
    [b, 200n],
    [a, 150n],
    [c, 100n],
  ] as const)
    clock.at(ns, () => void told.push(`${clock.log}${ns} ${clock.nowNs}`))
  clocks.stand(a)
  clocks.stand(b)
  expect(clocks.nextNs).toBe(150n)
  clocks.moveWall(250n)
  expect(told).toEqual(['a150 150', 'b200 200'])
  expect([a.nowNs, b.nowNs, c.nowNs]).toEqual([250n, 250n, 0n])
  // An event: from here on its own times move it.
  clocks.advance(a, 260n)
  clocks.moveWall(1000n)
  expect([a.nowNs, b.nowNs]).toEqual([260n, 1000n])
  clocks.moveWall(500n)
  expect(b.nowNs).toBe(1000n)
  clocks.stand(a)
  expect([told.at(-1), a.nowNs]).toEqual(['a300 300', 1000n])
})

test('an event that is older than what the wall clock showed at the end of its log leaves the clock there', () => {
  const clocks = new Clocks()
  const clock = clocks.of('stdin', 'stdin')
  clocks.advance(clock, 10n)
  clocks.stand(clock)
  clocks.moveWall(500n)
  clocks.advance(clock, 20n)
  expect(clock.nowNs).toBe(500n)
})

test('clocks of logs at their ends that wait for nothing are forgotten past the most, and show what the wall clock shows', () => {
  const clocks = new Clocks(3)
  const waiting = clocks.of('files', 'waiting')
  waiting.at(1000n, () => {})
  clocks.stand(waiting)
  const first = clocks.of('files', 'first')
  for (const log of ['first', 'second', 'third', 'fourth']) clocks.stand(clocks.of('files', log))
  expect([...clocks.all()].map(({ log }) => log)).toEqual(['waiting', 'third', 'fourth'])
  clocks.moveWall(70n)
  expect(first.nowNs).toBe(70n)
  clocks.stand(clocks.gone)
  expect(clocks.numbered(first.number).nowNs).toBe(70n)
  // Its log goes on after all.
  clocks.advance(first, 80n)
  expect([clocks.of('files', 'first'), first.nowNs]).toEqual([first, 80n])
})

test('without a record, clocks that are forgotten leave nothing behind', () => {
  const clocks = new Clocks(3)
  for (let i = 0; i < 100; i++) {
    const clock = clocks.of('files', String(i))
    clocks.advance(clock, 10n)
    clocks.stand(clock)
  }
  expect([...clocks.changed].map(({ log }) => log)).toEqual(['97', '98', '99'])
})

const DAY_NS = 86_400_000_000_000n

test('a log whose events were old when they were written goes on from their time, as fast as the wall clock', () => {
  const clocks = new Clocks()
  const wallNs = 400n * DAY_NS
  clocks.moveWall(wallNs)
  const [replay, late] = [clocks.open('files', 'replay'), clocks.open('files', 'late')]
  const told: string[] = []
  // Both were empty and stood at the wall clock; one then gets lines of long ago, the other such that came an hour late.
  for (const clock of [replay, late]) clocks.stand(clock)
  clocks.advance(replay, 100n)
  clocks.advance(late, wallNs - DAY_NS / 24n)
  replay.at(150n, () => void told.push(`replay at ${replay.nowNs}`))
  expect(replay.nowNs).toBe(100n)
  clocks.stand(replay, wallNs)
  clocks.stand(late, wallNs)
  expect([replay.nowNs, late.nowNs, clocks.nextNs]).toEqual([100n, wallNs, wallNs + 50n])
  clocks.moveWall(wallNs + 40n)
  expect([replay.nowNs, late.nowNs, told]).toEqual([140n, wallNs + 40n, []])
  clocks.moveWall(wallNs + 60n)
  expect([replay.nowNs, told]).toEqual([160n, ['replay at 150']])
  // More of it, older than what the clock shows by now: what is known of its pace holds.
  clocks.advance(replay, 155n)
  clocks.stand(replay, wallNs + 60n)
  clocks.moveWall(wallNs + 70n)
  expect(replay.nowNs).toBe(170n)
  // Then it is live.
  clocks.advance(replay, wallNs + 71n)
  clocks.stand(replay, wallNs + 72n)
  clocks.moveWall(wallNs + 80n)
  expect(replay.nowNs).toBe(wallNs + 80n)
})

test('lines that do not say their time pass as much time in a replay as on the wall, and none where it is still read', () => {
  const clocks = new Clocks()
  const wallNs = 400n * DAY_NS
  clocks.moveWall(wallNs)
  const clock = clocks.open('files', 'a')
  // Of an envelope, and of the wall; then what the log itself says counts.
  clocks.stand(clock, wallNs)
  clocks.advanceByEnvelope(clock, wallNs - 5n)
  clocks.advance(clock, 100n)
  clocks.advanceByEnvelope(clock, wallNs + 2n)
  clocks.advanceByArrival(clock, wallNs + 3n)
  expect(clock.nowNs).toBe(100n)
  clocks.stand(clock, wallNs + 4n)
  clocks.advanceByEnvelope(clock, wallNs + 10n)
  expect(clock.nowNs).toBe(106n)
  clocks.stand(clock, wallNs + 10n)
  clocks.advanceByArrival(clock, wallNs + 14n)
  expect(clock.nowNs).toBe(110n)
})

test('where only envelopes say times, these are the times of the log, old ones too', () => {
  const clocks = new Clocks()
  const clock = clocks.open('files', 'a')
  clocks.moveWall(400n * DAY_NS)
  clocks.stand(clock, 400n * DAY_NS)
  for (const ns of [10n, 30n, 20n]) clocks.advanceByEnvelope(clock, ns)
  expect(clock.nowNs).toBe(30n)
})

interface Planned {
  readonly clock: number
  dueNs: bigint
  readonly order: number
  readonly name: string
}

test.each([1, 2, 3, 4, 5])('2000 random steps agree with lists that are searched, seed %i', (seed) => {
  const random = randomOf(seed)
  const whole = (below: number): number => Math.floor(random() * below)
  const clocks = new Clocks()
  const all = Array.from({ length: 4 }, (_, i) => clocks.of('files', String(i)))
  const model = all.map(() => ({ nowNs: 0n, isStanding: false }))
  let wallNs = 0n
  const told: string[] = []
  const wanted: string[] = []
  const planned = new Map<Planned, Deadline>()
  let orders = 0
  const plan = (clock: number, dueNs: bigint): void => {
    const one: Planned = { clock, dueNs, order: orders++, name: `d${orders}` }
    planned.set(
      one,
      all[clock]!.at(dueNs, () => {
        told.push(`${one.name} ${all[clock]!.nowNs}`)
      }),
    )
  }
  /** Those of the clocks that are due by now, in order; of one time those of the clock that was made first. */
  const expire = (isMeant: (clock: number) => boolean, ns: bigint): void => {
    const due = [...planned.keys()].filter((one) => isMeant(one.clock) && one.dueNs <= ns)
    due.sort((a, b) => (a.dueNs !== b.dueNs ? (a.dueNs < b.dueNs ? -1 : 1) : a.clock - b.clock || a.order - b.order))
    for (const one of due) {
      const clock = model[one.clock]!
      if (one.dueNs > clock.nowNs) clock.nowNs = one.dueNs
      wanted.push(`${one.name} ${clock.nowNs}`)
      planned.delete(one)
    }
  }
  for (let step = 0; step < 2000; step++) {
    const at = whole(all.length)
    const [clock, its] = [all[at]!, model[at]!]
    const what = whole(6)
    const some = [...planned.keys()][whole(planned.size)]
    if (what === 0) {
      const ns = its.nowNs + BigInt(whole(60)) - 20n
      clocks.advance(clock, ns)
      expire((i) => i === at, ns > its.nowNs ? ns : its.nowNs)
      its.isStanding = false
      if (ns > its.nowNs) its.nowNs = ns
    } else if (what === 1) {
      clocks.stand(clock)
      if (!its.isStanding) expire((i) => i === at, wallNs > its.nowNs ? wallNs : its.nowNs)
      its.isStanding = true
      if (wallNs > its.nowNs) its.nowNs = wallNs
    } else if (what === 2) {
      wallNs += BigInt(whole(30))
      clocks.moveWall(wallNs)
      expire((i) => model[i]!.isStanding, wallNs)
      for (const one of model) if (one.isStanding && wallNs > one.nowNs) one.nowNs = wallNs
    } else if (what === 3 && some !== undefined) {
      planned.get(some)!.cancel()
      planned.delete(some)
    } else if (what === 4 && some !== undefined) {
      some.dueNs = its.nowNs + BigInt(whole(100))
      planned.get(some)!.moveTo(some.dueNs)
    } else plan(at, its.nowNs + BigInt(whole(100)) - 5n)
    expect(told).toEqual(wanted)
    expect(all.map(({ nowNs }) => nowNs)).toEqual(model.map(({ nowNs }) => nowNs))
    const standing = [...planned.keys()].filter((one) => model[one.clock]!.isStanding).map(({ dueNs }) => dueNs)
    expect(clocks.nextNs).toBe(standing.length === 0 ? undefined : standing.reduce((a, b) => (a < b ? a : b)))
  }
  expect(told.length).toBeGreaterThan(50)
})

test('a line without a time moves no clock that shows times of its log, and the first time that a line says counts', () => {
  const clocks = new Clocks()
  const clock = clocks.of('files', 'a')
  const told: string[] = []
  clocks.advanceByArrival(clock, 9000n)
  expect(clock.nowNs).toBe(9000n)
  clocks.advanceByArrival(clock, 9001n)
  expect(clock.nowNs).toBe(9001n)
  clocks.advance(clock, 100n)
  clock.at(150n, () => void told.push(`due at ${clock.nowNs}`))
  clocks.advanceByArrival(clock, 9002n)
  expect([clock.nowNs, told]).toEqual([100n, []])
  clocks.advance(clock, 50n)
  expect(clock.nowNs).toBe(100n)
  clocks.advance(clock, 200n)
  expect([clock.nowNs, told]).toEqual([200n, ['due at 150']])
})

test('at the end of its log a clock goes on with the wall clock, and so with lines without a time', () => {
  const clocks = new Clocks()
  const clock = clocks.of('files', 'a')
  clocks.advance(clock, 100n)
  clocks.moveWall(9000n)
  clocks.stand(clock)
  clocks.advanceByArrival(clock, 9500n)
  expect(clock.nowNs).toBe(9500n)
  clocks.advance(clock, 300n)
  expect(clock.nowNs).toBe(9500n)
})
