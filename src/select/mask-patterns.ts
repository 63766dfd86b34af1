/** `mask` of the mapping: regular expressions of further secrets, on the linear engine. A bad one is reported where it stands. */
import type { Place, Report } from '../diag/diagnostic.ts'
import { type FindPlaces, Masks } from '../mask/masks.ts'
import { compileFinder } from './regex.ts'

export function compileMasks(patterns: readonly { readonly spec: string; readonly place: Place }[], report: Report): Masks {
  const finders = patterns.flatMap(({ spec, place }): readonly FindPlaces[] => {
    const compiled = compileFinder(spec)
    if (compiled.ok) return [compiled.find]
    const message = `the regular expression '${spec.slice(0, 100)}' is refused: ${compiled.message}`
    report({ severity: 'error', code: 'bad-regex', place, message })
    return []
  })
  return new Masks(finders)
}
