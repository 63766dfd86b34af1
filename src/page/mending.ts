/** Unknown event names and the names that they are near to → the lines of a mapping that make them one, as YAML to copy. */
import type { ValueSpec } from '../select/spec.ts'
import type { Mending } from './model.ts'

const MAX_NAMES = 20
const PLAIN = /^[A-Za-z][\w.-]*$/
const WORDS_OF_YAML = /^(?:true|false|null|yes|no|on|off)$/i

/**
 * `names`: found and meant; `paths`: further fields with a known name in them; `files`: the texts of the mapping, what is included first.
 * undefined: nothing to mend, or the mapping reads names in a way that a list of paths cannot say.
 */
export function mendingOf(
  spec: ValueSpec,
  names: readonly (readonly [string, string])[],
  paths: readonly string[],
  files: readonly string[],
): Mending | undefined {
  const known = partsOf(spec)
  if (known === undefined || names.length + paths.length === 0) return undefined
  const isNewFile = files.every((file) => file.startsWith('preset:'))
  const head = isNewFile ? ['version: 1', `include: [${files.map(scalar).join(', ')}]`] : []
  const renamed = [...known.renamed, ...names.slice(0, MAX_NAMES)].map(
    ([found, meant]) => `      ${scalar(found)}: ${scalar(meant)}`,
  )
  const lines = [
    ...head,
    'input:',
    '  event_name:',
    `    path: [${[...known.paths, ...paths].map(scalar).join(', ')}]`,
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

function scalar(text: string): string {
  return PLAIN.test(text) && !WORDS_OF_YAML.test(text) ? text : JSON.stringify(text)
}
