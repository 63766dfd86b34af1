import { expect, test } from 'vitest'
import { expositionOf } from './exposition-of.ts'
import { parseText } from './text-parser.ts'

test('a counter: HELP, TYPE, one line per series; absent labels are not shown', () => {
  const { family, exposition } = expositionOf()
  const counter = family('counter', ['tool', 'status'], { name: 'agent_tool_calls_total', help: 'Calls of tools.' })
  const site = counter.site([undefined, undefined])
  const add = counter.recorder()
  add(site.series(['bash', 'ok']), 2)
  add(site.series(['', 'error']), 0.5)
  add(site.series(['', '']), 1)
  expect(exposition.mappedText()).toBe(`# HELP agent_tool_calls_total Calls of tools.
# TYPE agent_tool_calls_total counter
agent_tool_calls_total 1
agent_tool_calls_total{status="error"} 0.5
agent_tool_calls_total{tool="bash",status="ok"} 2
`)
})

test('help of several lines, with backslashes and the look of a sample, stays one comment', () => {
  const { family, exposition } = expositionOf()
  family('gauge', [], { name: 'g', help: 'One.\nforged_total 1\n# TYPE g counter \\n "x"' })
  const { families } = parseText(exposition.mappedText())
  expect([...families.keys()]).toEqual(['g'])
  expect(families.get('g')).toMatchObject({ type: 'gauge', help: 'One.\nforged_total 1\n# TYPE g counter \\n "x"' })
})

test('a counter past 2^53 goes on as far as a double can tell, and never falls', () => {
  const { family, exposition } = expositionOf()
  const counter = family('counter', [], { name: 'a_total' })
  const add = counter.recorder()
  const slot = counter.site([]).series([])
  add(slot, 2 ** 53)
  for (let i = 0; i < 10; i++) add(slot, 1)
  expect(exposition.mappedText()).toContain('a_total 9007199254740992\n')
  add(slot, 1e21)
  expect(parseText(exposition.mappedText()).families.get('a_total')!.samples.get('a_total')).toBe(1e21 + 2 ** 53)
})

test('a gauge shows any number', () => {
  const { family, exposition } = expositionOf()
  const gauge = family('gauge', ['l'], { name: 'g' })
  const site = gauge.site([undefined])
  const set = gauge.recorder('set')
  set(site.series(['a']), -1.5)
  set(site.series(['b']), Number.POSITIVE_INFINITY)
  set(site.series(['c']), Number.NEGATIVE_INFINITY)
  expect(exposition.mappedText()).toBe(`# HELP g A metric.
# TYPE g gauge
g{l="a"} -1.5
g{l="b"} +Inf
g{l="c"} -Inf
`)
})

test('an info is a gauge that is 1', () => {
  const { family, exposition } = expositionOf()
  const info = family('info', ['version'], { name: 'agent_info' })
  info.recorder()(info.site([undefined]).series(['1.2']), 1)
  expect(exposition.mappedText()).toBe(`# HELP agent_info A metric.
# TYPE agent_info gauge
agent_info{version="1.2"} 1
`)
})

test('a histogram: cumulative buckets with bounds as Go prints them, sum, count; with and without labels', () => {
  const { family, exposition } = expositionOf()
  const labelled = family('histogram', ['tool'], { name: 'a_seconds', buckets: [0.05, 1, 1e6] })
  const bare = family('histogram', [], { name: 'b_seconds', buckets: [1] })
  const slot = labelled.site([undefined]).series(['bash'])
  for (const value of [0.05, 0.5, 0.75, 2e6]) labelled.recorder()(slot, value)
  bare.site([]).birthAtLoad()
  expect(exposition.mappedText()).toBe(`# HELP a_seconds A metric.
# TYPE a_seconds histogram
a_seconds_bucket{tool="bash",le="0.05"} 1
a_seconds_bucket{tool="bash",le="1"} 3
a_seconds_bucket{tool="bash",le="1e+06"} 3
a_seconds_bucket{tool="bash",le="+Inf"} 4
a_seconds_sum{tool="bash"} 2000001.3
a_seconds_count{tool="bash"} 4
# HELP b_seconds A metric.
# TYPE b_seconds histogram
b_seconds_bucket{le="1"} 0
b_seconds_bucket{le="+Inf"} 0
b_seconds_sum 0
b_seconds_count 0
`)
})

