/**
 * What masking a new label text costs, and that hostile texts cost time in proportion to their length. Run on a build:
 * `npm run build && node test/mask/bench.mjs [DIST]`. Exit 1 if four times the length costs more than eight times the time.
 */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const dist = pathToFileURL(`${resolve(process.argv[2] ?? 'dist')}/`)
const { Masks } = await import(new URL('mask/masks.js', dist))
const { maskedExample } = await import(new URL('mask/example.js', dist))
const { cleanLabel, labelCleaner } = await import(new URL('select/label-text.js', dist))
const { compileMasks } = await import(new URL('select/mask-patterns.js', dist))

const masks = new Masks()
const LENGTH = 128 * 1024
const ROUNDS = 7
const SLOW_NS = 3e8

function nsOf(work, times) {
  let best = Number.POSITIVE_INFINITY
  // What is as slow as this is not measured again: it is not linear.
  for (let round = 0; round < ROUNDS && (round === 0 || best < SLOW_NS); round++) {
    const start = process.hrtime.bigint()
    for (let i = 0; i < times; i++) work(i)
    best = Math.min(best, Number(process.hrtime.bigint() - start) / times)
  }
  return best
}

/** As a parser makes them: new strings. */
const fresh = (texts) => JSON.parse(JSON.stringify(texts))
const LABELS = {
  'short names': Array.from({ length: 1000 }, (_, i) => `tool${i}`),
  'tools and models': Array.from(
    { length: 1000 },
    (_, i) => [`mcp__server-${i}__read_file`, `claude-sonnet-4-5-2025${i}`][i % 2],
  ),
  uuids: Array.from({ length: 1000 }, (_, i) => `0b9f3c1e-5d0a-4f7e-9a53-${String(i).padStart(12, '0')}`),
  'paths and URLs': Array.from({ length: 1000 }, (_, i) => `https://host.example/srv/app-${i}/index.html?page=${i}&size=5`),
  sentences: Array.from(
    { length: 1000 },
    (_, i) => `Error: the tool ${i} did not answer: timeout=30s, retry in 5 seconds or ask somebody else`,
  ),
  'with a secret': Array.from({ length: 1000 }, (_, i) => `curl -H "Authorization: Bearer abc${i}def" https://host.example`),
}
const clean = labelCleaner(masks, 128)
const own = labelCleaner(
  compileMasks([{ spec: 'cust-(\\d{6})', place: { file: '' } }], () => {}),
  128,
)
for (const [name, texts] of Object.entries(LABELS)) {
  const list = fresh(texts)
  const plain = nsOf((i) => cleanLabel(list[i % 1000], 128), 20_000)
  const masked = nsOf((i) => clean(list[i % 1000]), 20_000)
  const withOwn = nsOf((i) => own(list[i % 1000]), 20_000)
  console.log(
    `${name}: cleaned ${plain.toFixed(0)} ns, masked too ${masked.toFixed(0)} ns, with a pattern of the user's ${withOwn.toFixed(0)} ns`,
  )
}
const line = `{"ts":"2026-01-14T09:00:00.000Z","event":"tool_invocation","args":{"cmd":"curl -u a:b","env":{"API_KEY":"abc"}},"text":"${'word '.repeat(300)}"}`
console.log(
  `an example of a line of ${line.length} characters: ${(nsOf(() => maskedExample(line, 2000), 2000) / 1000).toFixed(1)} us`,
)

const HOSTILE = [
  ...[
    'sk-',
    'sk-a',
    'ghp_',
    'hf_',
    'eyJ.',
    'eyJ',
    '-eyJ',
    'eyJaaaaaaaaaa.',
    '-----BEGIN ',
    '-----BEGIN PRIVATE KEY',
    '-----BEGIN A PRIVATE KEY-----',
  ],
  ...[
    '=',
    ':',
    '::',
    'a=',
    'a:',
    '://',
    '://a:',
    '"',
    '":',
    '":"',
    '\\',
    '\\"',
    '\\":\\"',
    '"name":"',
    '"name":"password",',
    'password',
    'password:',
    'password="',
  ],
  ...[
    'password:[',
    'password:{"',
    'password:(',
    'password=)',
    'cookie:="',
    'cookie: a="b\\',
    '--',
    '--password ',
    'Bearer ',
    'Basic ',
    'Basic a',
    ':AA',
    '1234567:AA',
    ' ',
    'a',
    'A',
    '_',
    '-',
  ],
  ...[
    'AKIA',
    'xoxb-',
    'hooks.slack.com/services/',
    'SG.',
    '\\u0041',
    '%41',
    '\\nsk-',
    'passw\\u006frd":"',
    '\u202e',
    '\ud800',
    '[masked]',
    'password=[masked]',
  ],
]
let isLinear = true
for (const unit of HOSTILE) {
  const of = (length) => unit.repeat(Math.ceil(length / unit.length))
  const [short, long] = [of(LENGTH / 4), of(LENGTH)]
  const [one, four] = [nsOf(() => masks.text(short), 1), nsOf(() => masks.text(long), 1)]
  const isBad = four > 8 * one && four > 3e6
  isLinear &&= !isBad
  const figures = `${(four / long.length).toFixed(1)} ns a character, ${(four / one).toFixed(1)} times the time of a quarter`
  if (isBad || four / long.length > 20) console.log(`${JSON.stringify(unit)} over and over: ${figures}`)
}
console.log(isLinear ? 'hostile texts: linear' : 'hostile texts: NOT LINEAR')
process.exitCode = isLinear ? 0 : 1
