/** Tables of keys that are remembered between events: how full they are, and how many keys went. */
import type { PageFacts } from './facts.ts'
import type { KeyTableView } from './model.ts'

export function gatherKeys({ own, config }: PageFacts): KeyTableView[] {
  return [...own.keys.cells()].map(([[table = ''], keys]) => ({
    table,
    keys,
    limit: config.limits.keys,
    evictions: own.keysEvicted.at(table).value,
  }))
}
