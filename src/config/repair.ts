/**
 * Takes the faulty parts out of a mapping, so that the checks of what is left can still run and all problems are shown at once.
 * The result is only ever checked, never run. Indexes stay as they are, so that places stay right.
 */
import type { NodePath } from '../diag/diagnostic.ts'
import { nearest } from '../diag/suggest.ts'
import type { ShapeIssue } from './shape-issues.ts'

type Keys = Record<string | number, unknown>

const SOURCES = ['path', 'const', 'expr', 'key_of', 'length', 'sum', 'price']
const WHOLE = ['buckets', 'format']
const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'info']

/** A copy without what `issues` are about. */
export function repaired(data: object, issues: readonly ShapeIssue[]): object {
  const copy = structuredClone(data) as Keys
  const faulty = issues.flatMap(({ kind, path }) => faultyPart(path, kind === 'missing-key'))
  for (const path of faulty) take(copy, path)
  for (const { kind, path } of issues) if (kind === 'unknown-key') mendValue(copy, path.slice(0, -1))
  for (const key of ['sources', 'drop', 'metrics', 'include'])
    if (copy[key] !== undefined && !Array.isArray(copy[key])) delete copy[key]
  const metrics = (copy.metrics ?? []) as unknown[]
  for (const [i, metric] of metrics.entries()) metrics[i] = named(metric, i, data)
  return copy
}

/** What goes with it: half a bucket list is none, nor is half a format or include; a mark is none without its key. */
function faultyPart(path: NodePath, isMissing: boolean): NodePath[] {
  const parts = isMissing ? [...WHOLE, 'once', 'rise'] : WHOLE
  const at = path[0] === 'include' ? 0 : path.findIndex((step) => parts.includes(String(step)))
  if (at < 0) return isMissing ? [] : [path]
  return [path.slice(0, at + 1)]
}

/** What a metric cannot be without, taken from what was meant, if that can be guessed. */
function named(metric: unknown, index: number, data: object): object {
  const given = isKeys(metric) ? metric : { event: 'none' }
  const written = ((data as Keys).metrics as unknown[] | undefined)?.[index]
  const type = isKeys(written) ? nearest(String(written.type), TYPES) : undefined
  return { name: `metric_${index}_total`, type: type ?? 'counter', ...given }
}

/** Takes the value at `path` out; a list is taken out with its faulty element, but lists of parts only lose the part's content. */
function take(root: Keys, path: readonly (string | number)[]): void {
  const parent = path.slice(0, -1).reduce<unknown>((at, step) => (isHolder(at) ? (at as Keys)[step] : undefined), root)
  const last = path.at(-1)
  if (last === undefined || !isHolder(parent)) return
  if (!Array.isArray(parent)) delete (parent as Keys)[last]
  else if (['sources', 'drop', 'metrics', 'rules', 'any', 'none'].includes(String(path.at(-2)))) parent[Number(last)] = {}
  else take(root, path.slice(0, -1))
}

/** A value whose source was the faulty key would be told a second time. */
function mendValue(root: Keys, path: NodePath): void {
  if (path.includes('price') || !path.some((step) => ['labels', 'value', 'split'].includes(String(step)))) return
  const value = path.reduce<unknown>((at, step) => (isHolder(at) ? (at as Keys)[step] : undefined), root)
  if (isKeys(value) && !SOURCES.some((key) => Object.hasOwn(value, key))) put(root, path, 1)
}

function put(root: Keys, path: NodePath, value: unknown): void {
  const parent = path.slice(0, -1).reduce<unknown>((at, step) => (isHolder(at) ? (at as Keys)[step] : undefined), root)
  if (!isHolder(parent)) return
  if (value === undefined) delete (parent as Keys)[path.at(-1)!]
  else (parent as Keys)[path.at(-1)!] = value
}

function isHolder(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function isKeys(value: unknown): value is Keys {
  return isHolder(value) && !Array.isArray(value)
}
