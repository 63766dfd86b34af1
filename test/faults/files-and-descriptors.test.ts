/**
 * Far more logs than file descriptors: 10,000 followed by a process that may open 256 files, while they are written, rotated and deleted, a
 * scraper scrapes and others hold as many connections as they get. No line is lost or counts twice, none takes 5 seconds, nothing breaks.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Exporter, MAIN, Scratch, sum, until } from '../real/workbench.ts'
import { ManyFiles } from './many-files.ts'
import { judged, MAPPING, randomOf, wordsOf } from './truth.ts'

const IS_LONG = process.env.AGENTLOG_LONG === '1'
const FILES = 10_000
const LINES = IS_LONG ? 600_000 : 60_000
const LINES_PER_SECOND = 2000
const DESCRIPTORS = 256
const IDLE_CONNECTIONS = 100
const BITS = 40

let scratch: Scratch
beforeEach(() => {
  scratch = new Scratch()
})
afterEach(() => scratch.remove())

/** Scrapes all the time, and knows when each line was seen first. */
class Scraper {
  scrapes = 0
  decreases = 0
  failures = 0
  notDurable = 0
  mostDescriptors = 0
  readonly latenciesMs: number[] = []
  readonly #exporter: Exporter
  readonly #writtenMs: Float64Array
  readonly #seen: Uint8Array
  readonly #last = new Map<number, number>()
  #isOver = false

  constructor(exporter: Exporter, writtenMs: Float64Array) {
    this.#exporter = exporter
    this.#writtenMs = writtenMs
    this.#seen = new Uint8Array(writtenMs.length)
  }

  async run(): Promise<void> {
    while (!this.#isOver) {
      await this.#scrape().catch(() => this.failures++)
      this.mostDescriptors = Math.max(this.mostDescriptors, descriptorsOf(this.#exporter))
      await pause(200)
    }
  }

  stop(): void {
    this.#isOver = true
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
    for (let bit = 0; bit < BITS; bit++) {
      const n = word * BITS + bit
      if (this.#seen[n] !== 0 || Math.floor(value / 2 ** bit) % 2 === 0) continue
      this.#seen[n] = 1
      this.latenciesMs.push(nowMs - this.#writtenMs[n]!)
    }
  }
}

function descriptorsOf(exporter: Exporter): number {
  return readdirSync(`/proc/${exporter.child.pid}/fd`).length
}

function cpuSecondsOf(exporter: Exporter): number {
  const stat = readFileSync(`/proc/${exporter.child.pid}/stat`, 'utf8')
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
  return (Number(user) + Number(system)) / 100
}

/** Connections that ask for nothing. The server may end them; they come back. */
function hoard(url: string, count: number): () => void {
  const { hostname, port } = new URL(url)
  const sockets = new Set<Socket>()
  let isOver = false
  const open = (): void => {
    const socket = connect(Number(port), hostname)
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => {
      sockets.delete(socket)
      if (!isOver) setTimeout(open, 1000)
    })
  }
  for (let i = 0; i < count; i++) open()
  return () => {
    isOver = true
    for (const socket of sockets) socket.destroy()
  }
}

test(`${FILES} logs and ${DESCRIPTORS} file descriptors: ${LINES} lines, rotations, deletions`, async () => {
  const seed = Number(process.env.AGENTLOG_SEED ?? Date.now() % 1_000_000)
  const many = new ManyFiles({
    folder: scratch.file('logs'),
    files: FILES,
    hotFiles: 20,
    lines: LINES,
    linesPerSecond: LINES_PER_SECOND,
    quietMs: 6000,
    random: randomOf(seed),
  })
  const mapping = scratch.write('m.yaml', MAPPING)
  const limited = ['sh', '-c', `ulimit -n ${DESCRIPTORS}; exec "$@"`, 'sh']
  const flags = ['-c', mapping, '--state.dir', scratch.file('state'), scratch.file('logs/*.log')]
  const exporter = await Exporter.startUnder(limited, MAIN, ...flags)
  await until('all files', async () =>
    sum(await exporter.scrape(), 'agentlog_source_files', 'open') === FILES ? true : undefined,
  )
  const scraper = new Scraper(exporter, many.writtenMs)
  const letGo = hoard(exporter.url, IDLE_CONNECTIONS)
  const startMs = performance.now()
  const cpuBefore = cpuSecondsOf(exporter)
  const scraping = scraper.run()
  await many.write()
  const cpu = (cpuSecondsOf(exporter) - cpuBefore) / ((performance.now() - startMs) / 1000)
  await until('all lines', async () => (judged(await exporter.scrape(), LINES).lost === 0 ? true : undefined), 10_000).catch(
    () => {},
  )
  scraper.stop()
  letGo()
  await scraping
  const text = await exporter.scrape()
  const latencies = scraper.latenciesMs.sort((a, b) => a - b)
  const outcome = {
    seed,
    ...judged(text, LINES),
    decreases: scraper.decreases,
    failures: scraper.failures,
    notDurable: scraper.notDurable,
    missedBytes: sum(text, 'agentlog_source_vanished_unread_bytes_total'),
  }
  const { rotations, deletions, hotDeletions } = many
  console.log(outcome, {
    rotations,
    deletions,
    hotDeletions,
    scrapes: scraper.scrapes,
    p50Ms: Math.round(latencies[latencies.length >> 1]!),
    p99Ms: Math.round(latencies[Math.floor(latencies.length * 0.99)]!),
    maxMs: Math.round(latencies.at(-1)!),
    mostDescriptors: scraper.mostDescriptors,
    cpuPercent: Math.round(cpu * 100),
    peakRssMb: Math.round(exporter.peakRssBytes / 2 ** 20),
  })
  expect(outcome).toEqual({ seed, lost: 0, double: 0, decreases: 0, failures: 0, notDurable: 0, missedBytes: 0 })
  expect(latencies.at(-1)).toBeLessThan(5000)
  expect(scraper.mostDescriptors).toBeLessThanOrEqual(DESCRIPTORS)
  expect(exporter.stderr).not.toContain('EMFILE')
  expect(Math.min(rotations, deletions, hotDeletions)).toBeGreaterThan(20)
  expect(await exporter.stop('SIGTERM')).toBe(0)
})
