/** How many passwords an address may try, whose address is whose, and that the table of addresses is bounded. */
import { expect, test } from 'vitest'
import { FailedLogins, MAX_ADDRESSES, networkOf } from '../../../src/server/guard/failed-logins.ts'

function counted(): { failed: FailedLogins; wait: (ms: number) => void; triesOf: (address: string | undefined) => number } {
  let nowMs = 0
  const failed = new FailedLogins(() => nowMs)
  const triesOf = (address: string | undefined): number => {
    let tries = 0
    while (tries < 1000 && !('retryAfterMs' in failed.begin(address))) tries++
    return tries
  }
  const wait = (ms: number): void => {
    nowMs += ms
  }
  return { failed, wait, triesOf }
}

test('ten at once, then one every six seconds, ten at most after a long time', () => {
  const { failed, wait, triesOf } = counted()
  expect(triesOf('10.0.0.1')).toBe(10)
  expect(failed.begin('10.0.0.1')).toEqual({ retryAfterMs: 6000 })
  wait(5999)
  expect(triesOf('10.0.0.1')).toBe(0)
  wait(1)
  expect(triesOf('10.0.0.1')).toBe(1)
  wait(86_400_000)
  expect(triesOf('10.0.0.1')).toBe(10)
})

test('one that succeeded is given back, and no more than were taken', () => {
  const { failed, triesOf } = counted()
  for (let i = 0; i < 100; i++) {
    const attempt = failed.begin('10.0.0.1')
    if ('succeeded' in attempt) attempt.succeeded()
  }
  expect(triesOf('10.0.0.1')).toBe(10)
})

test('an address does not pay for another, but all of a /64 of IPv6 are one', () => {
  const { triesOf } = counted()
  expect([triesOf('10.0.0.1'), triesOf('10.0.0.2'), triesOf('::ffff:10.0.0.1')]).toEqual([10, 10, 0])
  expect([triesOf('2001:db8:1:2::1'), triesOf('2001:db8:1:2:ffff::9'), triesOf('2001:db8:1:3::1')]).toEqual([10, 0, 10])
  expect([triesOf(undefined), triesOf(undefined)]).toEqual([10, 0])
})

test.each([
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['1::2:3:4:5', '1:0:0:0::/64'],
  ['10.0.0.1', '10.0.0.1'],
])('%s is of %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

test('so many addresses are remembered and no more: the one that tried longest ago is forgotten', () => {
  const { triesOf, failed } = counted()
  const address = (i: number): string => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`
  triesOf(address(0))
  for (let i = 1; i < MAX_ADDRESSES; i++) failed.begin(address(i))
  expect(triesOf(address(0))).toBe(0)
  triesOf(address(1))
  failed.begin(address(MAX_ADDRESSES))
  expect(triesOf(address(1))).toBe(0)
  expect(triesOf(address(2))).toBe(10)
})
