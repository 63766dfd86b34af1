/** What windows promise past the values that they keep one by one, and what of them stands in the record. */
import { expect, test } from 'vitest'
import type { WindowOp } from '../../src/registry/family-spec.ts'
import { MAX_DISTINCT, MAX_GROUPS, SLICES, ValueWindow } from '../../src/registry/windows/value-window.ts'
import { type RecordedWindow, readWindow, writeWindow } from '../../src/registry/windows/window-entries.ts'
import { BrokenRecord } from '../../src/state/broken-record.ts'
import { ByteReader } from '../../src/state/byte-reader.ts'
import { ByteWriter } from '../../src/state/byte-writer.ts'
import { randomOf } from '../faults/random.ts'

const OVER = 3_600_000_000_000n
const START = 1_767_225_600_000_000_000n

interface Sample {
  readonly ns: bigint
  readonly n: number
}

/** Of the samples of the last `overNs` before `nowNs`. */
function made(op: WindowOp, samples: readonly Sample[], nowNs: bigint, overNs: bigint): number | undefined {
  const numbers = samples.filter(({ ns }) => ns > nowNs - overNs).map(({ n }) => n)
  const sum = numbers.reduce((a, b) => a + b, 0)
  if (op === 'count') return numbers.length
  if (op === 'sum') return sum
  if (op === 'distinct') return new Set(numbers).size
  if (numbers.length === 0) return undefined
  return op === 'mean' ? sum / numbers.length : op === 'max' ? Math.max(...numbers) : Math.min(...numbers)
}

test.each([1, 2, 3])(
  'of any number of values: none leaves early, and none stays longer than a 128th of the window, seed %i',
  (seed) => {
    const random = randomOf(seed)
    const windows = (['count', 'sum', 'max', 'min'] as const).map((op) => ({ op, window: new ValueWindow({ op, overNs: OVER }) }))
    const samples: Sample[] = []
    let now = START
    let most = 0
    for (let i = 0; i < 20_000; i++) {
      // Hours with many values, and hours with few.
      now += BigInt(Math.floor(random() * (i % 6000 < 5000 ? 2e9 : 60e9)))
      const n = Math.floor(random() * 1000)
      samples.push({ ns: now, n })
      for (const { window } of windows) {
        window.leaveUpTo(now - OVER)
        window.add(now, n)
        most = Math.max(most, window.groups().length)
      }
      if (i % 97 !== 0) continue
      const later = now + BigInt(Math.floor(random() * 1e12))
      for (const { op, window } of windows) {
        const recent = samples.slice(-6000)
        const copy = new ValueWindow({ op, overNs: OVER })
        copy.restore(window.groups(), window.epoch, window.start)
        copy.leaveUpTo(later - OVER)
        const found = copy.result(op)
        const [exact, longest] = [made(op, recent, later, OVER), made(op, recent, later, OVER + OVER / BigInt(SLICES) + 1n)]
        if (found === undefined) expect(exact).toBe(undefined)
        else if (op === 'min') expect([found <= (exact ?? found), found >= longest!]).toEqual([true, true])
        else expect([found >= (exact ?? found), found <= longest!]).toEqual([true, true])
      }
    }
    expect(most).toBeLessThanOrEqual(MAX_GROUPS)
    expect(most).toBeGreaterThan(MAX_GROUPS - 10)
  },
)

test('up to 512 values it is exact', () => {
  const window = new ValueWindow({ op: 'sum', overNs: OVER })
  const samples = Array.from({ length: MAX_GROUPS }, (_, i) => ({ ns: START + BigInt(i) * 1_000_000_000n, n: i }))
  for (const { ns, n } of samples) window.add(ns, n)
  for (let seconds = 3590; seconds < 4200; seconds += 7) {
    const now = START + BigInt(seconds) * 1_000_000_000n
    window.leaveUpTo(now - OVER)
    expect(window.result('sum')).toBe(made('sum', samples, now, OVER))
  }
})

