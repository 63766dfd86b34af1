/** The parser itself: a document for each thing that OpenMetrics 1.0 forbids, and what it allows. */
import { expect, test } from 'vitest'
import { parseOpenMetrics } from './open-metrics-parser.ts'

const GOOD: Readonly<Record<string, string>> = {
  nothing: '',
  'a counter with all there is':
    '# TYPE a counter\n# UNIT a \n# HELP a One \\"two\\" \\\\ \\n.\na_total{b="c\\n\\"\\\\ü",d=""} 1e+06 1700000000.5 # {t="x"} 1 1700000000.123\na_created{b="c\\n\\"\\\\ü",d=""} 1700000000.0\n',
  'a histogram':
    '# TYPE s_seconds histogram\n# UNIT s_seconds seconds\ns_seconds_bucket{le="0.5"} 1 # {t="x"} 0.2\ns_seconds_bucket{le="+Inf"} 2\ns_seconds_sum 3.5\ns_seconds_count 2\n',
  'a histogram with negative buckets': '# TYPE s histogram\ns_bucket{le="-1.0"} 1\ns_bucket{le="+Inf"} 1\n',
  'a summary': '# TYPE s summary\ns{quantile="0.5"} NaN\ns{quantile="1.0"} 2\ns_sum 0\ns_count 0\n',
  'an info, a gauge and one of no known type': '# TYPE a info\na_info{v="1"} 1\n# TYPE g gauge\ng -Inf\nsomething 4\n',
  'a family without samples': '# TYPE a counter\n# HELP a None yet.\n',
}

test.each(Object.entries(GOOD))('%s is read', (_, text) => {
  expect(() => parseOpenMetrics(`${text}# EOF\n`)).not.toThrow()
})

test('what is read is what was written', () => {
  const [counter] = [...parseOpenMetrics(`${GOOD['a counter with all there is']}# EOF\n`).values()]
  expect(counter).toMatchObject({ name: 'a', type: 'counter', unit: '', help: 'One \\"two\\" \\\\ \\n.' })
  expect(counter!.samples[0]).toMatchObject({ name: 'a_total', value: 1e6, exemplar: { value: 1, timestamp: 1_700_000_000.123 } })
  expect([...counter!.samples[0]!.labels]).toEqual([
    ['b', 'c\n"\\ü'],
    ['d', ''],
  ])
})

