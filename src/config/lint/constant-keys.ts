/** `once` by a key that no event changes: one event counts, and no other ever. */
import type { Report } from '../../diag/diagnostic.ts'
import { isLong } from '../../select/path-words.ts'
import type { ValueSpec } from '../../select/spec.ts'
import { listOf, type MappingFile, placeIn, type RawRule, rulesOf } from '../raw.ts'
import { metricsOf } from './labels-of.ts'

export function checkConstantKeys(file: MappingFile, _: unknown, report: Report): void {
  for (const { metric, path } of metricsOf(file)) {
    for (const { rule, path: at } of rulesOf(metric, path)) {
      if (!isConstantKey(rule)) continue
      const message = 'this key is the same for every event: one event counts, and no other ever'
      const place = placeIn(file.file, [...at, 'once'])
      report({ severity: 'warning', code: 'constant-key', message, place, hint: 'name what differs: once: PATH' })
    }
  }
}

function isConstantKey({ once }: RawRule): boolean {
  // With `within` it counts again, once in each span of time.
  if (once === undefined || (isLong(once) && Object.hasOwn(once, 'within'))) return false
  const key = isLong(once) && Object.hasOwn(once, 'key') ? (once as { readonly key: ValueSpec | readonly ValueSpec[] }).key : once
  const parts = listOf(key as ValueSpec | readonly ValueSpec[])
  return parts.length > 0 && parts.every(isConstant)
}

function isConstant(spec: ValueSpec): boolean {
  return typeof spec !== 'string' && (!isLong(spec) || spec.const !== undefined)
}
