/** What `explain` says, as people read it: a mapping and a log, and the text in the file beside this one. `UPDATE_GOLDEN=1` rewrites it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { explained } from './explained.ts'

const MAPPING = `version: 1
drop:
  - { event: http, where: { path: [/health, /metrics] } }
metrics:
  - name: calls_total
    type: counter
    event: [tool_invocation, tool_call]
    where: { tool_name: { exists: true }, status: { not: skipped } }
    labels:
      tool: { path: tool_name, lower: true, max_values: 2 }
      status: { path: [result_status, status], map: { ok: success }, one_of: [success, error] }
    exemplar: { trace_id: trace }
  - { name: call_seconds, type: histogram, event: tool_invocation, value: { path: ms, unit: ms }, buckets: [0.1, 1] }
  - { name: tokens_total, type: counter, event: llm_call, labels: { model: model }, split: { type: { input: usage.in, output: usage.out } } }
  - { name: parts, type: gauge, event: message, each: { part: content }, where: { $part.type: text }, labels: { kind: $part.type }, value: { length: $part.text } }
`

const EXPRESSIONS = `version: 1
metrics:
  - name: slow_total
    type: counter
    event: e
    where: { expr: 'event.ms / 1000 > 2', status: ok }
    labels: { m: { expr: 'event.model + "/" + event.provider', default: none } }
  - { name: pairs_total, type: counter, event: wide, where: { expr: 'event.l.exists(x, event.l.exists(y, event.l.exists(z, x + y == z)))' } }
`

const CASES: readonly (readonly [file: string, log: string | Uint8Array, ...args: string[]])[] = [
  [
    'mapped',
    '{"event":"tool_invocation","timestamp":"2026-01-02T03:04:05Z","tool_name":"Bash","status":"ok","ms":250,"trace":"t1"}\n',
  ],
  ['unmatched', '{"event":"tool_call","timestamp":"2026-01-02T03:04:05Z","tool":"bash","status":"ok"}\n'],
  [
    'other-names',
    '{"kind":"tool_invocation","timestamp":"2026-01-02T03:04:05Z","tool_name":"bash"}\n{"event":"tool_invocaton","timestamp":"2026-01-02T03:04:05Z"}\n',
  ],
  [
    'dropped',
    '{"event":"http","timestamp":"2026-01-02T03:04:05Z","path":"/health"}\n{"event":"http","timestamp":"2026-01-02T03:04:05Z","path":"/v1"}\n',
  ],
  [
    'no-number',
    '{"event":"tool_invocation","timestamp":"2026-01-02T03:04:05Z","tool_name":"a","ms":"soon"}\n{"event":"llm_call","timestamp":"2026-01-02T03:04:05Z","model":"m","usage":{"in":-5,"out":1e999}}\n',
  ],
  [
    'each',
    '{"event":"message","timestamp":"2026-01-02T03:04:05Z","content":[{"type":"text","text":"abc"},{"type":"image"},{"type":"text"}]}\n{"event":"message","timestamp":"2026-01-02T03:04:05Z","contents":[]}\n',
  ],
  [
    'capped',
    ['a', 'b', 'c'].map((tool) => `{"event":"tool_call","timestamp":"2026-01-02T03:04:05Z","tool_name":"${tool}"}\n`).join(''),
    '--lines',
    '3',
  ],
  [
    'rejected',
    Buffer.concat([
      Buffer.from('{"event":"tool_call","tool_name":}\nplain words\n[1,2]\n{"event":"tool_call" "x":1}\n\n{"event":"tool_call"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('\n'),
    ]),
  ],
  ['prefix', '2026-01-02 INFO  {"event":"tool_call","timestamp":"2026-01-02T03:04:05Z","tool_name":"bash","status":"error"}\n'],
  [
    'hostile',
    '{"event":"\\u001b[2Jx\\u202e","timestamp":"2026-01-02T03:04:05Z","a\\u001b[31mb":"<script>"}\n{"event":"tool_call","timestamp":"2026-01-02T03:04:05Z","tool_name":"\\u001b[31mred","status":"\\u202eok"}\n',
  ],
  [
    'masked',
    // Put together here, so that no scanner takes them for real ones.
    `{"event":"tool_call","timestamp":"2026-01-02T03:04:05Z","tool_name":"curl ${'gh'}p_${'0123456789abcdefghij0123456789abcdef'}","password":"${'hunter2'.repeat(2)}"}\n{"kind":"x","api_key":"${'s'}k-ant-api03-${'A'.repeat(24)}","timestamp":"2026-01-02T03:04:05Z"}\n`,
  ],
  [
    'envelopes',
    [
      '2026-01-02T03:04:05.1Z stdout P {"event":"tool_call","tool_name":',
      '2026-01-02T03:04:05.2Z stderr F no event',
      '2026-01-02T03:04:06.000000001Z stdout F "bash","status":"ok"}',
      '{"log":"\\u001b[36mINFO\\u001b[0m {\\"event\\":\\"tool_call\\",\\"tool_name\\":\\"a\\",\\"status\\":\\"error\\"}\\n","stream":"stderr","time":"2026-01-02T03:04:07Z"}',
      `{"log":"${'x'.repeat(20)}\\n","stream":"stdout","attrs":{"tag":"t"},"time":"2026-01-02T03:04:08\\u001b[2J\\u202e"}`,
      '{"host":"h","time":"2026-01-02T03:04:09Z","message":"{\\"event\\":\\"tool_call\\",\\"tool_name\\":\\"b\\",\\"status\\":\\"ok\\",\\"timestamp\\":\\"soon\\"}"}',
      '',
    ].join('\n'),
  ],
  [
    'compose',
    'Attaching to agent-1\n\u001b[36magent-1  | \u001b[0m2026-01-02T03:04:05.1Z {"event":"tool_call","tool_name":"bash","status":"ok"}\n',
  ],
  ['bad-time', '{"event":"tool_call","tool_name":"bash","timestamp":"yesterday"}\n', '--format', 'json'],
]

/** Arrival times are now. */
const still = (text: string): string =>
  text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z(?=[^"]* arrival|",\s*"from":"arrival"|\))/g, 'NOW')

