/** The built program as a user meets it: verbs, exit codes, standard input, live files, signals. */
import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { mistypedVerb } from '../../src/cli/mistyped-verb.ts'
import { parseText } from '../exposition/text-parser.ts'
import { Children } from './children.ts'
import { finish, type Served, serveWithin, until } from './program.ts'

const scratch = mkdtempSync(join(tmpdir(), 'agentlog-cli-'))
const children = new Children()
afterEach(() => children.kill())
afterAll(() => rmSync(scratch, { recursive: true }))

const start = (args: readonly string[]): Promise<Served> => children.start(args)
const write = (name: string, text: string): string => {
  writeFileSync(join(scratch, name), text)
  return join(scratch, name)
}
const call = (tool: string): string =>
  `${JSON.stringify({ event: 'tool_invocation', agent: 'a', tool_name: tool, status: 'ok' })}\n`
const callsOf = (text: string, tool: string): number | undefined =>
  parseText(text)
    .families.get('agent_tool_calls_total')
    ?.samples.get(`agent_tool_calls_total{agent="a",status="success",tool="${tool}"}`)
const scrape = async (url: string): Promise<string> => (await fetch(`${url}/metrics`)).text()

test('--once prints the mapped families only, --self adds its own, an unterminated last line counts', async () => {
  const log = write('once.jsonl', call('bash') + call('bash').trimEnd())
  const once = await finish(['--once', log])
  expect([once.code, once.stderr]).toEqual([0, ''])
  expect(callsOf(once.stdout, 'bash')).toBe(2)
  expect(once.stdout).not.toContain('agentlog_')
  const withOwn = await finish(['--once', '--self', log])
  expect(
    parseText(withOwn.stdout)
      .families.get('agentlog_lines_total')
      ?.samples.get('agentlog_lines_total{outcome="event",source="files"}'),
  ).toBe(2)
})

test('--once ends with 1 if a log is missing, and says which; what could be read is printed', async () => {
  const log = write('there.jsonl', call('bash'))
  const { code, stdout, stderr } = await finish(['--once', log, join(scratch, 'missing.jsonl')])
  expect([code, callsOf(stdout, 'bash')]).toEqual([1, 1])
  expect(stderr).toContain('missing.jsonl')
})

test('a log’s name that holds a secret is told without it', async () => {
  const { code, stderr } = await finish(['--once', join(scratch, 'password=hunter2.jsonl')])
  expect([code, stderr.includes('password=[masked]'), stderr.includes('hunter2')]).toEqual([1, true, false])
})

test('a mapping’s own patterns and the built-in ones mask labels and names of events', async () => {
  const rules = "mask: ['cust-\\d+']\nmetrics: [{ name: a_total, type: counter, event: e, labels: { t: t, k: api_key } }]\n"
  const mapping = write('mask.yaml', `version: 1\n${rules}`)
  const lines = [{ event: 'e', t: 'of cust-12', api_key: 'abc' }, { event: 'cust-34' }].map(
    (event) => `${JSON.stringify(event)}\n`,
  )
  const { stdout, stderr } = await finish(['--once', '--self', '-c', mapping, '-'], lines.join(''))
  expect(stderr).toBe('')
  expect(stdout).toContain('a_total{t="of [masked]",k="[masked]"} 1')
  expect(stdout).toContain('agentlog_unmapped_events_total{event="[masked]"} 1')
})

test('--once says which tokens have no price, for they cost nothing', async () => {
  const table = '{ known: { input: 1000000 } }'
  const price = `{ price: { model: m, input: n, table: ${table} } }`
  const mapping = write('priced.yaml', `version: 1\nmetrics: [{ name: usd_total, type: counter, event: e, value: ${price} }]\n`)
  const lines = ['known', 'newest', 'newest', 'a\u001b[31m'].map((m) => `${JSON.stringify({ event: 'e', m, n: 2 })}\n`)
  const { stdout, stderr } = await finish(['--once', '-c', mapping, '-'], lines.join(''))
  expect(stdout).toContain('usd_total 2\n')
  expect(stderr.split('\n')).toEqual([
    'agentlog-exporter: usd_total has no price for 4 tokens of newest',
    expect.stringMatching(/^agentlog-exporter: usd_total has no price for 2 tokens of a[^\u001b]+31m$/),
    '',
  ])
})

test('standard input is read to its end', async () => {
  const { code, stdout } = await finish(['--once', '-'], call('x') + call('x') + call('x').trimEnd())
  expect([code, callsOf(stdout, 'x')]).toEqual([0, 3])
})

test('--stdin.exit-on-eof ends the server with the input', async () => {
  const served = await start(['--stdin.exit-on-eof', '-'])
  served.child.stdin!.end(call('x'))
  expect(await served.ended).toBe(0)
})

