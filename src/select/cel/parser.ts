/**
 * The text of an expression → its tree. This is the only file that knows the package: of it we take the grammar of CEL and the places
 * of its parts. Its evaluation throws where a field is missing, builds a regular expression of its own per event and cannot be
 * stopped; ours (`compile.ts`) does none of that. Loaded when a mapping has an expression, and not before.
 */
import type { ASTNode, Environment } from '@marcbachmann/cel-js'

export type Tree = ASTNode
export type TreeOf<Op extends Tree['op']> = Extract<Tree, { op: Op }>

/** Characters `[start, end)` of the expression. */
export type ExpressionSpan = readonly [start: number, end: number]

export type Parsed =
  | { readonly ok: true; readonly tree: Tree }
  | { readonly ok: false; readonly message: string; readonly span: ExpressionSpan }

export const MAX_EXPRESSION_LENGTH = 2000
const LIMITS = { maxAstNodes: 300, maxDepth: 40, maxListElements: 100, maxMapEntries: 100, maxCallArguments: 4 }

let environment: Environment | undefined

/** Whoever compiles a mapping with expressions awaits this first; `loadConfig` does. */
export async function loadExpressionParser(): Promise<void> {
  const { Environment } = await import('@marcbachmann/cel-js')
  environment ??= new Environment({ unlistedVariablesAreDyn: true, limits: LIMITS })
}

/** Never throws, once the parser is loaded. */
export function parseExpression(text: string): Parsed {
  if (environment === undefined) throw new Error('the parser of expressions is not loaded')
  if (text.length > MAX_EXPRESSION_LENGTH) {
    const message = `it is ${text.length} characters long; at most ${MAX_EXPRESSION_LENGTH} are taken`
    return { ok: false, message, span: [0, text.length] }
  }
  try {
    return { ok: true, tree: environment.parse(text).ast }
  } catch (error) {
    return { ok: false, ...problemOf(error, text) }
  }
}

function problemOf(error: unknown, text: string): { readonly message: string; readonly span: ExpressionSpan } {
  const { summary, range } = error as { summary?: string; range?: { start: number; end: number } }
  const message = inOurWords(summary ?? (error instanceof Error ? error.message : String(error)))
  return { message, span: [range?.start ?? 0, Math.max(range?.end ?? text.length, (range?.start ?? 0) + 1)] }
}

const TOKENS: Readonly<Record<string, string>> = {
  EOF: 'the end',
  IDENTIFIER: 'a name',
  DOT: '"."',
  COMMA: '","',
  COLON: '":"',
  QUESTION: '"?"',
  LPAREN: '"("',
  RPAREN: '")"',
  LBRACKET: '"["',
  RBRACKET: '"]"',
  LBRACE: '"{"',
  RBRACE: '"}"',
}

/** `Expected RPAREN, got EOF` → `expected ")", found the end`. */
function inOurWords(summary: string): string {
  const named = summary.replace(/\b[A-Z]{2,}\b/g, (token) => TOKENS[token] ?? token.toLowerCase())
  const plain = named.replace(/^Unexpected (?:token|character): /, 'did not expect ').replace(', got ', ', found ')
  return plain.charAt(0).toLowerCase() + plain.slice(1)
}