for (const [name, log, ...args] of CASES)
  test(name, async () => {
    const { code, stdout, stderr } = await explained(MAPPING, log, ...args)
    expect([code, stderr]).toEqual([0, ''])
    const file = join(import.meta.dirname, `${name}.txt`)
    if (process.env.UPDATE_GOLDEN) writeFileSync(file, still(stdout))
    expect(still(stdout)).toBe(readFileSync(file, 'utf8'))
    expect(stdout).not.toMatch(/hunter2|p_0123|AAAA/)
    // Nothing that a terminal would act on.
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
  })

test('an expression is told with the fields that it looks at', async () => {
  const wide = `{"event":"wide","timestamp":"2026-01-02T03:04:05Z","l":[${new Array(60).fill(7).join()}]}`
  const log = [
    '{"event":"e","timestamp":"2026-01-02T03:04:05Z","ms":2500,"status":"ok","model":"a","provider":"b"}',
    '{"event":"e","timestamp":"2026-01-02T03:04:05Z","duration_ms":2500,"status":"ok"}',
    wide,
  ]
  const { code, stdout } = await explained(EXPRESSIONS, log.join('\n'))
  const file = join(import.meta.dirname, 'expressions.txt')
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, stdout)
  expect([code, stdout]).toEqual([0, readFileSync(file, 'utf8')])
})

const MARKS = `version: 1
limits: { keys: 3 }
metrics:
  - { name: calls_total, type: counter, event: e, labels: { m: model }, once: { key: [id, model], within: 1h } }
  - { name: tokens_total, type: counter, event: e, split: { type: { in: in, out: out } }, rise: id }
  - { name: cost_total, type: counter, event: priced, rise: { key: id, baseline: { forked: true } }, value: { price: { model: model, input: in, output: out, table: { m: { input: 1000000, output: 2000000 } } } } }
  - { name: both_total, type: counter, event: both, once: id, value: in, rise: id }
`

