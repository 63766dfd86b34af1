/** A registry for tests: texts are cleaned by nothing unless told, families have roomy limits unless told. */
import { Clocks } from '../../src/clock/clocks.ts'
import type { Family } from '../../src/registry/family.ts'
import type { FamilySpec, FamilyType } from '../../src/registry/family-spec.ts'
import { Registry } from '../../src/registry/registry.ts'
import { createOwnMetrics, type OwnMetrics } from '../../src/telemetry/own-metrics.ts'

export interface RegistryForTest {
  readonly own: OwnMetrics
  readonly clocks: Clocks
  readonly registry: Registry
  family(type: FamilyType, labelNames: readonly string[], extra?: Partial<FamilySpec>): Family
}

export function registryOf(
  options: { maxSeries?: number; cleanLabel?: (text: string) => string; nowMs?: () => number } = {},
): RegistryForTest {
  const own = createOwnMetrics()
  const { maxSeries = 1e6, cleanLabel = (text) => text, nowMs = () => 0 } = options
  const clocks = new Clocks()
  const registry = new Registry({ maxSeries, own, clocks, cleanLabel, nowMs })
  const defaults = { help: 'A metric.', definition: '', buckets: [], quantiles: [], maxSeries: 1e6 }
  return {
    own,
    clocks,
    registry,
    family: (type, labelNames, extra) => registry.family({ ...defaults, name: `a_${type}`, type, labelNames, ...extra }),
  }
}

/** Label texts (joined by `,`) → first number of each live series. */
export function numbersOf(family: Family): Record<string, number> {
  const { store } = family
  const found: Record<string, number> = {}
  for (let slot = 0; slot < store.slotLimit; slot++)
    if (store.birthOf(slot) > 0) found[textsOf(family, slot).join(',')] = store.cells[slot * store.cellCount]!
  return found
}

export function textsOf(family: Family, slot: number): string[] {
  return family.spec.labelNames.map((_, i) => family.store.text(slot, i))
}

/** Number of a metric about ourselves, for one label value. */
export function ownNumber(tally: OwnMetrics['series'], label: string): number | undefined {
  for (const [labels, value] of tally.cells()) if (labels[0] === label) return value
  return undefined
}
