/** Unknown event names and the names that they are near to → the lines of a mapping that make them one, as YAML to copy. */
import type { ValueSpec } from '../select/spec.ts'

const MAX_NAMES = 20
const PLAIN = /^[A-Za-z][\w.-]*$/
const WORDS_OF_YAML = /^(?:true|false|null|yes|no|on|off)$/i

export interface Mending {
  /** Lines of YAML. */
  readonly lines: readonly string[]
  /** A file of its own, since presets cannot be edited; else to be put into the mapping. */
  readonly isNewFile: boolean
}

/** What is to be mended; texts of the log as they stand, none of them masked. */
export interface Ills {
  /** Found and meant. */
  readonly names: readonly (readonly [string, string])[]
  /** Further fields with names in them, for events that have none. */
  readonly paths: readonly string[]
  /** Fields that hold the name although another one is there. */
  readonly firstPaths?: readonly string[]
}

/**
 * `files`: the texts of the mapping, what is included first. undefined: nothing to mend, or the mapping reads names in a way that a list
 * of paths cannot say.
 */
export function mendingOf(
  spec: ValueSpec,
  { names, paths, firstPaths = [] }: Ills,
  files: readonly string[],
): Mending | undefined {
  const known = partsOf(spec)
  if (known === undefined || names.length + paths.length + firstPaths.length === 0) return undefined
  const isNewFile = files.every((file) => file.startsWith('preset:'))
  const head = isNewFile ? ['version: 1', `include: [${files.map(scalar).join(', ')}]`] : []
  const renamed = [...known.renamed, ...names.slice(0, MAX_NAMES)].map(
    ([found, meant]) => `      ${scalar(found)}: ${scalar(meant)}`,
  )
  const lines = [
    ...head,
    'input:',
    '  event_name:',
    `    path: [${[...firstPaths, ...known.paths, ...paths].map(scalar).join(', ')}]`,
    ...(renamed.length > 0 ? ['    map:', ...renamed] : []),
  ]
  return { lines, isNewFile }
}

interface Parts {
  readonly paths: readonly string[]
  readonly renamed: readonly (readonly [string, string])[]
}

function partsOf(spec: ValueSpec): Parts | undefined {
  if (typeof spec === 'string') return { paths: [spec], renamed: [] }
  if (typeof spec !== 'object') return undefined
  const { path, map = {}, ...others } = spec
  if (path === undefined || Object.keys(others).length > 0) return undefined
  const renamed = Object.entries(map).map(([from, to]) => [from, String(to)] as const)
  return { paths: typeof path === 'string' ? [path] : path, renamed }
}

/** In a list or a map of YAML. */
export function scalar(text: string): string {
  return PLAIN.test(text) && !WORDS_OF_YAML.test(text) ? text : JSON.stringify(text)
}