test('once and rise are told with their keys and what was seen', async () => {
  const log = [
    '{"event":"e","timestamp":"2026-01-02T03:04:05Z","id":"a","model":"m","in":18,"out":1}',
    '{"event":"e","timestamp":"2026-01-02T03:04:06Z","id":"a","model":"m","in":30,"out":1}',
    '{"event":"e","timestamp":"2026-01-02T03:04:06Z","model":"m","in":30,"out":1}',
    '{"event":"priced","timestamp":"2026-01-02T03:04:06Z","id":"a","model":"m","in":30,"out":1}',
    '{"event":"priced","timestamp":"2026-01-02T03:04:06Z","id":"a","model":"m","in":30,"out":4}',
    '{"event":"priced","timestamp":"2026-01-02T03:04:06Z","id":"a","model":"m","in":40,"forked":true}',
    '{"event":"both","timestamp":"2026-01-02T03:04:06Z","id":"a","in":"many"}',
    '{"event":"both","timestamp":"2026-01-02T03:04:06Z","id":"a","in":3}',
    '{"event":"both","timestamp":"2026-01-02T03:04:06Z","id":"a","in":4}',
    '{"event":"e","timestamp":"2026-01-02T03:04:06Z","id":"a","model":"m","in":-1,"out":7}',
  ]
  const { code, stdout } = await explained(MARKS, log.join('\n'))
  const file = join(import.meta.dirname, 'marks.txt')
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, stdout)
  expect([code, stdout]).toEqual([0, readFileSync(file, 'utf8')])
})

test('the summary of the sample says what is counted, what is not and why', async () => {
  const sample = readFileSync(join(import.meta.dirname, '../../config/examples/sample.jsonl'))
  const { code, stdout } = await explained(undefined, sample, '--summary')
  const file = join(import.meta.dirname, 'summary.txt')
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, stdout)
  expect([code, stdout]).toEqual([0, readFileSync(file, 'utf8')])
})

test('the summary says what the messages were wrapped in, and why', async () => {
  const cri = '2026-01-02T03:04:05Z stdout P {"event":\n2026-01-02T03:04:05Z stdout F "tool_call"}\n'
  const found = await explained(MAPPING, `${cri}{"event":"tool_call"}\n`, '--summary')
  expect(found.stdout).toMatch(
    /^envelopes by messages\n +1 {2}cri +1 joined {2}the lines begin as .*\n +1 {2}none +the lines have no such shape$/m,
  )
  const said = await explained(`${MAPPING}input: { envelope: cri }\n`, `${cri}{"event":"tool_call"}\n`, '--summary')
  expect(said.stdout).toMatch(/^ +1 {2}cri +1 joined {2}input\.envelope is cri$/m)
  expect(said.stdout).toMatch(/1 {2}bad_envelope .*not wrapped as the lines of this log are.*\n +\{"event":"tool_call"\}/)
  const bare = await explained(MAPPING, '{"event":"tool_call"}\n', '--summary')
  expect(bare.stdout).not.toContain('envelope')
})

test('the summary of a log with other names has the mapping that makes them count', async () => {
  const log = [
    { kind: 'toolCall', tool_name: 'a', api_key: 'x' },
    { kind: 'llmCall', model: 'm' },
    { event: 'ToolCall', tool_name: 'b' },
    { event: 'Tool\u0007Call: #1', tool_name: 'b' },
  ].map((line) => JSON.stringify(line))
  const seen = await explained(undefined, log.join('\n'), '--summary')
  const [, mapping] = /^a mapping that mends it: .*\n((?: {2}.*\n)+)/m.exec(seen.stdout)!
  expect(mapping!.replace(/^ {2}/gm, '')).toBe(
    [
      'version: 1',
      'include: ["preset:agent"]',
      'input:',
      '  event_name:',
      '    path: [event, type, event_type, kind]',
      '    map:',
      '      ToolCall: tool_call',
      '      toolCall: tool_call',
      '      llmCall: llm_call',
      '',
    ].join('\n'),
  )
  const mended = await explained(mapping!.replace(/^ {2}/gm, ''), log.join('\n'), '--summary')
  expect(mended.stdout).toContain('4 events: 3 mapped, 0 unmatched, 1 unmapped, 0 dropped')
  expect(mended.stdout).not.toContain('mends it')
})

