/** Rules that no event reaches, and entries of a map that no text reaches, as far as one file shows it. */
import type { NodePath, Report } from '../../diag/diagnostic.ts'
import { isLong } from '../../select/path-words.ts'
import type { LongValue, ValueSpec } from '../../select/spec.ts'
import { type MappingFile, placeIn } from '../raw.ts'
import { contradictionIn } from './contradictions.ts'
import { labelsOf } from './labels-of.ts'
import { wheresOf } from './wheres-of.ts'

export function checkDeadParts(file: MappingFile, _: unknown, report: Report): void {
  const warn = (message: string, path: NodePath, hint: string): void =>
    report({ severity: 'warning', code: 'dead-rule', message, place: placeIn(file.file, path), hint })
  for (const { where, path } of wheresOf(file)) {
    const found = contradictionIn(where, path)
    if (found !== undefined)
      warn(`this rule takes nothing: ${found.message}`, found.path, 'correct the condition, or take the rule out')
  }
  const { event_name } = file.raw.input ?? {}
  const values = [
    ...labelsOf(file),
    ...(isLong(event_name) ? [{ spec: event_name as ValueSpec, path: ['input', 'event_name'] }] : []),
  ]
  for (const { spec, path } of values) {
    if (!isLong(spec)) continue
    for (const dead of deadEntries(spec)) warn(dead.message, [...path, ...dead.path], dead.hint)
  }
}

interface DeadEntry {
  readonly path: NodePath
  readonly message: string
  readonly hint: string
}

function deadEntries(spec: LongValue): DeadEntry[] {
  return [...missedByLower(spec), ...missedByOneOf(spec), ...shadowedMapRe(spec)]
}

/** `lower` works before `map` and `one_of`. */
function missedByLower(spec: LongValue): DeadEntry[] {
  if (spec.lower !== true) return []
  const hint = 'write it in lower case: lower works first, however the keys are written'
  const ofMap = Object.keys(spec.map ?? {}).filter(hasCapitals)
  const isMapped = spec.map !== undefined || spec.map_re !== undefined
  const ofSet = isMapped ? [] : (spec.one_of ?? []).map(String).flatMap((text, i) => (hasCapitals(text) ? [{ text, i }] : []))
  return [
    ...ofMap.map((key) => ({ path: ['map', key], message: `"${key}" is never met: the text is in lower case by then`, hint })),
    ...ofSet.map(({ text, i }) => ({
      path: ['one_of', i],
      message: `"${text}" is never met: the text is in lower case by then`,
      hint,
    })),
  ]
}

function hasCapitals(text: string): boolean {
  return text !== text.toLowerCase()
}

/** `one_of` works after `map`: what it does not know becomes `else`. */
function missedByOneOf(spec: LongValue): DeadEntry[] {
  if (spec.one_of === undefined) return []
  const known = new Set(spec.one_of.map(String))
  const instead = String(spec.else ?? 'other')
  const results = [
    ...Object.entries(spec.map ?? {}).map(([key, to]) => ({ path: ['map', key] as NodePath, to: String(to) })),
    ...(spec.map_re ?? []).map(([, to], i) => ({ path: ['map_re', i, 1] as NodePath, to: String(to) })),
  ]
  return results
    .filter(({ to }) => !known.has(to) && to !== instead)
    .map(({ path, to }) => ({
      path,
      message: `"${to}" is not among one_of and becomes "${instead}"`,
      hint: `add "${to}" to one_of, or map to a text that is there`,
    }))
}

function shadowedMapRe({ map_re = [] }: LongValue): DeadEntry[] {
  const seen = new Map<string, number>()
  return map_re.flatMap(([pattern], i) => {
    const first = seen.get(pattern)
    seen.set(pattern, first ?? i)
    return first === undefined
      ? []
      : [
          {
            path: ['map_re', i],
            message: `the same expression stands before it, and the first that fits counts`,
            hint: 'take one out',
          },
        ]
  })
}
