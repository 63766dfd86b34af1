/** The durable record as a user meets it: counts over restarts, one process per folder, and a clear word when something is wrong with it. */
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Children } from './children.ts'
import { finish, type Served, until } from './program.ts'

let folder: string
const children = new Children()
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agentlog-state-'))
  writeFileSync(
    at('m.yaml'),
    'version: 1\nmetrics: [{ name: calls_total, type: counter, event: call, labels: { tool: tool } }]\n',
  )
  writeFileSync(at('a.log'), call('x') + call('x'))
})
afterEach(async () => {
  await children.kill()
  rmSync(folder, { recursive: true, force: true })
})

const at = (name: string): string => join(folder, name)
const call = (tool: string): string => `${JSON.stringify({ event: 'call', tool })}\n`

const start = (...args: readonly string[]): Promise<Served> =>
  children.start(['--state.dir', at('state'), '-c', at('m.yaml'), ...args, at('a.log')])

async function end({ child, ended }: Served, signal: NodeJS.Signals): Promise<number | null> {
  child.kill(signal)
  return ended
}

const metrics = async ({ url }: Served): Promise<string> => (await fetch(`${url}/metrics`)).text()
const shows = (served: Served, line: string): Promise<string> =>
  until(
    () => metrics(served),
    (text) => text.includes(`${line}\n`),
  )

test('what is shown of a record acts on no terminal', async () => {
  const name = at('b\u001b[2J.log')
  writeFileSync(name, call('x'))
  const served = await start(name)
  await shows(served, 'calls_total{tool="x"} 3')
  await end(served, 'SIGTERM')
  const { stdout } = await finish(['state', 'show', '--state.dir', at('state')])
  expect(stdout).toContain('b\ufffd[2J.log: ')
  expect(stdout).not.toContain('\u001b')
})

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'counts go on after %s, and what was written meanwhile is added once',
  async (signal) => {
    const first = await start()
    await shows(first, 'calls_total{tool="x"} 2')
    await shows(first, 'agentlog_state_durable 1')
    expect(await end(first, signal)).toBe(signal === 'SIGTERM' ? 0 : null)
    appendFileSync(at('a.log'), call('x'))
    renameSync(at('a.log'), at('a.log.1'))
    writeFileSync(at('a.log'), call('y'))
    const second = await start()
    await shows(second, 'calls_total{tool="y"} 1')
    expect(await metrics(second)).toContain('calls_total{tool="x"} 3\n')
  },
)

test('a file that was written anew meanwhile is read from its start', async () => {
  const first = await start()
  await shows(first, 'calls_total{tool="x"} 2')
  await end(first, 'SIGKILL')
  writeFileSync(at('a.log'), call('z') + call('z') + call('z') + call('z'))
  const second = await start()
  await shows(second, 'calls_total{tool="z"} 4')
  expect(await metrics(second)).toContain('calls_total{tool="x"} 2\n')
})

test('a metric that is defined anew starts at 0, alone, and that is said', async () => {
  const first = await start()
  await shows(first, 'calls_total{tool="x"} 2')
  await end(first, 'SIGKILL')
  writeFileSync(
    at('m.yaml'),
    'version: 1\nmetrics: [{ name: calls_total, type: counter, event: other, labels: { tool: tool } }]\n',
  )
  appendFileSync(at('a.log'), '{"event":"other","tool":"x"}\n')
  const second = await start()
  await shows(second, 'calls_total{tool="x"} 1')
  expect(second.out.stderr).toContain('metric=calls_total')
})

test('a second process of one folder is told who has it, and does not start', async () => {
  const first = await start()
  await shows(first, 'calls_total{tool="x"} 2')
  const { code, stderr } = await finish(['--state.dir', at('state'), '-c', at('m.yaml'), at('a.log')])
  expect([code, stderr]).toEqual([2, expect.stringContaining(`process ${first.child.pid}`)])
})

test('a folder that cannot be written stops nothing, and is said', async () => {
  writeFileSync(at('state'), 'not a folder')
  const served = await start()
  await shows(served, 'calls_total{tool="x"} 2')
  await shows(served, 'agentlog_state_durable 0')
  expect(served.out.stderr).toContain('the durable record cannot be written')
})

test('a record of a later version is left alone, and the run does not start', async () => {
  mkdirSync(at('state'))
  writeFileSync(at('state/snapshot-1'), Buffer.from('agentlog\u0009\u0000\u0000\u0000', 'latin1'))
  const { code, stderr } = await finish(['--state.dir', at('state'), '-c', at('m.yaml'), at('a.log')])
  expect([code, stderr]).toEqual([2, expect.stringContaining('version 9')])
  expect(readdirSync(at('state')).filter((name) => name !== 'lock')).toEqual(['snapshot-1'])
})