const BAD: Readonly<Record<string, readonly [text: string, message: string]>> = {
  'no EOF': ['a 1\n', 'not # EOF'],
  'an end without line feed': ['# EOF', 'no end'],
  'text after EOF': ['# EOF\na 1\n# EOF\n', 'stands wrong'],
  'an empty line': ['a 1\n\n# EOF\n', 'an empty line'],
  'a comment': ['# hello\n# EOF\n', 'neither TYPE'],
  'Windows line ends': ['a 1\r\n# EOF\n', 'expected " "'],
  'two blanks': ['a  1\n# EOF\n', 'expected a number'],
  'a tab': ['a\t1\n# EOF\n', 'expected " "'],
  'no value': ['a\n# EOF\n', 'expected " "'],
  'a value that is none': ['a one\n# EOF\n', 'expected a number'],
  'a hexadecimal value': ['a 0x10\n# EOF\n', 'expected " "'],
  'a timestamp in words': ['a 1 now\n# EOF\n', 'expected a timestamp'],
  'an unknown type': ['# TYPE a untyped\n# EOF\n', 'no type is called untyped'],
  'TYPE twice': ['# TYPE a gauge\n# TYPE a gauge\n# EOF\n', 'TYPE twice'],
  'HELP twice': ['# HELP a x\n# HELP a x\n# EOF\n', 'HELP twice'],
  'UNIT twice': ['# UNIT a_s s\n# UNIT a_s s\n# EOF\n', 'UNIT twice'],
  'TYPE after a sample': ['# HELP a x\na 1\n# TYPE a gauge\n# EOF\n', 'after a sample'],
  'a raw quote in HELP': ['# HELP a say "x"\n# EOF\n', 'wrong escape'],
  'a unit that is not in the name': ['# UNIT a seconds\n# EOF\n', 'does not end with its unit'],
  'a family in two places': ['# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\na{x="y"} 1\n# EOF\n', 'in two places'],
  'mixed metrics': ['# TYPE a counter\na_total{x="1"} 1\na_total{x="2"} 1\na_created{x="1"} 1\n# EOF\n', 'are mixed'],
  'a sample twice': ['# TYPE a gauge\na{x="1",y="2"} 1\na{y="2",x="1"} 1\n# EOF\n', 'the same sample twice'],
  'a label twice': ['a{x="1",x="2"} 1\n# EOF\n', 'the label x twice'],
  'a reserved label': ['a{__x="1"} 1\n# EOF\n', 'reserved'],
  'a label name with a dot': ['a{x.y="1"} 1\n# EOF\n', 'expected "="'],
  'a trailing comma': ['a{x="1",} 1\n# EOF\n', 'the name of a label'],
  'a wrong escape': ['a{x="\\t"} 1\n# EOF\n', 'a label value'],
  'a counter without _total': ['# TYPE a counter\na 1\n# EOF\n', 'without _total'],
  'a counter with only _created': ['# TYPE a counter\na_created 1\n# EOF\n', 'without _total'],
  'a counter that is NaN': ['# TYPE a counter\na_total NaN\n# EOF\n', 'NaN or negative'],
  'a counter below 0': ['# TYPE a counter\na_total -1\n# EOF\n', 'NaN or negative'],
  'a _created of 0': ['# TYPE a counter\na_total 1\na_created 0\n# EOF\n', 'time of creation'],
  'an info that is 2': ['# TYPE a info\na_info 2\n# EOF\n', 'not 1'],
  'an info with a unit': ['# TYPE a_s info\n# UNIT a_s s\na_s_info 1\n# EOF\n', 'with a unit'],
  'an exemplar on a gauge': ['# TYPE a gauge\na 1 # {x="1"} 1\n# EOF\n', 'an exemplar on a'],
  'an exemplar that is too long': [`# TYPE a counter\na_total 1 # {x="${'é'.repeat(128)}"} 1\n# EOF\n`, 'too long'],
  'an exemplar without a value': ['# TYPE a counter\na_total 1 # {x="1"}\n# EOF\n', 'expected " "'],
  'buckets without +Inf': ['# TYPE a histogram\na_bucket{le="1.0"} 1\n# EOF\n', 'not +Inf'],
  'a bucket without le': ['# TYPE a histogram\na_bucket 1\n# EOF\n', 'without le'],
  'buckets that descend': [
    '# TYPE a histogram\na_bucket{le="2.0"} 1\na_bucket{le="1.0"} 1\na_bucket{le="+Inf"} 1\n# EOF\n',
    'not ascend',
  ],
  'buckets that are not cumulative': [
    '# TYPE a histogram\na_bucket{le="1.0"} 2\na_bucket{le="+Inf"} 1\n# EOF\n',
    'not cumulative',
  ],
  'half a count': ['# TYPE a histogram\na_bucket{le="+Inf"} 0.5\n# EOF\n', 'no count'],
  'a count unlike the last bucket': [
    '# TYPE a histogram\na_bucket{le="+Inf"} 1\na_count 2\na_sum 1\n# EOF\n',
    'not the last bucket',
  ],
  'a count without a sum': ['# TYPE a histogram\na_bucket{le="+Inf"} 1\na_count 1\n# EOF\n', 'without a sum'],
  'a sum without a count': ['# TYPE a histogram\na_bucket{le="+Inf"} 1\na_sum 2\n# EOF\n', 'without a count'],
  'a sum below 0': ['# TYPE a histogram\na_bucket{le="+Inf"} 1\na_count 1\na_sum -2\n# EOF\n', 'NaN or negative'],
  'a sum beside a negative bucket': [
    '# TYPE a histogram\na_bucket{le="-1.0"} 1\na_bucket{le="+Inf"} 1\na_count 1\na_sum 1\n# EOF\n',
    'although',
  ],
  'a bound that is no float': ['# TYPE a histogram\na_bucket{le="1"} 1\na_bucket{le="+Inf"} 1\n# EOF\n', 'as a float'],
  'a quantile of 2': ['# TYPE a summary\na{quantile="2.0"} 1\n# EOF\n', 'outside 0 to 1'],
  'a quantile below 0': ['# TYPE a summary\na{quantile="0.5"} -1\n# EOF\n', 'is negative'],
  'one sample name in two families': ['# TYPE a counter\na_total 1\n# TYPE a_total gauge\na_total 2\n# EOF\n', 'belongs to a'],
}

test.each(Object.entries(BAD))('%s is refused', (_, [text, message]) => {
  expect(() => parseOpenMetrics(text)).toThrow(message)
})

test('bytes that are not UTF-8 are refused', () => {
  expect(() => parseOpenMetrics(Buffer.from([0x61, 0xff, 0x20, 0x31, 0x0a]))).toThrow()
})
