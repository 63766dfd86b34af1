/**
 * Lines as an adversary writes them, the same for the same seed, and a mapping that reads them in every way the language has. Two kinds
 * of honest line stand between them: `good`, one in ten, and `fuzz`, hostile texts in valid JSON.
 */
import { randomOf } from './random.ts'

export const FUZZ_MAPPING = String.raw`version: 1
limits: { series: 3000 }
mask: ['cust-(\d+)']
drop: [{ event: dropped, where: { level: { gte: 40 } } }]
metrics:
  - { name: good_total, type: counter, event: good }
  - name: fuzz_total
    type: counter
    rules:
      - event: fuzz
        labels: { a: a, b: b, deep: 'c.(k=v).0."x y"', inner: a.$json.b.c, user: { path: user.password, unmasked: true }, key: { key_of: c } }
        exemplar: { trace_id: a }
  - name: fuzz_value
    type: gauge
    event: fuzz
    value: v
    op: add
    labels: { shape: { path: a, normalize: [uuid, hex, number, email], lower: true }, part: { path: b, part: basename }, host: { path: b, part: host } }
  - name: fuzz_seconds
    type: histogram
    buckets: [0.1, 1, 10]
    rules:
      - { event: fuzz, value: { path: v, unit: ms }, labels: { status: { path: b, one_of: [ok, error] } }, exemplar: { trace_id: b } }
      - { event: fuzz, value: { path: d, unit: go_duration }, labels: { status: { const: ok } } }
      - { event: fuzz, value: { path: d, unit: iso_duration }, labels: { status: { const: error } } }
      - { event: fuzz, value: { path: d, unit: secs_nanos }, labels: { status: { const: other } } }
  - { name: fuzz_summary, type: summary, event: fuzz, value: { path: v, plus: w, minus: x, scale: 0.001 }, quantiles: [0.5, 0.99] }
  - { name: fuzz_info, type: info, event: fuzz, labels: { a: a, b: b }, one_per: [a] }
  - { name: fuzz_tokens_total, type: counter, event: fuzz, split: { type: { input: v, output: w } }, labels: { source: { path: $.constructor.name } } }
  - name: fuzz_elements_total
    type: counter
    event: fuzz
    each: { e: c }
    where: { $e.value: { exists: true }, none: [{ a: { regex: '^(a+)+$' } }] }
    labels: { k: { path: $e.key, max_values: 20 }, n: { length: $e.value } }
  - { name: any_lines_total, type: counter, where: { "\"__proto__\".x": { exists: false }, level: { regex: '(x+x+)+y' } }, labels: { level: level } }
  - { name: fuzz_last_seconds, type: gauge, event: fuzz, value: $time, op: max }
`

const HOSTILE_TEXTS = [
  'a\nb',
  '"} 1\n# TYPE forged counter\nforged 1\n',
  '\\',
  '\\"',
  '\\n',
  '{a="b"}',
  '\u0000\u0000',
  '\u001b[31mred\u001b[0m\u001b]0;title\u0007',
  '\u2028\u2029\u0085',
  '\u202eevil\u2066',
  '\ud800',
  '\udc00x\ud83d',
  '\ufeff',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'; DROP TABLE x; --",
  '=cmd|calc!A0',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '_other',
  'unknown',
  '',
  'NaN',
  '+Inf',
  '# EOF',
  'ghp_0123456789abcdefghijABCDEFGHIJ012345',
  'password=hunter2 '.repeat(20),
  'cust-123456',
  'e\u0301'.repeat(200),
  `${'a'.repeat(60)}!`,
  'x'.repeat(300),
  '-----BEGIN PRIVATE KEY-----',
  '{"b":{"c":"inner"}}',
  '[[[[',
  'http://user:pass@host:99999/%ff?a#b',
  '../../etc/passwd',
  '1h2m-3s',
  'P1DT99999999999999999999H',
  '9'.repeat(400),
] as const

