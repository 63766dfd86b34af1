import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Masks } from '../../src/mask/masks.ts'
import { cleanLabel, labelCleaner } from '../../src/select/label-text.ts'
import { wordNormalizer } from '../../src/select/normalize.ts'

test('a clean short text is returned as it is', () => {
  for (const text of ['', 'bash', 'é😀', 'a b"c\\d', '日本', 'x'.repeat(20)]) expect(cleanLabel(text, 20)).toBe(text)
})

test('control characters, separators of lines and halves of characters become U+FFFD, one for one', () => {
  const f = (text: string, expected: string): void => expect(cleanLabel(text, 20)).toBe(expected)
  f('a\nb\tc\u0000', 'a\ufffdb\ufffdc\ufffd')
  f('\u001b[31m\u007f\u0085\u009f', '\ufffd[31m\ufffd\ufffd\ufffd')
  f('\u2028\u2029', '\ufffd\ufffd')
  f('\ud83d', '\ufffd')
  f('a\ude00\ud83d\ude00\ud83d', 'a\ufffd😀\ufffd')
  f('\u00a0~ ', '\u00a0~ ')
})

test('marks that turn the direction of text become U+FFFD; what nobody sees stays, since it tells two texts apart', () => {
  const f = (text: string, expected: string): void => expect(cleanLabel(text, 40)).toBe(expected)
  f('a\u202ab\u202ec\u2066d\u2069e', 'a\ufffdb\ufffdc\ufffdd\ufffde')
  f('👩\u200d💻 نمی\u200cخواهم', '👩\u200d💻 نمی\u200cخواهم')
  f('a\u200bb\u200e\ufeff\u00ad', 'a\u200bb\u200e\ufeff\u00ad')
})

test('secrets are masked before the cut, which halves none of them, and the hash tells nothing of them', () => {
  const clean = labelCleaner(new Masks(), 20)
  const tokenOf = (letter: string): string => `ghp_${letter.repeat(36)}`
  expect(clean(tokenOf('x'))).toBe('[masked]')
  expect(clean(`12345678901234567 ${tokenOf('x')}`)).toBe(cleanLabel('12345678901234567 [masked]', 20))
  expect(clean(`12345678901234567 ${tokenOf('x')}`)).toBe(clean(`12345678901234567 ${tokenOf('y')}`))
  expect(clean('password=a\u0000b\nc')).toBe('password=[masked]\ufffdc')
  expect(clean(tokenOf('x'), true)).toBe(cleanLabel(tokenOf('x'), 20))
})

test('of a text past 64 KiB the first are looked at, no half of a secret shows or is hashed, and the rest makes no difference', () => {
  const clean = labelCleaner(new Masks(), 20)
  const long = `start ${'word '.repeat(20_000)}`
  expect(clean(long)).toMatch(/^start word …[0-9a-f]{8}$/)
  expect(clean(`${long}a`)).toBe(clean(`${long}b`))
  expect(clean(`other ${long}`)).not.toBe(clean(long))
  for (let at = 65_536 - 60; at <= 65_536; at += 3) {
    const tokenAt = (letter: string): string =>
      clean(`${'word '.repeat(20_000).slice(0, at - 1)} ghp_${letter.repeat(36)} ${long}`)
    expect(tokenAt('x')).toBe(tokenAt('y'))
  }
  expect(clean(`password=${'x'.repeat(65_536 - 9 - 5)} ghp_${'y'.repeat(36)}${long}`)).toBe('[masked]')
  expect(clean(long, true)).not.toBe(clean(`${long}a`, true))
})

