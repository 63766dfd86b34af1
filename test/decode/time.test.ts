import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json } from '../../src/decode/path.ts'
import { parseTime, timeParser } from '../../src/decode/time.ts'

const utc = timeParser('UTC')
/** The same instant by Date, plus nanoseconds that it does not know. */
const ns = (iso: string, nanos = 0n): bigint => BigInt(Date.parse(iso)) * 1_000_000n + nanos
const f = (raw: Json, expected: bigint | undefined, parse = utc): void => expect([raw, parse(raw)]).toEqual([raw, expected])

test('RFC 3339 is read with any fraction, with T or a space, with Z or an offset', () => {
  const second = ns('2026-01-31T12:34:56Z')
  f('2026-01-31T12:34:56Z', second)
  f('2026-01-31t12:34:56z', second)
  f('2026-01-31 12:34:56Z', second)
  f('2026-01-31T12:34:56.7Z', second + 700_000_000n)
  f('2026-01-31T12:34:56,789Z', second + 789_000_000n)
  f('2026-01-31T12:34:56.123456789Z', second + 123_456_789n)
  f('2026-01-31T12:34:56.12345678999999Z', second + 123_456_789n)
  f('2026-01-31T14:34:56+02:00', second)
  f('2026-01-31T14:34:56+0200', second)
  f('2026-01-31T14:34:56+02', second)
  f('2026-01-31T07:04:56.000000001-05:30', second + 1n)
  f('2026-01-31T12:34:56', second)
  f('2026-01-31 12:34:56,789', second + 789_000_000n)
  f('2016-12-31T23:59:60Z', ns('2017-01-01T00:00:00Z'))
  f('2024-02-29T00:00:00Z', ns('2024-02-29T00:00:00Z'))
  f('2000-02-29T00:00:00Z', ns('2000-02-29T00:00:00Z'))
})

test('the years are 1970 to 2199, in UTC', () => {
  f('1970-01-01T00:00:00Z', 0n)
  f('1969-12-31T23:59:59Z', undefined)
  f('1970-01-01T00:00:00+01:00', undefined)
  f('1969-12-31T23:30:00-01:00', 1_800_000_000_000n)
  f('2199-12-31T23:59:59.999999999Z', ns('2199-12-31T23:59:59Z', 999_999_999n))
  f('2200-01-01T00:00:00Z', undefined)
  f('2200-01-01T00:30:00+01:00', ns('2199-12-31T23:30:00Z'))
  f('0001-01-01T00:00:00Z', undefined)
  f('9999-12-31T23:59:59.999999999Z', undefined)
  f('0000-00-00T00:00:00Z', undefined)
})

test('at the ends of the years, and in a leap second, a zone makes no difference to what is a time', () => {
  const [tokyo, newYork] = [timeParser('Asia/Tokyo'), timeParser('America/New_York')]
  f('1970-01-01T00:00:00', undefined, tokyo)
  f('1970-01-01T09:00:00', 0n, tokyo)
  f('1969-12-31T19:00:00', 0n, newYork)
  f('2199-12-31T19:00:00', undefined, newYork)
  f('2199-12-31T18:59:59', ns('2199-12-31T23:59:59Z'), newYork)
  f('0001-01-01T00:00:00', undefined, tokyo)
  f('9999-12-31T23:59:59', undefined, newYork)
  f('2017-01-01T08:59:60', ns('2017-01-01T00:00:00Z'), tokyo)
  f('2016-12-31T18:59:60', ns('2017-01-01T00:00:00Z'), newYork)
  // Half an hour forward and back.
  const lordHowe = timeParser('Australia/Lord_Howe')
  f('2026-10-04T02:15:00', ns('2026-10-03T15:45:00Z'), lordHowe)
  f('2026-04-05T01:45:00', ns('2026-04-04T14:45:00Z'), lordHowe)
})