test('wrong usage is exit 2 with the nearest name or an example', async () => {
  const f = async (args: string[], ...texts: string[]): Promise<void> => {
    const { code, stderr } = await finish(args)
    expect([args, code]).toEqual([args, 2])
    for (const text of texts) expect(stderr).toContain(text)
  }
  await f([], 'nothing to read', 'agentlog-exporter run -c mapping.yaml')
  await f(['run', '--web.listen-addres', 'x', 'y'], '--web.listen-address')
  await f(['run', '--preset', 'agnt', 'x'], 'did you mean "agent"')
  await f(['run', '-c', join(scratch, 'nope.yaml'), 'x'], 'nope.yaml')
  await f(['run', '--preset', 'nope', 'x'], '\npreset:nope: this mapping does not start')
  await f(['run', '--history', 'all', 'x'], 'count, skip, prime')
  await f(['run', '--web.linger', '30', 'x'], '--web.linger "30": expected a duration such as 30s')
  await f(['discover', 'x'], 'later version')
  await f(['run', '-c', write('no-sources.yaml', 'version: 1\n')], 'nothing to read')
})

test('every flag parses; one whose feature comes later says so once', async () => {
  const log = write('flags.jsonl', call('bash'))
  const flags = [
    '--docker.host',
    'unix:///x',
    '--state.dir',
    scratch,
    '--web.external-url',
    'http://x',
    '--web.enable-lifecycle',
    '--web.linger',
    '5s',
    '--web.openmetrics-created',
    '--engine',
    'fast',
    '--workers',
    '2',
    '--log.format',
    'json',
    '--format',
    'text',
  ]
  const { code, stdout, stderr } = await finish(['run', '--once', ...flags, log])
  expect([code, callsOf(stdout, 'bash')]).toEqual([0, 1])
  const said = stderr
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { msg: string }).msg)
  for (const flag of ['engine', 'workers']) {
    expect([flag, said.filter((text) => text.startsWith(`--${flag}:`)).length]).toEqual([flag, 1])
  }
})

test('with --once what could not be read is told once, and acts on no terminal', async () => {
  const missing = `${scratch}/gone\u001b[2J.jsonl`
  const { code, stderr } = await finish(['--once', missing, write('there.jsonl', call('bash'))])
  expect([code, stderr]).toEqual([1, `agentlog-exporter: ${scratch}/gone\ufffd[2J.jsonl: no such file\n`])
  const explained = await finish(['explain', missing])
  expect([explained.code, explained.stderr]).toEqual([1, stderr])
})

test('a flag that promises protection or a gate which this version has not, does not start', async () => {
  const log = write('needed.jsonl', call('bash'))
  for (const [flag, value] of [['fail-on', 'x > 0']]) {
    const { code, stdout, stderr } = await finish(['run', '--once', `--${flag}`, value!, log])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(new RegExp(`^--${flag}: .* with a later version; this one does not start`))
  }
})

test('npm start takes verbs as the command does', () => {
  const start = join(import.meta.dirname, '../../dist/start.js')
  const run = (...args: string[]) => spawnSync(process.execPath, [start, ...args], { encoding: 'utf8' })
  expect(run('explain', '--summary', write('start.jsonl', call('bash'))).stdout).toContain('1 events: 1 mapped')
  expect(run('--once', write('start.jsonl', call('bash'))).stdout).toContain('agent_tool_calls_total{')
})

test('a word that is nearly a verb and no file is no log; a file of that name is one, as is any other word', async () => {
  const { code, stdout, stderr } = await finish(['explane', 'x.jsonl'])
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain('no verb and no file is called "explane"; did you mean explain?')
  const verbs = ['explain', 'test', 'srd']
  // `src` is a folder here.
  for (const word of ['src', 'agents', './explane', 'explain', '--once']) expect(mistypedVerb([word], verbs)).toBe(undefined)
  expect(mistypedVerb(['srx'], verbs)).toContain('srd')
})

test('a variable may switch off, and an empty one says nothing', async () => {
  const log = write('switch.jsonl', call('bash'))
  const run = (env: Readonly<Record<string, string>>) => finish(['--once', log], '', env)
  expect((await run({ AGENTLOG_SELF: 'false' })).stdout).not.toContain('agentlog_')
  expect((await run({ AGENTLOG_SELF: 'true' })).stdout).toContain('agentlog_lines_total')
  const empty = {
    AGENTLOG_CONFIG_FILE: '',
    AGENTLOG_HISTORY: '',
    AGENTLOG_SELF: '',
    AGENTLOG_WORKERS: '',
    AGENTLOG_LOG_LEVEL: '',
  }
  const { code, stdout, stderr } = await run(empty)
  expect([code, stderr, callsOf(stdout, 'bash')]).toEqual([0, '', 1])
  expect(stdout).not.toContain('agentlog_')
  const unclear = await run({ AGENTLOG_SELF: 'perhaps' })
  expect([unclear.code, unclear.stderr]).toEqual([2, 'AGENTLOG_SELF="perhaps": expected true or false, for --self\n'])
})

