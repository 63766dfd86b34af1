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

/** `renderMs`: what making a body takes. */
export function expositionOf({
  renderMs = 0,
  ...options
}: Parameters<typeof registryOf>[0] & { renderMs?: number } = {}): ExpositionForTest {
  const base = registryOf(options)
  const others: ExposedFamily[] = []
  let nowMs = 1000
  const beforeRender = (): void => {
    nowMs += renderMs
  }
  const exposition = new Exposition({
    registry: base.registry,
    own: base.own,
    others: () => others,
    nowMs: () => nowMs,
    beforeRender,
  })
  return {
    ...base,
    exposition,
    others,
    advance: (ms) => {
      nowMs += ms
    },
  }
}
