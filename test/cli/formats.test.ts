/** Formats of lines through the whole program: said for one source, under an envelope, and explained. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { finish } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'formats-'))
afterAll(() => rmSync(folder, { recursive: true }))

function written(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const METRIC = 'metrics: [{ name: agent_calls_total, type: counter, event: call, labels: { tool: tool } }]\n'
const WRAPPED = [
  '2026-01-01T00:00:00.1Z stdout P event=call ',
  '2026-01-01T00:00:00.2Z stdout F tool="b a"',
  '2026-01-01T00:00:00.3Z stderr F a=1 b="x api_key=hunter2hunter2',
  '2026-01-01T00:00:00.4Z stderr F {"event":"call"}',
  'event=call tool=bare',
  '',
].join('\n')

test('sources of one mapping have formats of their own', async () => {
  const logs = {
    logfmt: written('a.logfmt', 'event=call tool=one\n{"event":"call","tool":"no"}\n'),
    text: written('a.text', 'call two\n'),
    json: written('a.jsonl', '{"event":"call","tool":"three"}\nevent=call tool=no\n'),
  }
  const mapping = written(
    'several.yaml',
    `version: 1
sources:
  - { file: { paths: ["${logs.logfmt}"] }, input: { format: logfmt } }
  - { file: { paths: ["${logs.text}"] } }
  - { file: { paths: ["${logs.json}"] }, input: { format: json } }
input: { format: { regex: ['^(?<event>\\w+) (?<tool>\\w+)$'] } }
${METRIC}`,
  )
  const { stdout, code } = await finish(['run', '--once', '-c', mapping])
  expect([code, stdout.split('\n').filter((line) => line.startsWith('agent_calls_total'))]).toEqual([
    0,
    ['agent_calls_total{tool="one"} 1', 'agent_calls_total{tool="three"} 1', 'agent_calls_total{tool="two"} 1'],
  ])
})

test('a line under an envelope is explained in its format, also when the log is named on the command line', async () => {
  const mapping = written('cri.yaml', `version: 1\nsources: [{ stdin: {}, input: { format: logfmt, envelope: cri } }]\n${METRIC}`)
  const log = written('wrapped.log', WRAPPED)
  for (const args of [['-'], [log]]) {
    const { stdout } = await finish(['explain', '-c', mapping, ...args], WRAPPED)
    const told = stdout.replaceAll(log, '-')
    expect(told).toContain('-:2 mapped: "call"')
    expect(told).toContain('= agent_calls_total{tool="b a"} +1, now 1')
    expect(told).toContain('-:3 rejected as malformed')
    expect(told).toMatch(/this quote has no end/)
    expect(told).not.toContain('hunter2')
    expect(told).toContain('-:4 rejected as not_logfmt')
    expect(told).toContain('it looks like JSON, and this log is read as logfmt')
    expect(told).toContain('-:5 rejected as bad_envelope')
  }
})

test('each record of a line is explained by itself, and the summary counts lines and events', async () => {
  const mapping = written(
    'otlp.yaml',
    `version: 1\ninput: { format: otlp }\n${METRIC.replace('tool: tool', 'tool: attributes.tool')}`,
  )
  const record = (event: string, tool: string) =>
    `{"eventName":"${event}","attributes":[{"key":"tool","value":{"stringValue":"${tool}"}}]}`
  const records = [record('call', 'one'), record('other', 'x'), record('call', 'two')].join()
  const line = `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${records}]}]}]}\n`
  const { stdout } = await finish(['explain', '-c', mapping, '-'], line)
  expect(stdout).toMatch(
    /-:1 mapped: "call", 1 sample\n[\s\S]*-:1 event 2 unmapped: "other"\n[\s\S]*-:1 event 3 mapped: "call", 1 sample/,
  )
  expect(stdout).toContain('= agent_calls_total{tool="two"} +1, now 1')
  const { stdout: summary } = await finish(['explain', '--summary', '--format', 'json', '-c', mapping, '-'], line)
  expect(JSON.parse(summary)).toMatchObject({ lines: 1, bytes: line.length - 1, outcomes: { mapped: 2, unmapped: 1 } })
})

test('without input.format the first line that tells decides, and explain says what it was read as', async () => {
  const mapping = written('auto.yaml', `version: 1\n${METRIC}`)
  const { stdout } = await finish(['explain', '-c', mapping, '-'], 'Starting\nevent=call tool=bash ms=1\nevent=call tool="\n')
  expect(stdout).toContain('-:1 rejected as not_json\n  Starting\n  there is no')
  expect(stdout).toContain('-:2 mapped: "call", 1 sample\n  event=call tool=bash ms=1\n  read  as logfmt\n')
  expect(stdout).toContain('-:3 rejected as malformed')
  const { stdout: summary } = await finish(['explain', '--summary', '-c', mapping, '-'], 'event=call tool=bash ms=1\nx\n')
  expect(summary).toMatch(/formats by messages\n +2 +logfmt +its first line that tells begins with three name=value\n/)
  expect(summary).toContain('leave it out where it is written, or take lines apart with patterns')
  const { stdout: said } = await finish(
    ['explain', '--summary', '-c', written('said.yaml', `version: 1\ninput: { format: logfmt }\n${METRIC}`), '-'],
    'event=call\n',
  )
  expect(said).toMatch(/1 +logfmt +input\.format is logfmt\n/)
})

test('what no pattern fits is explained so', async () => {
  const mapping = written('text.yaml', `version: 1\ninput: { format: { regex: ['^(?<event>call) (?<tool>\\w+)$'] } }\n${METRIC}`)
  const { stdout } = await finish(['explain', '-c', mapping, '-'], 'call bash\nTraceback:\n')
  expect(stdout).toContain('= agent_calls_total{tool="bash"} +1, now 1')
  expect(stdout).toContain('-:2 rejected as no_match\n  Traceback:\n  read  as regex\n  no pattern of input.format fits the line')
})

test('of objects over several lines explain says which is torn, what is in none, and what to do', async () => {
  const mapping = written('pretty.yaml', `version: 1\n${METRIC}`)
  const log = '{\n  "event": "call",\n{\n  "event": "call",\n  "tool": "bash"\n}\nDone.\n'
  const { stdout } = await finish(['explain', '-c', mapping, '-'], log)
  expect(stdout).toContain('-:3 rejected as torn')
  expect(stdout).toContain('the next object begins in column 1 before this one ends')
  expect(stdout).toMatch(/-:6 mapped: "call", 1 sample\n {2}\{.*\}\s*\n {2}read {2}as json-documents\n/)
  expect(stdout).toContain('-:7 rejected as not_json')
  expect(stdout).toContain('this line is in no object: one begins with "{" in column 1')
  expect(stdout).toContain('it is the rest of an object that was torn or too long, or text of another program')
})
