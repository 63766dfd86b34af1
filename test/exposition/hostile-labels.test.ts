import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FamilyType } from '../../src/registry/family-spec.ts'
import { expositionOf } from './exposition-of.ts'
import { parseText } from './text-parser.ts'

const TYPES: readonly FamilyType[] = ['counter', 'gauge', 'histogram', 'summary', 'info']

/** What must be lost: lone surrogates have no UTF-8. */
function exposable(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd')
}

/** Label texts that an exposition of these values shows, by a strict parser. */
function shown(values: readonly string[], type: FamilyType): Set<string> {
  const { family, exposition } = expositionOf()
  const hostile = family(type, ['l'], { name: 'hostile', buckets: [1], quantiles: [0.5] })
  const site = hostile.site([undefined])
  const record = hostile.recorder()
  for (const value of values) record(site.series([value]), 1)
  const { list } = parseText(exposition.body()).families.get('hostile')!
  return new Set(list.map((sample) => sample.labels.get('l') ?? ''))
}

test.each([
  ['a line feed', 'a\nhostile{l="forged"} 99'],
  ['a quote', 'a"} 99\n'],
  ['a closing quote and a label', '",l2="x'],
  ['backslashes', 'a\\'],
  ['backslash and n', 'a\\n'],
  ['backslash, quote', '\\"'],
  ['NUL', 'a\u0000b'],
  ['ESC', '\u001b[31mred'],
  ['carriage return', 'a\r\nb'],
  ['a lone high surrogate', 'a\ud800b'],
  ['a lone low surrogate', '\udc00'],
  ['line and paragraph separators', 'a\u2028b\u2029c\u0085d'],
  ['a byte order mark', '\ufeffa'],
  ['emoji', '😀'],
  ['a megabyte', '"\\\n€'.repeat(250_000)],
  ['the look of a comment', '# TYPE hostile gauge'],
  ['braces and commas', '{},={}'],
  ['__proto__', '__proto__'],
])('a label with %s reads back as it was, in every type of metric', (_, value) => {
  for (const type of TYPES) expect(shown([value], type)).toEqual(new Set([exposable(value)]))
})

test('any texts read back as they were, each its own series', () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom('\\', '"', '\n', 'n', '\ud800', '\udc00', '{', '}', ','),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
  })
  fc.assert(
    fc.property(fc.uniqueArray(text, { maxLength: 20 }), fc.constantFrom(...TYPES), (values, type) => {
      // Two texts may differ only in what has no UTF-8: the next test is for those.
      fc.pre(new Set(values.map(exposable)).size === values.length)
      expect(shown(values, type)).toEqual(new Set(values.map(exposable)))
    }),
    { numRuns: 300 },
  )
})

test('texts that differ in lone surrogates only do not become one line twice', () => {
  for (const type of TYPES) {
    const values = ['\ud800', '\udbff', '\udc00', '\ufffd']
    expect(shown(values, type)).toEqual(new Set(['\ufffd']))
  }
})

test('a hostile event name in our own metrics reads back as well', () => {
  const { exposition, own } = expositionOf()
  const name = 'x"} 1\nagentlog_forged 1\\'
  own.unmappedEvents.at(name).value++
  const { families } = parseText(exposition.body())
  expect(families.get('agentlog_unmapped_events_total')!.list.map((s) => s.labels.get('event'))).toEqual([name])
  expect(families.has('agentlog_forged')).toBe(false)
})
