/** Whatever words a mapping, a job or a runbook's address has: the YAML holds them as they are, no template and no expression comes of them. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { configMapText } from '../../src/monitor/kubernetes.ts'
import { promString } from '../../src/monitor/promql.ts'
import { yamlText } from '../../src/monitor/yaml.ts'
import { targetsOf } from '../grafana/dashboard.ts'
import { namedIn } from '../grafana/promql.ts'
import { hostileModel } from './hostile.ts'
import { madeDashboard, madeRules, madeRulesText } from './made.ts'

const TRICKS = [
  '{{ $value }}',
  '{{',
  '}}',
  "'",
  '"',
  ': ',
  ' #',
  '\n- alert: X',
  '\r\n',
  '\u2028',
  '\u0000',
  '$job',
  '${datasource}',
  '[[job]]',
  '\ud800',
  '😀',
  '%',
  '<script>',
  '\\',
  '`',
  '*/',
  '|',
]
const odd = fc
  .array(fc.oneof(fc.constantFrom(...TRICKS), fc.string({ unit: 'binary' })), { maxLength: 6 })
  .map((parts) => parts.join(''))
/** What a reader of YAML or JSON makes of half a surrogate pair. */
const whole = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd')
const OURS = /\{\{ (?:\$value(?: \| \w+)?|\$labels\.\w+|printf "%\.\df" \$value) \}\}/g

test('words of a mapping are words in the rules', async () => {
  await fc.assert(
    fc.asyncProperty(odd, odd, odd, async (help, text, job) => {
      const model = await hostileModel(help, text)
      const plain = await hostileModel('Help.', 'text')
      const rules = madeRules(madeRulesText(model, 'made', job))
      const expected = madeRules(madeRulesText(plain, 'made', 'job'))
      expect(rules.map(({ alert, record }) => alert ?? record)).toEqual(expected.map(({ alert, record }) => alert ?? record))
      for (const [i, { expr, annotations }] of rules.entries()) {
        expect(expr).toMatch(/^[\x20-\x7e\n]+$/)
        expect(expr.replaceAll(promString(job), '"job"')).toBe(expected[i]!.expr)
        const words = (annotations?.description ?? '').replace(OURS, '').replaceAll('{{ "{{" }}', '')
        expect(words).not.toContain('{{')
      }
      const described = rules.find(({ alert }) => alert === 'MadeCallsFailing')?.annotations?.description
      const said = help.trim() === '' ? 'made_calls_total' : `made_calls_total: ${whole(help.trim())}`
      expect(described?.replaceAll('{{ "{{" }}', '{{').endsWith(said)).toBe(true)
    }),
    { numRuns: 100 },
  )
})

test('an address of runbooks is an address, and no template', async () => {
  await fc.assert(
    fc.asyncProperty(odd, async (runbooks) => {
      const rules = madeRules(madeRulesText(await hostileModel('', ''), 'made', undefined, runbooks))
      const urls = rules.flatMap(({ annotations }) => annotations?.runbook_url ?? [])
      for (const url of urls) expect(url.replaceAll('{{ "{{" }}', '{{')).toContain(whole(runbooks))
      expect(urls.join('').replaceAll('{{ "{{" }}', '')).not.toContain('{{')
    }),
  )
})

test('words of a mapping are words in the dashboard', async () => {
  await fc.assert(
    fc.asyncProperty(odd, odd, async (help, text) => {
      const dashboard = madeDashboard(await hostileModel(help, text))
      const plain = madeDashboard(await hostileModel('Help.', 'text'))
      expect(targetsOf(dashboard).map(({ expr }) => expr)).toEqual(targetsOf(plain).map(({ expr }) => expr))
      for (const { description = '' } of dashboard.panels) expect(description.replace(/`[^`]*`$/, '')).not.toMatch(/[$<>[]/)
      const configMap = parse(configMapText('made', JSON.stringify(dashboard))) as { data: Record<string, string> }
      expect(JSON.parse(configMap.data['made.json']!)).toEqual(JSON.parse(JSON.stringify(dashboard)))
    }),
  )
})

test('any text is the same text after YAML, as a value, in a list and as a key', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        odd,
        fc.constantFrom(
          'yes',
          'NO',
          'null',
          '1',
          '1e3',
          '0x1',
          '5m',
          '-',
          '? a',
          'a: b',
          'a #b',
          '~',
          ' a',
          'a ',
          'a:',
          '\n',
          'a\n',
          'a\n\n',
          '\ta',
        ),
      ),
      (text) => {
        const read = parse(yamlText({ of: { [`k${text}`]: text, list: [text, { inner: text }] } }))
        const same = whole(text)
        expect(read).toEqual({ of: { [`k${same}`]: same, list: [same, { inner: same }] } })
      },
    ),
    { numRuns: 500 },
  )
})

test('a text of PromQL ends where it ends', () => {
  fc.assert(
    fc.property(odd, (text) => {
      const { selectors } = namedIn(`rate(a{b=${promString(text)}, c="d"}[5m])`)
      expect(selectors.map(({ metric, matchers }) => [metric, matchers.at(-1)])).toEqual([
        ['a', { label: 'c', operator: '=', value: 'd' }],
      ])
      expect(promString(text)).toMatch(/^"[\x20-\x7e]*"$/)
      expect(promString(text)).not.toMatch(/[$[{]/)
    }),
  )
})
