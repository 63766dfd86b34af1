/** Who writes into the built exporter's standard input is not kept waiting, whatever is scraped meanwhile; and every line counts. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { MAIN, Running, sum, until } from '../real/workbench.ts'
import { faultTest } from './fixture.ts'
import { IS_LONG } from './form.ts'
import { exposed, lastingPort } from './life.ts'

const SERIES = IS_LONG ? 1_000_000 : 100_000
const LINES = IS_LONG ? 20_000 : 5000
const LINES_PER_SECOND = 500
const MOST_P99_MS = 10
const SCRAPERS = 4

const MAPPING = `version: 1
limits: { series: ${SERIES} }
metrics: [{ name: e_total, type: counter, event: e, labels: { x: x }, max_series: ${SERIES} }]
`

faultTest(`a writer into the pipe while ${SERIES} series are scraped without a pause`, async ({ scratch, processes }) => {
  const port = await lastingPort()
  const [pipe, report, go] = [scratch.file('pipe'), scratch.file('report'), scratch.file('go')]
  execFileSync('mkfifo', [pipe])
  const node = (direction: '<' | '>', ...args: readonly string[]): void => {
    processes.push(new Running('sh', ['-c', `exec "$0" "$@" ${direction} ${pipe}`, process.execPath, ...args]))
  }
  const address = ['--web.listen-address', `127.0.0.1:${port}`]
  node('<', MAIN, 'run', ...address, '-c', scratch.write('m.yaml', MAPPING), '--state.dir', 'none', '-')
  const counts = [SERIES, LINES, LINES_PER_SECOND].map(String)
  node('>', join(import.meta.dirname, 'pipe-writer.mjs'), ...counts, report, go)
  await until('all series', async () => (sum((await exposed(port)) ?? '', 'agentlog_lines_total') >= SERIES ? true : undefined))
  writeFileSync(go, '')
  let scrapes = 0
  const scrape = async (): Promise<void> => {
    while (!existsSync(report)) if ((await exposed(port)) !== undefined) scrapes++
  }
  await Promise.all(Array.from({ length: SCRAPERS }, scrape))
  const waited = JSON.parse(readFileSync(report, 'utf8')) as { readonly p99: number }
  const counted = await until('all lines', async () => {
    const text = (await exposed(port)) ?? ''
    return sum(text, 'e_total') === SERIES + LINES ? sum(text, 'e_total') : undefined
  })
  console.log(JSON.stringify({ test: 'stdin', series: SERIES, lines: LINES, scrapes, waitedMs: waited, counted }))
  expect(waited.p99).toBeLessThan(MOST_P99_MS)
  expect(scrapes).toBeGreaterThan(10)
})
