/** What a rule, or what stands like one, needs of its unit: what is remembered there, and what is derived. */
import type { Place } from '../diag/diagnostic.ts'
import type { Placed } from '../mapping/spec.ts'
import type { LongValue, ValueSpec, WhereSpec } from '../select/spec.ts'

export interface Needs {
  readonly kept: ReadonlySet<string>
  /** By name: where the first one is asked for. */
  readonly derived: ReadonlyMap<string, Place>
}

/** What there is. */
export interface Has {
  readonly kept: ReadonlySet<string>
  readonly derived: ReadonlySet<string>
}

const KEPT_PATH = /^\$kept\.(?:"((?:[^"\\]|\\.)*)"|([^."()\s$]+))/
/** Texts of an expression are gone over: what stands in them is no name. */
const KEPT_IN_EXPRESSION = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?<![\w.])kept(?:\.(\w+)|\[\s*(?:"([^"\\]*)"|'([^'\\]*)')\s*\])/g

export type Needing = { readonly each?: readonly { readonly name: string }[] }

/** It is asked for each unit, and parts do not change. */
const known = new WeakMap<Needing, Needs>()

/** `part`: as it is compiled; each text that the user wrote stands in it with its place. */
export function needsOf(part: Needing): Needs {
  const needs = known.get(part) ?? found(part)
  known.set(part, needs)
  return needs
}

function found(part: Needing): Needs {
  const finder = new NeedsFinder()
  finder.part(part, '')
  // What is bound hides ours.
  return part.each?.some(({ name }) => name === 'kept') ? { ...finder, kept: new Set() } : finder
}

export function isEmpty({ kept, derived }: Needs): boolean {
  return kept.size + derived.size === 0
}

export function lacksNothing({ kept, derived }: Needs, has: Has): boolean {
  return [...kept].every((name) => has.kept.has(name)) && [...derived.keys()].every((name) => has.derived.has(name))
}

class NeedsFinder implements Needs {
  readonly kept = new Set<string>()
  readonly derived = new Map<string, Place>()

  /** `key`: where it stands. */
  part(part: unknown, key: string): void {
    if (typeof part !== 'object' || part === null) return
    if (Array.isArray(part)) for (const one of part) this.part(one, key)
    else if (Object.hasOwn(part, 'spec') && Object.hasOwn(part, 'place')) this.#written(part as Placed<unknown>, key)
    else for (const [name, inner] of Object.entries(part)) if (name !== 'place') this.part(inner, name)
  }

  #written({ spec, place }: Placed<unknown>, key: string): void {
    if (key === 'derived' || key === 'open') this.derived.set(spec as string, this.derived.get(spec as string) ?? place)
    else if (key === 'where' || key === 'baseline') this.#where(spec as WhereSpec)
    else this.#value(spec as ValueSpec)
  }

  #where(spec: WhereSpec): void {
    for (const [key, test] of Object.entries(spec)) {
      if (key === 'expr') this.#expression(test as string)
      else if (key === 'any' || key === 'none') for (const inner of test as readonly WhereSpec[]) this.#where(inner)
      else this.#path(key)
    }
  }

  #value(spec: ValueSpec | undefined): void {
    if (typeof spec === 'string') this.#path(spec)
    if (typeof spec !== 'object') return
    const { path = [], expr = '', key_of = '', length = '', sum = '', take, plus = [], minus = [], price }: LongValue = spec
    for (const text of [path, key_of, length, sum].flat()) this.#path(text)
    this.#expression(expr)
    for (const value of [take, plus, minus].flat()) this.#value(value)
    for (const [key, value] of Object.entries(price ?? {})) if (key !== 'table') this.#value(value as ValueSpec)
  }

  #path(text: string): void {
    const found = KEPT_PATH.exec(text)
    const name = found?.[1]?.replace(/\\(.)/g, '$1') ?? found?.[2]
    if (name !== undefined) this.kept.add(name)
  }

  #expression(text: string): void {
    for (const [, ...names] of text.matchAll(KEPT_IN_EXPRESSION)) {
      const name = names.find((one) => one !== undefined)
      if (name !== undefined) this.kept.add(name)
    }
  }
}
