/**
 * The guarantee as a whole: secrets put at random into a log – under any key, in any text, in JSON inside strings – leave nothing of theirs in
 * the exposition of mapped and own metrics (labels, exemplars), in what explain says, on the page, in examples of lines, and in our own log.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { Exposition } from '../../src/exposition/exposition.ts'
import { openMetricsFormat } from '../../src/exposition/open-metrics-format.ts'
import { maskedExample } from '../../src/mask/example.ts'
import { play } from '../../src/scenario/play.ts'
import { Log } from '../../src/telemetry/log.ts'
import { loaded } from '../config/loading.ts'
import { explained } from '../explain/explained.ts'
import { pageOf } from '../page/page-of.ts'
import { ALNUM, drawn, KINDS, privateKey, type Random, randomOf } from './made-up.ts'

/** Every field is a label of something, as no sane mapping would have it. */
const MAPPING = `version: 1
limits: { label_length: LENGTH }
x-known: &known { ignore: [unbounded-label] }
metrics:
  - { name: texts_total, type: counter, event: seen, labels: { text: text, tool: tool }, x-lint: *known }
  - { name: keys_total, type: counter, event: seen, labels: { a: api_key, b: auth.clientSecret, c: env.DB_PASSWORD, d: headers.Authorization }, x-lint: *known }
  - { name: inner_total, type: counter, event: seen, labels: { a: args.$json.password, b: args, c: args.$json.text }, x-lint: *known }
  - { name: each_total, type: counter, event: seen, each: { h: headers }, labels: { name: $h.key, value: $h.value }, x-lint: *known }
  - { name: asked_total, type: counter, event: seen, each: { h: headers }, where: { $h.value: { exists: true } }, once: $h.value }
  - { name: refused_total, type: counter, event: seen, each: { p: pairs }, where: { $p.value: nothing, api_key: nothing } }
  - { name: pair_total, type: counter, event: seen, each: { p: pairs }, labels: { name: $p.name, value: $p.value }, x-lint: *known }
  - { name: shown_total, type: counter, event: seen, exemplar: { tool: tool, key: api_key }, x-lint: *known }
  - { name: info, type: info, event: seen, labels: { text: text, all: { path: [missing, api_key] } }, x-lint: *known }
`
/** So many characters of a secret in a row are something of it. */
const DISTINCTIVE = 8
const LINES = 150

const scratch = mkdtempSync(join(tmpdir(), 'agentlog-leaks-'))
afterAll(() => rmSync(scratch, { recursive: true }))
const mapping = (labelLength: number): string => {
  const file = join(scratch, `${labelLength}.yaml`)
  writeFileSync(file, MAPPING.replace('LENGTH', String(labelLength)))
  return file
}

const FORMS = [...Object.values(KINDS), privateKey, (r: Random) => privateKey(r, 'OPENSSH ')]
/** No letter or digit touches a secret in prose; everything else may. */
const AFTER = [...' "\'(),;:/=<>[]{}|\n\t&?!*#@€\u0000\u202e', '\\', '😀']
const BEFORE = [...AFTER, 'key=', 'see: ']

interface Drawn {
  readonly line: string
  readonly secrets: readonly string[]
}

function drawnLine(random: Random): Drawn {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const secrets: string[] = []
  const form = (): string => kept(pick(FORMS)(random))
  const word = (): string => kept(drawn(random, ALNUM, 12))
  const kept = (secret: string): string => {
    secrets.push(secret)
    return secret
  }
  const words = (): string =>
    Array.from({ length: Math.floor(random() * 30) }, () => drawn(random, 'abc de-_/', 3)).join('') + pick(BEFORE)
  const text = (): string => `${words()}${form()}${pick(AFTER)}${drawn(random, 'abc de', 9)}`
  const event = {
    event: random() < 0.8 ? 'seen' : text(),
    text: random() < 0.5 ? text() : `${words()} --password ${word()} and api_key=${word()} or "Cookie: a=${word()}"`,
    tool: form(),
    api_key: word(),
    auth: { clientSecret: word(), token_type: 'bearer' },
    env: { DB_PASSWORD: word(), url: `postgres://app:${word()}@host/db` },
    headers: { Authorization: `Bearer ${word()}`, 'set-cookie': word(), 'X-Api-Key': word(), accept: text() },
    pairs: [
      { name: 'authorization', value: word() },
      { name: 'note', value: text() },
    ],
    args: JSON.stringify({ password: word(), text: text(), deep: JSON.stringify({ access_token: word(), also: text() }) }),
  }
  return { line: JSON.stringify(event), secrets }
}