test('flags come from AGENTLOG_ variables too, and the flag wins', async () => {
  const log = write('env.jsonl', '{"event":"x"}\n')
  const mapping = write('env.yaml', 'version: 1\nmetrics: [{ name: x_total, type: counter, event: x }]\n')
  const { stdout } = await finish(['--once', log], '', { AGENTLOG_CONFIG_FILE: mapping })
  expect(stdout).toContain('x_total 1')
  const flagged = await finish(['--once', '--preset', 'agent', log], '', { AGENTLOG_PRESET: 'nope' })
  expect(flagged.code).toBe(0)
})

test('a file is followed live: appended, rotated by rename, found later', async () => {
  const log = write('live.jsonl', call('old'))
  const served = await start([join(scratch, 'live*.jsonl')])
  await until(
    () => scrape(served.url),
    (text) => callsOf(text, 'old') === 1,
  )
  appendFileSync(log, call('appended').slice(0, 20))
  appendFileSync(log, call('appended').slice(20))
  await until(
    () => scrape(served.url),
    (text) => callsOf(text, 'appended') === 1,
  )
  renameSync(log, join(scratch, 'live.1.jsonl'))
  appendFileSync(join(scratch, 'live.1.jsonl'), call('late'))
  writeFileSync(log, call('fresh'))
  write('live-2.jsonl', call('second'))
  const text = await until(
    () => scrape(served.url),
    (body) => ['late', 'fresh', 'second'].every((tool) => callsOf(body, tool) === 1),
  )
  expect(['old', 'appended'].map((tool) => callsOf(text, tool))).toEqual([1, 1])
})

test('more logs than descriptors are all read, and leave room for scrapers', async () => {
  mkdirSync(join(scratch, 'many'))
  for (let i = 0; i < 300; i++) write(`many/${i}.jsonl`, call('x'))
  // Fewer do not let the program's modules be loaded.
  const served = children.adopt(await serveWithin(192, [join(scratch, 'many/*.jsonl')]))
  const text = await until(
    () => scrape(served.url),
    (body) => callsOf(body, 'x') === 300,
  )
  expect(text).toContain('agentlog_source_files{source="files",state="open"} 300')
  expect(text).toContain('agentlog_source_files{source="files",state="unreadable"} 0')
})

test('history: prime reads what is there and counts nothing of it; later lines and files count', async () => {
  const log = write('prime.jsonl', `${call('old').repeat(3)}no json\n${call('cut').slice(0, 10)}`)
  const mapping = (history: string): string =>
    write(
      'prime.yaml',
      `version: 1\ninclude: [preset:agent]\nsources: [{ name: s, file: { paths: [${join(scratch, 'prime*.jsonl')}]${history} } }]\n`,
    )
  const state = join(scratch, 'prime-state')
  const served = await start(['-c', mapping(', history: prime'), '--state.dir', state])
  await until(
    () => scrape(served.url),
    (text) => text.includes('agentlog_events_total{source="s",outcome="primed"} 3'),
  )
  appendFileSync(log, call('cut').slice(10) + call('new'))
  write('prime-later.jsonl', call('later'))
  const text = await until(
    () => scrape(served.url),
    (body) => callsOf(body, 'later') === 1 && callsOf(body, 'new') === 1,
  )
  expect(['old', 'cut'].map((tool) => callsOf(text, tool))).toEqual([undefined, 1])
  expect(text).toContain('agentlog_rejected_lines_total{source="s",reason="not_json"} 1')
  served.child.kill('SIGKILL')
  await served.ended
  const again = await start(['-c', mapping(''), '--state.dir', state])
  appendFileSync(log, call('new'))
  const after = await until(
    () => scrape(again.url),
    (body) => callsOf(body, 'new') === 2,
  )
  expect(['old', 'cut', 'later'].map((tool) => callsOf(after, tool))).toEqual([undefined, 1, 1])
})

test('a taken port ends it at once with 1 and names the address', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = `127.0.0.1:${(server.address() as { port: number }).port}`
  const { code, stderr } = await finish(['run', '--web.listen-address', address, write('port.jsonl', '')])
  server.close()
  expect(code).toBe(1)
  expect(stderr).toContain(address)
})

test('SIGTERM and SIGINT end it with 0', async () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const served = await start([write('signal.jsonl', call('x'))])
    served.child.kill(signal)
    expect([signal, await served.ended]).toEqual([signal, 0])
  }
})

test('ready once the backlog is read; the sources show in health and on the page', async () => {
  const served = await start([write('ready.jsonl', call('x'))])
  await until(
    () => fetch(`${served.url}/-/ready`),
    (response) => response.status === 200,
  )
  const health = (await (await fetch(`${served.url}/v1/health`)).json()) as {
    components: { name: string; state: string }[]
  }
  expect(health).toMatchObject({ status: 'healthy', ready: true })
  expect(health.components.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'source files ok',
    'mapping ok',
    'record ok',
    'server ok',
  ])
  expect(await (await fetch(served.url)).text()).toContain('<bdi>files</bdi>')
})
