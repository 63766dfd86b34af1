/** Several mappings in one process, each under its own path; and metrics, or those of the exporter itself, that are switched off. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { Children } from './children.ts'
import { finish, launch, type Served, until } from './program.ts'

const scratch = mkdtempSync(join(tmpdir(), 'agentlog-paths-'))
const children = new Children()

afterEach(() => children.kill())
afterAll(() => rmSync(scratch, { recursive: true }))

const start = (...args: readonly string[]): Promise<Served> => children.start(args)

const at = (name: string): string => join(scratch, name)

function file(name: string, text: string): string {
  writeFileSync(at(name), text)
  return at(name)
}

/** Has a family that the preset agent defines otherwise. */
const OURS = file(
  'ours.yaml',
  'version: 1\nmetrics:\n  - { name: agent_tool_calls_total, type: counter, help: Ours., event: tool_invocation, labels: { who: user } }\n',
)
const call = (tool: string, user: string): string =>
  `${JSON.stringify({ event: 'tool_invocation', tool_name: tool, user, status: 'success', agent: 'a' })}\n`

async function scrape(served: Served, path = '/metrics', headers: Record<string, string> = {}): Promise<string> {
  const answer = await fetch(served.url + path, { headers })
  expect([path, answer.status]).toEqual([path, 200])
  return answer.text()
}

/** Families by the beginnings of their names. */
function prefixes(exposition: string): string[] {
  const names = [...exposition.matchAll(/^# TYPE (\w+?)_/gm)].map((match) => match[1]!)
  return [...new Set(names)].sort()
}

const samples = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('agent_tool_calls_total{'))
/** The sum of a metric's series. */
const calls = (text: string): number => samples(text).reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)

async function reach(served: Served, count: number, ...paths: readonly string[]): Promise<string[]> {
  return Promise.all(
    paths.map((path) =>
      until(
        () => scrape(served, path),
        (text) => calls(text) >= count,
      ),
    ),
  )
}

test('families of one name stand side by side, each as its mapping defines it, and tell of themselves', async () => {
  const log = file('side.log', call('bash', 'ann') + call('read', 'ann') + call('bash', 'bob'))
  const served = await start('-c', OURS, '--preset', 'agent=/api/v1/metrics', log)
  const [ours, agent] = (await reach(served, 3, '/metrics', '/api/v1/metrics')) as [string, string]
  expect(samples(ours).sort()).toEqual(['agent_tool_calls_total{who="ann"} 2', 'agent_tool_calls_total{who="bob"} 1'])
  expect(samples(agent).filter((line) => /tool="bash".* 2$/.test(line))).toHaveLength(1)
  expect([prefixes(ours), prefixes(agent)]).toEqual([
    ['agent', 'agentlog', 'nodejs', 'process'],
    ['agent', 'agentlog'],
  ])
  for (const text of [ours, agent]) expect(text).toContain('agentlog_lines_total{source="files",outcome="event"} 3')
  const names = (await (await fetch(`${served.url}/health/ready`)).json()).components.map(({ name }: { name: string }) => name)
  expect(names).toEqual([
    'source files',
    'mapping',
    'record',
    'server',
    'source files (agent)',
    'mapping (agent)',
    'record (agent)',
  ])
})