test('clocks that are far apart do not make a window grow', () => {
  const window = new ValueWindow({ op: 'count', overNs: OVER })
  const random = randomOf(5)
  for (let i = 0; i < 3000; i++) window.add(START + BigInt(Math.floor(random() * 1e7)) * 1_000_000_000n, 1)
  expect(window.groups().length).toBeLessThanOrEqual(MAX_GROUPS)
  expect(window.result('count')).toBe(3000)
})

test('up to 1024 texts are told apart exactly, of more at least so many', () => {
  const window = new ValueWindow({ op: 'distinct', overNs: OVER })
  const random = randomOf(6)
  for (let i = 0; i < 50_000; i++) window.add(START + BigInt(i), Math.floor(random() * MAX_DISTINCT))
  expect(window.result('distinct')).toBe(MAX_DISTINCT)
  for (let i = 0; i < 20_000; i++) window.add(START + BigInt(50_000 + i), i)
  expect(window.groups().length).toBeLessThanOrEqual(2 * MAX_DISTINCT)
  expect(window.result('distinct')).toBeGreaterThanOrEqual(MAX_DISTINCT)
})

test.each([1, 2, 3, 4])('what is recorded bit by bit is what the window holds, also behind a later snapshot, seed %i', (seed) => {
  const random = randomOf(seed)
  const whole = (below: number): number => Math.floor(random() * below)
  for (const spec of [
    { op: 'sum', last: 5 },
    { op: 'mean', overNs: 50n },
    { op: 'distinct', overNs: 40n, last: 7 },
  ] as const) {
    const window = new ValueWindow(spec)
    const out = new ByteWriter()
    const entries: Buffer[] = []
    let mark: { epoch: number; end: number } | undefined
    let now = 1000n
    for (let i = 0; i < 400; i++) {
      now += BigInt(whole(5) - 1)
      window.add(now, whole(9))
      if (whole(3) === 0 && 'overNs' in spec) window.leaveUpTo(now - spec.overNs)
      if (whole(4) !== 0) continue
      out.clear()
      writeWindow(out, window, mark?.epoch === window.epoch ? mark.end : undefined)
      entries.push(Buffer.from(out.bytes()))
      mark = { epoch: window.epoch, end: window.end }
      // A snapshot of now, and behind it the journal from some time before.
      out.clear()
      writeWindow(out, window, undefined)
      let known: RecordedWindow | undefined = readWindow(new ByteReader(Buffer.from(out.bytes())), undefined)
      for (const entry of entries.slice(-1 - whole(4))) known = readWindow(new ByteReader(entry), known)
      expect(known.groups).toEqual(window.groups())
    }
    let read: RecordedWindow | undefined
    for (const entry of entries) read = readWindow(new ByteReader(entry), read)
    expect(read!.start + read!.groups.length).toBe(mark!.end)
  }
})

test('a part of a window that goes on from what is not there is a broken record', () => {
  const window = new ValueWindow({ op: 'sum', overNs: OVER })
  for (let i = 0; i < 5; i++) window.add(START + BigInt(i), i)
  const out = new ByteWriter()
  writeWindow(out, window, 3)
  const entry = Buffer.from(out.bytes())
  expect(() => readWindow(new ByteReader(entry), undefined)).toThrow(BrokenRecord)
  const known = { epoch: 0, start: 0, groups: window.groups().slice(0, 2) }
  expect(() => readWindow(new ByteReader(entry), known)).toThrow(BrokenRecord)
})

test('what a journal says of an epoch before that of a snapshot is behind it', () => {
  const window = new ValueWindow({ op: 'sum', overNs: OVER })
  window.add(START, 5)
  const out = new ByteWriter()
  writeWindow(out, window, undefined)
  const known = { epoch: 1, start: 4, groups: window.groups() }
  expect(readWindow(new ByteReader(Buffer.from(out.bytes())), known)).toBe(known)
})
