/** An exposition for tests, with a clock that stands still until moved. */
import type { ExposedFamily } from '../../src/exposition/exposed-family.ts'
import { Exposition } from '../../src/exposition/exposition.ts'
import { type RegistryForTest, registryOf } from '../registry/registry-of.ts'

export interface ExpositionForTest extends RegistryForTest {
  readonly exposition: Exposition
  /** Families of process and runtime; change it as you like. */
  readonly others: ExposedFamily[]
  advance(ms: number): void
}

export function expositionOf(options: Parameters<typeof registryOf>[0] = {}): ExpositionForTest {
  const base = registryOf(options)
  const others: ExposedFamily[] = []
  let nowMs = 1000
  const exposition = new Exposition({ registry: base.registry, own: base.own, others: () => others, nowMs: () => nowMs })
  return {
    ...base,
    exposition,
    others,
    advance: (ms) => {
      nowMs += ms
    },
  }
}
