/** The exposition as OpenMetrics, read by a strict parser that others wrote (the Python client's): hostile labels, exemplars, _created. */
import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MAIN, SAMPLE, Scratch } from '../workbench.ts'

/** Debian's own, which has Debian's packages. */
const PYTHON = '/usr/bin/python3'
const READ = `
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as families
read = list(families(sys.stdin.read()))
print(len(read), sum(len(family.samples) for family in read), sum(1 for f in read for s in f.samples if s.exemplar))
`
const MAPPING = `version: 1
metrics:
  - { name: a_total, type: counter, event: e, labels: { l: l }, value: v, exemplar: { trace_id: t, user: u } }
  - { name: plain, type: counter, event: e, help: "say \\"x\\" \\\\ \\n more", labels: { l: l } }
  - { name: g_seconds, type: gauge, event: e, labels: { l: l }, value: v }
  - { name: below_seconds, type: histogram, event: e, value: v, buckets: [-1, 0, 0.5, 1000000], labels: { l: l }, exemplar: { t: t } }
  - { name: above_seconds, type: histogram, event: e, value: v, buckets: [0.5, 1, 1000000], labels: { l: l }, exemplar: { t: t } }
  - { name: s_seconds, type: summary, event: e, value: v, quantiles: [0, 0.5, 1], labels: { l: l } }
  - { name: x_info, type: info, event: e, labels: { l: l } }
  - { name: y, type: info, event: e, labels: { l: l } }
  - { name: x_ratio_total, type: counter, event: e }
  - { name: baz_created, type: counter, event: e }
`
const LINES = [
  { event: 'e', l: 'a', v: 1, t: 'abc', u: 'me' },
  { event: 'e', l: 'a"b\\c\nd', v: -3, t: 'x"y\\z\nq' },
  { event: 'e', l: '', v: 0.1, t: 'é😀', u: '' },
  { event: 'e', l: 'z', v: 1e300, t: 'a'.repeat(120), u: 'user' },
  { event: 'e', l: 'n', v: 'NaN', t: '1' },
  { event: 'e', l: '\u2028\ud800x', v: 1e21, t: '\ud800' },
]

const isSkipped = spawnSync(PYTHON, ['-c', 'import prometheus_client.openmetrics.parser']).status !== 0
if (isSkipped && process.env.CI === 'true') throw new Error('not installed: python3-prometheus-client')

let scratch: Scratch
beforeAll(() => {
  scratch = new Scratch()
})
afterAll(() => scratch.remove())

/** Families, samples and exemplars that it finds; or its complaint. */
function read(...args: readonly string[]): string {
  const flags = ['--once', '--self', '--format', 'openmetrics', '--web.openmetrics-created']
  const { stdout } = spawnSync(process.execPath, [MAIN, 'run', ...flags, ...args], { encoding: 'utf8', maxBuffer: 1 << 26 })
  const { status, stdout: found, stderr } = spawnSync(PYTHON, ['-c', READ], { input: stdout, encoding: 'utf8' })
  return status === 0 ? found.trim() : stderr
}

test.skipIf(isSkipped)('the shipped sample and a hostile log in every type are read without complaint', () => {
  expect(read(SAMPLE)).toMatch(/^\d{2} \d{3,} 0$/)
  const log = scratch.write('hostile.jsonl', LINES.map((line) => `${JSON.stringify(line)}\n`).join(''))
  // Of six lines one has no number. The counter: without the negative step, and one with both labels is too long; each histogram: all.
  expect(read('-c', scratch.write('m.yaml', MAPPING), log)).toMatch(/^\d{2} \d{3,} 13$/)
})