test('what only Date.parse would read is no time', () => {
  const texts = `2026-1-31T12:34:56Z|2026-01-31|2026-01-31T12:34Z|2026-02-29T00:00:00Z|2100-02-29T00:00:00Z|2026-13-01T00:00:00Z
2026-00-01T00:00:00Z|2026-01-00T00:00:00Z|2026-04-31T00:00:00Z|2026-01-31T24:00:00Z|2026-01-31T12:60:00Z|2026-01-31T12:00:61Z
2026-01-31T12:34:56.Z|2026-01-31T12:34:56Zulu|2026-01-31T12:34:56 Z|2026-01-31T12:34:56+2:00|2026-01-31T12:34:56+02:0|2026-01-31T12:34:56+24:00
2026-01-31T12:34:56+02:60|2026-01-31T12:34:56+02:00x|2026-01-31T12:34:56+|2026-01-31x12:34:56Z|2026/01/31 12:34:56|+2026-01-31T12:34:56Z
Sat, 31 Jan 2026 12:34:56 GMT|yesterday||-|2026-01-31T1x:34:56Z|2026-٠1-31T12:34:56Z|2026-01-31T12:34:56.1234x`.split(/[|\n]/)
  for (const text of texts) f(text, undefined)
  f(` 2026-01-31T12:34:56Z`, undefined)
  f(`2026-01-31T12:34:56.${'1'.repeat(100_000)}Z`, undefined)
})

test('the size of an epoch number is its unit, as a number, bigint or text', () => {
  const at = 1_769_862_896_789_000_000n
  f(1769862896, 1_769_862_896_000_000_000n)
  f(1769862896.789, at)
  f(1769862896789, at)
  f(1769862896789.25, at + 250_000n)
  f(1769862896789123, at + 123_000n)
  f(1769862896789123456n, at + 123_456n)
  f('1769862896', 1_769_862_896_000_000_000n)
  f('1769862896.789012345', at + 12_345n)
  f('1769862896,789', at)
  f('1769862896.78901234567', at + 12_345n)
  f('1769862896789', at)
  f('1769862896789123.5', at + 123_500n)
  f('1769862896789123456', at + 123_456n)
  f('1769862896789123456.9', at + 123_456n)
  f(0, 0n)
  f(7258118399, 7_258_118_399_000_000_000n)
  f(100000000000, 100_000_000_000_000_000n)
})

test('a number between the units, below 0 or past 2199 is no time', () => {
  for (const raw of [-1, -0.5, 7258118400, 99999999999, 7258118400000, 9e13, 8e15, 9e16, 1e21, 1e300, Number.POSITIVE_INFINITY])
    f(raw, undefined)
  for (const raw of ['-1', '+1769862896', '1769862896.', '.5', '1e9', '0x69', '1 769 862 896', '9'.repeat(20), '1'.repeat(1e6)])
    f(raw, undefined)
  f(7_258_118_400_000_000_000n, undefined)
  f(10n ** 30n, undefined)
})

test('[s, ns] is a time; other lists, objects and booleans are none', () => {
  f([1769862896, 789000001], 1_769_862_896_789_000_001n)
  f([0, 0], 0n)
  const none: Json[] = [
    [],
    [1],
    [1, 2, 3],
    [1.5, 0],
    [1, 1e9],
    [1, -1],
    [-1, 0],
    ['1', '2'],
    [7258118400, 0],
    {},
    true,
    false,
    null,
    undefined,
  ]
  for (const raw of none) f(raw, undefined)
})

