/**
 * 500 clients that drip requests, 100 that read nothing and 50 scrapers, at once, of one process with 100,000 series whose log goes on being
 * written: scrapers are served, memory stays bounded. The short form runs in CI, the long one with AGENTLOG_LONG=1.
 */
import { appendFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Exporter, ROOT, Running, Scratch, sum } from '../real/workbench.ts'

const WAVES = process.env.AGENTLOG_LONG === '1' ? 120 : 10
const CALM_WAVES = 4
const SERIES = 100_000
const [SLOW, STUCK, SCRAPERS] = [500, 100, 50]
const MAX_P99_MS = 250
const MAX_MORE_BYTES = 50e6
const MAPPING = `version: 1
limits: { series: ${10 * SERIES} }
metrics:
  - { name: calls_total, type: counter, event: e, labels: { tool: tool, agent: agent }, max_series: ${10 * SERIES} }
`

let scratch: Scratch
let exporter: Exporter | undefined
let clients: Running[] = []
beforeEach(() => {
  scratch = new Scratch()
})
afterEach(async () => {
  for (const one of [...clients, exporter]) await one?.stop('SIGKILL')
  exporter = undefined
  clients = []
  scratch.remove()
})

interface Figures {
  readonly failed: number
  readonly notOk: number
  readonly scrapes: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

function clientsOf(url: string, slow: number, stuck: number, scrapers: number, waves: number, encoding: string): Running {
  const args = [slow, stuck, scrapers, waves, encoding].map(String)
  const running = new Running(process.execPath, [`${ROOT}/test/faults/readers.mjs`, new URL(url).port, ...args])
  clients.push(running)
  return running
}

async function scraped(url: string, waves: number, encoding: string): Promise<Figures> {
  const scrapers = clientsOf(url, 0, 0, SCRAPERS, waves, encoding)
  expect([await scrapers.exit, scrapers.stderr]).toEqual([0, ''])
  return JSON.parse(scrapers.stdout) as Figures
}

function lineOf(tool: string, n: number): string {
  return `{"event":"e","tool":"${tool}-${n % SERIES}","agent":"agent-${n % 100}"}\n`
}

/** 2,000 lines a second, now and then one of a new series. Answers how to stop, which answers how many it wrote. */
function writeOn(log: string): () => number {
  let written = 0
  const timer = setInterval(() => {
    let text = ''
    for (let i = 0; i < 20; i++, written++) text += lineOf(written % 50 === 0 ? 'new' : 'tool', written)
    appendFileSync(log, text)
  }, 10)
  return () => {
    clearInterval(timer)
    return written
  }
}

test.each(['gzip', 'identity'])(
  `${SCRAPERS} scrapers beside ${SLOW} slow clients and ${STUCK} that never read, %s`,
  async (encoding) => {
    const log = scratch.write('agent.jsonl', Array.from({ length: SERIES }, (_, n) => lineOf('tool', n)).join(''))
    exporter = await Exporter.start('-c', scratch.write('m.yaml', MAPPING), '--state.dir', scratch.file('state'), log)
    await exporter.caughtUp(SERIES)
    const stopWriting = writeOn(log)
    const calm = await scraped(exporter.url, CALM_WAVES, encoding)
    const calmBytes = exporter.peakRssBytes
    const hostile = clientsOf(exporter.url, SLOW, STUCK, 0, WAVES, encoding)
    const beset = await scraped(exporter.url, WAVES, encoding)
    await hostile.exit
    const lines = SERIES + stopWriting()
    const moreBytes = exporter.peakRssBytes - calmBytes
    const megabytes = (bytes: number): number => Math.round(bytes / 1e6)
    console.log({
      encoding,
      calm,
      calmMb: megabytes(calmBytes),
      beset,
      moreMb: megabytes(moreBytes),
      hostile: hostile.stdout.trim(),
    })
    expect([beset.scrapes, beset.failed, beset.notOk]).toEqual([SCRAPERS * WAVES, 0, 0])
    // Uncompressed it is 250 MB at a time. A machine that is busy is slow at both.
    expect(beset.p99Ms).toBeLessThan(Math.max(MAX_P99_MS, 3 * calm.p99Ms))
    expect(moreBytes).toBeLessThan(MAX_MORE_BYTES)
    expect(sum(await exporter.caughtUp(lines), 'calls_total')).toBe(lines)
    expect(await exporter.stop()).toBe(0)
  },
)
