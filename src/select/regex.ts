/**
 * Regular expressions of the user: RE2's syntax, unanchored, in time linear in the text, whatever the pattern.
 * Both `(?<name>...)` and `(?P<name>...)` name a group. No lookaround, no back-references: the engine refuses them.
 * This is the only file that knows the engine; patterns that are plain texts (see plain-pattern.ts) never load it.
 */
import { createRequire } from 'node:module'
import type { RE2JS } from 're2js'
import type { FindPlaces } from '../mask/masks.ts'
import { headOf } from './label-text.ts'
import { type PlainPattern, plainPattern } from './plain-pattern.ts'

export interface LinearRegex {
  /** Whether the pattern fits somewhere in the text. */
  test(text: string): boolean
  /** What group 1 took; all that fitted if there is no group 1 or it took no part; undefined: no fit. */
  group1(text: string): string | undefined
  /** Named groups that took part, on an object without prototype; undefined: no fit. */
  groups(text: string): Readonly<Record<string, string>> | undefined
  readonly groupCount: number
  readonly groupNames: readonly string[]
}

interface Refused {
  readonly ok: false
  readonly message: string
}

export type CompiledRegex = { readonly ok: true; readonly regex: LinearRegex } | Refused

const MAX_PATTERN_LENGTH = 1000
/** Instructions of the compiled pattern: `x{1000}` is 1000. */
const MAX_PROGRAM_SIZE = 2000
/** Characters times instructions of one match. Worst measured: 22 ns each, so no match takes longer than about 0.1 s (0.2 s for the largest programs). */
const MAX_WORK = 4_194_304
const MIN_TEXT_LENGTH = 4096
const MAX_TEXT_LENGTH = 65_536
/** Of the states that one pattern may keep; the engine's own default is 8 MiB, which a hostile log could fill per pattern. */
const MAX_STATE_BYTES = 1_048_576

/** Compiles a pattern; a problem is told in the engine's words. Never throws. */
export function compileRegex(pattern: string): CompiledRegex {
  const tooLong = refusalOfLength(pattern)
  if (tooLong !== undefined) return tooLong
  const plain = plainPattern(pattern)
  return plain === undefined ? compileWithEngine(pattern) : { ok: true, regex: plainRegex(plain) }
}

function refusalOfLength({ length }: string): Refused | undefined {
  if (length <= MAX_PATTERN_LENGTH) return undefined
  return refuse(`it is ${length} characters long; at most ${MAX_PATTERN_LENGTH} are taken`)
}

function refuse(message: string): Refused {
  return { ok: false, message }
}

/** Loads the engine the first time that a pattern needs it: 15 ms and 6 MB resident with the first pattern (18 MB after 40 hostile ones). */
function engine(): typeof RE2JS {
  return (createRequire(import.meta.url)('re2js') as typeof import('re2js')).RE2JS
}

/**
 * A pattern that is looked for all over a text: places of group 1, or of all that fitted, as `group1` takes it. Searching again after each find can cost the square of the length, so the work on one
 * text is bounded: past the bound, as past the length that is looked at, all that is left counts as found.
 */
export function compileFinder(pattern: string): { readonly ok: true; readonly find: FindPlaces } | Refused {
  const compiled = refusalOfLength(pattern) ?? onEngine(pattern)
  return compiled.ok ? { ok: true, find: (text, add) => compiled.regex.findPlaces(text, add) } : compiled
}

/** A pattern on the engine, without the short cut for plain ones: tests compare the two. */
export function compileWithEngine(pattern: string): CompiledRegex {
  return onEngine(pattern)
}

function onEngine(pattern: string): { readonly ok: true; readonly regex: EngineRegex } | Refused {
  let compiled: RE2JS
  try {
    compiled = engine().compile(pattern)
  } catch (error) {
    return refuse(reasonOf(error))
  }
  const size = compiled.programSize()
  if (size > MAX_PROGRAM_SIZE)
    return refuse(`it compiles to ${size} steps; at most ${MAX_PROGRAM_SIZE} are taken: lower the repeat counts`)
  const { dfa } = compiled.re2()
  dfa.stateBudget = MAX_STATE_BYTES
  dfa.memBudget = MAX_STATE_BYTES
  return { ok: true, regex: new EngineRegex(compiled, textLimit(size)) }
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.replace(/^error parsing regexp: /, '')
}

/** Characters of a text that are looked at: 65536 for all but large programs, never fewer than 4096. The rest is as if it were not there. */
function textLimit(programSize: number): number {
  return Math.min(MAX_TEXT_LENGTH, Math.max(MIN_TEXT_LENGTH, Math.floor(MAX_WORK / programSize)))
}

class EngineRegex implements LinearRegex {
  readonly #compiled: RE2JS
  readonly #maxTextLength: number
  readonly #names: readonly (readonly [string, number])[]
  readonly groupCount: number
  readonly groupNames: readonly string[]

  constructor(compiled: RE2JS, maxTextLength: number) {
    this.#compiled = compiled
    this.#maxTextLength = maxTextLength
    this.groupCount = compiled.groupCount()
    this.#names = Object.entries(compiled.namedGroups())
    this.groupNames = this.#names.map(([name]) => name)
  }

  test(text: string): boolean {
    return this.#compiled.test(headOf(text, this.#maxTextLength))
  }

  group1(text: string): string | undefined {
    const looked = headOf(text, this.#maxTextLength)
    const spans = this.#spans(looked)
    return spans === undefined ? undefined : (take(looked, spans, 1) ?? take(looked, spans, 0))
  }

  groups(text: string): Readonly<Record<string, string>> | undefined {
    const looked = headOf(text, this.#maxTextLength)
    const spans = this.#spans(looked)
    if (spans === undefined) return undefined
    const out = Object.create(null) as Record<string, string>
    for (const [name, index] of this.#names) {
      const taken = take(looked, spans, index)
      if (taken !== undefined) out[name] = taken
    }
    return out
  }

  findPlaces(text: string, add: (start: number, end: number) => void): void {
    const looked = headOf(text, this.#maxTextLength)
    const all = text.length
    if (looked.length < all) add(looked.length, all)
    if (!this.#compiled.test(looked)) return
    const matcher = this.#compiled.matcher(looked)
    let work = 0
    for (let from = 0; matcher.find(); from = matcher.end()) {
      const group = this.groupCount > 0 && matcher.start(1) >= 0 ? 1 : 0
      add(matcher.start(group), matcher.end(group))
      work += looked.length - from
      if (work <= this.#maxTextLength) continue
      add(from, all)
      return
    }
  }

  /** Starts and ends of all groups, -1 where one took no part. Asks first whether it fits at all: that is 20 times faster. */
  #spans(text: string): readonly number[] | undefined {
    if (!this.#compiled.test(text)) return undefined
    return (this.#compiled.re2().findSubmatchIndex(text) as number[] | null) ?? undefined
  }
}

function take(text: string, spans: readonly number[], group: number): string | undefined {
  const start = spans[2 * group] ?? -1
  return start < 0 ? undefined : text.slice(start, spans[2 * group + 1])
}

function plainRegex(plain: PlainPattern): LinearRegex {
  return {
    test: plain.test,
    group1: plain.found,
    groups: (text) => (plain.test(text) ? (Object.create(null) as Record<string, string>) : undefined),
    groupCount: 0,
    groupNames: [],
  }
}
