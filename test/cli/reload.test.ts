/** The built program takes another mapping while it runs: by SIGHUP and by request, whole or not at all. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { Children } from './children.ts'
import { finish, launch, type Served, until } from './program.ts'

const root = mkdtempSync(join(tmpdir(), 'agentlog-reload-'))
let scratch = ''
const children = new Children()
beforeEach(() => {
  scratch = mkdtempSync(join(root, 'test-'))
})
afterEach(() => children.kill())
afterAll(() => rmSync(root, { recursive: true }))

const file = (name: string): string => join(scratch, name)
const event = (fields: object = {}): string => `${JSON.stringify({ event: 'e', ...fields })}\n`
const COUNTS_E = '{ name: e_total, type: counter, event: e }'

/** A mapping over these logs, with these metrics. */
function map(logs: string, ...metrics: string[]): void {
  const sources = logs
    .split(' ')
    .map((log) => `  - { name: ${log.replace('.log', '')}, file: { paths: [${file(log)}] } }\n`)
    .join('')
  writeFileSync(file('new.yaml'), `version: 1\nsources:\n${sources}metrics:\n${metrics.map((one) => `  - ${one}\n`).join('')}`)
  renameSync(file('new.yaml'), file('m.yaml'))
}

const start = (...args: readonly string[]): Promise<Served> =>
  children.start(['--web.enable-lifecycle', '-c', file('m.yaml'), ...args])

const reload = async ({ url }: Served): Promise<[number, string]> => {
  const response = await fetch(`${url}/-/reload`, { method: 'POST' })
  return [response.status, await response.text()]
}
const scrape = async ({ url }: Served): Promise<string> => (await fetch(`${url}/metrics`)).text()
const numberOf = (text: string, series: string): number | undefined => {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}
/** Waits until the series stands at `value`. */
const reaches = (served: Served, series: string, value: number): Promise<string> =>
  until(
    () => scrape(served),
    (text) => numberOf(text, series) === value,
  )

test('a metric that is defined as before goes on, another begins with the next line, one that is left out is gone', async () => {
  writeFileSync(file('a.log'), event().repeat(3))
  map('a.log', COUNTS_E, '{ name: old_total, type: counter, event: e }')
  const served = await start()
  await reaches(served, 'e_total', 3)
  map('a.log', COUNTS_E, '{ name: new_total, type: counter, event: e }', '{ name: old_total, type: counter, event: [e, f] }')
  expect(await reload(served)).toEqual([200, 'Reloaded.\n'])
  const between = await scrape(served)
  expect(['e_total', 'new_total', 'old_total'].map((name) => numberOf(between, name))).toEqual([3, 0, 0])
  appendFileSync(file('a.log'), event())
  const text = await reaches(served, 'e_total', 4)
  expect(['new_total', 'old_total'].map((name) => numberOf(text, name))).toEqual([1, 1])
  map('a.log', COUNTS_E)
  expect((await reload(served))[0]).toBe(200)
  expect(await scrape(served)).not.toMatch(/new_total|old_total/)
})

test('with errors the mapping before stays, the answer and the log say what is wrong, and a metric tells', async () => {
  writeFileSync(file('a.log'), event())
  map('a.log', COUNTS_E)
  const served = await start()
  const before = await reaches(served, 'e_total', 1)
  expect(numberOf(before, 'agentlog_config_last_reload_successful')).toBe(1)
  map('a.log', '{ name: e_total, typ: counter, event: e }')
  const [status, body] = await reload(served)
  expect(status).toBe(500)
  expect(body).toContain('m.yaml:5:22: error[unknown-key]')
  expect(body).toContain('the mapping has errors; the one before stays in force')
  expect(served.out.stderr).toMatch(/level=error .*code=unknown-key place=\S*m\.yaml:5:22/)
  appendFileSync(file('a.log'), event())
  const after = await reaches(served, 'e_total', 2)
  expect(numberOf(after, 'agentlog_config_last_reload_successful')).toBe(0)
  const stamp = 'agentlog_config_last_reload_success_timestamp_seconds'
  expect(numberOf(after, stamp)).toBe(numberOf(before, stamp))
  map('a.log', COUNTS_E)
  expect((await reload(served))[0]).toBe(200)
  const mended = await scrape(served)
  expect(numberOf(mended, 'agentlog_config_last_reload_successful')).toBe(1)
  expect(numberOf(mended, stamp)).toBeGreaterThan(numberOf(before, stamp)!)
})