test('each path has a page of its own, which loads from where the status page does and lists the others', async () => {
  const served = await start('-c', OURS, '--preset', 'agent=/api/v1/metrics', file('page.log', call('bash', 'ann')))
  await reach(served, 1, '/metrics', '/api/v1/metrics')
  const page = await scrape(served, '/api/v1/metrics/page')
  expect(await scrape(served, '/api/v1/metrics/page.live')).toContain('agent_conversation_turns')
  expect(await scrape(served, '/')).not.toContain('agent_conversation_turns')
  const base = `${served.url}/api/v1/metrics/page`
  const links = [...page.matchAll(/(?:href|src)="(\.[^"#]*)"/g)].map((match) => new URL(match[1]!, base).href)
  expect(links).toContain(`${served.url}/api/v1/metrics`)
  expect(links).toContain(`${served.url}/`)
  for (const link of links) expect([link, (await fetch(link)).status]).toEqual([link, 200])
  expect(await scrape(served, '/')).toContain('href="./api/v1/metrics/page"')
})

test('a kill changes nothing on any path', async () => {
  const log = file('kill.log', call('bash', 'ann').repeat(500))
  const flags = ['-c', OURS, '--preset', 'agent=/agent', '--state.dir', at('state'), log]
  const first = await start(...flags)
  appendFileSync(log, call('read', 'bob').repeat(300))
  const before = await reach(first, 500, '/metrics', '/agent')
  first.child.kill('SIGKILL')
  await first.ended
  appendFileSync(log, call('read', 'bob').repeat(200))
  const second = await start(...flags)
  const after = await reach(second, 1000, '/metrics', '/agent')
  expect(after.map(calls)).toEqual([1000, 1000])
  for (const text of before) expect(calls(text)).toBeGreaterThanOrEqual(500)
  expect(samples(after[0]!).sort()).toEqual(['agent_tool_calls_total{who="ann"} 500', 'agent_tool_calls_total{who="bob"} 500'])
  second.child.kill('SIGTERM')
  await second.ended
  const shown = await finish(['state', 'show', '--state.dir', join(at('state'), 'preset-agent')])
  expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining('agent_tool_calls_total')])
})

test('a series is born at 0 for each scraper on each path', async () => {
  const log = file('born.log', call('bash', 'ann'))
  const served = await start('-c', OURS, '--preset', 'agent=/agent', log)
  const prometheus = { 'x-prometheus-scrape-timeout-seconds': '10', 'user-agent': 'p' }
  const seen = (path: string) => scrape(served, path, prometheus)
  await reach(served, 1, '/metrics', '/agent')
  for (const path of ['/metrics', '/agent']) await seen(path)
  appendFileSync(log, call('write', 'eve'))
  await reach(served, 2, '/metrics', '/agent')
  expect(calls(await seen('/metrics'))).toBe(1)
  expect(samples(await seen('/metrics'))).toContain('agent_tool_calls_total{who="eve"} 1')
  expect(calls(await seen('/agent'))).toBe(1)
  expect(calls(await seen('/agent'))).toBe(2)
})

test('standard input goes to all of them, from its first line to its last', async () => {
  const input = ['-c', OURS, '--preset', 'agent=/agent', '--stdin.exit-on-eof', '--web.linger', '1m', '-']
  const { child, ready } = launch(input)
  // It is in the pipe before the first of them opens.
  child.stdin?.write(call('bash', 'ann').repeat(1000))
  const served = children.adopt(await ready)
  child.stdin?.end(call('bash', 'ann').repeat(19_000) + call('read', 'bob').trim())
  const texts = await reach(served, 20_001, '/metrics', '/agent')
  expect(texts.map(calls)).toEqual([20_001, 20_001])
  expect(await served.ended).toBe(0)
}, 60_000)

test('a reload takes or leaves each mapping by itself', async () => {
  const mapping = file('reload.yaml', 'version: 1\nmetrics: [{ name: x_total, type: counter, event: tool_invocation }]\n')
  const served = await start('-c', mapping, '--preset', 'agent=/agent', file('reload.log', call('bash', 'ann')))
  await reach(served, 1, '/agent')
  writeFileSync(mapping, 'version: 1\nmetrics: [{ name: y_total, type: counter, event: tool_invocation }]\n')
  served.child.kill('SIGHUP')
  await until(
    () => scrape(served),
    (text) => text.includes('# TYPE y_total'),
  )
  expect(calls(await scrape(served, '/agent'))).toBe(1)
  writeFileSync(mapping, 'version: 2\n')
  served.child.kill('SIGHUP')
  await until(
    () => scrape(served),
    (text) => text.includes('agentlog_config_last_reload_successful 0'),
  )
  expect(await scrape(served, '/agent')).toContain('agentlog_config_last_reload_successful 1')
})

test('presets that all have paths leave the default path to nobody; the path of the default is the default', async () => {
  const log = file('only.log', call('bash', 'ann'))
  const apart = await start('--preset', 'agent=/agent', log)
  await reach(apart, 1, '/agent')
  expect((await fetch(`${apart.url}/metrics`)).status).toBe(404)
  expect(prefixes(await scrape(apart, '/agent'))).toEqual(['agent', 'agentlog', 'nodejs', 'process'])
  const same = await start('--preset', 'agent=/metrics', log)
  await reach(same, 1, '/metrics')
})

