/** OpenMetrics as a user gets it: from `--once`, and from a served exporter by Accept. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { parseOpenMetrics } from '../exposition/open-metrics-parser.ts'
import { Children } from './children.ts'
import { finish, until } from './program.ts'

const scratch = mkdtempSync(join(tmpdir(), 'agentlog-open-metrics-'))
const children = new Children()
afterEach(() => children.kill())
afterAll(() => rmSync(scratch, { recursive: true }))

function write(name: string, text: string): string {
  writeFileSync(join(scratch, name), text)
  return join(scratch, name)
}

const MAPPING = write(
  'm.yaml',
  `version: 1
metrics:
  - name: calls_total
    type: counter
    event: call
    labels: { tool: tool }
    exemplar: { trace_id: trace, span_id: span }
`,
)
const call = (fields: object): string =>
  `${JSON.stringify({ event: 'call', tool: 'a', timestamp: '2026-01-02T03:04:05.678Z', ...fields })}\n`
const SAMPLE = join(import.meta.dirname, '../../config/examples/sample.jsonl')

test('--once --format openmetrics prints it, with the exemplar of the last event that had one', async () => {
  const log = write(
    'a.jsonl',
    call({ trace: 't1', span: 's1' }) + call({ trace: 't2' }) + call({}) + call({ tool: 'b', trace: 'é'.repeat(127) }),
  )
  const { code, stdout } = await finish(['--once', '--format', 'openmetrics', '-c', MAPPING, log])
  expect(code).toBe(0)
  expect(stdout).toBe(`# TYPE calls counter
# HELP calls From events call of the log.
calls_total{tool="a"} 3 # {trace_id="t2"} 1 1767323045.678
calls_total{tool="b"} 1
# EOF
`)
})

test('the preset over the sample with its hostile lines is valid, with and without what is ours', async () => {
  for (const more of [[], ['--self'], ['--web.openmetrics-created']]) {
    const { stdout } = await finish(['--once', '--format', 'openmetrics', '--preset', 'agent', ...more, SAMPLE])
    expect(parseOpenMetrics(stdout).size).toBeGreaterThan(15)
    expect(stdout.includes('_created')).toBe(more[0] === '--web.openmetrics-created')
  }
})

test('a served exporter answers in the format that was asked for', async () => {
  const { url } = await children.start(['-c', MAPPING, write('b.jsonl', call({ trace: 't1' }))])
  const ask = async (accept: string): Promise<{ type: string | null; text: string }> => {
    const answer = await fetch(`${url}/metrics`, { headers: { accept } })
    return { type: answer.headers.get('content-type'), text: await answer.text() }
  }
  const open = await until(
    () => ask('application/openmetrics-text;version=1.0.0;escaping=allow-utf-8'),
    ({ text }) => text.includes('calls_total{'),
  )
  expect(open.type).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8')
  expect(parseOpenMetrics(open.text).get('calls')?.samples[0]?.exemplar?.labels.get('trace_id')).toBe('t1')
  const text = await ask('text/plain')
  expect(text.type).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(text.text).toContain('# TYPE calls_total counter\ncalls_total{tool="a"} 1\n')
})

test('names that would meet, odd buckets and hostile labels give a valid document, with and without _created', async () => {
  const mapping = write(
    'ugly.yaml',
    `version: 1
metrics:
  - { name: x, type: gauge, event: e, value: v }
  - { name: x_total, type: counter, event: e }
  - { name: x_created, type: gauge, event: e, value: v }
  - { name: x_info, type: info, event: e, labels: { a: a } }
  - { name: y_total, type: counter, event: e, labels: { a: a }, exemplar: { t: a } }
  - { name: y_created, type: gauge, event: e, value: v }
  - { name: y_seconds_bytes_ratio, type: histogram, event: e, value: v, buckets: [-1, 0.00001, 1, 1e9], exemplar: { t: a } }
  - { name: s, type: summary, event: e, value: v, quantiles: [0, 0.5, 1] }
  - { name: noend, type: counter, event: e }
  - { name: z_info, type: info, event: e, labels: { a: a } }
  - { name: z, type: gauge, event: e, value: v }
`,
  )
  const events = [
    { event: 'e', v: -3.5, a: 'q"\\\n\u0000\u202e' },
    { event: 'e', v: 1e308, a: 'é'.repeat(200) },
    { event: 'e', v: 0, a: '' },
  ]
  const log = write('ugly.jsonl', events.map((event) => `${JSON.stringify(event)}\n`).join(''))
  for (const more of [[], ['--web.openmetrics-created']]) {
    const { stdout } = await finish(['--once', '--format', 'openmetrics', '-c', mapping, ...more, log])
    expect(parseOpenMetrics(stdout).size).toBe(11)
  }
})