const NUMBERS =
  '0 -0 1 -1 0.1 1e400 -1e400 1e-400 1e999999999 5e-324 1.7976931348623157e308 9007199254740993 -9007199254740993 18446744073709551616 1e21 0.30000000000000004 1769862896 1769862896789123456 253402300799 -62135596800'.split(
    ' ',
  )
const NO_NUMBERS = 'NaN Infinity -Infinity 01 +1 .5 1. 0x10 1_000 --1 1e 1e+ ٣ undefined'.split(' ')
const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'a',
  'b',
  'c',
  'v',
  'w',
  'level',
  'timestamp',
  'password',
  '$time',
  '',
  '\u0000',
  'é',
]
const TIMES = [
  '"9999-12-31T23:59:59Z"',
  '"0001-01-01T00:00:00"',
  '"2016-12-31T23:59:60Z"',
  '"2026-03-29T02:30:00"',
  '1e400',
  '[1,2]',
  '[]',
  '-1',
  '"now"',
  '{}',
]

type Make = (fuzzer: Fuzzer) => string | Buffer

export class Fuzzer {
  readonly random: () => number

  constructor(seed: number) {
    this.random = randomOf(seed)
  }

  /** A line without its line feed. `isGood`: it counts one in good_total, and no other line does. */
  next(): { readonly bytes: Buffer; readonly isGood: boolean } {
    if (this.random() < 0.1) return { bytes: Buffer.from(`{"event":"good","at":${this.below(1e9)}}`), isGood: true }
    const made = this.pick(KINDS)(this)
    const bytes = typeof made === 'string' ? Buffer.from(made) : made
    for (let i = 0; i < bytes.length; i++) if (bytes[i] === 0x0a) bytes[i] = 0x20
    return { bytes, isGood: false }
  }

  below(limit: number): number {
    return Math.floor(this.random() * limit)
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!
  }

  /** Mostly few, now and then very many. */
  length(large: number): number {
    return this.random() < 0.003 ? this.below(large) : this.below(12)
  }

  text(): string {
    if (this.random() < 0.2) return `label ${this.below(1e9)}`
    return Array.from({ length: 1 + this.below(3) }, () => this.pick(HOSTILE_TEXTS)).join('')
  }

  value(depth = 0): string {
    const kind = this.below(depth > 4 ? 4 : 7)
    if (kind < 2) return JSON.stringify(this.text())
    if (kind === 2) return this.pick(NUMBERS)
    if (kind === 3) return this.pick(['true', 'false', 'null', '""', '{}', '[]'])
    const values = Array.from({ length: this.below(5) }, () => this.value(depth + 1))
    if (kind === 4) return `[${values.join(',')}]`
    return `{${values.map((value) => `${JSON.stringify(this.pick(KEYS))}:${value}`).join(',')}}`
  }

  /** Valid JSON that the rules of the mapping take. */
  event(...more: readonly string[]): string {
    const fields = ['a', 'b', 'c', 'd', 'v', 'w', 'x', 'user', 'level']
      .filter(() => this.random() < 0.7)
      .map((name) => `"${name}":${this.random() < 0.3 ? this.pick(NUMBERS) : this.value()}`)
    if (this.random() < 0.3) fields.push(`"timestamp":${this.pick(TIMES)}`)
    return `{${['"event":"fuzz"', ...fields, ...more].join(',')}}`
  }

  bytes(count: number): Buffer {
    return Buffer.from(Array.from({ length: count }, () => this.below(256)))
  }
}

/** One byte changed, taken out, put in, or the rest cut off. */
function damaged(fuzzer: Fuzzer, text: string): Buffer {
  const bytes = Buffer.from(text)
  const at = fuzzer.below(bytes.length)
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at + 1)]
  switch (fuzzer.below(4)) {
    case 0:
      return Buffer.from(before)
    case 1:
      return Buffer.concat([before, after])
    case 2:
      return Buffer.concat([before, fuzzer.bytes(1), bytes.subarray(at)])
    default:
      return Buffer.concat([before, Buffer.from([bytes[at]! ^ (1 << fuzzer.below(8))]), after])
  }
}

