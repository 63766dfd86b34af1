/**
 * The built exporter, killed at random moments while a log is written and rotated: no line is lost, none counts twice, and no scraper ever
 * sees a counter fall. The short form runs in CI, the long one with AGENTLOG_LONG=1.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Exporter, Scratch, until } from '../real/workbench.ts'
import { judged, MAPPING, randomOf, wordsOf, writeLog } from './truth.ts'

const IS_LONG = process.env.AGENTLOG_LONG === '1'
const KILLS = IS_LONG ? 1000 : 100
const LINES = IS_LONG ? 1_000_000 : 200_000
const MEAN_LIFE_MS = 550

let scratch: Scratch
beforeEach(() => {
  scratch = new Scratch()
})
afterEach(() => scratch.remove())

/** Scrapes 50 times a second whoever serves there, and remembers the most that it saw. */
class Scraper {
  scrapes = 0
  decreases = 0
  url = ''
  readonly #most = new Map<number, number>()
  #isOver = false

  async run(): Promise<void> {
    while (!this.#isOver) {
      await this.#scrape()
      await pause(20)
    }
  }

  stop(): void {
    this.#isOver = true
  }

  async #scrape(): Promise<void> {
    const response = await fetch(`${this.url}/metrics`).catch(() => undefined)
    const text = response?.status === 200 ? await response.text().catch(() => '') : ''
    if (text === '') return
    this.scrapes++
    const words = wordsOf(text)
    for (const [word, most] of this.#most) if ((words.get(word) ?? 0) < most) this.decreases++
    for (const [word, value] of words) this.#most.set(word, value)
  }
}

test.each([
  ['every generation matches', 'app.log*'],
  ['only the live name matches', 'app.log'],
])(`${KILLS} kills while ${LINES} lines are written and rotated: %s`, async (_, pattern) => {
  const seed = Number(process.env.AGENTLOG_SEED ?? Date.now() % 1_000_000)
  const random = randomOf(seed)
  const log = scratch.write('app.log', '')
  const mapping = scratch.write('m.yaml', MAPPING)
  const flags = ['-c', mapping, '--state.dir', scratch.file('state'), scratch.file(pattern)]
  const scraper = new Scraper()
  let exporter = await Exporter.start(...flags)
  scraper.url = exporter.url
  const scraping = scraper.run()
  const linesPerSecond = LINES / ((KILLS * MEAN_LIFE_MS) / 1000)
  const writing = writeLog({ log, lines: LINES, linesPerSecond, rotateEvery: 5000, random })
  for (let kill = 0; kill < KILLS; kill++) {
    await pause(random() * 500)
    await exporter.stop('SIGKILL')
    exporter = await Exporter.start(...flags)
    scraper.url = exporter.url
  }
  await writing
  const exposition = await until('all lines', async () => {
    const text = await exporter.scrape()
    return judged(text, LINES).lost === 0 && text.includes('agentlog_source_lag_bytes{source="files"} 0') ? text : undefined
  }).catch(() => exporter.scrape())
  scraper.stop()
  await scraping
  const outcome = { seed, ...judged(exposition, LINES), decreases: scraper.decreases, scrapes: scraper.scrapes }
  console.log(outcome)
  expect(outcome).toMatchObject({ lost: 0, double: 0, decreases: 0 })
  expect(scraper.scrapes).toBeGreaterThan(KILLS)
  expect(await exporter.stop('SIGTERM')).toBe(0)
})
