import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mayBeRounded, parseExact } from '../../src/decode/exact-integers.ts'

test('integers past 2^53 keep their digits, everything else is as JSON.parse gives it', () => {
  const line =
    '{"id":12345678901234567890,"in":[-9007199254740993],"f":1234567890123456.5,"t":"12345678901234567890","e":1234567890123456e3}'
  expect(parseExact(line)).toEqual({
    id: 12345678901234567890n,
    in: [-9007199254740993n],
    f: 1234567890123456.5,
    t: '12345678901234567890',
    e: 1234567890123456e3,
  })
})

test('no text of a line can pose as a number or as a marker', () => {
  const line = JSON.stringify({ a: 'i123', i123: 's', 's"\\': '\\"', big: 1 }).replace('1}', '12345678901234567890}')
  expect(parseExact(line)).toEqual({ a: 'i123', i123: 's', 's"\\': '\\"', big: 12345678901234567890n })
})

test('for values without long integers it equals JSON.parse', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const line = JSON.stringify(value)
      fc.pre(!/\d{16}/.test(line))
      expect(parseExact(line)).toEqual(JSON.parse(line))
    }),
  )
})

test('a rounded integer, or an object on a line with a long integer, asks for exactness', () => {
  expect(mayBeRounded(2 ** 53, '')).toBe(true)
  expect(mayBeRounded(2 ** 53 - 1, '')).toBe(false)
  expect(mayBeRounded('12345678901234567890', '12345678901234567890')).toBe(false)
  expect(mayBeRounded([1], '[12345678901234567890]')).toBe(true)
  expect(mayBeRounded([1], '[1]')).toBe(false)
})
