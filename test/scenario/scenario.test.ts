/** The runner of mapping tests: what it lets pass, what it tells, and what it refuses to call a test. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PRESET_DIR } from '../../src/cli/shipped.ts'
import { renderDiagnostics } from '../../src/diag/render.ts'
import { renderReport, reportData } from '../../src/scenario/report.ts'
import { runScenarios } from '../../src/scenario/run.ts'
import { parseSample, parseSelector, seriesKey } from '../../src/scenario/sample.ts'
import { updated } from '../../src/scenario/update.ts'

const MAPPING = `mapping: |
  version: 1
  sources: [{ file: { paths: ["/logs/*"], fields: 'logs/(?<project>[^/]+)/' } }]
  metrics:
    - name: calls_total
      type: counter
      event: [call, retry]
      where: { tool: { exists: true } }
      labels: { tool: tool, project: $path.project }
    - { name: seconds, type: histogram, event: call, value: s, buckets: [1, 2] }
    - { name: size, type: gauge, event: size, value: bytes, labels: { of: of } }
cases:
`

async function run(cases: string): Promise<string> {
  const { diagnostics, texts, outcome } = await runScenarios('my.test.yaml', MAPPING + cases, { presetDir: PRESET_DIR })
  if (outcome === undefined) return renderDiagnostics(diagnostics, texts, 'text')
  return renderReport({ file: 'my.test.yaml', ...outcome }, false)
}

const CALLS = String.raw`
    lines: |
      {"event":"call","tool":"bash","s":1.5}
      {"event":"call","tool":"a\"b","s":0.5}
      {"event":"call","s":9}
      {"event":"size","of":"x","bytes":100}
    file: /logs/p1/a.jsonl
`

test('what is expected and there passes, in any order of labels, with tolerance, of own metrics too', async () => {
  const report = await run(`  - name: good${CALLS}
    expect: |
      # a comment
      calls_total { project="p1" , tool="bash", } 1
      calls_total{tool="a\\"b",project="p1"} 1.0
      seconds_bucket{le="2"} 2
      seconds_sum 11 ±1%
      size{of="x"} 1e2
      agentlog_lines_total{source="files",outcome="event"} 4
    absent: ['calls_total{tool="zsh"}', 'calls_total{project="p2"}']
  - name: exactly
    lines: '{"event":"size","of":"","bytes":"7"}'
    exactly: |
      seconds_bucket{le="1"} 0
      seconds_bucket{le="2"} 0
      seconds_bucket{le="+Inf"} 0
      seconds_sum 0
      seconds_count 0
      size 7
`)
  expect(report).toBe('my.test.yaml: 2 of 2 cases passed, 3 of 3 rules counted\n')
})

/** One report per case, side by side with what makes it. `UPDATE_GOLDEN=1` rewrites it. */
test('what differs is told with the nearest series and the first condition that failed', async () => {
  const cases = readFileSync(join(import.meta.dirname, 'failing.cases.yaml'), 'utf8')
  const report = await run(cases)
  const file = join(import.meta.dirname, 'failing.report.txt')
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, report)
  expect(report).toBe(readFileSync(file, 'utf8'))
})

const BORN = `mapping: |
  version: 1
  metrics:
    - name: ends_total
      type: counter
      event: end
      where: { code: { exists: true } }
      labels: { how: { path: how, one_of: [good, bad] } }
    - { name: seconds, type: histogram, event: end, value: s, buckets: [1] }
cases:
`

