/**
 * Stage 2 of a value: match, part, normalize, lower, map or map_re, one_of; each only if asked for, always in this order.
 * A stage takes a text and gives a text, or undefined: missing.
 */
import { type CompileContext, reportError, within } from './compile-context.ts'
import { wordNormalizer } from './normalize.ts'
import { compileRegex, type LinearRegex } from './regex.ts'
import type { LongValue, Scalar } from './spec.ts'
import { basenameOf, hostOf } from './text-part.ts'

export interface TextStage {
  /** Its key in the mapping, and what stands there, for traces. */
  readonly stage: string
  readonly detail: string | undefined
  apply(text: string): string | undefined
}

/** What `one_of` gives for a text that it does not know, without `else`. */
const UNKNOWN_TEXT = 'other'

export function compileTextStages(spec: LongValue, context: CompileContext): readonly TextStage[] {
  const stages = [
    matchStage(spec, context),
    partStage(spec),
    normalizeStage(spec),
    lowerStage(spec),
    mapStage(spec, context),
    oneOfStage(spec),
  ]
  return stages.filter((stage) => stage !== undefined)
}

/** Sends a text through all stages. */
export function applyStages(stages: readonly TextStage[], text: string | undefined): string | undefined {
  let at = text
  for (let i = 0; i < stages.length && at !== undefined; i++) at = stages[i]!.apply(at)
  return at
}

/** undefined: it does not compile, and that was reported. */
export function compilePattern(pattern: string, context: CompileContext): LinearRegex | undefined {
  const compiled = compileRegex(pattern)
  if (compiled.ok) return compiled.regex
  reportError(context, 'bad-regex', `the regular expression '${pattern.slice(0, 100)}' is refused: ${compiled.message}`)
  return undefined
}

function matchStage(spec: LongValue, context: CompileContext): TextStage | undefined {
  if (spec.match === undefined) return undefined
  const regex = compilePattern(spec.match, within(context, 'match'))
  if (regex === undefined) return undefined
  // Of a key that `match` chose the whole key is wanted, unless a group says which part.
  const wholeKey = spec.key_of !== undefined && regex.groupCount === 0
  return {
    stage: 'match',
    detail: `'${spec.match}'`,
    apply: wholeKey ? (text) => (regex.test(text) ? text : undefined) : (text) => regex.group1(text),
  }
}

function partStage(spec: LongValue): TextStage | undefined {
  if (spec.part === undefined) return undefined
  return { stage: 'part', detail: spec.part, apply: spec.part === 'host' ? hostOf : basenameOf }
}

function normalizeStage(spec: LongValue): TextStage | undefined {
  if (spec.normalize === undefined || spec.normalize.length === 0) return undefined
  return { stage: 'normalize', detail: spec.normalize.join(', '), apply: wordNormalizer(spec.normalize) }
}

function lowerStage(spec: LongValue): TextStage | undefined {
  return spec.lower === true ? { stage: 'lower', detail: undefined, apply: (text) => text.toLowerCase() } : undefined
}

/** `map` by the whole text, else the first fit of `map_re`. `else` belongs to `one_of` if there is one: a map lets unknown texts by then. */
function mapStage(spec: LongValue, context: CompileContext): TextStage | undefined {
  if (spec.map === undefined && spec.map_re === undefined) return undefined
  const texts = new Map(Object.entries(spec.map ?? {}).map(([from, to]) => [from, String(to)]))
  const patterns = compileMapRe(spec.map_re ?? [], within(context, 'map_re'))
  const unknown = spec.one_of === undefined && spec.else !== undefined ? String(spec.else) : undefined
  const stage = [...(spec.map === undefined ? [] : ['map']), ...(spec.map_re === undefined ? [] : ['map_re'])].join(', ')
  return { stage, detail: undefined, apply: (text) => texts.get(text) ?? firstFit(patterns, text) ?? unknown ?? text }
}

interface MapRe {
  readonly regex: LinearRegex
  readonly to: string
}

function compileMapRe(entries: readonly (readonly [string, Scalar])[], context: CompileContext): readonly MapRe[] {
  return entries.flatMap(([pattern, to], i) => {
    const regex = compilePattern(pattern, within(context, i, 0))
    return regex === undefined ? [] : [{ regex, to: String(to) }]
  })
}

function firstFit(patterns: readonly MapRe[], text: string): string | undefined {
  for (let i = 0; i < patterns.length; i++) if (patterns[i]!.regex.test(text)) return patterns[i]!.to
  return undefined
}

function oneOfStage(spec: LongValue): TextStage | undefined {
  if (spec.one_of === undefined) return undefined
  const known = new Set(spec.one_of.map(String))
  const unknown = String(spec.else ?? UNKNOWN_TEXT)
  return { stage: 'one_of', detail: [...known].join(', ').slice(0, 200), apply: (text) => (known.has(text) ? text : unknown) }
}
