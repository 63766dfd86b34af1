/** Scrapes fifty times a second whoever serves at an address, and holds what it saw before and the truth against what it sees. */
import { setTimeout as pause } from 'node:timers/promises'
import { wordAfter, wordsOf } from './digits.ts'

const INTERVAL_MS = 20

export class Scraper {
  scrapes = 0
  /** Series that fell or vanished. */
  decreases = 0
  /** Series that were higher than all lines that had been begun. */
  aboveTruth = 0
  readonly #url: string
  readonly #begun: () => number
  readonly #most = new Map<number, number>()
  readonly #running: Promise<void>
  #isOver = false

  /** `begun`: how many lines the writer has begun to write. */
  constructor(url: string, begun: () => number) {
    this.#url = url
    this.#begun = begun
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await this.#running
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      const nextMs = performance.now() + INTERVAL_MS
      await this.#scrape()
      await pause(Math.max(1, nextMs - performance.now()))
    }
  }

  async #scrape(): Promise<void> {
    const response = await fetch(`${this.#url}/metrics`).catch(() => undefined)
    const text = response?.status === 200 ? await response.text().catch(() => '') : ''
    if (text === '') return
    this.scrapes++
    const words = wordsOf(text)
    const begun = this.#begun()
    for (const [word, most] of this.#most) if ((words.get(word) ?? 0) < most) this.decreases++
    for (const [word, value] of words) {
      if (value === this.#most.get(word)) continue
      if (value > wordAfter(word, begun)) this.aboveTruth++
      this.#most.set(word, value)
    }
  }
}
