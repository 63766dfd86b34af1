/** For the tests of this room: compiles as the plan does and makes rows of events. */
import type { Json } from '../../src/decode/path.ts'
import { fillSlots, Row } from '../../src/decode/row.ts'
import type { Diagnostic } from '../../src/diag/diagnostic.ts'
import type { CompileContext } from '../../src/select/compile-context.ts'
import { SlotTable } from '../../src/select/slots.ts'

const ORIGIN = { source: 'src', log: 'log-1', file: '/var/log/a.jsonl', stream: '', fields: { project: 'p1' } }

export function compiled<T>(compile: (context: CompileContext) => T): {
  made: T
  problems: Diagnostic[]
  rowOf: (event: Json) => Row
} {
  const slots = new SlotTable()
  const problems: Diagnostic[] = []
  const place = { file: 'mapping.yaml', path: ['at'] }
  const made = compile({ slots, bindings: new Map(), place, report: (problem) => problems.push(problem) })
  return { made, problems, rowOf: (event) => rowFrom(slots, event) }
}

function rowFrom(slots: SlotTable, event: Json): Row {
  const row = new Row(slots.slotCount, ORIGIN)
  row.name = 'named'
  row.lineBytes = 42
  row.time = () => 1_769_862_896_789_000_000n
  fillSlots(row, event, slots.eventPaths)
  return row
}
