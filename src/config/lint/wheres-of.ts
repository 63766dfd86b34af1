/** Every condition of a file that stands on its own: of rules, of `drop`, and of what is remembered and derived. */
import type { NodePath } from '../../diag/diagnostic.ts'
import { isLong } from '../../select/path-words.ts'
import type { WhereSpec } from '../../select/spec.ts'
import { type MappingFile, rulesOf } from '../raw.ts'
import { metricsOf } from './labels-of.ts'

export interface PlacedWhere {
  readonly where: WhereSpec
  readonly path: NodePath
}

export function wheresOf(file: MappingFile): PlacedWhere[] {
  const { drop = [], remember = {}, derive = [] } = file.raw
  const holders = [
    ...drop.map((rule, i) => ({ rule, path: ['drop', i] as NodePath })),
    ...metricsOf(file).flatMap(({ metric, path }) => rulesOf(metric, path)),
  ]
  const ofRules = holders.flatMap(({ rule, path }) =>
    rule.where === undefined ? [] : [{ where: rule.where, path: [...path, 'where'] }],
  )
  return [...ofRules, ...within(remember, ['remember']), ...within(derive, ['derive'])]
}

/** Under the keys of what is derived (`start`, `end`, `reset`, what is collected) rules stand. */
function within(value: object, path: NodePath): PlacedWhere[] {
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = [...path, Array.isArray(value) ? Number(key) : key]
    if (key === 'where' && isLong(inner)) return [{ where: inner as WhereSpec, path: at }]
    return isLong(inner) ? within(inner, at) : []
  })
}
