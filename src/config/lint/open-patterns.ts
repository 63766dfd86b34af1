/** Regular expressions that fit every text: a condition that asks nothing, a map that ends too early, a mask that hides all there is. */
import type { NodePath, Report } from '../../diag/diagnostic.ts'
import { isLong } from '../../select/path-words.ts'
import { compileRegex } from '../../select/regex.ts'
import type { LongTest, WhereSpec } from '../../select/spec.ts'
import { type MappingFile, placeIn } from '../raw.ts'
import { labelsOf } from './labels-of.ts'
import { wheresOf } from './wheres-of.ts'

/** Texts so different that what fits all of them fits every text. One line each: `.` takes no line break. */
const TEXTS = ['', ' ', 'a', 'Z', '7', '-', 'é', '中', '🙂', 'two words, 3 signs!', '{"a":[1]}', '\t', '/a/b', 'x'.repeat(3000)]

export function checkPatterns(file: MappingFile, _: unknown, report: Report): void {
  const fits = fitter()
  const warn = (message: string, path: NodePath, hint: string): void =>
    report({ severity: 'warning', code: 'open-pattern', message, place: placeIn(file.file, path), hint })
  for (const { where, path } of wheresOf(file))
    for (const { pattern, at } of patternsIn(where, path))
      if (fits(pattern)) warn(`'${pattern}' fits every text`, at, 'ask whether it is there: { exists: true }')
  for (const { spec, path } of labelsOf(file)) {
    const entries = isLong(spec) ? (spec.map_re ?? []) : []
    const first = entries.findIndex(([pattern], i) => i < entries.length - 1 && fits(pattern))
    if (first >= 0)
      warn(`'${entries[first]![0]}' fits every text: what follows it is never met`, [...path, 'map_re', first], 'put it last')
  }
  for (const [i, pattern] of (file.raw.mask ?? []).entries())
    if (fits(pattern, (found, text) => found === text))
      warn(`'${pattern}' hides every text`, ['mask', i], 'say what a secret looks like: its first letters, its length')
}

/** Trying one costs a compilation: of so many, however different, no person wrote each. */
const MOST_TRIED = 300

/** Each pattern is tried once, however often it stands there. */
function fitter(): (pattern: string, takes?: (found: string | undefined, text: string) => boolean) => boolean {
  const known = new Map<string, boolean>()
  return (pattern, takes) => {
    const key = `${takes === undefined ? 'fits' : 'takes'} ${pattern}`
    const before = known.get(key)
    if (before !== undefined) return before
    if (known.size >= MOST_TRIED) return false
    const compiled = compileRegex(pattern)
    const fits =
      compiled.ok &&
      TEXTS.every((text) => (takes === undefined ? compiled.regex.test(text) : takes(compiled.regex.group1(text), text)))
    known.set(key, fits)
    return fits
  }
}

function patternsIn(where: WhereSpec, path: NodePath): { readonly pattern: string; readonly at: NodePath }[] {
  return Object.entries(where).flatMap(([key, asked]) => {
    const at = [...path, key]
    if (key === 'any' || key === 'none')
      return (asked as readonly WhereSpec[]).flatMap((inner, i) => patternsIn(inner, [...at, i]))
    const { regex } = (isLong(asked) ? asked : {}) as LongTest
    return regex === undefined ? [] : [{ pattern: regex, at: [...at, 'regex'] }]
  })
}
