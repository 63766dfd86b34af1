/** Files are followed by a clock that never goes back; what the wall shows, and what times files bear, makes no difference. */
import { appendFileSync, closeSync, openSync, renameSync, utimesSync, writeSync } from 'node:fs'
import { afterEach, expect, test, vi } from 'vitest'
import { randomOf } from '../faults/random.ts'
import { Following } from './following.ts'

const DAY_MS = 86_400_000
let following: Following
afterEach(async () => {
  vi.useRealTimers()
  await following.stop()
})

test('the wall clock and the times of files jump by years: every line is read once', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 5, 1) })
  following = await new Following({ patterns: ['*.log*'] }).start()
  const random = randomOf(3)
  const log = following.path('a.log')
  const expected: string[] = []
  for (let round = 0; round < 60; round++) {
    const line = `line ${round}`
    expected.push(line)
    appendFileSync(log, `${line}\n`)
    const seconds = Math.floor(random() * 4e9)
    if (random() < 0.7) utimesSync(log, seconds, seconds)
    if (round % 15 === 14) renameSync(log, following.path(`a.log.${round}`))
    vi.setSystemTime((random() - 0.5) * 20_000 * DAY_MS + Date.UTC(2026, 5, 1))
    if (random() < 0.5) await following.settle()
  }
  await following.settle()
  expect(following.taken().sort()).toEqual(expected.sort())
  expect(following.changes('truncated')).toBe(0)
})

test('a day goes by between two looks: a renamed file is read to its end before it is let go', async () => {
  following = await new Following({ patterns: ['a.log'], rotateWaitMs: 60_000 }).start()
  const fd = openSync(following.path('a.log'), 'a')
  writeSync(fd, 'one\n')
  await following.settle()
  writeSync(fd, 'two\nthree\n')
  renameSync(following.path('a.log'), following.path('gone'))
  appendFileSync(following.path('a.log'), 'new\n')
  await following.time.step(DAY_MS)
  writeSync(fd, 'late\n')
  closeSync(fd)
  await following.settle()
  expect(following.taken().sort()).toEqual(['late', 'new', 'one', 'three', 'two'])
})