test('a mapping without a source, and one that is not there, replace nothing', async () => {
  writeFileSync(file('a.log'), event())
  map('a.log', COUNTS_E)
  const served = await start()
  await reaches(served, 'e_total', 1)
  writeFileSync(file('m.yaml'), `version: 1\nmetrics: [${COUNTS_E}]\n`)
  expect(await reload(served)).toEqual([500, 'the mapping names no source; the one before stays in force\n'])
  rmSync(file('m.yaml'))
  const [status, body] = await reload(served)
  expect([status, body.includes('m.yaml')]).toEqual([500, true])
  appendFileSync(file('a.log'), event())
  await reaches(served, 'e_total', 2)
})

test('SIGHUP reloads, also without --web.enable-lifecycle', async () => {
  writeFileSync(file('a.log'), event())
  map('a.log', COUNTS_E)
  const served = await children.start(['-c', file('m.yaml')])
  await reaches(served, 'e_total', 1)
  map('a.log', COUNTS_E, '{ name: new_total, type: counter, event: e }')
  expect((await reload(served))[0]).toBe(403)
  served.child.kill('SIGHUP')
  await reaches(served, 'new_total', 0)
})

/** A mapping that is read when the test says so. */
async function writePipe(metric: string, first: () => void = () => {}): Promise<void> {
  // Opens when the exporter does.
  const pipe = await open(file('pipe.yaml'), 'w')
  first()
  await pipe.writeFile(`version: 1\nmetrics: [{ name: ${metric}, type: counter, event: e }]\n`)
  await pipe.close()
}

test('a SIGHUP that comes while the mapping is read ends nothing, and is not lost', async () => {
  execFileSync('mkfifo', [file('pipe.yaml')])
  const { child, ready } = launch(['-c', file('pipe.yaml'), file('a.log')])
  await writePipe('first_total', () => child.kill('SIGHUP'))
  const served = children.adopt(await ready)
  await writePipe('second_total')
  await reaches(served, 'second_total', 0)
})

test('a SIGTERM that comes while the mapping is read ends it in good order', async () => {
  execFileSync('mkfifo', [file('pipe.yaml')])
  writeFileSync(file('a.log'), event())
  const { child, ready } = launch(['-c', file('pipe.yaml'), '--state.dir', file('state'), file('a.log')])
  await writePipe('e_total', () => child.kill('SIGTERM'))
  expect(await (await ready).ended).toBe(0)
  expect((await finish(['state', 'export', '--state.dir', file('state')])).stdout).toContain('e_total 1\n')
})

test('sources come and go; one that stays is not read again, and one that comes back goes on', async () => {
  for (const name of ['a.log', 'b.log', 'c.log']) writeFileSync(file(name), event().repeat(10))
  map('a.log b.log', COUNTS_E)
  const served = await start('--state.dir', file('state'))
  await reaches(served, 'e_total', 20)
  map('a.log c.log', COUNTS_E)
  expect((await reload(served))[0]).toBe(200)
  const text = await reaches(served, 'e_total', 30)
  expect(text).not.toContain('agentlog_source_up{source="b"}')
  expect(text).toContain('agentlog_source_up{source="c"} 1')
  appendFileSync(file('b.log'), event())
  appendFileSync(file('a.log'), event())
  await reaches(served, 'e_total', 31)
  map('a.log b.log c.log', COUNTS_E)
  expect((await reload(served))[0]).toBe(200)
  await reaches(served, 'e_total', 32)
  served.child.kill('SIGTERM')
  expect(await served.ended).toBe(0)
  const again = await start('--state.dir', file('state'))
  appendFileSync(file('b.log'), event())
  await reaches(again, 'e_total', 33)
})

