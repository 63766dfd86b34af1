/** What the reader of tokens finds in expressions: all metrics and no word of the language, ranges, callers, labels of groups. */
import { expect, test } from 'vitest'
import { namedIn } from './promql.ts'

const metrics = (expression: string): string[] => namedIn(expression).selectors.map(({ metric }) => metric)

test.each([
  ['up', ['up']],
  ['sum by (a, b) (rate(x_total{a="}",b=~"(c|d)"}[5m])) / on (a) group_left (v) y_info', ['x_total', 'y_info']],
  ['sum(rate(x_total[5m])) by (job) > bool 0.5 or 0 * vector(1)', ['x_total']],
  ['histogram_quantile(0.95, sum by (le) (rate(x_bucket[$__rate_interval] offset 1w)))', ['x_bucket']],
  ['max_over_time((a:b:c > 1e3)[1h:5m]) and inf unless NaN', ['a:b:c']],
  ['topk(5, count without (x) (y)) atan2 z{__name__!~"sum|by"} @ start()', ['y', 'z']],
  ['{__name__=~"a|b", job="x"}', ['']],
])('%s', (expression, expected) => {
  expect(metrics(expression)).toEqual(expected)
})

test('a selector has its matchers, its range and what stands around it', () => {
  const { selectors, groupings } = namedIn('sum by (a) (rate(x_total{a=~"$a", b!="it\'s, so}"}[$__range])) / count(y)')
  expect(selectors).toEqual([
    {
      metric: 'x_total',
      matchers: [
        { label: 'a', operator: '=~', value: '$a' },
        { label: 'b', operator: '!=', value: "it's, so}" },
      ],
      range: '$__range',
      callers: ['sum', 'rate'],
    },
    { metric: 'y', matchers: [], range: undefined, callers: ['count'] },
  ])
  expect(groupings).toEqual(['a'])
})
