import { expect, test } from 'vitest'
import { parseText, sampleKey } from './text-parser.ts'

const HISTOGRAM = `# HELP h_seconds Help.
# TYPE h_seconds histogram
h_seconds_bucket{a="x",le="0.5"} 1
h_seconds_bucket{a="x",le="+Inf"} 3
h_seconds_sum{a="x"} 4.5
h_seconds_count{a="x"} 3
`

test('reads families, their help with escapes, labels with escapes, and numbers of all kinds', () => {
  const { families } = parseText(
    `# HELP a_total Back \\\\ and\\nline "quoted".\n# TYPE a_total counter\na_total{l="\\"\\\\\\n\u2028",} 1e+06\n# a comment\n\nb NaN\nc{x="",y="z"} -Inf\n${HISTOGRAM}`,
  )
  expect([...families.keys()]).toEqual(['a_total', 'b', 'c', 'h_seconds'])
  expect(families.get('a_total')).toMatchObject({ type: 'counter', help: 'Back \\ and\nline "quoted".' })
  expect(families.get('a_total')!.samples).toEqual(new Map([[sampleKey('a_total', [['l', '"\\\n\u2028']]), 1e6]]))
  expect(families.get('b')!.samples.get('b')).toBeNaN()
  expect(families.get('c')!.samples.get('c{x="",y="z"}')).toBe(Number.NEGATIVE_INFINITY)
  expect(families.get('h_seconds')!.samples.get('h_seconds_bucket{a="x",le="0.5"}')).toBe(1)
})

const WRONG: readonly (readonly [what: string, text: string, message: string])[] = [
  ['a line without end', 'a 1', 'line 1: the last line has no end'],
  ['a second sample of one series', 'a{x="1",y="2"} 1\na{y="2",x="1"} 1\n', 'line 2: second sample'],
  [
    'a sample that another family has',
    `# TYPE h summary\nh_sum 1\nh_count 1\n# TYPE h_count gauge\nh_count 1\n`,
    'line 5: second sample',
  ],
  ['a family in two places', 'a 1\nb 1\na{x="1"} 1\n', 'line 3: lines of a do not stand together'],
  ['TYPE after samples', 'a 1\n# TYPE a gauge\n', 'line 2: TYPE of a after its samples'],
  ['two HELP lines', '# HELP a x\n# HELP a y\n', 'line 2: second HELP'],
  ['two TYPE lines', '# TYPE a gauge\n# TYPE a gauge\n', 'line 2: second TYPE'],
  ['an unknown type', '# TYPE a info\n', 'line 1: unknown type info'],
  ['a bad escape in a label', 'a{x="\\t"} 1\n', 'line 1: bad escape'],
  ['a bad escape in HELP', '# HELP a \\" \n', 'line 1: bad escape'],
  ['a label value without end', 'a{x="1\\"} 1\n', 'line 1: label value without end'],
  ['a raw line feed in a label', 'a{x="1\n2"} 1\n', 'line 1: label value without end'],
  ['a label twice', 'a{x="1",x="2"} 1\n', 'line 1: label x twice'],
  ['a bad label name', 'a{1x="1"} 1\n', 'line 1: bad label name'],
  ['a bad metric name', '1a 1\n', 'line 1: no metric name'],
  ['a timestamp', 'a 1 1700000000000\n', 'line 1: expected a value'],
  ['no value', 'a\n', 'line 1: expected a value'],
  ['a value that is no number', 'a 0x10\n', 'line 1: bad value'],
  ['a negative counter', '# TYPE a counter\na -1\n', 'line 2: counter is -1'],
  [
    'buckets that are not cumulative',
    HISTOGRAM.replace('le="0.5"} 1', 'le="0.5"} 4'),
    'line 4: bucket counts are not cumulative',
  ],
  ['no bucket +Inf', HISTOGRAM.replace(/.*Inf.*\n/, ''), 'line 3: no bucket +Inf'],
  ['a _count unlike bucket +Inf', HISTOGRAM.replace('count{a="x"} 3', 'count{a="x"} 2'), 'line 6: _count 2 is not bucket +Inf 3'],
  ['bounds out of order', HISTOGRAM.replace('"0.5"', '"+Inf"').replace('+Inf"} 3', '1"} 3'), 'line 4: le 1 does not ascend'],
  ['a histogram without _sum', HISTOGRAM.replace(/.*_sum.*\n/, ''), 'line 3: no _sum'],
  ['a bucket without le', HISTOGRAM.replace(',le="0.5"', ''), 'line 3: bucket without le'],
  ['a summary without _count', '# TYPE s summary\ns_sum 1\n', 'line 2: no _count'],
  ['a quantile above 1', '# TYPE s summary\ns{quantile="1.5"} 1\ns_sum 1\ns_count 1\n', 'line 2: bad quantile'],
]

test.each(WRONG)('refuses %s', (_, text, message) => {
  expect(() => parseText(text)).toThrow(message)
})

test('refuses bytes that are no UTF-8', () => {
  expect(() => parseText(Buffer.from([0x61, 0xff, 0x0a]))).toThrow()
})
