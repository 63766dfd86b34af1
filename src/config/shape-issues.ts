/** Checks plain data against the schema and gives issues as plain data: what a worker can send and a test can compare. */
import type { z } from 'zod'
import { mappingSchema } from './schema.ts'

export interface ShapeIssue {
  readonly kind: 'unknown-key' | 'missing-key' | 'bad-type' | 'bad-value'
  /** Path of the value; for an unknown key of the key. */
  readonly path: readonly (string | number)[]
  readonly message: string
  /** Names that would have been right. */
  readonly known?: readonly string[]
}

type Issue = z.core.$ZodIssue

/** `schema`: the mapping's, or that of another file of the same style. */
export function shapeIssues(data: unknown, schema: z.ZodType = mappingSchema): ShapeIssue[] {
  return issuesOf(data, schema).flatMap((issue) => flatten(issue, [], schema))
}

function issuesOf(data: unknown, schema: z.ZodType): readonly Issue[] {
  const result = schema.safeParse(data, { reportInput: true })
  return result.success ? [] : result.error.issues
}

function flatten(issue: Issue, above: readonly (string | number)[], schema: z.ZodType): ShapeIssue[] {
  const path = [...above, ...(issue.path as (string | number)[])]
  switch (issue.code) {
    case 'unrecognized_keys': {
      const meant = meantShape(issue, path, schema)
      if (meant !== undefined) return issuesOf(issue.input, meant).flatMap((inner) => flatten(inner, path, schema))
      return issue.keys.map((key) => ({
        kind: 'unknown-key',
        path: [...path, key],
        message: `unknown key "${key}"`,
        known: knownKeys(path, schema),
      }))
    }
    case 'invalid_union':
      return fromUnion(issue, path, schema)
    case 'invalid_type':
      if (issue.input === undefined)
        return [
          { kind: 'missing-key', path, message: `"${String(path.at(-1))}" is missing: expected ${article(issue.expected)}` },
        ]
      return [{ kind: 'bad-type', path, message: `expected ${article(issue.expected)}, found ${described(issue.input)}` }]
    case 'invalid_value':
      return [invalidValue(issue, path)]
    case 'invalid_key':
      return [{ kind: 'bad-value', path, message: issue.issues[0]?.message ?? issue.message }]
    default:
      return [{ kind: 'bad-value', path, message: sentence(issue) }]
  }
}

/** Of the branches, the one that the value was meant for: it fits at the top and is wrong further down. */
function fromUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: readonly (string | number)[],
  schema: z.ZodType,
): ShapeIssue[] {
  const isOther = (inner: Issue): boolean =>
    ['invalid_type', 'invalid_union'].includes(inner.code) || (inner.code === 'invalid_value' && typeof inner.input === 'object')
  const isMeant = (branch: readonly Issue[]): boolean => branch.every((inner) => inner.path.length > 0 || !isOther(inner))
  const branches = issue.errors.flatMap(expand)
  const meant = branches.filter(isMeant).sort((a, b) => strangeness(a) - strangeness(b))[0]
  if (meant !== undefined) return meant.flatMap((inner) => flatten(inner, path, schema))
  const expected = new Set(
    branches
      .flat()
      .flatMap((inner) => (inner.code === 'invalid_type' && inner.path.length === 0 ? [article(inner.expected)] : [])),
  )
  const wanted = `expected ${[...expected].join(' or ')}`
  if (issue.input === undefined) return [{ kind: 'missing-key', path, message: `"${String(path.at(-1))}" is missing: ${wanted}` }]
  return [{ kind: 'bad-type', path, message: `${wanted}, found ${described(issue.input)}` }]
}

/**
 * A union takes a branch with nothing but unknown keys before one that knows them and finds a wrong value under one: the branch
 * that knows more of the keys, if the shape has one there.
 */
function meantShape(
  issue: Extract<Issue, { code: 'unrecognized_keys' }>,
  path: readonly PropertyKey[],
  schema: z.ZodType,
): z.ZodType | undefined {
  const unknownIn = (shape: Shaped): number =>
    Object.keys(issue.input ?? {}).filter((key) => !Object.hasOwn(shape._zod.def.shape!, key)).length
  const shapes = shapesAt(path, schema).sort((a, b) => unknownIn(a) - unknownIn(b))
  const [best] = shapes
  return best !== undefined && unknownIn(best) < issue.keys.length ? (best as unknown as z.ZodType) : undefined
}

