/** `remember` and `derive` of the files of a unit, as written → what the mapping compiles. */
import type { NodePath } from '../diag/diagnostic.ts'
import type { CollectSpec, DeriveSpec, FeedRole, FeedSpec, NamedValue, Placed, RememberSpec } from '../mapping/spec.ts'
import type { ValueSpec } from '../select/spec.ts'
import { durationMs } from './duration.ts'
import { marksOf } from './merge-marks.ts'
import { takesSpec } from './merge-takes.ts'
import { type MappingFile, placeIn, type RawCollect, type RawDerive, type RawFeed, type RawRemember } from './raw.ts'

const NS_PER_MS = 1_000_000

type KeyTexts = ValueSpec | readonly ValueSpec[] | undefined

export const ITEM_KINDS = ['pair', 'session', 'sequence', 'silence'] as const
export type ItemKind = (typeof ITEM_KINDS)[number]

export function rememberSpecs(files: readonly MappingFile[]): RememberSpec[] {
  return files.flatMap(({ file, raw }) =>
    Object.entries(raw.remember ?? {}).map(([name, one]) => rememberSpec(name, one, file, ['remember', name])),
  )
}

/** Items without a kind are left out: a check has said so. */
export function deriveSpecs(files: readonly MappingFile[]): DeriveSpec[] {
  return files.flatMap(({ file, raw }) =>
    (raw.derive ?? []).flatMap((one, i) => {
      const kind = kindOf(one)
      return kind === undefined ? [] : [deriveSpec(kind, one, file, ['derive', i])]
    }),
  )
}

export function kindOf(raw: RawDerive): ItemKind | undefined {
  return ITEM_KINDS.find((kind) => raw[kind] !== undefined)
}

function rememberSpec(name: string, raw: RawRemember, file: string, path: NodePath): RememberSpec {
  const { event, each, where, scope = '$log', first = false, ...value } = raw
  return {
    ...takesSpec({ event, each, where } as RawRemember, file, path),
    name,
    value: { spec: value as ValueSpec, place: placeIn(file, path) },
    scope: keySpec(scope, file, [...path, 'scope']),
    keepsFirst: first,
  }
}

function deriveSpec(kind: ItemKind, raw: RawDerive, file: string, path: NodePath): DeriveSpec {
  const { value } = raw
  return {
    kind,
    name: raw[kind]!,
    place: placeIn(file, path),
    scope: keySpec(raw.scope, file, [...path, 'scope']),
    feeds: feedsOf(kind, raw, file, path),
    timeoutNs: nsOf(raw.timeout),
    isFifo: raw.order === 'fifo',
    idleNs: nsOf(raw.idle),
    afterNs: nsOf(raw.after),
    value: value === undefined ? undefined : { spec: value, place: placeIn(file, [...path, 'value']) },
    same: keySpec(raw.same, file, [...path, 'same']),
    collect: Object.entries(raw.collect ?? {}).map(([name, one]) => collectSpec(name, one, file, [...path, 'collect', name])),
  }
}

/** The events of a pair are its starts and ends; those of the others are its members. */
function feedsOf(kind: ItemKind, raw: RawDerive, file: string, path: NodePath): Partial<Record<FeedRole, FeedSpec>> {
  const feeds: Partial<Record<FeedRole, FeedSpec>> = kind === 'pair' ? {} : { member: feedSpec(raw, file, path) }
  for (const role of ['reset', 'end', 'start'] as const)
    if (raw[role] !== undefined) feeds[role] = feedSpec(raw[role], file, [...path, role])
  return feeds
}

function feedSpec(raw: RawFeed, file: string, path: NodePath): FeedSpec {
  return {
    ...takesSpec(raw, file, path),
    key: keySpec(raw.key, file, [...path, 'key']),
    carry: Object.entries(raw.carry ?? {}).map(([name, spec]): NamedValue => {
      return { name, spec, place: placeIn(file, [...path, 'carry', name]) }
    }),
  }
}

function collectSpec(name: string, raw: RawCollect, file: string, path: NodePath): CollectSpec {
  const { op, value } = raw
  const place = placeIn(file, [...path, 'value'])
  return {
    ...takesSpec(raw, file, path),
    name,
    op,
    value: value === undefined ? undefined : { spec: value, place },
    ...marksOf(raw, file, path),
  }
}

function keySpec(raw: KeyTexts, file: string, path: NodePath): Placed<ValueSpec>[] {
  if (raw === undefined) return []
  if (!Array.isArray(raw)) return [{ spec: raw as ValueSpec, place: placeIn(file, path) }]
  return (raw as readonly ValueSpec[]).map((spec, i) => ({ spec, place: placeIn(file, [...path, i]) }))
}

function nsOf(duration: string | undefined): bigint | undefined {
  return duration === undefined ? undefined : BigInt(Math.round(durationMs(duration) * NS_PER_MS))
}
