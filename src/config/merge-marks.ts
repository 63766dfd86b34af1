/** `once` and `rise` of a rule as written, short or long → what the mapping compiles. */
import type { RuleSpec } from '../mapping/spec.ts'
import type { KeySpec } from '../select/key.ts'
import type { ValueSpec } from '../select/spec.ts'
import { durationMs } from './duration.ts'
import { placeIn, type RawKey, type RawOnce, type RawRise, type RawRule } from './raw.ts'

type NodePath = readonly (string | number)[]

export function marksOf(
  { once, rise }: Pick<RawRule, 'once' | 'rise'>,
  file: string,
  path: NodePath,
): Pick<RuleSpec, 'once' | 'rise'> {
  return {
    ...(once === undefined ? {} : { once: onceOf(longOf<RawOnce>(once, file, [...path, 'once'])) }),
    ...(rise === undefined ? {} : { rise: riseOf(longOf<RawRise>(rise, file, [...path, 'rise'])) }),
  }
}

interface Long<T> {
  readonly more: Partial<T>
  readonly key: KeySpec
  readonly file: string
  readonly path: NodePath
}

function onceOf({ more: { within }, key }: Long<RawOnce>): NonNullable<RuleSpec['once']> {
  return { key, withinMs: within === undefined ? undefined : durationMs(within) }
}

function riseOf({ more, key, file, path }: Long<RawRise>): NonNullable<RuleSpec['rise']> {
  const { baseline } = more
  return {
    key,
    skipsNew: more.new === 'skip',
    resets: more.fall === 'reset',
    baseline: baseline && { spec: baseline, place: placeIn(file, [...path, 'baseline']) },
  }
}

/** The long form is the one with `key`: no value has such a key. */
function longOf<T extends { readonly key: RawKey }>(raw: RawKey | T, file: string, path: NodePath): Long<T> {
  const isLong = typeof raw === 'object' && Object.hasOwn(raw, 'key')
  return isLong
    ? { more: raw as T, key: keyOf((raw as T).key, file, [...path, 'key']), file, path }
    : { more: {}, key: keyOf(raw as RawKey, file, path), file, path }
}

function keyOf(raw: RawKey, file: string, path: NodePath): KeySpec {
  return Array.isArray(raw)
    ? (raw as readonly ValueSpec[]).map((spec, i) => ({ spec, place: placeIn(file, [...path, i]) }))
    : [{ spec: raw as ValueSpec, place: placeIn(file, path) }]
}
