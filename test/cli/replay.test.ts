/** The built program on events of long ago: a replay or a fresh copy keeps their time going, a log that was left long ago is over. */
import { appendFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Children } from './children.ts'
import { type Served, until } from './program.ts'

const MAPPING = `version: 1
derive:
  - { pair: run, start: { event: start, key: id }, end: { event: end, key: id }, timeout: 1h }
metrics:
  - { name: runs_open, type: gauge, open: run }
  - { name: waits_lately, type: gauge, event: wait, op: count, over: 1h }
  - { name: timeouts_total, type: counter, derived: run, where: { outcome: timeout } }
`
const AT_SECONDS = Date.UTC(2025, 0, 1) / 1000
const OLD = ['start', 'wait', 'note']
  .map((event, i) => `{"event":"${event}","id":"1"${event === 'note' ? '' : `,"ts":${AT_SECONDS + i}`}}\n`)
  .join('')
const OPEN = { runs_open: 1, waits_lately: 1, timeouts_total: 0 }
const NOTHING = { runs_open: 0, waits_lately: 0, timeouts_total: 0 }
const OVER = { runs_open: 0, waits_lately: 0, timeouts_total: 1 }

let scratch = ''
const children = new Children()
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'agentlog-replay-'))
  writeFileSync(join(scratch, 'm.yaml'), MAPPING)
})
afterEach(async () => {
  await children.kill()
  rmSync(scratch, { recursive: true })
})

const start = (log: string, ...flags: readonly string[]): Promise<Served> =>
  children.start(['-c', join(scratch, 'm.yaml'), ...flags, log])

const find = (text: string, sample: RegExp): number => Number(sample.exec(text)?.[1] ?? 0)

const shownAs = (text: string, name: string): number => find(text, new RegExp(`^${name} (.*)$`, 'm'))
const metricsOf = async ({ url }: Served): Promise<string> => (await fetch(`${url}/metrics`)).text()

/** What the metrics show once so many lines are counted. */
async function shown(served: Served, lines: number): Promise<Readonly<Record<string, number>>> {
  const isRead = (text: string): boolean => find(text, /^agentlog_lines_total\{[^}]*outcome="event"\} (.*)$/m) >= lines
  const text = await until(() => metricsOf(served), isRead)
  return Object.fromEntries(Object.keys(OPEN).map((name) => [name, shownAs(text, name)]))
}

test('old events that are appended now, one line without a time among them, keep their time, also over a kill', async () => {
  const log = join(scratch, 'a.jsonl')
  const state = ['--state.dir', join(scratch, 'state')]
  writeFileSync(log, '')
  const first = await start(log, ...state)
  for (const line of OLD.split(/(?<=\n)/)) appendFileSync(log, line)
  expect(await shown(first, 3)).toEqual(OPEN)
  first.child.kill('SIGKILL')
  await first.ended
  const second = await start(log, ...state)
  expect(await shown(second, 0)).toEqual(OPEN)
  // An hour later by the log.
  appendFileSync(log, `{"event":"other","ts":${AT_SECONDS + 3700}}\n`)
  expect(await shown(second, 1)).toEqual(OVER)
})

test('of a file that was there its time of writing tells whether it is a copy of now or was left long ago', async () => {
  const [copy, left] = [join(scratch, 'copy.jsonl'), join(scratch, 'left.jsonl')]
  for (const log of [copy, left]) writeFileSync(log, OLD)
  utimesSync(left, AT_SECONDS + 2, AT_SECONDS + 2)
  expect(await shown(await start(copy), 3)).toEqual(OPEN)
  expect(await shown(await start(left), 3)).toEqual(OVER)
})

const START = '{"event":"start","id":"1"}\n'
const WAIT = '{"event":"wait"}\n'
const ANCIENT = `{"event":"other","ts":${AT_SECONDS}}\n`
const LATER = `{"event":"other","ts":${AT_SECONDS + 1}}\n`

test.for([
  ['a run before it', '', [START, ANCIENT], OVER],
  ['what a window holds before it', '', [WAIT, ANCIENT], NOTHING],
  ['both after it', '', [ANCIENT, START + WAIT], OVER],
  ['both in one write after it', '', [ANCIENT + START + WAIT], OVER],
  ['a run in a file that was there', START + ANCIENT + LATER, [], OVER],
  ['what a window holds in a file that was there', WAIT + ANCIENT + LATER, [], NOTHING],
] as const)('one line of long ago does not hold open what lines without a time begin: %s', async ([, there, writes, over]) => {
  const log = join(scratch, 'a.jsonl')
  writeFileSync(join(scratch, 'm.yaml'), MAPPING.replaceAll('1h', '2s'))
  writeFileSync(log, there)
  const served = await start(log)
  let lines = there.split('\n').length - 1
  await shown(served, lines)
  for (const write of writes) {
    appendFileSync(log, write)
    lines += write.split('\n').length - 1
    await shown(served, lines)
  }
  const isOver = (text: string): boolean => Object.entries(over).every(([name, value]) => shownAs(text, name) === value)
  expect(await until(() => metricsOf(served), isOver)).toContain(`timeouts_total ${over.timeouts_total}`)
})
