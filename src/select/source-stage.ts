/** Stage 1 of a value: where it comes from. `path`, `const`, `expr`, `key_of`, `length`, `sum`: exactly one; anything else is missing. */
import { isObject, type Json } from '../decode/path.ts'
import { fillSlots, type Row, type SlotPath } from '../decode/row.ts'
import { type CompileContext, readerOf, reportError, within } from './compile-context.ts'
import { compileExpression } from './expression.ts'
import { add, type Numeric, numericOf } from './numeric.ts'
import { compileRegex } from './regex.ts'
import type { IsSecret } from './secret-paths.ts'
import type { Read } from './slots.ts'
import type { LongValue, ValueSpec } from './spec.ts'
import { characterCount } from './text-length.ts'
import type { SourceKind, ValueTrace } from './trace.ts'

export interface Source {
  readonly kind: SourceKind
  /** What the mapping names there, for traces: the paths, the constant. */
  readonly of: string
  readonly read: Read
  /** The paths that are tried in turn; of an expression all that it reads. */
  readonly tried: readonly { readonly path: string; readonly read: Read }[]
  /** Of an expression: whether its text was read from under a secret's key. Of paths their label knows. */
  readonly isSecret?: IsSecret | undefined
}

/** A value inside a value. */
export interface InnerValue {
  numeric(row: Row): Numeric | undefined
  trace(row: Row, as: 'number'): ValueTrace
}

/** How a value inside a value is compiled: given by value.ts, which these files would otherwise import in a circle. */
export type CompileNumeric = (spec: ValueSpec, context: CompileContext) => InnerValue

const SOURCES = ['path', 'const', 'expr', 'key_of', 'length', 'sum'] as const

export function compileSource(spec: LongValue, context: CompileContext, compileNumeric: CompileNumeric): Source {
  const given = SOURCES.filter((key) => spec[key] !== undefined)
  const found = given.length === 0 ? 'none' : given.join(' and ')
  if (given.length !== 1) reportError(context, 'bad-value', `a value has exactly one of ${SOURCES.join(', ')}; found ${found}`)
  if (spec.take !== undefined && spec.sum === undefined) reportError(context, 'bad-value', '"take" goes with "sum" only')
  if (spec.path !== undefined) return pathSource(spec.path, context)
  if (spec.const !== undefined) return constSource(spec.const)
  if (spec.expr !== undefined) return expressionSource(spec.expr, context)
  if (spec.key_of !== undefined) return keySource(spec.key_of, spec.match, context)
  if (spec.length !== undefined) return lengthSource(spec.length, context)
  if (spec.sum !== undefined) return sumSource(spec.sum, spec.take, context, compileNumeric)
  return { kind: 'none', of: '', read: () => undefined, tried: [] }
}

export function constSource(value: string | number | boolean): Source {
  return { kind: 'const', of: JSON.stringify(value), read: () => value, tried: [] }
}

function expressionSource(text: string, context: CompileContext): Source {
  const { read, reads, isSecret } = compileExpression(text, 'value', within(context, 'expr'))
  return { kind: 'expr', of: text, read, tried: reads, isSecret }
}

/** The first path that is present. A list is tried in its order. */
export function pathSource(path: string | readonly string[], context: CompileContext): Source {
  if (typeof path === 'string') {
    const read = readerOf(path, context)
    return { kind: 'path', of: path, read, tried: [{ path, read }] }
  }
  const tried = path.map((text, i) => ({ path: text, read: readerOf(text, within(context, 'path', i)) }))
  const reads = tried.map(({ read }) => read)
  return { kind: 'path', of: path.join(', '), read: (row) => firstPresent(reads, row), tried }
}

/** What is made of what stands at one path. */
function madeOf(kind: SourceKind, path: string, read: Read, make: (found: Json) => Json): Source {
  return { kind, of: path, read: (row) => make(read(row)), tried: [{ path, read }] }
}

function firstPresent(reads: readonly Read[], row: Row): Json {
  for (let i = 0; i < reads.length; i++) {
    const value = reads[i]!(row)
    if (value !== undefined) return value
  }
  return undefined
}

/** The first key of an object, or the first that `match` fits. Keys that are digits come first, in their order: JSON.parse has them so. */
function keySource(path: string, match: string | undefined, context: CompileContext): Source {
  const read = readerOf(path, within(context, 'key_of'))
  const compiled = match === undefined ? undefined : compileRegex(match)
  const fits = compiled?.ok ? (key: string) => compiled.regex.test(key) : () => true
  return madeOf('key_of', path, read, (found) => firstKey(found, fits))
}

function firstKey(value: Json, fits: (key: string) => boolean): string | undefined {
  if (!isObject(value)) return undefined
  for (const key in value) if (Object.hasOwn(value, key) && fits(key)) return key
  return undefined
}

/** Elements of a list, keys of an object, characters (code points, as CEL's size) of a text. */
function lengthSource(path: string, context: CompileContext): Source {
  const read = readerOf(path, within(context, 'length'))
  return madeOf('length', path, read, lengthOf)
}

function lengthOf(value: Json): number | undefined {
  if (typeof value === 'string') return characterCount(value)
  if (Array.isArray(value)) return value.length
  return isObject(value) ? Object.keys(value).length : undefined
}

/**
 * The sum of the elements of a list (or values of an object), or of `take` in each, where a path starts at the element.
 * Elements without a number are left out; an empty list is 0; missing if there are elements and none has a number.
 */
function sumSource(path: string, take: ValueSpec | undefined, context: CompileContext, compileNumeric: CompileNumeric): Source {
  const read = readerOf(path, within(context, 'sum'))
  if (take === undefined) {
    const sum = (row: Row) => sumOf(affordable(row, elementsOf(read(row))), numericOf)
    return { kind: 'sum', of: path, read: sum, tried: [{ path, read }] }
  }
  const paths: SlotPath[] = []
  const inner = { ...within(context, 'take'), bindings: new Map([...context.bindings, ['$', paths]]) }
  const taken = compileNumeric(take, inner)
  return {
    kind: 'sum',
    of: path,
    tried: [{ path, read }],
    read: (row) =>
      sumOf(affordable(row, elementsOf(read(row))), (element) => {
        fillSlots(row, element, paths)
        return taken.numeric(row)
      }),
  }
}

function elementsOf(value: Json): readonly Json[] | undefined {
  if (Array.isArray(value)) return value as readonly Json[]
  return isObject(value) ? Object.values(value) : undefined
}

/** undefined: the rule summed up as much as a line of this length is given. */
function affordable(row: Row, elements: readonly Json[] | undefined): readonly Json[] | undefined {
  row.elementsLeft -= elements?.length ?? 0
  return row.elementsLeft < 0 ? undefined : elements
}

function sumOf(elements: readonly Json[] | undefined, numberOf: (element: Json) => Numeric | undefined): Numeric | undefined {
  if (elements === undefined) return undefined
  let sum: Numeric | undefined = elements.length === 0 ? 0 : undefined
  for (let i = 0; i < elements.length; i++) {
    const number = numberOf(elements[i])
    if (number !== undefined) sum = sum === undefined ? number : add(sum, number)
  }
  return sum
}