test('of a series that stands at 0 from its birth it is told what counted instead, or why nothing did', async () => {
  const cases = `  - name: another label
    lines: '{"event":"end","code":1,"how":"bad"}'
    expect: |
      ends_total{how="good"} 1
      ends_total{how="bad"} 1
  - name: two others
    lines: |
      {"event":"end","code":1,"how":"bad"}
      {"event":"end","code":1,"how":"strange"}
    expect: |
      ends_total{how="good"} 2
  - name: a condition
    lines: |
      {"event":"x"}
      {"event":"end","cod":1,"how":"good"}
    expect: |
      ends_total{how="good"} 1
  - name: a name
    lines: '{"event":"sk-ant-api03-AbCdEf0123456789GhIjKlMnOpQrStUvWx"}'
    expect: |
      ends_total{how="good"} 1
  - name: a number that counts, but not as it should
    lines: '{"event":"end","code":1,"how":"good","s":0}'
    expect: |
      ends_total{how="good"} 3
      seconds_sum 3
`
  const { outcome } = await runScenarios('born.test.yaml', BORN + cases, { presetDir: PRESET_DIR })
  const report = renderReport({ file: 'born.test.yaml', ...outcome! }, false)
  expect(report).toBe(`born.test.yaml:11: failed: another label
    14 | - ends_total{how="good"} 1
       | + ends_total{how="good"} 0

born.test.yaml:16: failed: two others
    21 | - ends_total{how="good"} 2
       | + ends_total{how="good"} 0
       | + ends_total{how="bad"} 1   (how: "bad", expected "good")
       | + ends_total{how="other"} 1   (how: "other", expected "good")

born.test.yaml:22: failed: a condition
    27 | - ends_total{how="good"} 1
       | + ends_total{how="good"} 0
       | nothing counted: line 2: code exists: missing (this event has cod)

born.test.yaml:28: failed: a name
    31 | - ends_total{how="good"} 1
       | + ends_total{how="good"} 0
       | nothing counted: no line is an event that its rules wait for (end); the lines are: [masked]

born.test.yaml:32: failed: a number that counts, but not as it should
    35 | - ends_total{how="good"} 3
       | + ends_total{how="good"} 1
    36 | - seconds_sum 3
       | + seconds_sum 0

born.test.yaml: 0 of 5 cases passed, 2 of 2 rules counted
`)
  expect(JSON.stringify(reportData({ file: 'born.test.yaml', ...outcome! }))).not.toContain('AbCdEf')
})

test('a drop rule is told; a name that no sample has, and a label that no series has, prove nothing and fail', async () => {
  const told = async (expectation: string, mapping = BORN): Promise<string> => {
    const text = `${mapping}  - name: a\n    lines: '{"event":"end","code":1,"how":"good","s":0.5}'\n    ${expectation}\n`
    const { outcome } = await runScenarios('t.yaml', text, { presetDir: PRESET_DIR })
    return renderReport({ file: 't.yaml', ...outcome! }, false)
  }
  const dropping = BORN.replace('  metrics:', '  drop: [{ event: end, where: { code: 1 } }]\n  metrics:')
  expect(await told('expect: ends_total{how="good"} 1', dropping)).toContain('nothing counted: line 1: a drop rule takes it')
  expect(await told('expect: "seconds 1"')).toContain(
    'no series of this metric: seconds has samples of other names: seconds_bucket, seconds_sum, seconds_count',
  )
  expect(await told('absent: [seconds]')).toContain('absent: seconds, and there is\n       | + seconds_bucket{le="1"} 1\n')
  expect(await told(`absent: ['seconds{le="5"}', 'seconds_bucket{le="9"}', 'agentlog_series{metric="no"}']`)).toContain('1 of 1')
  expect(await told(`absent: ['ends_total{who="x"}']`)).toContain(
    'absent: ends_total{who="x"} can prove nothing: the metric has only the labels how\n',
  )
})

test('what is no test is refused at its place', async () => {
  const refused = async (cases: string): Promise<string[]> =>
    (await run(cases)).split('\n').filter((line) => line.startsWith('my.test.yaml:'))
  const bare = "  - name: a\n    lines: ''\n"
  expect(await refused(`${bare}`)).toEqual(['my.test.yaml:13:5: error[bad-case]: nothing is expected'])
  expect(await refused(`${bare}    expect: |\n      # only a comment\n`)).toEqual([
    'my.test.yaml:15:13: error[bad-case]: no sample is expected here',
  ])
  expect(await refused(`${bare}    expect: |\n      x{a="b} 1\n      x{a="b"} one\n      x 1 1700000000\n      {}\n`)).toEqual([
    'my.test.yaml:16:11: error[bad-sample]: expected a="..."',
    'my.test.yaml:17:16: error[bad-sample]: "one" is no number',
    'my.test.yaml:18:11: error[bad-sample]: expected nothing behind the value, not a timestamp either',
    'my.test.yaml:19:7: error[bad-sample]: expected the name of a metric',
  ])
  expect(
    await refused(`${bare}    expect: |\n      calls_total{tool="x",project="y"} 1\n      calls_total{project="y",tool="x"} 2\n`),
  ).toEqual(['my.test.yaml:13:11: error[bad-case]: line 17 expects the series of line 16 once more'])
  const twice = `${bare}    absent: [size]\n${bare}    absent: ['size{of=1}']\n    advance: soon\n    expects: x\n`
  expect(await refused(twice)).toEqual([
    'my.test.yaml:19:14: error[bad-value]: expected a duration such as 30s, 10m or 24h, found "soon"',
    'my.test.yaml:20:5: error[unknown-key]: unknown key "expects"',
  ])
  expect(await refused(`${bare}    absent: [size]\n${bare}    absent: ['size{of=1}']\n`)).toEqual([
    'my.test.yaml:16:11: error[bad-case]: the case of line 13 has the same name',
    'my.test.yaml:18:14: error[bad-sample]: expected of="..." at "1}"',
  ])
})

