/** What a path says about what stands there: the words of its last name, `sessionId` as `session`, `id`. */
import { parsePath } from '../decode/path.ts'
import type { LongValue, ValueSpec } from './spec.ts'

export interface PathWords {
  readonly path: string
  /** `$` or the `$` name that the path begins with. */
  readonly root: string
  /** Of the last name, in lower case; none where the path is a `$` name alone. */
  readonly words: readonly string[]
}

/** undefined: it is no path. */
export function wordsOfPath(path: string): PathWords | undefined {
  const parsed = parsePath(path)
  if (!parsed.ok) return undefined
  const last = parsed.path.steps.findLast((step) => step.kind === 'name')
  return { path, root: parsed.path.root, words: last === undefined ? [] : wordsOf(last.name) }
}

/** Of the paths that a value reads itself, not of what it adds or takes away. */
export function pathsOf(spec: ValueSpec): readonly PathWords[] {
  const paths =
    typeof spec === 'string' ? [spec] : typeof spec === 'object' ? [(spec.path ?? []) as string | string[]].flat() : []
  return paths.flatMap((path) => wordsOfPath(path) ?? [])
}

export function isLong(spec: unknown): spec is LongValue {
  return typeof spec === 'object' && spec !== null && !Array.isArray(spec)
}

export function wordsOf(name: string): string[] {
  const split = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2')
  return split
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}