test('a field that few of the nameless events have is no name; of a mapping of its own the place to mend is told', async () => {
  const few = [1, 2, 3].map((n) => `{"n":${n}}`)
  const seen = await explained(MAPPING, [...few, '{"kind":"started"}'].join('\n'), '--summary')
  expect(seen.stdout).toContain('and no field that most of them have looks like one')
  const most = await explained(MAPPING, [few[0], '{"@kind":"started"}'].join('\n'), '--summary')
  expect(most.stdout).toContain('set input.event_name: [event, type, event_type, "@kind"]')
  // Nothing would count more by that.
  expect(most.stdout).not.toContain('to mend it')
  const known = await explained(MAPPING, '{"@kind":"ToolCall"}', '--summary')
  expect(known.stdout).toContain(
    'in the mapping, to mend it\n  input:\n    event_name:\n      path: [event, type, event_type, "@kind"]\n      map:\n        ToolCall: tool_call\n',
  )
})

test('what concerns most lines is told first: JSON over several lines before events without a name', async () => {
  const { stdout } = await explained(MAPPING, '{"x":1}\n{\n  "a": {\n    "b": 1\n  }\n}\n', '--summary')
  const hints = stdout.split('\n').filter((line) => line.startsWith('hint:'))
  expect(hints.at(0)).toContain('say so with input: { format: json-documents }')
  expect(hints.at(-1)).toContain('1 event has no name')
})

test('wrong usage and missing files have their exit codes', async () => {
  const bad = async (...args: string[]): Promise<unknown> => {
    const { code, stderr } = await explained(MAPPING, '', ...args)
    return [code, stderr]
  }
  expect(await bad('--lines', '0')).toEqual([2, expect.stringContaining('expected a line such as 7')])
  expect(await bad('--outcome', 'maped')).toEqual([2, expect.stringContaining('did you mean mapped?')])
  expect(await bad('--limit', 'few')).toEqual([2, expect.stringContaining('expected a whole number')])
  expect(await bad('--summary', '--limit', '3')).toEqual([2, expect.stringContaining('leave one of them out')])
  expect(await bad('/nowhere/x.jsonl')).toEqual([1, expect.stringContaining('/nowhere/x.jsonl: no such file')])
  expect((await explained('version: 1\nmetrics: [{ nam: x }]\n', '')).code).toBe(2)
})

test('lines, outcomes and a limit pick what is shown; the others are applied all the same', async () => {
  const log = ['a', 'a', 'b', 'a']
    .map((tool) => `{"event":"${tool === 'b' ? 'x' : 'tool_call'}","tool_name":"${tool}"}\n`)
    .join('')
  const heads = async (...args: string[]): Promise<string[]> =>
    (await explained(MAPPING, log, ...args)).stdout
      .split('\n')
      .filter((line) => /^a\.jsonl:/.test(line))
      .map((line) => line.slice(8, 18))
  expect(await heads('--lines', '2,3')).toEqual(['2 mapped: ', '3 unmapped'])
  expect(await heads('--lines', '3,')).toHaveLength(2)
  expect(await heads('--outcome', 'unmapped')).toEqual(['3 unmapped'])
  expect(await heads('--limit', '1')).toEqual(['1 mapped: '])
  expect((await explained(MAPPING, log, '--lines', '4')).stdout).toContain('now 3')
})

test('the summary says of a gauge of what is open that it waits for no event', async () => {
  const lines = '{"event":"http_request_started","request_id":"1","method":"GET","endpoint":"/a"}\n'
  const { stdout } = await explained('version: 1\ninclude: [preset:mcpworks]\n', lines, '--summary')
  expect(stdout).toMatch(/counts no event: it shows what is open, see its series\n +http_requests_inprogress /)
  expect(stdout).not.toContain('no event came to it')
})
