/** Who must still come for the last numbers. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LastScrape } from '../../src/server/last-scrape.ts'

let nowMs = 0
beforeEach(() => {
  nowMs = 1_000_000
  vi.useFakeTimers()
})
afterEach(() => vi.useRealTimers())

function waiting(lastScrape: LastScrape, mostMs = 1000) {
  const state: { outcome?: boolean } = {}
  void lastScrape.wait(mostMs).then((outcome) => {
    state.outcome = outcome
  })
  return async () => {
    await vi.advanceTimersByTimeAsync(0)
    return state.outcome
  }
}

test('everyone who scraped lately is waited for, and nobody else', async () => {
  const lastScrape = new LastScrape(() => nowMs)
  lastScrape.began('long gone')(true)
  nowMs += 300_000
  for (const scraper of ['a', 'b']) lastScrape.began(scraper)(true)
  const outcome = waiting(lastScrape)
  lastScrape.began('a')(true)
  lastScrape.began(undefined)(true)
  expect(await outcome()).toBeUndefined()
  lastScrape.began('b')(true)
  expect(await outcome()).toBe(true)
})

test('if nobody ever said that it scrapes, any one reader will do', async () => {
  const lastScrape = new LastScrape(() => nowMs)
  lastScrape.began(undefined)(true)
  const outcome = waiting(lastScrape)
  expect(await outcome()).toBeUndefined()
  lastScrape.began(undefined)(true)
  expect(await outcome()).toBe(true)
})

test('numbers that were rendered before the end are not the last ones', async () => {
  const lastScrape = new LastScrape(() => nowMs)
  const slow = lastScrape.began('a')
  const outcome = waiting(lastScrape)
  slow(true)
  expect(await outcome()).toBeUndefined()
})

test('who was shown a new series at 0 has not seen its value yet', async () => {
  const lastScrape = new LastScrape(() => nowMs)
  lastScrape.began('a')(true)
  const outcome = waiting(lastScrape)
  lastScrape.began('a')(false)
  expect(await outcome()).toBeUndefined()
  lastScrape.began('a')(true)
  expect(await outcome()).toBe(true)
})

test('the wait is bounded', async () => {
  const outcome = waiting(new LastScrape(() => nowMs), 1000)
  await vi.advanceTimersByTimeAsync(999)
  expect(await outcome()).toBeUndefined()
  await vi.advanceTimersByTimeAsync(1)
  expect(await outcome()).toBe(false)
})