/** How little a branch knows the value: it is not one that knows fewer of its very keys, if there is another. */
function strangeness(branch: readonly Issue[]): number {
  const unknown = branch.flatMap((inner) => (inner.code === 'unrecognized_keys' && inner.path.length === 0 ? inner.keys : []))
  return branch.length + 1000 * unknown.length
}

/** A union inside a union is as many branches. */
function expand(branch: readonly Issue[]): (readonly Issue[])[] {
  const [only] = branch
  if (branch.length === 1 && only?.code === 'invalid_union' && only.path.length === 0) return only.errors.flatMap(expand)
  return [branch]
}

function invalidValue(issue: Extract<Issue, { code: 'invalid_value' }>, path: readonly (string | number)[]): ShapeIssue {
  const known = issue.values.map(String)
  if (issue.input === undefined)
    return { kind: 'missing-key', path, message: `"${String(path.at(-1))}" is missing: expected ${known.join(', ')}` }
  return { kind: 'bad-value', path, message: `expected ${known.join(', ')}, found ${described(issue.input)}`, known }
}

function sentence(issue: Issue): string {
  const found = issue.input === undefined ? '' : `, found ${described(issue.input)}`
  if (issue.code === 'too_small' && issue.origin === 'array')
    return `expected at least ${issue.minimum} entr${issue.minimum === 1 ? 'y' : 'ies'}, found none`
  if (issue.code === 'too_small') return `expected ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}${found}`
  if (issue.code === 'too_big') return `expected at most ${issue.maximum}${found}`
  return `expected ${issue.message.replace(/^Invalid input: expected /, '')}${found}`
}

function article(type: string): string {
  const words: Record<string, string> = {
    string: 'a text',
    number: 'a number',
    boolean: 'true or false',
    object: 'keys and values',
    array: 'a list',
    record: 'keys and values',
    int: 'a whole number',
    null: 'null',
    tuple: 'a pair',
  }
  return words[type] ?? type
}

function described(input: unknown): string {
  if (input === null) return 'nothing'
  if (Array.isArray(input)) return 'a list'
  if (typeof input === 'object') return 'keys and values'
  const text = JSON.stringify(input) ?? String(input)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

interface Shaped {
  readonly _zod: {
    readonly def: {
      readonly type: string
      readonly shape?: Record<string, unknown>
      readonly catchall?: unknown
      readonly innerType?: unknown
      readonly element?: unknown
      readonly valueType?: unknown
      readonly options?: readonly unknown[]
      readonly getter?: () => unknown
    }
  }
}

/** Keys of the strict object at `path` of the schema, for hints. */
function knownKeys(path: readonly PropertyKey[], schema: z.ZodType): string[] {
  return [...new Set(shapesAt(path, schema).flatMap((shape) => Object.keys(shape._zod.def.shape!)))]
}

function shapesAt(path: readonly PropertyKey[], schema: z.ZodType): Shaped[] {
  let found = candidates(schema)
  for (const step of path) found = found.flatMap((s) => descend(s, step)).flatMap(candidates)
  return (found as Shaped[]).filter((shape) => shape._zod.def.shape !== undefined)
}

function candidates(schema: unknown): unknown[] {
  const def = (schema as Shaped | undefined)?._zod.def
  if (def === undefined) return []
  if (def.type === 'optional') return candidates(def.innerType)
  if (def.type === 'lazy') return candidates(def.getter?.())
  if (def.type === 'union') return (def.options ?? []).flatMap(candidates)
  return [schema]
}

function descend(schema: unknown, step: PropertyKey): unknown[] {
  const { def } = (schema as Shaped)._zod
  if (def.shape !== undefined) return [def.shape[String(step)] ?? def.catchall].filter((inner) => inner !== undefined)
  return [def.element ?? def.valueType].filter((inner) => inner !== undefined)
}