test('a long text is cut and ends in a hash of all of it', () => {
  const text = `${'x'.repeat(100)}tail`
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8)
  expect(cleanLabel(text, 20)).toBe(`${'x'.repeat(11)}…${hash}`)
  expect(cleanLabel(`${'x'.repeat(100)}tale`, 20)).not.toBe(cleanLabel(text, 20))
  expect(cleanLabel('x'.repeat(21), 20)).toHaveLength(20)
  expect(cleanLabel(`${'x'.repeat(10)}😀${'y'.repeat(20)}`, 20)).toMatch(/^x{10}…[0-9a-f]{8}$/)
  expect(cleanLabel('abcdefghij', 4)).toHaveLength(4)
  expect(cleanLabel('abc', 0)).toBe('')
})

test('a label is always valid text and never longer than allowed; cleaning twice changes nothing (property)', () => {
  const units = fc.array(
    fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd7ff, max: 0xe000 }), fc.integer({ min: 0, max: 0xa0 })),
  )
  fc.assert(
    fc.property(units, fc.integer({ min: 0, max: 40 }), (codes, maxLength) => {
      const cleaned = cleanLabel(String.fromCharCode(...codes), maxLength)
      expect(cleaned.length).toBeLessThanOrEqual(maxLength)
      expect(Buffer.from(cleaned).toString()).toBe(cleaned)
      for (const unit of cleaned)
        expect(unit < ' ' || (unit >= '\u007f' && unit <= '\u009f') || /[\u2028-\u202e\u2066-\u2069]/.test(unit)).toBe(false)
      expect(cleanLabel(cleaned, maxLength)).toBe(cleaned)
    }),
    { numRuns: 500 },
  )
})

const ALL = wordNormalizer(['uuid', 'hex', 'number', 'email', 'ulid'])

test('whole words that identify become what they are', () => {
  const f = (text: string, expected: string, normalize = ALL): void => expect([text, normalize(text)]).toEqual([text, expected])
  f('session 0B9F3C1E-5d0a-4f7e-9a53-2f1c7c1d9e10 ended', 'session {uuid} ended')
  f('pod-0b9f3c1e-5d0a-4f7e-9a53-2f1c7c1d9e10', 'pod-{uuid}')
  f('/users/123/orders/45.6', '/users/{number}/orders/{number}')
  f('took 35ms, then 1.5e-3 s', 'took 35ms, then {number} s')
  f('10.0.0.1:8080', '{number}:{number}')
  f('commit 3f2a9c1d at 0xDEADBEEF', 'commit {hex} at {hex}')
  f('deadbeef facade v2 h264 x1', 'deadbeef facade v2 h264 x1')
  f('from ann.lee+x@mail.example.com.', 'from {email}.')
  f('a@b is none', 'a@b is none')
  f('12345678', '{number}')
  f('12345678', '{hex}', wordNormalizer(['hex']))
  f('12345678 x', '12345678 x', wordNormalizer(['uuid', 'email']))
  f('1 x', '1 x', wordNormalizer([]))
  f('healthcare-claims', 'healthcare-claims')
  f('{number} {uuid}', '{number} {uuid}')
})

