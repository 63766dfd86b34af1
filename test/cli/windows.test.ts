/** The built program at the end of a log: values leave windows and series expire while nothing is written, also over a kill. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Children } from './children.ts'
import { finish, type Served, until } from './program.ts'

const MAPPING = `version: 1
metrics:
  - { name: calls_lately, type: gauge, event: call, op: count, over: 2s }
  - { name: wait_lately, type: gauge, event: call, value: s, op: mean, over: 2s }
  - { name: calls_total, type: counter, event: call, labels: { tool: tool }, expire: 2s }
  - { name: lines_total, type: counter, event: call }
`
let scratch = ''
const children = new Children()
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'agentlog-windows-'))
  writeFileSync(join(scratch, 'm.yaml'), MAPPING)
})
afterEach(async () => {
  await children.kill()
  rmSync(scratch, { recursive: true })
})

const start = (...args: readonly string[]): Promise<Served> => children.start(['-c', join(scratch, 'm.yaml'), ...args])
const call = (tool: string, at = Date.now()): string =>
  `${JSON.stringify({ event: 'call', ts: new Date(at).toISOString(), tool, s: 4 })}\n`
const numberOf = (text: string, series: string): number | undefined => {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length))
}
const scrape = async ({ url }: Served): Promise<string> => (await fetch(`${url}/metrics`)).text()
const scraped = (served: Served, isRight: (text: string) => boolean): Promise<string> => until(() => scrape(served), isRight)
const A = 'calls_total{tool="a"}'

/** Lines are written until one shows in time: on a busy machine a scrape may come after it has left again. */
async function shown(served: Served, log: string): Promise<string> {
  for (let lines = numberOf(await scrape(served), 'lines_total')!; ; lines++) {
    appendFileSync(log, call('a'))
    const text = await scraped(served, (one) => numberOf(one, 'lines_total')! > lines)
    if (numberOf(text, A) !== undefined) return text
  }
}

/** Only the wall clock tells that nothing came. */
const isQuiet = (text: string): boolean => numberOf(text, 'calls_lately') === 0

test('what is in a file goes as time goes by, and comes back with the next line', async () => {
  const log = join(scratch, 'a.jsonl')
  writeFileSync(log, '')
  const served = await start(log)
  const before = Date.now()
  await shown(served, log)
  const quiet = await scraped(served, isQuiet)
  expect(Date.now() - before).toBeGreaterThanOrEqual(2000)
  expect([numberOf(quiet, A), numberOf(quiet, 'wait_lately')]).toEqual([undefined, undefined])
  expect(numberOf(quiet, 'agentlog_series_hidden{metric="calls_total"}')).toBe(1)
  const back = await shown(served, log)
  expect([numberOf(back, A), numberOf(back, 'calls_lately'), numberOf(back, 'wait_lately')]).toEqual([
    numberOf(back, 'lines_total'),
    1,
    4,
  ])
})

test('a series that expired before a kill stays away after it, and goes on from its value', async () => {
  const log = join(scratch, 'a.jsonl')
  const state = ['--state.dir', join(scratch, 'state')]
  writeFileSync(log, call('a'))
  const first = await start(...state, log)
  await scraped(first, isQuiet)
  first.child.kill('SIGKILL')
  await first.ended
  const second = await start(...state, log)
  expect(numberOf(await scrape(second), A)).toBe(undefined)
  await shown(second, log)
  // In the middle of its time.
  second.child.kill('SIGKILL')
  await second.ended
  const third = await start(...state, log)
  const quiet = await scraped(third, isQuiet)
  expect(numberOf(quiet, A)).toBe(undefined)
  const back = await shown(third, log)
  expect(numberOf(back, A)).toBe(numberOf(back, 'lines_total'))
})

test('standard input that says nothing more is at its end, too', async () => {
  const served = await start('-')
  served.child.stdin!.write(call('a'))
  await scraped(served, (text) => numberOf(text, 'lines_total') === 1)
  await scraped(served, isQuiet)
})

test('a log that is known from the record alone counts as at its end', async () => {
  const [gone, log] = [join(scratch, 'gone.jsonl'), join(scratch, 'a.jsonl')]
  writeFileSync(gone, call('gone'))
  writeFileSync(log, '')
  const state = ['--state.dir', join(scratch, 'state')]
  const first = await start(...state, join(scratch, '*.jsonl'))
  await scraped(first, (text) => numberOf(text, 'lines_total') === 1)
  first.child.kill('SIGKILL')
  await first.ended
  rmSync(gone)
  const second = await start(...state, join(scratch, '*.jsonl'))
  const quiet = await scraped(second, isQuiet)
  expect([numberOf(quiet, 'calls_total{tool="gone"}'), numberOf(quiet, 'agentlog_series_hidden{metric="calls_total"}')]).toEqual([
    undefined,
    1,
  ])
})

test('what is hidden stays so in a record from which another metric was taken out', async () => {
  const log = join(scratch, 'a.jsonl')
  const state = ['--state.dir', join(scratch, 'state')]
  writeFileSync(log, call('a'))
  const first = await start(...state, log)
  await scraped(first, isQuiet)
  first.child.kill('SIGKILL')
  await first.ended
  const exported = await finish(['state', 'export', ...state])
  expect([
    numberOf(exported.stdout, A),
    numberOf(exported.stdout, 'lines_total'),
    numberOf(exported.stdout, 'calls_lately'),
  ]).toEqual([undefined, 1, 0])
  expect((await finish(['state', 'reset', 'lines_total', ...state])).code).toBe(0)
  const second = await start(...state, log)
  const text = await scrape(second)
  expect([numberOf(text, A), numberOf(text, 'lines_total'), numberOf(text, 'calls_lately')]).toEqual([undefined, 0, 0])
  const back = await shown(second, log)
  expect(numberOf(back, A)).toBe(numberOf(back, 'lines_total')! + 1)
})

test('--once goes by the times of the log alone', async () => {
  const log = join(scratch, 'old.jsonl')
  const at = Date.UTC(2026, 0, 1)
  writeFileSync(log, call('a', at) + call('b', at + 1500) + call('b', at + 2500))
  const { stdout } = await finish(['--once', '-c', join(scratch, 'm.yaml'), log])
  const lines = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  expect(lines).toEqual(['calls_lately 2', 'calls_total{tool="b"} 2', 'lines_total 3', 'wait_lately 4'])
})