test('a source that is described otherwise goes on in the files that it had, and lets go of those it has no more', async () => {
  for (const name of ['a.log', 'b.log']) writeFileSync(file(name), event({ x: name }).repeat(5))
  const metric = '{ name: e_total, type: counter, event: e, labels: { x: x } }'
  const source = (paths: string): void =>
    writeFileSync(file('m.yaml'), `version: 1\nsources: [{ name: s, file: { paths: [${paths}] } }]\nmetrics: [${metric}]\n`)
  source(`${file('a.log')}, ${file('b.log')}`)
  const served = await start()
  await reaches(served, 'e_total{x="b.log"}', 5)
  source(`${file('a.log')}, ${file('c.log')}`)
  expect((await reload(served))[0]).toBe(200)
  for (const name of ['a.log', 'b.log', 'c.log']) appendFileSync(file(name), event({ x: name }))
  const text = await reaches(served, 'e_total{x="c.log"}', 1)
  await reaches(served, 'e_total{x="a.log"}', 6)
  expect(numberOf(text, 'e_total{x="b.log"}')).toBe(5)
  await until(
    () => scrape(served),
    (now) => now.includes('agentlog_source_files{source="s",state="open"} 2'),
  )
})

test('requests that come together share reloads, and each sees what was written before it asked', async () => {
  writeFileSync(file('a.log'), event())
  map('a.log', COUNTS_E)
  const served = await start()
  for (let i = 0; i < 5; i++) {
    const early = reload(served)
    map('a.log', COUNTS_E, `{ name: new_${i}_total, type: counter, event: e }`)
    const answers = await Promise.all([early, ...Array.from({ length: 10 }, () => reload(served))])
    expect(answers.map(([status]) => status)).toEqual(answers.map(() => 200))
    expect(await scrape(served)).toContain(`new_${i}_total 0`)
  }
  const swaps = served.out.stderr.split('another mapping is in force').length - 1
  expect(swaps).toBeLessThanOrEqual(5 * 4)
})

test('standard input goes on under another mapping, within a line', async () => {
  writeFileSync(file('m.yaml'), `version: 1\nmetrics: [${COUNTS_E}]\n`)
  const served = await start('-')
  const [head, tail] = [event().slice(0, 5), event().slice(5)]
  served.child.stdin!.write(event() + head)
  await reaches(served, 'e_total', 1)
  writeFileSync(file('m.yaml'), `version: 1\nmetrics: [${COUNTS_E}, { name: new_total, type: counter, event: e }]\n`)
  expect((await reload(served))[0]).toBe(200)
  served.child.stdin!.write(tail)
  const text = await reaches(served, 'e_total', 2)
  expect(numberOf(text, 'new_total')).toBe(1)
})

test('the page, its unmatched events and the masks of the log follow the mapping', async () => {
  writeFileSync(file('a.log'), event({ event: 'other' }))
  map('a.log', COUNTS_E)
  const served = await start()
  const page = async (): Promise<string> => (await fetch(served.url)).text()
  await until(page, (html) => html.includes('other'))
  map('a.log', '{ name: other_total, type: counter, event: other, where: { a: { not: word-12 } } }')
  writeFileSync(file('m.yaml'), `mask: ['word-\\d+']\n`, { flag: 'a' })
  expect((await reload(served))[0]).toBe(200)
  appendFileSync(file('a.log'), event({ event: 'other' }))
  await reaches(served, 'other_total', 1)
  const html = await until(page, (text) => text.includes('other_total'))
  expect(html).not.toContain('e_total, type')
  expect(html).not.toContain('word-12')
  writeFileSync(file('m.yaml'), 'word-12: 1\n', { flag: 'a' })
  const [status, body] = await reload(served)
  expect([status, body.includes('word-12')]).toEqual([500, false])
  expect(served.out.stderr).not.toContain('word-12')
})

test('/-/quit ends it as SIGTERM does', async () => {
  map('a.log', COUNTS_E)
  const served = await start()
  const response = await fetch(`${served.url}/-/quit`, { method: 'POST' })
  expect([response.status, await response.text()]).toEqual([200, 'Stopping.\n'])
  expect(await served.ended).toBe(0)
})

test('check and a reload refuse the same', async () => {
  map('a.log', COUNTS_E)
  const served = await start()
  map('a.log', '{ name: 1_total, type: counter, event: e }')
  const checked = await finish(['check', file('m.yaml')])
  const [status, body] = await reload(served)
  expect([checked.code, status]).toEqual([2, 500])
  expect(body).toContain(checked.stdout.split('\n')[0])
})
