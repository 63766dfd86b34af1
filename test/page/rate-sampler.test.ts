/** How fast lines come, from tallies that only grow and a clock that is given. */
import { expect, test } from 'vitest'
import { RateSampler } from '../../src/page/rate-sampler.ts'
import { createOwnMetrics } from '../../src/telemetry/own-metrics.ts'

function sampled() {
  const own = createOwnMetrics()
  let nowMs = 0
  const sampler = new RateSampler(own, ['s'], () => nowMs)
  const second = (lines: number, lagBytes = 0): void => {
    own.lines.at('s', 'event').value += lines
    own.lagBytes.at('s').value = lagBytes
    nowMs += 1000
    sampler.tick()
  }
  return { sampler, second }
}

test('nothing is known at first', () => {
  const { sampler } = sampled()
  expect(sampler.paceOf('s')).toEqual({ rate10: 0, rate60: 0, history: [], isFallingBehind: false })
  expect(sampler.paceOf('unknown').rate10).toBe(0)
})

test('rates are means over ten seconds and a minute', () => {
  const { sampler, second } = sampled()
  for (let i = 0; i < 50; i++) second(60)
  for (let i = 0; i < 10; i++) second(120)
  expect(sampler.paceOf('s')).toMatchObject({ rate10: 120, rate60: 70 })
  expect(sampler.paceOf('s').history).toHaveLength(60)
  for (let i = 0; i < 60; i++) second(0)
  expect(sampler.paceOf('s')).toMatchObject({ rate10: 0, rate60: 0 })
  expect(sampler.paceOf('s').history).toHaveLength(60)
})

test('a source falls behind while its lag stays and grows, and not while it shrinks or was gone', () => {
  const { sampler, second } = sampled()
  for (let i = 1; i <= 20; i++) second(1, i * 10)
  expect(sampler.paceOf('s').isFallingBehind).toBe(true)
  second(1, 0)
  expect(sampler.paceOf('s').isFallingBehind).toBe(false)
  for (let i = 20; i > 0; i--) second(1, i * 10)
  expect(sampler.paceOf('s').isFallingBehind).toBe(false)
})
