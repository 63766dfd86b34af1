/** How the built program ends: in good order, bounded, and at once if asked twice. */
import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { Children } from './children.ts'
import { finish, type Served, until } from './program.ts'

const scratch = mkdtempSync(join(tmpdir(), 'agentlog-ending-'))
const MAPPING = join(scratch, 'm.yaml')
writeFileSync(MAPPING, 'version: 1\nmetrics: [{ name: e_total, type: counter, event: e, labels: { x: x } }]\n')
const LINE = '{"event":"e","x":"1"}\n'
const AS_PROMETHEUS = { 'X-Prometheus-Scrape-Timeout-Seconds': '10', 'User-Agent': 'Prometheus/3' }

const children = new Children()
afterEach(() => children.kill())
afterAll(() => rmSync(scratch, { recursive: true }))

const start = (...args: readonly string[]): Promise<Served> => children.start(['-c', MAPPING, ...args])
const scrape = async ({ url }: Served, headers: Readonly<Record<string, string>> = {}): Promise<string> =>
  (await fetch(`${url}/metrics`, { headers })).text()
const reaches = (served: Served, value: number): Promise<string> =>
  until(
    () => scrape(served),
    (text) => text.includes(`e_total{x="1"} ${value}\n`),
  )
const says = (served: Served, text: string): Promise<string> =>
  until(
    async () => served.out.stderr,
    (log) => log.includes(text),
  )

test.each(['SIGTERM', 'SIGINT'] as const)('%s: what was written before it is in the record', async (signal) => {
  const log = join(scratch, `${signal}.log`)
  const state = join(scratch, `state-${signal}`)
  writeFileSync(log, LINE)
  const served = await start('--state.dir', state, log)
  await reaches(served, 1)
  appendFileSync(log, LINE.repeat(100_000))
  served.child.kill(signal)
  expect(await served.ended).toBe(0)
  expect((await finish(['state', 'export', '--state.dir', state])).stdout).toContain('e_total{x="1"} 100001\n')
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('a second signal ends it at once; %s with %i', async (second, code) => {
  const served = await start('--web.linger', '1h', join(scratch, 'none.log'))
  served.child.kill('SIGTERM')
  await says(served, 'waiting for a last scrape')
  served.child.kill(second)
  expect(await served.ended).toBe(code)
})

test('with --web.linger whoever scrapes sees the last numbers, a new series at 0 first', async () => {
  const log = join(scratch, 'linger.log')
  writeFileSync(log, '')
  const served = await start('--web.linger', '1h', log)
  await until(
    () => fetch(`${served.url}/-/ready`),
    ({ status }) => status === 200,
  )
  await scrape(served, AS_PROMETHEUS)
  appendFileSync(log, LINE.repeat(5))
  served.child.kill('SIGTERM')
  await says(served, 'waiting for a last scrape')
  expect(await scrape(served)).toContain('e_total{x="1"} 5\n')
  expect((await fetch(`${served.url}/-/healthy`)).status).toBe(200)
  expect(await scrape(served, AS_PROMETHEUS)).toContain('e_total{x="1"} 0\n')
  expect(await scrape(served, AS_PROMETHEUS)).toContain('e_total{x="1"} 5\n')
  expect(await served.ended).toBe(0)
})

test('while it lingers the record is closed: what is exposed is in it, and nothing is written', async () => {
  const log = join(scratch, 'closed.log')
  const state = join(scratch, 'state-closed')
  writeFileSync(log, LINE)
  const served = await start('--web.linger', '1h', '--state.dir', state, log)
  await reaches(served, 1)
  await scrape(served, AS_PROMETHEUS)
  served.child.kill('SIGTERM')
  await says(served, 'waiting for a last scrape')
  appendFileSync(log, LINE)
  const listed = (): string[] => readdirSync(state).map((name) => `${name} ${statSync(join(state, name)).size}`)
  const closed = listed()
  // For longer than a disk that refuses is left alone.
  for (const endMs = performance.now() + 400; performance.now() < endMs; )
    expect(await scrape(served)).toContain('e_total{x="1"} 1\n')
  expect(listed()).toEqual(closed)
  const next = await start('--state.dir', state, log)
  await reaches(next, 2)
  expect(await scrape(served)).toContain('e_total{x="1"} 1\n')
  await scrape(served, AS_PROMETHEUS)
  expect(await served.ended).toBe(0)
  appendFileSync(log, LINE)
  await reaches(next, 3)
})

test('the wait for a last scrape is bounded', async () => {
  const served = await start('--web.linger', '100ms', join(scratch, 'none.log'))
  served.child.kill('SIGTERM')
  expect(await served.ended).toBe(0)
  expect(served.out.stderr).toContain('not every scraper came for the last numbers')
})

test('the end of standard input keeps it serving, with the unterminated last line', async () => {
  const served = await start('-')
  served.child.stdin!.end(LINE + LINE.trimEnd())
  const text = await reaches(served, 2)
  expect(text).toContain('agentlog_source_up{source="stdin"} 0')
  expect(await scrape(served)).toContain('e_total{x="1"} 2\n')
})

test('with --stdin.exit-on-eof the end of the input is the end, files and lingering included', async () => {
  const log = join(scratch, 'beside.log')
  writeFileSync(log, LINE)
  const served = await start('--stdin.exit-on-eof', '--web.linger', '1h', '-', log)
  served.child.stdin!.write(LINE)
  await reaches(served, 2)
  appendFileSync(log, LINE)
  served.child.stdin!.end(LINE.trimEnd())
  await says(served, 'waiting for a last scrape')
  expect(await scrape(served)).toContain('e_total{x="1"} 4\n')
  expect(await served.ended).toBe(0)
})

test('SIGTERM reads what is in the pipe of a writer that goes on', async () => {
  const served = await start('--web.linger', '1h', '-')
  served.child.stdin!.write(LINE)
  await reaches(served, 1)
  served.child.stdin!.write(LINE.repeat(500))
  served.child.kill('SIGTERM')
  await says(served, 'waiting for a last scrape')
  expect(await scrape(served)).toContain('e_total{x="1"} 501\n')
  expect(await served.ended).toBe(0)
})
