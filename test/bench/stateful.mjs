/**
 * What `remember` and `derive` cost per event, in nanoseconds, on rows that are filled already; and what many open keys cost at a scrape and
 * at a commit. Part of `npm run bench:operators`.
 */

import { loadConfig } from '../../dist/config/load.js'
import { shapeIssues } from '../../dist/config/shape-issues.js'
import { fillSlots, Row } from '../../dist/decode/row.js'
import { DerivePart } from '../../dist/derive/derive-part.js'
import { compilePlan } from '../../dist/pipeline/plan.js'
import { ByteWriter } from '../../dist/state/byte-writer.js'

const ORIGIN = { source: 's', log: 'l', file: '/f', stream: '', fields: {} }
const START_NS = 1_767_225_600_000_000_000n
const KEYS = 1024

const COUNTER = 'metrics: [{ name: n_total, type: counter, event: [a, b], labels: { tool: tool } }]'
const DERIVED = 'metrics: [{ name: n_total, type: counter, derived: x, labels: { tool: tool } }]'

/** Each begins and ends `KEYS` keys over and over. */
const FORMS = [
  ['a counter alone, for comparison', COUNTER],
  [
    'remember, and a rule that reads it',
    `remember: { m: { event: a, path: tool } }\n${COUNTER.replace('tool: tool', 'tool: $kept.m')}`,
  ],
  [
    'remember by a key',
    `remember: { m: { event: a, path: tool, scope: id } }\n${COUNTER.replace('tool: tool', 'tool: $kept.m')}`,
  ],
  [
    'pair, its starts and ends, and a rule',
    `derive: [{ pair: x, start: { event: a, key: id, carry: { tool: tool } }, end: { event: b, key: id }, timeout: 1h }]\n${DERIVED}`,
  ],
  [
    'pair, with a gauge of what is open',
    `derive: [{ pair: x, start: { event: a, key: id, carry: { tool: tool } }, end: { event: b, key: id } }]\nmetrics: [{ name: n, type: gauge, open: x, labels: { tool: tool } }]`,
  ],
  [
    'session, members that collect a sum',
    `derive: [{ session: x, event: [a, b], key: id, carry: { tool: tool }, idle: 1h, collect: { n: { op: sum, value: n } } }]\n${DERIVED}`,
  ],
  [
    'sequence, and a rule',
    `derive: [{ sequence: x, event: [a, b], key: id, value: tool, carry: { tool: tool }, idle: 1h }]\n${DERIVED}`,
  ],
  ['silence', `derive: [{ silence: x, event: [a, b], key: id, carry: { tool: tool }, after: 1h }]\n${DERIVED}`],
]

async function planOf(text) {
  const { config, diagnostics } = await loadConfig({
    files: ['m.yaml'],
    presets: [],
    presetDir: '.',
    validate: async (data) => shapeIssues(data),
    given: new Map([['m.yaml', `version: 1\nlimits: { keys: 1000000 }\n${text}\n`]]),
  })
  for (const { severity, message } of diagnostics) if (severity === 'error') throw new Error(message)
  return compilePlan(config, () => {})
}

function rowOf(mapping, name, event) {
  const row = new Row(mapping.slotCount, ORIGIN)
  row.name = name
  fillSlots(row, event, mapping.pathsOf(name))
  return row
}

export async function measureStateful(eventCount, rounds) {
  for (const [name, text] of FORMS) {
    const plan = await planOf(text)
    const mapping = plan.mappings.all[0]
    let nowNs = START_NS
    const rows = ['a', 'b'].flatMap((event) =>
      Array.from({ length: KEYS }, (_, i) => rowOf(mapping, event, { id: `call-${i}-0f5c`, tool: `tool-${i % 7}`, n: i })),
    )
    for (const row of rows) row.time = row.statedTime = () => nowNs
    let best = Number.POSITIVE_INFINITY
    for (let round = 0; round < rounds; round++) {
      const start = process.hrtime.bigint()
      for (let i = 0; i < eventCount; i++) {
        nowNs += 1_000_000n
        mapping.apply(rows[i & (2 * KEYS - 1)])
      }
      best = Math.min(best, Number(process.hrtime.bigint() - start) / eventCount)
    }
    console.log(`${best.toFixed(1).padStart(8)}  derive: ${name}`)
  }
}

/** A gauge of 200 000 open pairs, the commit after each of them changed, and after one did. */
export async function measureMany() {
  const plan = await planOf(
    'derive: [{ pair: x, start: { event: a, key: id, carry: { tool: tool } }, end: { event: b, key: id } }]\n' +
      'metrics:\n  - { name: n, type: gauge, open: x, labels: { tool: tool } }\n  - { name: s, type: gauge, open: x, op: max, value: age }',
  )
  const mapping = plan.mappings.all[0]
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < 200_000; i++) {
    const row = rowOf(mapping, 'a', { id: `call-${i}-0f5c7f3e`, tool: `tool-${i % 7}` })
    row.time = row.statedTime = () => START_NS + BigInt(i)
    mapping.apply(row)
  }
  globalThis.gc?.()
  const bytes = (process.memoryUsage().heapUsed - before) / 200_000
  const timed = (act) => {
    const start = performance.now()
    act()
    return (performance.now() - start).toFixed(1).padStart(8)
  }
  console.log(`${bytes.toFixed(0).padStart(8)}  bytes a key, of 200 000 open pairs`)
  for (let i = 0; i < 3; i++) plan.registry.settle()
  console.log(`${timed(() => plan.registry.settle())}  ms to show them in two gauges`)
  const part = new DerivePart(plan.keys)
  const out = new ByteWriter()
  console.log(`${timed(() => part.writeChanges(out))}  ms to write all of them (${out.length} bytes)`)
  part.acknowledge()
  out.clear()
  const row = rowOf(mapping, 'b', { id: 'call-7-0f5c7f3e', tool: 'x' })
  row.time = row.statedTime = () => START_NS + 300_000n
  mapping.apply(row)
  console.log(`${timed(() => part.writeChanges(out))}  ms to write what one event changed (${out.length} bytes)`)
}
