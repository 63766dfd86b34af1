/** `--once --from --to`: what counts is what the lines in range say, whatever comes before; expected numbers are summed up here. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { timeRangeOf } from '../../src/cli/time-range.ts'
import { randomOf } from '../faults/random.ts'
import { finish } from './program.ts'

const scratch = mkdtempSync(join(tmpdir(), 'agentlog-range-'))
afterAll(() => rmSync(scratch, { recursive: true }))

function file(name: string, text: string): string {
  writeFileSync(join(scratch, name), text)
  return join(scratch, name)
}

const lines = (events: readonly object[]): string => events.map((event) => `${JSON.stringify(event)}\n`).join('')

async function once(
  ...args: string[]
): Promise<{ readonly code: number | null; readonly stderr: string; readonly samples: string[] }> {
  const { code, stdout, stderr } = await finish(['run', '--once', ...args])
  return { code, stderr, samples: stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#')) }
}

/** By the first label's value and the second's. */
function totals(samples: readonly string[], metric: string): Record<string, number> {
  const of = samples.filter((line) => line.startsWith(`${metric}{`))
  const found = of.map((line): [string, number] => [
    [...line.matchAll(/"([^"]*)"/g)].map((match) => match[1]).join(' '),
    Number(line.slice(line.lastIndexOf(' '))),
  ])
  return Object.fromEntries(found.filter(([, value]) => value !== 0))
}

/** Whole numbers below a bound, the same in each run. */
function belowOf(seed: number): (bound: number) => number {
  const random = randomOf(seed)
  return (bound) => Math.floor(random() * bound)
}

const DAY_MS = 86_400_000
const START_MS = Date.UTC(2026, 1, 24)

test('tokens by server of a day are the sums of the lines of that day, in whatever order they stand', async () => {
  const mapping = file(
    'tokens.yaml',
    'version: 1\nmetrics:\n  - { name: tokens_total, type: counter, event: call, labels: { server: server }, split: { kind: { input: in, output: out } } }\n',
  )
  const below = belowOf(7)
  const events = Array.from({ length: 2000 }, () => ({
    event: 'call',
    timestamp: new Date(START_MS + below(4 * DAY_MS)).toISOString(),
    server: ['github', 'slack', 'jira'][below(3)]!,
    in: below(1000),
    out: below(100),
  }))
  // One at each bound, and one without a time.
  const atBounds = [1, 2].map((day) => ({
    ...events[0]!,
    timestamp: new Date(START_MS + day * DAY_MS).toISOString(),
    in: 1,
    out: 1,
  }))
  const { timestamp: _, ...timeless } = events[0]!
  const log = file('tokens.log', lines([...events, ...atBounds, timeless]))
  const expected: Record<string, number> = {}
  for (const { timestamp, server, in: input, out } of [...events, ...atBounds]) {
    if (!timestamp.startsWith('2026-02-25')) continue
    expected[`${server} input`] = (expected[`${server} input`] ?? 0) + input
    expected[`${server} output`] = (expected[`${server} output`] ?? 0) + out
  }
  const { code, stderr, samples } = await once('-c', mapping, '--from', '2026-02-25', '--to', '2026-02-26T01:00:00+01:00', log)
  expect(code).toBe(0)
  expect(totals(samples, 'tokens_total')).toEqual(expected)
  const before = events.filter(({ timestamp }) => timestamp < '2026-02-25').length
  expect(stderr).toMatch(
    new RegExp(`from 2026-02-25T00:00:00Z to 2026-02-26T00:00:00Z, \\d+ of them counted; left out: ${before} before,`),
  )
  expect(stderr).toContain('1 that say no time')
})

