/**
 * Values of the mapping, compiled once: stage 1 finds, 2 changes the text, 3 the number, 4 is the default (the language's §4).
 * What a value's number is depends on its text alone: `true` is 1 and `"12"` is 12, whichever way they were written.
 */
import type { Json } from '../decode/path.ts'
import type { Row } from '../decode/row.ts'
import { MASKED } from '../mask/masked.ts'
import { isTruthOrNothing } from '../mask/secret-keys.ts'
import { type CompileContext, reportError } from './compile-context.ts'
import { applyNumberStages, compileNumberStages, type NumberStages } from './number-stages.ts'
import { type Numeric, numericOf, toNumber } from './numeric.ts'
import { textOf } from './scalar-text.ts'
import { type IsSecret, secrecyOf } from './secret-paths.ts'
import { compileSource, constSource, pathSource, type Source } from './source-stage.ts'
import type { LongValue, Scalar, ValueSpec } from './spec.ts'
import { applyStages, compileTextStages, type TextStage } from './text-stages.ts'
import type { ShownValue, StageTrace, Value, ValueTrace } from './trace.ts'

/** Compiles a value. Problems are reported with their place; what has one is missing then. Never throws. */
export function compileValue(spec: ValueSpec, context: CompileContext): Value {
  return compileStaged(spec, context)
}

/**
 * Compiles the value of a label, or of whatever else leaves the process as text: read from under a secret's key it is masked, unless it is
 * `unmasked` or its words are the mapping's own. What a secret looks like is not asked here but once per new text (`labelCleaner`).
 */
export function compileLabel(spec: ValueSpec, context: CompileContext): ShownValue {
  return compileStaged(spec, context, secrecyOfLabel(spec, context), true)
}

function secrecyOfLabel(spec: ValueSpec, context: CompileContext): IsSecret | undefined {
  if (typeof spec === 'string') return secrecyOf([spec], context)
  if (typeof spec !== 'object' || spec.path === undefined || spec.unmasked === true || hasOwnWords(spec)) return undefined
  return secrecyOf(typeof spec.path === 'string' ? [spec.path] : spec.path, context)
}

/** Whether every text that can come of it stands in the mapping. */
function hasOwnWords(spec: LongValue): boolean {
  const hasMap = spec.map !== undefined || spec.map_re !== undefined
  return spec.one_of !== undefined || (hasMap && spec.else !== undefined)
}

function compileStaged(spec: ValueSpec, context: CompileContext, isSecret?: IsSecret, isLabel = false): StagedValue {
  if (typeof spec === 'string') return new StagedValue({ source: pathSource(spec, context), closedTexts: undefined, isSecret })
  if (typeof spec !== 'object') return new StagedValue({ source: constSource(spec), closedTexts: [String(spec)] })
  if (spec.price !== undefined) return priceElsewhere(context)
  const source = compileSource(spec, context, compileStaged)
  const hidden = isSecret ?? (isLabel && spec.unmasked !== true && !hasOwnWords(spec) ? source.isSecret : undefined)
  const texts = compileTextStages(spec, context)
  const numbers = compileNumberStages(spec, context, compileStaged)
  const closedTexts = closedTextsOf(spec, texts, numbers)
  return new StagedValue({ source, texts, numbers, fallback: spec.default, closedTexts, isSecret: hidden })
}

/** A counter's own value is compiled as a price by its rule. */
function priceElsewhere(context: CompileContext): StagedValue {
  reportError(context, 'bad-value', '"price" is for the value of a counter, or an entry of its split')
  return new StagedValue({ source: constSource(0), closedTexts: undefined })
}

interface Stages {
  readonly source: Source
  readonly texts?: readonly TextStage[]
  readonly numbers?: NumberStages | undefined
  readonly fallback?: Scalar | undefined
  readonly closedTexts: readonly string[] | undefined
  readonly isSecret?: IsSecret | undefined
}

const NO_STAGES: readonly TextStage[] = []

class StagedValue implements ShownValue {
  readonly #source: Source
  readonly #texts: readonly TextStage[]
  readonly #numbers: NumberStages | undefined
  readonly #fallback: Scalar | undefined
  readonly #fallbackText: string | undefined
  readonly #fallbackNumber: Numeric | undefined
  readonly #isSecret: IsSecret | undefined
  readonly closedTexts: readonly string[] | undefined

  constructor(stages: Stages) {
    this.#source = stages.source
    this.#texts = stages.texts ?? NO_STAGES
    this.#numbers = stages.numbers
    this.#fallback = stages.fallback
    this.#fallbackText = textOf(stages.fallback)
    this.#fallbackNumber = numericOf(stages.fallback)
    this.#isSecret = stages.isSecret
    this.closedTexts = stages.closedTexts
  }

  raw(row: Row): Json {
    return this.#source.read(row)
  }

