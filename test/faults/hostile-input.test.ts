/**
 * Hostile lines through the built program: it lives, what it serves parses strictly, honest lines count exactly, memory stays bounded. The
 * short form runs in CI, the long one with AGENTLOG_LONG=1.
 */
import { appendFileSync, closeSync, openSync, renameSync, truncateSync, writeSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseOpenMetrics } from '../exposition/open-metrics-parser.ts'
import { parseText } from '../exposition/text-parser.ts'
import { Exporter, Scratch, sum, until } from '../real/workbench.ts'
import { FUZZ_MAPPING, Fuzzer } from './fuzz.ts'

const IS_LONG = process.env.AGENTLOG_LONG === '1'
const [BATCHES, LINES_PER_BATCH] = IS_LONG ? [100, 100_000] : [20, 1000]
const LONGEST_MS = 7_200_000
const LABEL_VALUES = 1_000_000
/** One hole that ends with a line feed, and a larger one that ends with a line. */
const HOLES = [2 ** 30, 10 * 2 ** 30] as const
const MEBIBYTE = 2 ** 20
const MAX_RSS_BYTES = 150e6
const OPEN_METRICS = { accept: 'application/openmetrics-text; version=1.0.0' }
const GOOD = '{"event":"good"}'
const GOOD_MAPPING = `version: 1
metrics:
  - { name: good_total, type: counter, event: good }
  - { name: calls_total, type: counter, event: call, labels: { tool: tool, agent: agent } }
`

let scratch: Scratch
let log: string
let exporter: Exporter | undefined
beforeEach(() => {
  scratch = new Scratch()
  log = scratch.write('agent.jsonl', '')
})
afterEach(async () => {
  await exporter?.stop('SIGKILL')
  exporter = undefined
  scratch.remove()
})

function start(mapping: string): Promise<Exporter> {
  return Exporter.start('-c', scratch.write('m.yaml', mapping), '--state.dir', scratch.file('state'), log)
}

async function textOf(url: string, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(url, { headers })
  expect(response.status).toBe(200)
  return response.text()
}

/** What is served now, in both formats, and the page. */
async function assertServesWell({ url }: Exporter): Promise<void> {
  expect(parseText(await textOf(`${url}/metrics`)).families.has('forged')).toBe(false)
  parseOpenMetrics(await textOf(`${url}/metrics`, OPEN_METRICS))
  const page = await textOf(url)
  expect(page).not.toMatch(/<script>alert|<img src=x/)
}

/** Scrapes one after the other, with a pause between; answers how to stop, which answers how long the slowest took. */
function scrapeOn(url: string): () => Promise<{ scrapes: number; maxMs: number }> {
  let isOver = false
  const run = async (): Promise<{ scrapes: number; maxMs: number }> => {
    let [scrapes, maxMs] = [0, 0]
    for (; !isOver; scrapes++) {
      const startMs = performance.now()
      await textOf(`${url}/metrics`)
      maxMs = Math.max(maxMs, Math.round(performance.now() - startMs))
      await pause(50)
    }
    return { scrapes, maxMs }
  }
  const running = run()
  return () => {
    isOver = true
    return running
  }
}

/** As `caughtUp`, for as long as it takes; a kept connection may have been closed while this process made lines. */
function countedAll(of: Exporter, lines: number): Promise<string> {
  const look = async (): Promise<string | undefined> => {
    if (of.hasExited) throw new Error(`it ended: ${of.stderr.slice(-2000)}`)
    const text = await of.scrape().catch(() => '')
    return sum(text, 'agentlog_lines_total') >= lines ? text : undefined
  }
  return until(`${lines} lines`, look, 600_000)
}

function peakMb(of: Exporter): number {
  return Math.round(of.peakRssBytes / 1e6)
}

