/**
 * Paths of the mapping language: text → root and steps, and how a step is taken in a JSON value.
 * Only own properties are read; a step that does not fit is missing (undefined), as is `null`. Nothing here throws.
 */

import { innerJson } from './inner-json.ts'
import type { Json } from './json.ts'

export type { Json } from './json.ts'

export type Step =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'element'; readonly key: string; readonly equals: string }
  | { readonly kind: 'json' }

export interface Path {
  /** `$` for the event, else the whole `$` name: `$time`, `$block`. */
  readonly root: string
  readonly steps: readonly Step[]
}

export interface PathProblem {
  readonly message: string
  /** Index in the text where reading stopped. */
  readonly at: number
}

export type ParsedPath = { readonly ok: true; readonly path: Path } | { readonly ok: false; readonly problem: PathProblem }

const BARE_STEP = /[^."()\s$][^."()\s]*/y
const ROOT_NAME = /\$(?:[A-Za-z_][A-Za-z0-9_]*)?/y
const QUOTED = /"((?:[^"\\]|\\["\\])*)"/y
const ELEMENT = /\(\s*([^="()\s]+)\s*=\s*(?:"((?:[^"\\]|\\["\\])*)"|([^"()\s]+))\s*\)/y
export const INDEX = /^(?:0|[1-9]\d{0,8})$/

/** Reads the text of a path. A path without `$` reads the event. */
export function parsePath(text: string): ParsedPath {
  const cursor = { text, at: 0 }
  const root = take(cursor, ROOT_NAME)
  if (text === '') return problem('a path is empty', 0)
  const steps: Step[] = []
  if (root === undefined) {
    const first = step(cursor)
    if (first === undefined) return problem('expected a name, "quoted name", index or (key=value)', cursor.at)
    steps.push(first)
  }
  while (cursor.at < text.length) {
    if (text[cursor.at] !== '.')
      return problem('expected "." between two steps; a name with other characters needs "quotes"', cursor.at)
    cursor.at++
    const next = step(cursor)
    if (next === undefined) return problem('expected a name, "quoted name", index, (key=value) or $json after "."', cursor.at)
    steps.push(next)
  }
  return { ok: true, path: { root: root?.[0] ?? '$', steps } }
}

function problem(message: string, at: number): ParsedPath {
  return { ok: false, problem: { message, at } }
}

function step(cursor: { text: string; at: number }): Step | undefined {
  const quoted = take(cursor, QUOTED)
  if (quoted) return { kind: 'name', name: unquote(quoted[1]!) }
  const element = take(cursor, ELEMENT)
  if (element) return { kind: 'element', key: element[1]!, equals: element[2] === undefined ? element[3]! : unquote(element[2]) }
  if (cursor.text.startsWith('$json', cursor.at) && /^(\.|$)/.test(cursor.text.slice(cursor.at + 5))) {
    cursor.at += 5
    return { kind: 'json' }
  }
  const bare = take(cursor, BARE_STEP)?.[0]
  if (bare === undefined) return undefined
  return INDEX.test(bare) ? { kind: 'index', index: Number(bare) } : { kind: 'name', name: bare }
}

function take(cursor: { text: string; at: number }, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = cursor.at
  const match = pattern.exec(cursor.text)
  if (match === null) return undefined
  cursor.at = pattern.lastIndex
  return match
}

function unquote(text: string): string {
  return text.replace(/\\(["\\])/g, '$1')
}

/** Takes all steps from `value`. Missing: undefined. */
export function readSteps(value: Json, steps: readonly Step[]): Json {
  let at = value
  for (let i = 0; i < steps.length && at !== undefined; i++) at = takeStep(at, steps[i]!)
  return at === null ? undefined : at
}

function takeStep(value: Json, step: Step): Json {
  switch (step.kind) {
    case 'name':
      return isObject(value) && Object.hasOwn(value, step.name) ? value[step.name] : undefined
    case 'index':
      return Array.isArray(value) ? value[step.index] : undefined
    case 'element':
      return Array.isArray(value) ? value.find((e) => hasText(e, step.key, step.equals)) : undefined
    case 'json':
      return typeof value === 'string' ? innerJson(value) : undefined
  }
}

export function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function hasText(element: Json, key: string, equals: string): boolean {
  if (!isObject(element) || !Object.hasOwn(element, key)) return false
  const value = element[key]
  return value !== null && typeof value !== 'object' && String(value) === equals
}
