/** A scraper that never rests, and knows when each line of a writer was seen first: what it saw fall, fail or come late. */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { type Exporter, sum } from '../real/workbench.ts'
import { linesIn, wordsOf } from './digits.ts'

export class Witness {
  scrapes = 0
  decreases = 0
  failures = 0
  notDurable = 0
  mostDescriptors = 0
  readonly #exporter: Exporter
  readonly #writtenMs: Float64Array
  readonly #seen: Uint8Array
  readonly #last = new Map<number, number>()
  readonly #latenciesMs: number[] = []
  readonly #startMs = performance.now()
  readonly #cpuBefore: number
  #isOver = false

  /** `writtenMs`: by line. */
  constructor(exporter: Exporter, writtenMs: Float64Array) {
    this.#exporter = exporter
    this.#writtenMs = writtenMs
    this.#seen = new Uint8Array(writtenMs.length)
    this.#cpuBefore = cpuSecondsOf(exporter)
  }

  async run(): Promise<void> {
    while (!this.#isOver) {
      await this.#scrape().catch(() => this.failures++)
      this.mostDescriptors = Math.max(this.mostDescriptors, readdirSync(`/proc/${this.#exporter.child.pid}/fd`).length)
      await pause(200)
    }
  }

  stop(): void {
    this.#isOver = true
  }

  /** Of all lines but this share. */
  latencyMs(share: number): number {
    const sorted = this.#latenciesMs.sort((a, b) => a - b)
    return Math.round(sorted[Math.ceil(sorted.length * (1 - share)) - 1]!)
  }

  get cpuPercent(): number {
    const seconds = (performance.now() - this.#startMs) / 1000
    return Math.round(((cpuSecondsOf(this.#exporter) - this.#cpuBefore) / seconds) * 100)
  }

  async #scrape(): Promise<void> {
    const text = await this.#exporter.scrape()
    const nowMs = performance.now()
    this.scrapes++
    if (sum(text, 'agentlog_state_durable') !== 1) this.notDurable++
    for (const [word, value] of wordsOf(text)) {
      const before = this.#last.get(word) ?? 0
      if (value < before) this.decreases++
      if (value !== before) this.#noteWord(word, value, nowMs)
      this.#last.set(word, value)
    }
  }

  #noteWord(word: number, value: number, nowMs: number): void {
    for (const n of linesIn(word, value)) {
      if (this.#seen[n] !== 0) continue
      this.#seen[n] = 1
      this.#latenciesMs.push(nowMs - this.#writtenMs[n]!)
    }
  }
}

function cpuSecondsOf(exporter: Exporter): number {
  const stat = readFileSync(`/proc/${exporter.child.pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