test('faults of a mapping that stands in the file are shown at their lines', async () => {
  const text = `# tests\nmapping: |\n  version: 1\n  metrics:\n    - { name: a_total, type: conter, event: x }\ncases:\n  - { name: a, lines: "", absent: [a_total] }\n`
  const { diagnostics, texts, outcome } = await runScenarios('t.yaml', text, { presetDir: PRESET_DIR })
  expect(outcome).toBeUndefined()
  expect(renderDiagnostics(diagnostics, texts, 'text')).toContain('t.yaml:5:30: error[bad-value]')
})

test('an update changes values that were wrong and nothing else, and then all pass', async () => {
  const cases = `  - name: a   # keep me${CALLS}
    expect: |   # and me

      # and me
      calls_total{tool="bash",project="p1"}   7
      size{of="x"} 99 ±5%
    absent: ["calls_total{tool='x'}"]
`.replace("{tool='x'}", '{tool=\\"zsh\\"}')
  const all = `${cases}  - name: b${CALLS}    exactly: |\n      size{of="x"} 100\n`
  const options = { presetDir: PRESET_DIR }
  const first = (await runScenarios('u.yaml', MAPPING + all, options)).outcome!
  const text = updated(first.source, first.results)
  expect(text).toContain(cases.replace('calls_total{tool="bash",project="p1"}   7', 'calls_total{tool="bash",project="p1"} 1'))
  const second = (await runScenarios('u.yaml', text, options)).outcome!
  expect(second.results.flatMap(({ differences }) => differences)).toEqual([])
  expect(updated(second.source, second.results)).toBe(text)
})

test('cases are apart: what one counts no other sees', async () => {
  const once =
    '    lines: \'{"event":"size","of":"x","bytes":1}\'\n    expect: |\n      agentlog_events_total{source="files",outcome="mapped"} 1\n'
  expect(await run(`  - name: a\n${once}  - name: b\n${once}`)).toContain('2 of 2 cases passed, 1 of 3 rules counted')
})

test('the report for tools has the same in a stable form, and values as text', async () => {
  const cases = `  - name: a\n    lines: ''\n    expect: |\n      size{of="x"} NaN\n`
  const { outcome } = await runScenarios('my.test.yaml', MAPPING + cases, { presetDir: PRESET_DIR })
  expect(JSON.parse(JSON.stringify(reportData({ file: 'my.test.yaml', ...outcome! })))).toMatchObject({
    file: 'my.test.yaml',
    passed: 0,
    failed: 1,
    cases: [
      {
        name: 'a',
        line: 13,
        differences: [{ kind: 'missing', line: 16, expected: { name: 'size', labels: { of: 'x' }, value: 'NaN' }, near: [] }],
      },
    ],
    rules: [{ metric: 'calls_total', takes: 'call, retry', file: 'my.test.yaml', line: 5, hits: 0 }, {}, {}],
  })
})

test('samples are read as people write them', () => {
  const ok = (text: string): unknown => {
    const sample = parseSample(text)
    return 'message' in sample ? sample.message : [seriesKey(sample), sample.value]
  }
  expect(ok('  a{b="c\\n\\"\\\\"}   +Inf ')).toEqual(['a[["b","c\\n\\"\\\\"]]', Number.POSITIVE_INFINITY])
  expect(ok('a{b="",c="d"} -0.5e-3')).toEqual(['a[["c","d"]]', -0.0005])
  expect(ok('a{b="c",b="d"} 1')).toBe('the label b stands here twice')
  expect(ok('a{b="c" d="e"} 1')).toBe('expected , or }')
  expect(ok('a 0x10')).toBe('"0x10" is no number')
  expect(parseSelector('a{b="c"} 1')).toMatchObject({ message: 'expected a name and labels, without a value' })
})