const KINDS: readonly Make[] = [
  (f) => f.event(),
  (f) => f.event(),
  (f) => damaged(f, f.event()),
  (f) => `{"event":${JSON.stringify(f.text())},"level":${f.value()}}`,
  // Deep, as arrays, objects and both, where a rule reads and where none does; closed or not.
  (f) => {
    const [open, close] = f.pick([
      ['[', ']'],
      ['{"c":', '}'],
      ['[{"a":', '}]'],
    ] as const)
    const depth = f.random() < 0.05 ? f.below(20_000) : f.below(12)
    return f.event(`"${f.pick(['c', 'z'])}":${open.repeat(depth)}1${f.random() < 0.8 ? close.repeat(depth) : ''}`)
  },
  (f) => f.event(`"v":${f.pick(NUMBERS)}`, `"w":${'9'.repeat(f.length(50_000))}1`, `"x":0.${'0'.repeat(f.length(50_000))}1`),
  (f) => `{"event":"fuzz","v":${f.pick(NO_NUMBERS)}}`,
  (f) => f.event(`"a":"\\ud8${f.below(99)}x\\udc00\\ud83d"`),
  // Texts that are no UTF-8: overlong, surrogates, beyond Unicode, cut off.
  (f) => {
    const odd = f.pick(['c080', 'eda080', 'f8888080', 'f4908080', 'e282', 'ff', '80'])
    return Buffer.concat([Buffer.from('{"event":"fuzz","a":"x'), Buffer.from(odd, 'hex'), f.bytes(f.below(9)), Buffer.from('"}')])
  },
  (f) => `${'\u0000'.repeat(f.length(100_000))}${f.event()}${f.random() < 0.3 ? '\u0000' : ''}`,
  (f) =>
    f.event(
      `"__proto__":{"event":"good","a":${f.value()}}`,
      '"constructor":{"prototype":{"v":1}}',
      `"${f.pick(KEYS)}":${f.value()}`,
    ),
  (f) => `{"event":"good","event":"fuzz","a":1,"a":${f.value()},"a":${f.value()}}`,
  (f) => `${f.pick(['\ufeff', '\ufeff\ufeff', ' \t', '\r', ''])}${f.event()}${f.pick(['\r', '\r\r', ' \t\r', ''])}`,
  (f) => f.pick(['', ' ', '\r', '\t\u0000', '\u001b[0m', '\ufeff', '\u0000'.repeat(50)]),
  (f) => f.event(`"${'k'.repeat(f.length(200_000))}":${f.value()}`),
  (f) => f.event(`"c":{${Array.from({ length: f.length(5_000) }, (_, i) => `"k${i}":${f.pick(NUMBERS)}`).join(',')}}`),
  (f) => `${f.pick(['\u001b[32m', '\u001b]8;;http://x\u0007', 'INFO ', 'said " {'])}${f.event()}${f.pick(['\u001b[0m', ''])}`,
  (f) =>
    f.pick([
      'null',
      '1',
      '"{}"',
      '[]',
      '{}',
      `[${f.event()}]`,
      `${f.event()}${f.event()}`,
      `${f.event()} tail`,
      '{"event":null}',
      '}{',
    ]),
  (f) => f.event(`"a":"${'\\u00e9'.repeat(f.length(50_000))}${'\\\\\\"'.repeat(f.length(50_000))}"`),
  (f) =>
    f.event(
      `"a":"${f.pick(['password=', 'x', '{', '"', '\\"', '-----BEGIN ', 'eyJ', 'http://a:']).replaceAll('"', '').repeat(f.length(20_000))}"`,
    ),
  (f) => f.bytes(f.length(5_000)),
  (f) =>
    `{"event":"fuzz","c":${JSON.stringify(Array.from({ length: f.length(3_000) }, () => ({ k: 'v', 0: { 'x y': f.text() } })))}}`,
]
