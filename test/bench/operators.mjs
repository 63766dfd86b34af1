/**
 * `npm run bench:operators -- [--events N]`: what one operator of the language costs per event, in nanoseconds, on rows that are filled
 * already: parsing the line is not in it. Each form stands beside what says the same otherwise. The best of several rounds.
 */
import { parseArgs } from 'node:util'
import { fillSlots, Row } from '../../dist/decode/row.js'
import { loadExpressionParser } from '../../dist/select/cel/parser.js'
import { compileWhere } from '../../dist/select/condition.js'
import { compilePrice } from '../../dist/select/price.js'
import { SlotTable } from '../../dist/select/slots.js'
import { compileValue } from '../../dist/select/value.js'
import { measureMany, measureStateful } from './stateful.mjs'

const ROUNDS = 7
const ORIGIN = { source: 's', log: 'l', file: '/f', stream: '', fields: {} }
const { values } = parseArgs({ options: { events: { type: 'string' } } })
const eventCount = Number(values.events ?? 1_000_000)

const EVENTS = Array.from({ length: 1024 }, (_, i) => ({
  status: ['ok', 'error', 'timeout'][i % 3],
  ms: (i * 37) % 5000,
  model: `model-${i % 7}`,
  builtin_model: ['claude-sonnet-4-5', 'gpt-5', 'o3'][i % 3],
  usage: { input: i * 11, cached: i },
  ...(i % 2 === 0 ? { reason: 'x' } : {}),
  content: [{ type: 'text' }, { type: 'tool_use', n: i }, { type: 'text' }],
}))

const PRICE = { model: 'model', input: 'usage.input', output: 'ms', cache_read: 'usage.cached' }

const FORMS = [
  ['where', 'status not ok, and ms over 2000', { status: { not: 'ok' }, ms: { gt: 2000 } }],
  ['where', 'the same as expr', { expr: 'event.status != "ok" && event.ms > 2000' }],
  ['where', 'a field that half the events lack', { reason: 'x' }],
  ['where', 'the same as expr', { expr: 'event.reason == "x"' }],
  ['where', 'regex', { model: { regex: '^model-[1-3]$' } }],
  ['where', 'the same as expr', { expr: 'event.model.matches("^model-[1-3]$")' }],
  ['where', 'expr over a list of 3', { expr: 'event.content.exists(c, c.type == "tool_use")' }],
  ['value', 'path, unit ms', { path: 'ms', unit: 'ms' }],
  ['value', 'the same as expr', { expr: 'event.ms / 1000' }],
  ['value', 'path, minus', { path: 'usage.input', minus: 'usage.cached' }],
  ['value', 'the same as expr', { expr: 'event.usage.input - event.usage.cached' }],
  ['price', 'an inline table', { ...PRICE, table: { 'model-*': { input: 3, output: 15 } } }],
  ['price', 'builtin', { ...PRICE, model: 'builtin_model', table: 'builtin' }],
]

function compile(kind, spec, context) {
  if (kind === 'price') return compilePrice(spec, new Map(), context, compileValue)
  return kind === 'where' ? compileWhere(spec, context) : compileValue(spec, context)
}

function compiled(kind, spec) {
  const slots = new SlotTable()
  const report = (problem) => {
    throw new Error(problem.message)
  }
  const context = { slots, bindings: new Map(), place: { file: 'bench' }, report }
  const made = compile(kind, spec, context)
  const rows = EVENTS.map((event) => {
    const row = new Row(slots.slotCount, ORIGIN)
    fillSlots(row, event, slots.eventPaths)
    return row
  })
  return { rows, ask: kind === 'where' ? (row) => made.test(row) : (row) => made.number(row) }
}

/** Nanoseconds per event, and how many of the events gave something, so that nothing is left out as unused. */
function measured({ rows, ask }) {
  let best = Number.POSITIVE_INFINITY
  let given = 0
  for (let round = 0; round < ROUNDS; round++) {
    given = 0
    const start = process.hrtime.bigint()
    for (let i = 0; i < eventCount; i++) {
      const row = rows[i & 1023]
      row.workLeft = 2000
      const found = ask(row)
      if (found !== undefined && found !== false) given++
    }
    best = Math.min(best, Number(process.hrtime.bigint() - start) / eventCount)
  }
  return { ns: best, share: given / eventCount }
}

await loadExpressionParser()
console.log(`ns per event, best of ${ROUNDS} rounds of ${eventCount} events, Node ${process.version}`)
for (const [kind, name, spec] of FORMS) {
  const { ns, share } = measured(compiled(kind, spec))
  console.log(`${ns.toFixed(1).padStart(8)}  ${kind}: ${name} (${Math.round(share * 100)} %)`)
}
await measureStateful(eventCount, ROUNDS)
await measureMany()
