/** What is remembered and derived: of each item how many keys it has now, in the order of the mapping. */
import type { PageFacts } from './facts.ts'
import type { KeptView } from './model.ts'

const MAX_ITEMS = 200

export function gatherKept({ keys, config, own }: PageFacts): KeptView {
  const items = [...keys.items.values()].slice(0, MAX_ITEMS).map(({ spec, openCount }) => ({
    name: spec.name,
    unit: spec.owner.slice(0, -spec.name.length - 1),
    kind: spec.kind,
    keys: openCount,
  }))
  const evicted = [...own.keysEvicted.cells()].reduce((sum, [[table], value]) => sum + (table === 'marks' ? 0 : value), 0)
  return { items, keys: keys.size, limit: config.limits.keys, evicted }
}
