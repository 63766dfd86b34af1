/** What everything in this room is compiled with: where paths get their slots, what `each` binds, where problems are told. */
import type { DiagnosticCode } from '../diag/codes.ts'
import type { Place, Report } from '../diag/diagnostic.ts'
import type { Bindings, Read, SlotTable } from './slots.ts'

export interface CompileContext {
  readonly slots: SlotTable
  readonly bindings: Bindings
  /** Place of what is being compiled. */
  readonly place: Place
  readonly report: Report
  /** Bound names whose elements stand in a list under a secret's key; default none. */
  readonly secretNames?: ReadonlySet<string>
}

/** The context of a part: its place is `steps` below. */
export function within(context: CompileContext, ...steps: readonly (string | number)[]): CompileContext {
  return { ...context, place: { ...context.place, path: [...(context.place.path ?? []), ...steps] } }
}

/** The context of a key: problems are shown at the key, not at its value. */
export function atKey(context: CompileContext, key: string): CompileContext {
  const inner = within(context, key)
  return { ...inner, place: { ...inner.place, part: 'key' } }
}

/** The reader of a path that stands at the context's place. */
export function readerOf(text: string, context: CompileContext): Read {
  return context.slots.reader(text, context.place, context.report, context.bindings)
}

/** Shown under characters `[start, end)` of the text at the context's place. */
export function reportAt(
  { place, report }: CompileContext,
  code: DiagnosticCode,
  within: readonly [number, number],
  message: string,
  hint?: string,
): void {
  report({ severity: 'error', code, place: { ...place, within }, message, ...(hint ? { hint } : {}) })
}

export function reportError(context: CompileContext, code: DiagnosticCode, message: string): void {
  context.report({ severity: 'error', code, place: context.place, message })
}