test('a summary: quantiles, sum, count; without values the quantiles are NaN', () => {
  const { family, exposition } = expositionOf()
  const summary = family('summary', ['tool'], { name: 's_seconds', quantiles: [0.5, 0.99] })
  const site = summary.site([undefined])
  summary.recorder()(site.series(['bash']), 3)
  site.series(['never'])
  expect(exposition.mappedText()).toBe(`# HELP s_seconds A metric.
# TYPE s_seconds summary
s_seconds{tool="bash",quantile="0.5"} 3
s_seconds{tool="bash",quantile="0.99"} 3
s_seconds_sum{tool="bash"} 3
s_seconds_count{tool="bash"} 1
s_seconds{tool="never",quantile="0.5"} NaN
s_seconds{tool="never",quantile="0.99"} NaN
s_seconds_sum{tool="never"} 0
s_seconds_count{tool="never"} 0
`)
})

test('a family without series shows HELP and TYPE', () => {
  const { family, exposition } = expositionOf()
  family('counter', ['l'], { name: 'a_total' })
  expect(exposition.mappedText()).toBe('# HELP a_total A metric.\n# TYPE a_total counter\n')
})

test('HELP cannot become another line', () => {
  const { family, exposition } = expositionOf()
  const help = 'One \\ two\n# TYPE a_total gauge "quoted"'
  family('counter', ['l'], { name: 'a_total', help })
  expect(parseText(exposition.body()).families.get('a_total')).toMatchObject({
    type: 'counter',
    help,
  })
})

test('families stand in order of their names, series for people in order of their labels', () => {
  const { family, exposition } = expositionOf()
  for (const name of ['b_total', 'a_total', 'B_total']) {
    const site = family('counter', ['l'], { name }).site([undefined])
    for (const text of ['2', '10', '1']) site.series([text])
  }
  const { families } = parseText(exposition.mappedText())
  expect([...families.keys()]).toEqual(['B_total', 'a_total', 'b_total'])
  expect(families.get('a_total')!.list.map((s) => s.labels.get('l'))).toEqual(['1', '10', '2'])
})

test('families of others: suffixes, labels and their type as given', () => {
  const { exposition, others } = expositionOf()
  others.push({
    name: 'nodejs_gc_duration_seconds',
    help: 'Collections.',
    type: 'histogram',
    samples: [
      {
        suffix: '_bucket',
        labels: [
          ['kind', 'minor'],
          ['le', '0.1'],
        ],
        value: 1,
      },
      {
        suffix: '_bucket',
        labels: [
          ['kind', 'minor'],
          ['le', '+Inf'],
        ],
        value: 2,
      },
      { suffix: '_sum', labels: [['kind', 'minor']], value: 0.25 },
      { suffix: '_count', labels: [['kind', 'minor']], value: 2 },
    ],
  })
  const body = exposition.body().toString()
  parseText(body)
  expect(body.slice(body.indexOf('# HELP nodejs'))).toBe(`# HELP nodejs_gc_duration_seconds Collections.
# TYPE nodejs_gc_duration_seconds histogram
nodejs_gc_duration_seconds_bucket{kind="minor",le="0.1"} 1
nodejs_gc_duration_seconds_bucket{kind="minor",le="+Inf"} 2
nodejs_gc_duration_seconds_sum{kind="minor"} 0.25
nodejs_gc_duration_seconds_count{kind="minor"} 2
`)
})