test('repeats and growing numbers of a Claude Code session count what they add within the range', async () => {
  const below = belowOf(11)
  interface Message {
    readonly id: string
    readonly atMs: number
    readonly input: number
    output: number
  }
  const messages: Message[] = Array.from({ length: 200 }, (_, i) => ({
    id: `msg_${i}`,
    atMs: START_MS + i * 600_000,
    input: below(5000),
    output: 0,
  }))
  // Each is written several times while it grows, and old ones come again as copies of a resumed session.
  const written = messages.flatMap((message) =>
    [0, 1, 2].map((part) => {
      message.output += 1 + below(50)
      return { ...message, atMs: message.atMs + part * 200_000 }
    }),
  )
  const copies = written.filter(() => below(3) === 0)
  const line = ({ id, atMs, input, output }: Message) => ({
    type: 'assistant',
    uuid: `${id}-${atMs}`,
    sessionId: 's',
    timestamp: new Date(atMs).toISOString(),
    message: {
      id,
      model: 'claude-sonnet-4-5',
      role: 'assistant',
      content: [],
      usage: { input_tokens: input, output_tokens: output },
    },
  })
  const log = file('session.jsonl', lines([...written, ...copies].map(line)))
  const fromMs = START_MS + 12_345_678
  const toMs = START_MS + 90_000_000
  const highest = new Map<string, number>()
  const expected: Record<string, number> = { input: 0, output: 0 }
  for (const message of [...written, ...copies]) {
    for (const kind of ['input', 'output'] as const) {
      const key = `${message.id} ${kind}`
      const added = Math.max(0, message[kind] - (highest.get(key) ?? 0))
      if (message.atMs >= toMs) continue
      highest.set(key, Math.max(message[kind], highest.get(key) ?? 0))
      if (message.atMs >= fromMs) expected[kind]! += added
    }
  }
  const range = ['--from', new Date(fromMs).toISOString(), '--to', new Date(toMs).toISOString()]
  const { samples } = await once('--preset', 'claude-code', ...range, log)
  const found = samples.filter((sample) => sample.startsWith('agent_llm_tokens_total{'))
  const of = (kind: string) =>
    found.filter((sample) => sample.includes(`type="${kind}"`)).reduce((sum, sample) => sum + Number(sample.split(' ').at(-1)), 0)
  expect({ input: of('input'), output: of('output') }).toEqual(expected)
})

test('what began before, or is over by the end, is known within', async () => {
  const mapping = file(
    'pairs.yaml',
    [
      'version: 1',
      'derive:',
      '  - { pair: run, start: { event: start, key: id }, end: { event: end, key: id }, timeout: 30m }',
      'metrics:',
      '  - { name: runs_total, type: counter, derived: run, labels: { outcome: outcome } }',
      '  - { name: run_seconds_total, type: counter, derived: run, where: { outcome: ended }, value: duration }',
      '',
    ].join('\n'),
  )
  const at = (time: string, event: string, id: string) => ({ timestamp: `2026-02-26T${time}Z`, event, id })
  const log = file(
    'pairs.log',
    lines([
      at('09:15:00', 'start', 'times out before'),
      at('09:43:00', 'start', 'ends within'),
      at('10:10:00', 'end', 'ends within'),
      at('10:25:00', 'start', 'times out within'),
      at('10:45:00', 'start', 'times out after'),
      at('11:40:00', 'start', 'later'),
    ]),
  )
  const { samples } = await once('-c', mapping, '--from', '2026-02-26T10:00:00Z', '--to', '2026-02-26T11:00:00Z', log)
  expect(totals(samples, 'runs_total')).toEqual({ ended: 1, timeout: 1 })
  expect(samples).toContain('run_seconds_total 1620')
})

const NOW_MS = Date.UTC(2026, 1, 26, 12)
const ns = (text: string): bigint => BigInt(Date.parse(text)) * 1_000_000n

test.each<[string | undefined, string | undefined, unknown]>([
  ['2026-02-26', undefined, { fromNs: ns('2026-02-26T00:00:00Z'), toNs: undefined }],
  ['24h', '1h30m', { fromNs: ns('2026-02-25T12:00:00Z'), toNs: ns('2026-02-26T10:30:00Z') }],
  ['7d', '2026-02-26T10:00:00.5+02:00', { fromNs: ns('2026-02-19T12:00:00Z'), toNs: ns('2026-02-26T08:00:00.500Z') }],
  ['2026-02-27', '2026-02-26', { problem: expect.stringContaining('nothing lies between them') }],
  ['1h', '24h', { problem: expect.stringContaining('--from 1h is 2026-02-26T11:00:00Z, and --to 24h is 2026-02-25T12:00:00Z') }],
  ['2026-02-26', '2026-02-26', { problem: expect.stringContaining('nothing lies between them') }],
  ['yesterday', undefined, { problem: expect.stringMatching(/^--from "yesterday": expected a time with its offset/) }],
  ['2026-02-26T10:00:00', undefined, { problem: expect.stringContaining('with its offset') }],
  [undefined, '2026-13-01', { problem: expect.stringMatching(/^--to "2026-13-01"/) }],
  ['99999999d', undefined, { problem: expect.stringMatching(/^--from/) }],
  ['', undefined, { problem: expect.stringMatching(/^--from ""/) }],
])('from %s to %s', (from, to, expected) => {
  expect(timeRangeOf({ from, to }, true, NOW_MS)).toEqual(expected)
})

test('what is served has no range', async () => {
  const { code, stderr } = await finish(['run', '--from', '24h', file('served.log', '')])
  expect([code, stderr]).toEqual([2, expect.stringContaining('--from: only with --once')])
})