test('identifiers are found as they stand in paths, names and URLs', () => {
  const f = (text: string, expected: string, normalize = ALL): void => expect([text, normalize(text)]).toEqual([text, expected])
  const id = '0b9f3c1e-5d0a-4f7e-9a53-2f1c7c1d9e10'
  const undashed = id.replaceAll('-', '')
  const uuid = wordNormalizer(['uuid'])
  f(`/api/v1/servers/${undashed}/tools`, '/api/v1/servers/{uuid}/tools', uuid)
  f(`/a/${undashed.toUpperCase()}`, '/a/{uuid}', uuid)
  f(`/a/${undashed}`, '/a/{uuid}')
  f(`/a/${undashed}0`, `/a/${undashed}0`, uuid)
  f(`/a/${undashed}0`, '/a/{hex}')
  f(`user_${id}_avatar`, 'user_{uuid}_avatar', uuid)
  f(`agent_${undashed}`, 'agent_{uuid}', uuid)
  f('x86_64 task_42 42_tasks', 'x86_64 task_42 42_tasks')
  f('build_3f2a9c1d', 'build_{hex}')
  f(`%2Fservers%2F${id}%2Ftools`, '%2Fservers%2F{uuid}%2Ftools', uuid)
  f(`%7B${id}%7D?n=%2042`, '%7B{uuid}%7D?n=%20{number}')
  f('%2F12345678', '%2F{number}')
  f('a%20b%2Fc', 'a%20b%2Fc')
  f('/u/ann.lee%40example.com/x', '/u/{email}/x')
  f('%2Fann@example.com', '%2F{email}')
  f('/run/01ARZ3NDEKTSV4RRFFQ69G5FAV', '/run/{ulid}')
  f('run_01arz3ndektsv4rrffq69g5fav.log', 'run_{ulid}.log', wordNormalizer(['ulid']))
  f('01ARZ3NDEKTSV4RRFFQ69G5FAVX x01ARZ3NDEKTSV4RRFFQ69G5FAV', '01ARZ3NDEKTSV4RRFFQ69G5FAVX x01ARZ3NDEKTSV4RRFFQ69G5FAV')
  f('/v2/gpt4/h264/md5', '/v2/gpt4/h264/md5')
})

test('normalizing twice changes nothing (property)', () => {
  const piece = fc.constantFrom(
    '0b9f3c1e-5d0a-4f7e-9a53-2f1c7c1d9e10',
    '3f2a9c1d',
    '12',
    '0x1f',
    'a@b.cc',
    '.',
    '-',
    '@',
    '+',
    'e',
    '_',
    '%',
    '%40',
    '%2F',
    '01ARZ3NDEKTSV4RRFFQ69G5FAV',
    '0b9f3c1e5d0a4f7e9a532f1c7c1d9e10',
    ' ',
    '{',
    '}',
    'a',
    'é',
    '{hex}',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const once = ALL(pieces.join(''))
      expect(ALL(once)).toBe(once)
    }),
    { numRuns: 2000 },
  )
})

test('of a text that is put together of words each becomes what it is, and all else stays (property)', () => {
  const hex = (length: number) =>
    fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF'), minLength: length, maxLength: length })
  const uuid = fc.tuple(hex(8), hex(4), hex(4), hex(4), hex(12)).map((parts) => parts.join('-'))
  const isMixed = (text: string): boolean => /\d/.test(text) && !/^\d+$|^\d+[eE]\d+$/.test(text)
  const word = fc.oneof(
    uuid.map((text) => [text, '{uuid}']),
    fc
      .oneof(
        fc.nat().map(String),
        fc.double({ min: 0.001, max: 1e9, noNaN: true }).map((n) => n.toFixed(3)),
      )
      .map((text) => [text, '{number}']),
    fc
      .oneof(
        hex(8).filter(isMixed),
        hex(40).filter(isMixed),
        hex(3).map((text) => `0x${text}`),
      )
      .map((text) => [text, '{hex}']),
    fc.constantFrom('ann@example.com', 'a.b+c@mail.example.org').map((text) => [text, '{email}']),
    fc.constantFrom('word', 'v2', 'x86_64', 'deadbeef', 'gpt-4o', 'naïve', '{number}').map((text) => [text, text]),
  )
  const separator = fc.constantFrom(' ', '/', ':', ', ', '=', '"')
  fc.assert(
    fc.property(fc.array(fc.tuple(word, separator), { maxLength: 8 }), (words) => {
      const text = (index: 0 | 1) => words.map(([one, between]) => `${one[index]}${between}`).join('')
      expect(ALL(text(0))).toBe(text(1))
    }),
    { numRuns: 2000 },
  )
})

test('normalizing a hostile text costs milliseconds', () => {
  const started = performance.now()
  for (const unit of ['a', '1', '1.', 'a@', 'a.', '0', '-', '1e', 'f0', 'a@b.']) ALL(unit.repeat(2 ** 20))
  expect(performance.now() - started).toBeLessThan(500)
})