test('a naive time is of the zone; in a gap the offset before holds, of two times the first is meant', () => {
  const berlin = timeParser('Europe/Berlin')
  f('2026-01-31T12:34:56', ns('2026-01-31T11:34:56Z'), berlin)
  f('2026-07-01 12:34:56,5', ns('2026-07-01T10:34:56.500Z'), berlin)
  f('2026-07-01T12:34:56Z', ns('2026-07-01T12:34:56Z'), berlin)
  f('2026-03-29T01:59:59', ns('2026-03-29T00:59:59Z'), berlin)
  f('2026-03-29T02:30:00', ns('2026-03-29T01:30:00Z'), berlin) // 03:30 summer time
  f('2026-03-29T03:00:00', ns('2026-03-29T01:00:00Z'), berlin)
  f('2026-10-25T02:30:00', ns('2026-10-25T00:30:00Z'), berlin) // still summer time
  f('2026-10-25T03:00:00', ns('2026-10-25T02:00:00Z'), berlin)
  f('2026-01-31T12:00:00', ns('2026-01-31T06:15:00Z'), timeParser('Asia/Kathmandu'))
  f('2026-11-01T01:30:00', ns('2026-11-01T05:30:00Z'), timeParser('America/New_York'))
  f('2011-12-31T00:00:00', ns('2011-12-30T10:00:00Z'), timeParser('Pacific/Apia')) // which had no 30th
})

test('epoch numbers know no zone; an unknown zone is UTC', () => {
  f(1769862896, 1_769_862_896_000_000_000n, timeParser('Asia/Tokyo'))
  f('2026-01-31T12:34:56', ns('2026-01-31T12:34:56Z'), timeParser('Mars/Olympus'))
  expect(parseTime('2026-01-31T12:34:56', 'Asia/Tokyo')).toBe(ns('2026-01-31T03:34:56Z'))
})

const INSTANT_MS = fc.integer({ min: 0, max: 7_258_118_399_999 })

test('what Date writes is read back, with any offset (property)', () => {
  fc.assert(
    fc.property(INSTANT_MS, fc.integer({ min: -719, max: 719 }), (ms, offsetMinutes) => {
      expect(utc(new Date(ms).toISOString())).toBe(BigInt(ms) * 1_000_000n)
      fc.pre(ms + offsetMinutes * 60_000 >= 0)
      const local = new Date(ms + offsetMinutes * 60_000).toISOString().slice(0, -1)
      const [h, m] = [Math.floor(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60].map((n) =>
        String(n).padStart(2, '0'),
      )
      expect(utc(`${local}${offsetMinutes < 0 ? '-' : '+'}${h}:${m}`)).toBe(BigInt(ms) * 1_000_000n)
    }),
  )
})

test('what a zone shows for an instant is read back, but for the second of two times (property)', () => {
  const zones = [
    'Europe/Berlin',
    'America/New_York',
    'America/St_Johns',
    'Australia/Lord_Howe',
    'Asia/Kolkata',
    'Africa/Casablanca',
    'America/Sao_Paulo',
  ]
  for (const zone of zones) {
    const parse = timeParser(zone)
    const show = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
    fc.assert(
      fc.property(fc.integer({ min: 90_000_000, max: 2_000_000_000 }), (seconds) => {
        const text = show.format(seconds * 1000)
        const read = Number(parse(text)! / 1_000_000_000n)
        expect(show.format(read * 1000)).toBe(text)
        expect(read).toBeLessThanOrEqual(seconds)
        expect(seconds - read).toBeLessThanOrEqual(7200)
      }),
      { numRuns: 60 },
    )
  }
})

test('nothing makes reading a time throw, and what it gives is in range (property)', () => {
  const almost = fc.stringMatching(/^20[0-9]{2}-[01][0-9]-[0-3][0-9][T ][0-9:.,Z+-]{6,20}$/)
  const raw = fc.oneof(
    fc.anything({ withBigInt: true, maxDepth: 2 }),
    almost,
    fc.string(),
    fc.double(),
    fc.tuple(fc.double(), fc.double()),
  )
  fc.assert(
    fc.property(raw, (value) => {
      const time = utc(value as Json)
      expect(time === undefined || (time >= 0n && time < 7_258_118_400_000_000_000n)).toBe(true)
    }),
    { numRuns: 1000 },
  )
})