test(
  `${BATCHES * LINES_PER_BATCH} fuzzed lines`,
  async () => {
    const seed = Number(process.env.AGENTLOG_SEED ?? Date.now() % 1_000_000)
    const fuzzer = new Fuzzer(seed)
    exporter = await start(FUZZ_MAPPING)
    let [good, written] = [0, 0]
    const startMs = performance.now()
    for (let batch = 1; batch <= BATCHES; batch++) {
      const fd = openSync(log, 'a')
      for (; written < batch * LINES_PER_BATCH; written++) {
        const { bytes, isGood } = fuzzer.next()
        if (isGood) good++
        writeSync(fd, Buffer.concat([bytes, Buffer.from('\n')]))
      }
      closeSync(fd)
      const text = await countedAll(exporter, written)
      expect([sum(text, 'agentlog_lines_total'), sum(text, 'good_total')]).toEqual([written, good])
      expect(sum(text, 'agentlog_rejected_lines_total', 'reason="internal"')).toBe(0)
      await assertServesWell(exporter)
      if (IS_LONG)
        console.log({ seed, written, peakMb: peakMb(exporter), seconds: Math.round((performance.now() - startMs) / 1000) })
      if (IS_LONG) renameSync(log, `${log}.old`)
    }
    const seconds = Math.round((performance.now() - startMs) / 1000)
    console.log({ seed, lines: written, good, seconds, peakMb: peakMb(exporter) })
    expect(exporter.peakRssBytes).toBeLessThan(MAX_RSS_BYTES)
    expect(await exporter.stop()).toBe(0)
    expect(exporter.stderr).not.toMatch(/level=error/)
    // Whatever texts are in the record, it is restored.
    exporter = await start(FUZZ_MAPPING)
    await assertServesWell(exporter)
    expect(sum(await exporter.scrape(), 'good_total')).toBe(good)
    expect(exporter.stderr).not.toMatch(/level=(?:error|warn) msg="part of/)
  },
  LONGEST_MS,
)

test(`${LABEL_VALUES} distinct label values end in the overflow series, and the sum stays exact`, async () => {
  const maxSeries = 2000
  exporter = await start(GOOD_MAPPING)
  for (let from = 0; from < LABEL_VALUES; from += 10_000) {
    const lines = Array.from(
      { length: 10_000 },
      (_, i) => `{"event":"call","tool":"t${from + i}","agent":"a${(from + i) * 7}"}\n`,
    )
    appendFileSync(log, lines.join(''))
  }
  const text = await exporter.caughtUp(LABEL_VALUES)
  console.log({ labelValues: LABEL_VALUES, peakMb: peakMb(exporter) })
  expect(sum(text, 'calls_total')).toBe(LABEL_VALUES)
  expect(sum(text, 'calls_total', 'tool="_other",agent="_other"')).toBe(LABEL_VALUES - maxSeries)
  expect(sum(text, 'agentlog_series_overflow_total', 'calls_total')).toBe(LABEL_VALUES - maxSeries)
  expect(text.split('\n').filter((line) => line.startsWith('calls_total{'))).toHaveLength(maxSeries + 1)
  expect(exporter.peakRssBytes).toBeLessThan(MAX_RSS_BYTES)
})

test('a sparse line of 10 GB costs time to read and nothing else; lines around it count, scrapers are served meanwhile', async () => {
  appendFileSync(log, `${GOOD}\n`)
  exporter = await start(GOOD_MAPPING)
  await exporter.caughtUp(1)
  const startMs = performance.now()
  const stop = scrapeOn(exporter.url)
  truncateSync(log, HOLES[0])
  appendFileSync(log, `\n${GOOD}\n`)
  truncateSync(log, HOLES[1])
  appendFileSync(log, `${GOOD}\n`)
  const text = await exporter.caughtUp(4)
  const seconds = (performance.now() - startMs) / 1000
  const { scrapes, maxMs } = await stop()
  const gigabytesPerSecond = Math.round(HOLES[1] / seconds / 1e8) / 10
  console.log({ sparseBytes: HOLES[1], gigabytesPerSecond, scrapes, maxMs, peakMb: peakMb(exporter) })
  expect(sum(text, 'good_total')).toBe(3)
  expect(sum(text, 'agentlog_lines_total', 'outcome="blank"')).toBe(1)
  expect(maxMs).toBeLessThan(1000)
  expect(scrapes).toBeGreaterThan(5)
  expect(exporter.peakRssBytes).toBeLessThan(MAX_RSS_BYTES)
})

test('killed in the middle of a line without end, it is counted once and what follows is read', async () => {
  appendFileSync(log, `${GOOD}\n`)
  exporter = await start(GOOD_MAPPING)
  await exporter.caughtUp(1)
  for (let piece = 0; piece < 3; piece++) {
    for (let i = 0; i < 40; i++) appendFileSync(log, Buffer.alloc(MEBIBYTE, 'x'))
    await untilRead(exporter)
    await exporter.stop('SIGKILL')
    exporter = await start(GOOD_MAPPING)
  }
  appendFileSync(log, `\n${GOOD}\n`)
  // What it counts about itself begins anew with each process.
  const text = await exporter.caughtUp(2)
  expect([sum(text, 'good_total'), sum(text, 'agentlog_rejected_lines_total', 'reason="too_long"')]).toEqual([2, 1])
  expect(exporter.peakRssBytes).toBeLessThan(MAX_RSS_BYTES)
})

/** Nothing is left but the line that has not ended. */
async function untilRead(of: Exporter): Promise<void> {
  await until('reading', async () => (sum(await of.scrape(), 'agentlog_source_lag_seconds') === 0 ? true : undefined))
}

/** Just under the longest line that is read. */
const FULL = 8 * MEBIBYTE - 200
const filled = (open: string, piece: string, close: string): string =>
  open + piece.repeat(Math.floor((FULL - open.length - close.length) / piece.length)) + close
const LONG_LINES: readonly (readonly [string, () => string])[] = [
  ['one long text', () => filled('{"event":"call","tool":"', 'x', '"}')],
  ['a text of escapes', () => filled('{"event":"call","tool":"', '\\u00e9\\"\\\\', '"}')],
  [
    'a text that looks like secrets',
    () => filled('{"event":"call","tool":"', 'password=a token:"b" ', '"}').replaceAll(':"b"', ":'b'"),
  ],
  ['deep arrays', () => filled('{"event":"call","tool":', '[', '')],
  ['deep objects', () => filled('{"event":"call","tool":', '{"a":', '')],
  ['many keys', () => `{"event":"call",${Array.from({ length: 700_000 }, (_, i) => `"${i}":0`).join(',')}}`],
  ['many objects', () => `${filled('{"event":"call","a":[', '{},', '{}')}]}`],
  ['one long number', () => filled('{"event":"call","tool":', '9', '}')],
  ['no JSON', () => filled('', 'Traceback {', '')],
  ['colours', () => filled('', '\u001b[31m', '{}')],
  ['NULs', () => filled('x', '\u0000', '')],
  ['a long key', () => filled('{"event":"call","', 'k', '":1}')],
]

test('lines of 8 MiB, of each kind three: scrapes wait no longer than one line takes, memory is bounded', async () => {
  exporter = await start(GOOD_MAPPING)
  await exporter.caughtUp(0)
  const stop = scrapeOn(exporter.url)
  let lines = 0
  const slowest: Record<string, number> = {}
  for (const [name, make] of LONG_LINES) {
    const startMs = performance.now()
    const line = make()
    for (let i = 0; i < 3; i++) appendFileSync(log, `${line}\n`)
    appendFileSync(log, `${GOOD}\n`)
    lines += 4
    await exporter.caughtUp(lines)
    slowest[name] = Math.round(performance.now() - startMs)
  }
  const { scrapes, maxMs } = await stop()
  console.log({ slowest, scrapes, maxMs, peakMb: peakMb(exporter) })
  expect(sum(await exporter.scrape(), 'good_total')).toBe(LONG_LINES.length)
  expect(maxMs).toBeLessThan(1000)
  expect(exporter.peakRssBytes).toBeLessThan(MAX_RSS_BYTES + 50e6)
})