test.each<[string, string[], string]>([
  ['no path', ['run', '--preset', 'agent='], '--preset agent=: expected NAME=/path, such as agent=/agents/metrics'],
  [
    'the same twice',
    ['run', '--preset', 'agent=/a', '--preset', 'agent=/b'],
    '--preset agent at /a and /b: the same presets twice',
  ],
  ['a path that clients shorten', ['run', '--preset', 'agent', '--preset', 'codex=/a/../b'], 'NAME=/a/../b\\": expected a path'],
  ['no leading slash', ['run', '--preset', 'agent=metrics'], '--preset agent=metrics: expected NAME=/path'],
  ['no such preset', ['run', '--preset', 'agnet=/a'], 'agnet'],
  [
    'a path of ours',
    ['run', '--preset', 'agent', '--preset', 'codex=/health'],
    'NAME=/health\\": expected a path such as /metrics',
  ],
  ['the page of another', ['run', '--preset', 'agent', '--preset', 'codex=/a', '--preset', 'agent=/a/page'], 'NAME=/a/page'],
  ['--once', ['run', '--once', '--preset', 'agent=/a'], '--preset agent=/a: --once takes one mapping at a time'],
  ['explain', ['explain', '--preset', 'agent=/a'], '--preset agent=/a: explain takes one mapping at a time'],
  ['dashboard', ['dashboard', '--preset', 'agent=/a'], '--preset agent=/a: dashboard takes one mapping at a time'],
  ['rules', ['rules', '--preset', 'agent=/a'], '--preset agent=/a: rules takes one mapping at a time'],
  ['a bad telemetry path', ['run', '--web.telemetry-path', 'nothing'], 'expected a path such as /metrics, or none'],
])('%s is refused with what was expected', async (_, args, words) => {
  const log = file('refused.log', '')
  const ours = args[0] === 'run' ? ['--state.dir', 'none', '--web.listen-address', '127.0.0.1:0'] : []
  const { code, stderr } = await finish([...args, ...ours, log])
  expect([code === 0, stderr]).toEqual([false, expect.stringContaining(words)])
})

test('check looks at each mapping that a run would have', async () => {
  const { code, stdout } = await finish(['check', '-c', OURS, '--preset', 'agent=/a', '--preset', 'codex=/b'])
  expect([code, stdout.split('\n').filter((line) => / metrics, /.test(line))]).toEqual([
    0,
    [
      expect.stringMatching(/^(ok|\d+ problems?): 1 metrics/),
      expect.stringMatching(/^\/a: ok: 17 metrics/),
      expect.stringMatching(/^\/b: ok: /),
    ],
  ])
})

test('metrics are switched off, by flag or variable, and the rest is served', async () => {
  const log = file('off.log', call('bash', 'ann'))
  process.env.AGENTLOG_WEB_TELEMETRY_PATH = 'none'
  const byVariable = start(log).finally(() => delete process.env.AGENTLOG_WEB_TELEMETRY_PATH)
  for (const served of [await byVariable, await start('--web.telemetry-path', 'none', log)]) {
    const statuses = ['/metrics', '/none', '/health', '/-/ready', '/'].map(
      async (path) => (await fetch(served.url + path)).status,
    )
    expect((await Promise.all(statuses)).map(Number)).toEqual([404, 404, 200, expect.any(Number), 200])
    expect(await scrape(served, '/')).not.toContain('href="./metrics"')
  }
})

test('the families of the exporter itself are left out, and the mapped ones are what they were', async () => {
  const log = file('own.log', call('bash', 'ann'))
  const served = await start('--web.disable-exporter-metrics', log)
  const [text] = await reach(served, 1, '/metrics')
  expect(prefixes(text!)).toEqual(['agent'])
  const open = await (await fetch(`${served.url}/metrics`, { headers: { accept: 'application/openmetrics-text' } })).text()
  expect([prefixes(open), open.endsWith('# EOF\n')]).toEqual([['agent'], true])
  const all = await start(log)
  const [whole] = await reach(all, 1, '/metrics')
  expect(samples(whole!)).toEqual(samples(text!))
})
