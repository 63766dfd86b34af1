/**
 * Labels that a source gives: they win over those of rules, so no line may choose them. Where their values come from is fixed, or known to the
 * exporter itself; what is made of the text is the mapping's business.
 */
import type { ValueSpec } from '../select/spec.ts'

/** Values that bring in a second one. */
const FURTHER = ['expr', 'key_of', 'length', 'sum', 'plus', 'minus', 'price'] as const

/** What is wrong with the value of a source's label, or undefined. */
export function sourceLabelProblem(spec: ValueSpec | null): { readonly message: string; readonly hint: string } | undefined {
  const found = spec === null ? 'null' : strangerIn(spec)
  if (found === undefined) return undefined
  return {
    message: `a label of a source takes a constant or a name with $, so that no line can choose it; found ${found}`,
    hint: 'write { const: TEXT }, or a name such as $path.project, $container.name or $pod.namespace; what lines say belongs into the labels of a metric',
  }
}

function strangerIn(spec: ValueSpec): string | undefined {
  if (typeof spec === 'number' || typeof spec === 'boolean') return undefined
  if (typeof spec === 'string') return isOurs(spec) ? undefined : `the path "${spec}"`
  const further = FURTHER.find((key) => spec[key] !== undefined)
  if (further !== undefined) return `"${further}"`
  const paths = spec.path === undefined ? [] : typeof spec.path === 'string' ? [spec.path] : spec.path
  const stranger = paths.find((path) => !isOurs(path))
  return stranger === undefined ? undefined : `the path "${stranger}"`
}

/** A name of ours, and neither the event itself nor what was kept of one. */
function isOurs(text: string): boolean {
  const name = /^\$([A-Za-z_]\w*)/.exec(text)?.[1]
  return name !== undefined && name !== 'kept'
}