test('a broken journal is said; what it lacks is read again, and only then exposed', async () => {
  const first = await start()
  await shows(first, 'calls_total{tool="x"} 2')
  await end(first, 'SIGKILL')
  const journal = readdirSync(at('state')).find((name) => name.startsWith('journal-'))!
  const bytes = readFileSync(at(`state/${journal}`))
  bytes[bytes.length - 1]! ^= 1
  writeFileSync(at(`state/${journal}`), bytes)
  const second = await start()
  await shows(second, 'calls_total{tool="x"} 2')
  expect(await metrics(second)).toContain('agentlog_state_recoveries_total 1\n')
  expect(second.out.stderr).toContain('part of the durable record was not used')
})

test('only the owner may read the record', async () => {
  await shows(await start(), 'calls_total{tool="x"} 2')
  expect(statSync(at('state')).mode & 0o777).toBe(0o700)
  for (const name of readdirSync(at('state'))) expect([name, statSync(at(`state/${name}`)).mode & 0o777]).toEqual([name, 0o600])
})

test('a folder in which somebody else has a hand is refused, and nothing of it is touched', async () => {
  const run = (): ReturnType<typeof finish> => finish(['--state.dir', at('state'), '-c', at('m.yaml'), at('a.log')])
  mkdirSync(at('state'))
  writeFileSync(at('precious'), 'precious')
  symlinkSync(at('precious'), at('state/lock'))
  expect(await run()).toMatchObject({ code: 2, stderr: expect.stringContaining('lock in it is a symbolic link') as string })
  rmSync(at('state/lock'))
  chmodSync(at('state'), 0o777)
  expect(await run()).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('anyone may write in it; chmod o-w it') as string,
  })
  expect(await finish(['state', 'show', '--state.dir', at('state')])).toMatchObject({ code: 2 })
  expect([readdirSync(at('state')), readFileSync(at('precious'), 'utf8')]).toEqual([[], 'precious'])
})

test('the verb state shows, exports and resets', async () => {
  const first = await start()
  await shows(first, 'calls_total{tool="x"} 2')
  const ask = (...args: string[]): ReturnType<typeof finish> => finish(['state', ...args, '--state.dir', at('state')])
  const shown = await ask('show')
  expect(shown.stdout).toContain('calls_total (counter): 1 series\n')
  expect(shown.stdout).toContain(`files ${at('a.log')}: ${statSync(at('a.log')).size} bytes are counted\n`)
  expect((await ask('export')).stdout).toContain('# TYPE calls_total counter\ncalls_total{tool="x"} 2\n')
  expect(await ask('reset', 'calls_total')).toMatchObject({ code: 2, stderr: expect.stringContaining('stop it first') as string })
  await end(first, 'SIGTERM')
  expect(await ask('reset', 'cals_total')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('did you mean calls_total?') as string,
  })
  expect(await ask('reset', 'calls_total')).toMatchObject({ code: 0 })
  appendFileSync(at('a.log'), call('x'))
  await shows(await start(), 'calls_total{tool="x"} 1')
  expect(await finish(['state', 'show'], '', { XDG_STATE_HOME: at('none') })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--state.dir') as string,
  })
  expect((await ask('forget')).code).toBe(2)
})

test('a scraper sees a series that is born from a live line at 0 first, also after a restart; history begins with its value', async () => {
  const first = await start()
  const headers = { 'x-prometheus-scrape-timeout-seconds': '10', 'user-agent': 'Prometheus/2.42.0' }
  const scrape = async ({ url }: Served): Promise<string> => (await fetch(`${url}/metrics`, { headers })).text()
  const firstSight = async (served: Served, tool: string): Promise<string> =>
    (
      await until(
        () => scrape(served),
        (text) => text.includes(`tool="${tool}"`),
      )
    ).match(new RegExp(`tool="${tool}"} .*`))![0]
  expect(await firstSight(first, 'x')).toBe('tool="x"} 2')
  appendFileSync(at('a.log'), call('born'))
  expect(await firstSight(first, 'born')).toBe('tool="born"} 0')
  expect(await scrape(first)).toContain('tool="born"} 1')
  await end(first, 'SIGKILL')
  const second = await start()
  expect(await firstSight(second, 'born')).toBe('tool="born"} 1')
  // Recorded, and shown to somebody who tells nothing about itself, but not to this scraper when the process dies.
  appendFileSync(at('a.log'), call('pending'))
  await shows(second, 'calls_total{tool="pending"} 1')
  await end(second, 'SIGKILL')
  appendFileSync(at('a.log'), call('pending') + call('meanwhile'))
  renameSync(at('a.log'), at('a.log.1'))
  writeFileSync(at('a.log'), call('in a new file'))
  const third = await start()
  await shows(third, 'calls_total{tool="in a new file"} 1')
  const firstOfAll = await scrape(third)
  for (const tool of ['pending', 'meanwhile', 'in a new file']) expect(firstOfAll).toContain(`tool="${tool}"} 0\n`)
  expect(await scrape(third)).toContain('tool="pending"} 2\n')
})
