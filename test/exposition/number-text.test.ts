import fc from 'fast-check'
import { expect, test } from 'vitest'
import { boundText, valueText } from '../../src/exposition/number-text.ts'

test.each([
  [0, '0'],
  [-0, '0'],
  [1, '1'],
  [0.1, '0.1'],
  [-2.5, '-2.5'],
  [2 ** 53, '9007199254740992'],
  [1e21, '1e+21'],
  [1e-7, '1e-7'],
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, '+Inf'],
  [Number.NEGATIVE_INFINITY, '-Inf'],
])('the value %d is written %s', (value, text) => {
  expect(valueText(value)).toBe(text)
})

// What Go's strconv.FormatFloat(x, 'g', -1, 64) prints.
test.each([
  [0.05, '0.05'],
  [1, '1'],
  [0, '0'],
  [-1, '-1'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [0.000025, '2.5e-05'],
  [100000, '100000'],
  [999999, '999999'],
  [1000000, '1e+06'],
  [1048576, '1.048576e+06'],
  [2500000, '2.5e+06'],
  [1e21, '1e+21'],
  [1e100, '1e+100'],
  [1.5e-300, '1.5e-300'],
  [Number.POSITIVE_INFINITY, '+Inf'],
])('the bound %d is written %s, as Go does', (value, text) => {
  expect(boundText(value)).toBe(text)
})

test('what is written gives the same number again', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Number(valueText(value))).toBe(value === 0 ? 0 : value)
      expect(Number(boundText(value))).toBe(value === 0 ? 0 : value)
    }),
  )
})
