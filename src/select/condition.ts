/**
 * `where`: tests by path, all of which hold; `any` and `none` hold lists of the same. Compiled once; `trace` runs the same pieces.
 * Equality is of text. A missing value fulfils only `exists: false` and `not`; an object or list exists, equals nothing, fulfils `not`.
 */
import type { Row } from '../decode/row.ts'
import { atKey, type CompileContext, readerOf, within } from './compile-context.ts'
import { compileExpression } from './expression.ts'
import type { Read } from './slots.ts'
import type { TestSpec, WhereSpec } from './spec.ts'
import type { Condition, GroupTrace } from './trace.ts'
import { compileTests, type ValueTest } from './value-tests.ts'

/** Compiles a `where`. Problems are reported with their place; a test that has one never holds. Never throws. */
export function compileWhere(spec: WhereSpec, context: CompileContext): Condition {
  return allOf(compileParts(spec, context))
}

function compileParts(spec: WhereSpec, context: CompileContext): readonly Condition[] {
  return Object.entries(spec).flatMap(([key, asked]) => {
    if (key === 'any') return [anyOf(compileList(asked, within(context, key)))]
    if (key === 'none') return [noneOf(compileList(asked, within(context, key)))]
    if (key === 'expr') return [expression(asked as string, within(context, key))]
    const read = readerOf(key, atKey(context, key))
    return compileTests(asked as TestSpec, within(context, key)).map((test) => pathTest(key, read, test))
  })
}

function compileList(specs: TestSpec | readonly WhereSpec[], context: CompileContext): readonly Condition[] {
  const list = (Array.isArray(specs) ? specs : [specs]) as readonly WhereSpec[]
  return list.map((spec, i) => allOf(compileParts(spec, within(context, i))))
}

/** A field of that name is `$.expr`. */
function expression(text: string, context: CompileContext): Condition {
  const { read, reads } = compileExpression(text, 'truth', context)
  return {
    test: (row) => read(row) === true,
    trace: (row) => {
      const found = read(row)
      const looked = reads.map((one) => ({ path: one.path, found: one.read(row) }))
      return { kind: 'test', path: 'expr', asks: text, found, reads: looked, holds: found === true }
    },
  }
}

function pathTest(path: string, read: Read, { what, holds }: ValueTest): Condition {
  return {
    test: (row) => holds(read(row)),
    trace: (row) => ({ kind: 'test', path, asks: what, found: read(row), holds: holds(read(row)) }),
  }
}

function allOf(parts: readonly Condition[]): Condition {
  const test =
    parts.length === 1
      ? (row: Row) => parts[0]!.test(row)
      : (row: Row) => {
          for (let i = 0; i < parts.length; i++) if (!parts[i]!.test(row)) return false
          return true
        }
  return { test, trace: (row) => nested('all', test(row), parts, row), parts }
}

function anyOf(parts: readonly Condition[]): Condition {
  const test = (row: Row) => someHolds(parts, row)
  return { test, trace: (row) => nested('any', test(row), parts, row), parts }
}

function noneOf(parts: readonly Condition[]): Condition {
  const test = (row: Row) => !someHolds(parts, row)
  return { test, trace: (row) => nested('none', test(row), parts, row), parts }
}

function someHolds(parts: readonly Condition[], row: Row): boolean {
  for (let i = 0; i < parts.length; i++) if (parts[i]!.test(row)) return true
  return false
}

function nested(kind: GroupTrace['kind'], holds: boolean, parts: readonly Condition[], row: Row): GroupTrace {
  return { kind, holds, parts: parts.map((part) => part.trace(row)) }
}
