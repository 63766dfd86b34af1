/**
 * `expr`: an expression of the user, of its text → what reads it from the row. Problems are told at their place in the text. In `where` only
 * what is true holds; as a value a list or object is missing like any that is no text.
 */
import type { Json } from '../decode/path.ts'
import type { Row } from '../decode/row.ts'
import { described, ExpressionCompiler, type PathRead } from './cel/compile.ts'
import { parseExpression } from './cel/parser.ts'
import { type CompileContext, reportAt } from './compile-context.ts'
import type { IsSecret } from './secret-paths.ts'
import type { Read } from './slots.ts'

export interface Expression {
  readonly read: Read
  /** What it looks at, in the order of the text. */
  readonly reads: readonly PathRead[]
  /** Whether the text that it gives was read from under a secret's key; undefined: it never is. */
  readonly isSecret: IsSecret | undefined
}

const WRONG_KINDS = { truth: ['number', 'text', 'list', 'object'], value: ['list', 'object'] } as const

/** `context` stands at the expression's text. */
export function compileExpression(text: string, wanted: 'truth' | 'value', context: CompileContext): Expression {
  context.slots.expressionCount++
  const parsed = parseExpression(text)
  if (!parsed.ok) {
    const hint = text[parsed.span[0]] === '$' ? 'names stand without $ here: x for $x, event for $' : undefined
    reportAt(context, 'bad-expression', parsed.span, `this is no CEL expression: ${parsed.message}`, hint)
    return { read: () => undefined, reads: [], isSecret: undefined }
  }
  const compiler = new ExpressionCompiler(context)
  const { read, kind, secrets } = compiler.part(parsed.tree)
  if ((WRONG_KINDS[wanted] as readonly string[]).includes(kind)) {
    const expected = wanted === 'truth' ? 'true or false' : 'a text, a number, true or false'
    reportAt(context, 'bad-expression', [parsed.tree.start, parsed.tree.end], `expected ${expected}, found ${described(kind)}`)
  }
  const isSecret = secrets.length === 0 ? undefined : (row: Row) => secrets.some((one) => one(row))
  return { read: (row) => finished(read(row), row), reads: uniqueReads(compiler.reads), isSecret }
}

/** What a part gave although another ran out of steps is not to be trusted. */
function finished(value: Json, row: Row): Json {
  return row.workLeft < 0 ? undefined : value
}

function uniqueReads(reads: readonly PathRead[]): readonly PathRead[] {
  return [...new Map(reads.map((one) => [one.path, one])).values()]
}
