/**
 * Stage 3 of a value: the number is read (numeric text too), then plus and minus, unit, scale; each only if asked for, in this order.
 * An operand that is missing makes the whole missing; what `minus` leaves is at least 0.
 */
import type { Json } from '../decode/path.ts'
import type { Row } from '../decode/row.ts'
import { type CompileContext, within } from './compile-context.ts'
import { add, type Numeric, numericOf, subtract } from './numeric.ts'
import type { CompileNumeric, InnerValue } from './source-stage.ts'
import type { LongValue, ValueSpec } from './spec.ts'
import { scaleConversion, unitConversion, unitReader } from './units.ts'

export interface NumberStage {
  /** Its key in the mapping, and what stands there, for traces. */
  readonly stage: string
  readonly detail: string | undefined
  /** Of `plus` and `minus`. */
  readonly operands?: Operands
  apply(number: Numeric, row: Row): Numeric | undefined
}

export interface NumberStages {
  /** How the number is read from what the earlier stages gave: as a unit that is written as text, else undefined. */
  readonly readUnit: string | undefined
  readonly read: (value: Json) => Numeric | undefined
  readonly stages: readonly NumberStage[]
}

/** undefined: the value has no such stage, and its text is its own. */
export function compileNumberStages(spec: LongValue, context: CompileContext, compile: CompileNumeric): NumberStages | undefined {
  const plus = compileOperands('plus', spec.plus, context, compile)
  const minus = compileOperands('minus', spec.minus, context, compile)
  const stages = [arithmeticStage(plus, minus), unitStage(spec), scaleStage(spec)].filter((stage) => stage !== undefined)
  const readUnit = unitReader(spec.unit)
  if (readUnit !== undefined) return { readUnit: spec.unit, read: readUnit, stages }
  // A unit such as `s` does nothing, but says that this is a number.
  return stages.length === 0 && spec.unit === undefined && spec.scale === undefined
    ? undefined
    : { readUnit: undefined, read: numericOf, stages }
}

export function applyNumberStages(stages: NumberStages, value: Json, row: Row): Numeric | undefined {
  let at = stages.read(value)
  for (let i = 0; i < stages.stages.length && at !== undefined; i++) at = stages.stages[i]!.apply(at, row)
  return at
}

export type Operands = readonly InnerValue[]

function compileOperands(
  key: 'plus' | 'minus',
  spec: ValueSpec | readonly ValueSpec[] | undefined,
  context: CompileContext,
  compile: CompileNumeric,
): Operands {
  if (spec === undefined) return []
  if (!isList(spec)) return [compile(spec, within(context, key))]
  return spec.map((operand, i) => compile(operand, within(context, key, i)))
}

function isList(spec: ValueSpec | readonly ValueSpec[]): spec is readonly ValueSpec[] {
  return Array.isArray(spec)
}

function arithmeticStage(plus: Operands, minus: Operands): NumberStage | undefined {
  if (plus.length === 0 && minus.length === 0) return undefined
  const stage = [...(plus.length > 0 ? ['plus'] : []), ...(minus.length > 0 ? ['minus'] : [])].join(', ')
  return {
    stage,
    detail: undefined,
    operands: [...plus, ...minus],
    apply: (number, row) => {
      const raised = combine(number, plus, row, add)
      const lowered = raised === undefined ? undefined : combine(raised, minus, row, subtract)
      return minus.length > 0 && lowered !== undefined && lowered < 0 ? 0 : lowered
    },
  }
}

function combine(start: Numeric, operands: Operands, row: Row, step: (a: Numeric, b: Numeric) => Numeric): Numeric | undefined {
  let at = start
  for (let i = 0; i < operands.length; i++) {
    const operand = operands[i]!.numeric(row)
    if (operand === undefined) return undefined
    at = step(at, operand)
  }
  return at
}

function unitStage(spec: LongValue): NumberStage | undefined {
  const convert = unitConversion(spec.unit)
  return convert && { stage: 'unit', detail: spec.unit, apply: convert }
}

function scaleStage(spec: LongValue): NumberStage | undefined {
  const convert = scaleConversion(spec.scale)
  return convert && { stage: 'scale', detail: String(spec.scale), apply: convert }
}
