/** Numbers as people read them. */
import { expect, test } from 'vitest'
import { bytes, count, counted, duration, percent, rate } from '../../src/page/figures.ts'

test('counts have groups and nouns', () => {
  expect([count(1_234_567), counted(1, 'line'), counted(0, 'line'), counted(12_000, 'line')]).toEqual([
    '1,234,567',
    '1 line',
    '0 lines',
    '12,000 lines',
  ])
})

test('bytes have the unit that leaves two or three digits', () => {
  expect([0, 999, 1000, 9949, 9951, 999_499, 999_500, 1.5e9, 1e18].map(bytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '9.9 kB',
    '10 kB',
    '999 kB',
    '1.0 MB',
    '1.5 GB',
    '1000 PB',
  ])
})

test('rates and durations say no more than they know', () => {
  expect([0, 0.01, 0.5, 9.94, 1234.6].map(rate)).toEqual(['0', '< 0.1', '0.5', '9.9', '1,235'])
  expect([0, 59, 119, 120, 7199, 7200, 172_800].map(duration)).toEqual([
    '< 1 s',
    '59 s',
    '119 s',
    '2 min',
    '119 min',
    '2 h',
    '2 d',
  ])
})

test('a share is 0 % or 100 % only if it is', () => {
  expect([percent(0, 0), percent(0, 9), percent(1, 1000), percent(1, 3), percent(999, 1000), percent(9, 9)]).toEqual([
    '0 %',
    '0 %',
    '< 1 %',
    '33 %',
    '> 99 %',
    '100 %',
  ])
})
