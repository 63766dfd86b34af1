/** What a rule takes, as written → what the mapping compiles: with places, and the levels of `each` in their order. */
import type { NodePath } from '../diag/diagnostic.ts'
import type { TakesSpec } from '../mapping/spec.ts'
import { listOf, placeIn, type RawTakes } from './raw.ts'

export function takesSpec(takes: RawTakes, file: string, path: NodePath): TakesSpec {
  return {
    place: placeIn(file, path),
    events: takes.event === undefined ? undefined : listOf(takes.event),
    ...(takes.derived === undefined ? {} : { derived: { spec: takes.derived, place: placeIn(file, [...path, 'derived']) } }),
    each: eachOf(takes, file, path),
    where: takes.where && { spec: takes.where, place: placeIn(file, [...path, 'where']) },
  }
}

/** The levels in the order in which they stand in each other: of the keys of a mapping that is not the order in which they are written. */
function eachOf({ each = {} }: RawTakes, file: string, path: NodePath): TakesSpec['each'] {
  const levels = Array.isArray(each)
    ? each.map((level, i) => ({ level, at: [...path, 'each', i] }))
    : [{ level: each, at: [...path, 'each'] }]
  return levels.flatMap(({ level, at }) => {
    const left = Object.entries(level as Readonly<Record<string, string>>).map(([name, spec]) => ({
      name,
      spec,
      place: placeIn(file, [...at, name]),
    }))
    const sorted: typeof left = []
    while (left.length > 0) {
      const standsInOther = (spec: string, name: string): boolean =>
        left.some((other) => other.name !== name && rootOf(spec) === other.name)
      const next = left.findIndex(({ spec, name }) => !standsInOther(spec, name))
      sorted.push(...left.splice(Math.max(next, 0), 1))
    }
    return sorted
  })
}

/** `group` of `$group.parts`. */
function rootOf(path: string): string | undefined {
  return /^\$(\w+)/.exec(path)?.[1]
}
