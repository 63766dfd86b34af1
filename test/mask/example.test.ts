/** Lines as people see them: nothing secret, nothing that acts, no longer than asked for, whatever the line is. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { maskedExample } from '../../src/mask/example.ts'
import { Masks } from '../../src/mask/masks.ts'
import { KINDS, randomOf } from './made-up.ts'

const random = randomOf(7)
const secretOf = (kind: string): string => KINDS[kind]!(random)

test('members under a secret’s key are masked at any depth, also in JSON inside strings; what stands beside them stays', () => {
  const inner = JSON.stringify({ api_key: 'a "b"', list: [{ password: 'c' }], ok: 1 })
  const line = { a: { b: [{ clientSecret: 'd', n: 1 }] }, text: inner, deep: JSON.stringify({ inner }) }
  const shown = JSON.parse(maskedExample(JSON.stringify(line), 1000))
  const innerMasked = { api_key: '[masked]', list: [{ password: '[masked]' }], ok: 1 }
  expect(shown.a).toEqual({ b: [{ clientSecret: '[masked]', n: 1 }] })
  expect(JSON.parse(shown.text)).toEqual(innerMasked)
  expect(JSON.parse(JSON.parse(shown.deep).inner)).toEqual(innerMasked)
})

test('an object or a list under a secret’s key is masked as a whole', () => {
  expect(maskedExample('{"cookie":{"e":["}"],"f":{}},"secret":[1,{"a":"]"}],"b":2}', 100)).toBe(
    '{"cookie":[masked],"secret":[masked],"b":2}',
  )
})

test('broken lines are masked as well', () => {
  expect(maskedExample('{"password":"hunter2', 100)).toBe('{"password":"[masked]')
  expect(maskedExample('{"password":"hunter2","a":', 100)).toBe('{"password":"[masked]","a":')
  expect(maskedExample('unter2","api_key":"x","b', 100)).toBe('unter2","api_key":"[masked]","b')
  expect(maskedExample(`level=info key=${secretOf('openai')} password=x1`, 100)).toBe('level=info key=[masked] password=[masked]')
})

test('bytes are read as UTF-8, broken ones too', () => {
  expect(maskedExample(Buffer.from('é😀 password=x1'), 100)).toBe('é😀 password=[masked]')
  expect(maskedExample(Buffer.from([0x61, 0xff, 0xf0, 0x62]), 100)).toBe('a\ufffd\ufffdb')
})

test('controls, marks of direction, invisible characters and halves are shown as U+FFFD; tabs as spaces; joiners stay', () => {
  expect(maskedExample('a\u0000\u001b[31m\u202e\u2066\u200b\u00ad\ufeff\u{e0041}\ud800b\tc', 100)).toBe(
    `a\ufffd\ufffd[31m${'\ufffd'.repeat(7)}b c`,
  )
  expect(maskedExample('👩\u200d💻 نمی\u200cخواهم', 100)).toBe('👩\u200d💻 نمی\u200cخواهم')
})

test('what is longer is cut, with a sign, at no half character', () => {
  expect(maskedExample('x'.repeat(10), 10)).toBe('x'.repeat(10))
  expect(maskedExample('x'.repeat(11), 10)).toBe(`${'x'.repeat(9)}…`)
  expect(maskedExample(`${'x'.repeat(8)}😀y`, 10)).toBe(`${'x'.repeat(8)}…`)
  expect(maskedExample('word '.repeat(1e6), 10)).toBe('word word…')
})

test('a secret that the cut halves leaves nothing', () => {
  for (const make of Object.values(KINDS)) {
    const secret = make(random)
    for (let kept = 1; kept < secret.length; kept += 3) {
      const shown = maskedExample(`{"a":1,"text":"see ${secret.slice(0, kept)}`, 500, { isCut: true })
      expect([secret, kept, shown.replace('[masked]', '')]).toEqual([secret, kept, '{"a":1,"text":"see …'])
    }
  }
})

test('a secret at the end of what is looked at leaves nothing, wherever it stands', () => {
  const secret = secretOf('github, classic')
  for (let before = 4000; before < 4300; before += 7) {
    const shown = maskedExample(`${'[masked] password=xxxxxxx '.repeat(170).slice(0, before)} ${secret} ${'z'.repeat(500)}`, 20)
    expect(shown).toHaveLength(20)
  }
  const masks = new Masks()
  const long = `password=${'x'.repeat(4000)} ${secret} z`
  for (let from = 0; from < 60; from++)
    expect(maskedExample(long.slice(0, -from || undefined), 100, { masks, isCut: from > 0 })).not.toMatch(/ghp_/)
})

test('no line makes it fail or longer than asked for', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), fc.json()),
      fc.integer({ min: 1, max: 60 }),
      fc.boolean(),
      (line, most, isCut) => {
        const shown = maskedExample(line, most, { isCut })
        expect(shown.length).toBeLessThanOrEqual(most)
        expect(shown).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/)
        expect(shown).not.toMatch(/\p{Surrogate}/u)
      },
    ),
  )
})