const secretsOf = (lines: readonly Drawn[]): string[] => lines.flatMap(({ secrets }) => [...secrets])
const textOf = (lines: readonly Drawn[]): string => lines.map(({ line }) => `${line}\n`).join('')

/** What stands before and after every private key. */
const EDGE = /-----(?:BEGIN|END) [A-Z ]*PRIVATE KEY-----/

/** The first piece of a secret that `shown` holds; its public beginning (`sk-ant-`, the header of a web token) counts too. */
function leak(secrets: readonly string[], shown: string): string | undefined {
  const pieces = new Map<string, string>()
  for (const secret of secrets.flatMap((one) => one.split(EDGE)))
    for (let at = 0; at + DISTINCTIVE <= secret.length; at++) pieces.set(secret.slice(at, at + DISTINCTIVE), secret)
  for (let at = 0; at + DISTINCTIVE <= shown.length; at++) {
    const piece = shown.slice(at, at + DISTINCTIVE)
    if (pieces.has(piece)) return `${piece} of ${pieces.get(piece)}`
  }
  return undefined
}

test('nothing of a secret is in what is scraped, shown or logged', async () => {
  const all = await Promise.all(
    [20, 128, 10_000].map(async (labelLength) => {
      const random = randomOf(labelLength)
      const lines = Array.from({ length: LINES }, () => drawnLine(random))
      const { config, diagnostics } = await loaded([mapping(labelLength)])
      expect(diagnostics).toEqual([])
      const { plan, withOwn } = play(config, { log: textOf(lines), file: '/logs/a.jsonl', advanceMs: 0 })
      const format = openMetricsFormat({ withCreated: false })
      const openMetrics = new Exposition({ ...plan, others: () => [], nowMs: () => 0, format }).body().toString()
      expect(openMetrics).toContain('# {tool="[masked]",key="[masked]"}')
      return leak(secretsOf(lines), withOwn + openMetrics)
    }),
  )
  expect(all).toEqual([undefined, undefined, undefined])
})

test('nothing of a secret is in an example of its line, wherever the line breaks and however much is shown', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 4000 }),
      (seed, part, most) => {
        const { line, secrets } = drawnLine(randomOf(seed))
        const broken = line.slice(0, Math.ceil(line.length * part))
        expect(leak(secrets, maskedExample(broken, most, { isCut: broken.length < line.length }))).toBeUndefined()
        expect(leak(secrets, maskedExample(Buffer.from(line), most))).toBeUndefined()
      },
    ),
    { numRuns: 300 },
  )
})

test('nothing of a secret is in our own log, in names of files, URLs and messages of errors', () => {
  fc.assert(
    fc.property(fc.integer(), fc.constantFrom('json' as const, 'logfmt' as const), (seed, format) => {
      const random = randomOf(seed)
      const secrets = FORMS.map((make) => make(random))
      let said = ''
      const log = new Log({ write: (line) => (said += line), level: 'debug', format, wallClockMs: () => 0 })
      for (const secret of secrets) {
        log.error(`cannot open /logs/${secret}/a.jsonl`, {
          path: `${'x/'.repeat(240)}${secret}`,
          error: `EACCES '${secret}'`,
          api_key: secret,
        })
        log.warn('no answer', { url: `https://app:${secret.replace(/[^\w-]/g, '')}@host/`, password: 'hunter2hunter2' })
      }
      expect(leak([...secrets, 'hunter2hunter2'], said)).toBeUndefined()
    }),
    { numRuns: 30 },
  )
})

test('nothing of a secret is on the status page', async () => {
  const random = randomOf(7)
  const lines = Array.from({ length: LINES }, () => drawnLine(random))
  const made = await pageOf({ files: [mapping(128)] })
  const html = made
    .read(...lines.map(({ line }) => line))
    .wait(2)
    .page.document(true)
  expect(html).toContain('[masked]')
  expect(leak(secretsOf(lines), html)).toBeUndefined()
})

test.each([
  ['in text', []],
  ['in a summary', ['--summary']],
  ['in JSON', ['--format', 'json']],
] as const)('nothing of a secret is in what explain says %s', async (_, args) => {
  const random = randomOf(11)
  const lines = Array.from({ length: 40 }, () => drawnLine(random))
  const { code, stdout, stderr } = await explained(MAPPING.replace('LENGTH', '128'), textOf(lines), ...args)
  expect([code, stderr]).toEqual([0, ''])
  expect(leak(secretsOf(lines), stdout)).toBeUndefined()
})