  text(row: Row): string | undefined {
    const own =
      this.#numbers === undefined ? applyStages(this.#texts, textOf(this.#source.read(row))) : textOf(this.#ownNumeric(row))
    if (own === undefined) return this.#fallbackText
    return this.#isSecret === undefined ? own : this.#hidden(own, row)
  }

  #hidden(text: string, row: Row): string {
    return this.#isSecret!(row) && !isTruthOrNothing(text) ? MASKED : text
  }

  number(row: Row): number | undefined {
    return toNumber(this.numeric(row))
  }

  scalar(row: Row): Scalar | bigint | undefined {
    const raw = this.#source.read(row)
    const value = this.#texts.length === 0 ? raw : applyStages(this.#texts, textOf(raw))
    const own = this.#numbers === undefined ? scalarOf(value) : this.#ownNumeric(row)
    if (own === undefined) return this.#fallback
    return this.#isSecret === undefined || !this.#isSecret(row) || isTruthOrNothing(String(own)) ? own : MASKED
  }

  /** The number with all its digits: for arithmetic of another value. */
  numeric(row: Row): Numeric | undefined {
    return this.#ownNumeric(row) ?? this.#fallbackNumber
  }

  #ownNumeric(row: Row): Numeric | undefined {
    const raw = this.#source.read(row)
    const value = this.#texts.length === 0 ? raw : applyStages(this.#texts, textOf(raw))
    return this.#numbers === undefined ? numericOf(value) : applyNumberStages(this.#numbers, value, row)
  }

  trace(row: Row, as: 'text' | 'number' = 'text'): ValueTrace {
    const found = this.raw(row)
    const stages: StageTrace[] = []
    const read = traceNumbers(this.#numbers, traceTexts(this.#texts, found, stages), row, stages)
    const last = as === 'number' ? traceReading(read, stages) : scalarOf(read)
    const fallback = last === undefined ? (as === 'number' ? this.#fallbackNumber : this.#fallback) : undefined
    const { kind, of } = this.#source
    return {
      source: kind,
      of,
      tried: this.#tried(row),
      found,
      stages,
      fallback: scalarOrText(fallback),
      result: last ?? fallback,
    }
  }

  /** Up to the first path that is there. */
  #tried(row: Row): ValueTrace['tried'] {
    const tried = this.#source.tried.map(({ path, read }) => ({ path, found: read(row) }))
    if (this.#source.kind === 'expr') return tried
    const first = tried.findIndex(({ found }) => found !== undefined)
    return first < 0 ? tried : tried.slice(0, first + 1)
  }
}

function traceTexts(texts: readonly TextStage[], raw: Json, stages: StageTrace[]): Json {
  if (texts.length === 0) return raw
  let at = textOf(raw)
  for (const { stage, detail, apply } of texts) {
    if (at === undefined) break
    const after = apply(at)
    stages.push({ stage, detail, before: at, after })
    at = after
  }
  return at
}

function traceNumbers(numbers: NumberStages | undefined, value: Json, row: Row, stages: StageTrace[]): Json {
  if (numbers === undefined || value === undefined) return value
  let at = numbers.read(value)
  if (numbers.readUnit !== undefined) stages.push({ stage: 'unit', detail: numbers.readUnit, before: value, after: at })
  else if (at !== value) stages.push({ stage: 'number', detail: undefined, before: value, after: at })
  for (const { stage, detail, operands, apply } of numbers.stages) {
    if (at === undefined) break
    const after: Numeric | undefined = apply(at, row)
    const others = operands?.map((operand) => operand.trace(row, 'number'))
    stages.push({ stage, detail, before: at, after, ...(others ? { operands: others } : {}) })
    at = after
  }
  return at
}

/** What is asked for as a number is read as one at the end; that is a step only if it changes anything. */
function traceReading(value: Json, stages: StageTrace[]): Numeric | undefined {
  const number = numericOf(value)
  if (value !== undefined && number !== value) stages.push({ stage: 'number', detail: undefined, before: value, after: number })
  return number
}

/** undefined: an object or a list. */
function scalarOf(value: Json): ValueTrace['result'] {
  return textOf(value) === undefined ? undefined : (value as ValueTrace['result'])
}

/** A default has at most the digits of a number in the mapping. */
function scalarOrText(value: Scalar | bigint | undefined): Scalar | undefined {
  return typeof value === 'bigint' ? String(value) : value
}

/** Known for a const (through its stages, unless they read the event) and for `one_of` whose text no number stage changes. */
function closedTextsOf(
  spec: LongValue,
  texts: readonly TextStage[],
  numbers: NumberStages | undefined,
): readonly string[] | undefined {
  const fallback = spec.default === undefined ? [] : [String(spec.default)]
  if (numbers !== undefined) return undefined
  if (spec.path === undefined && spec.const !== undefined) {
    const text = applyStages(texts, textOf(spec.const))
    return text === undefined ? fallback : [text]
  }
  const known = spec.one_of?.map(String)
  return known && [...new Set([...known, ...fallback])]
}
