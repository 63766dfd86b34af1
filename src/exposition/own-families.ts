/** The exporter's own numbers as plain families. */
import type { OwnMetrics } from '../telemetry/own-metrics.ts'
import type { Tally } from '../telemetry/tally.ts'
import type { ExposedFamily, ExposedSample } from './exposed-family.ts'

export function ownFamilies(own: OwnMetrics): ExposedFamily[] {
  return Object.values(own).map((tally) => ({
    name: tally.spec.name,
    help: tally.spec.help,
    type: tally.spec.type,
    samples: samplesOf(tally),
  }))
}

function samplesOf(tally: Tally): ExposedSample[] {
  const samples: ExposedSample[] = []
  for (const [texts, value] of tally.cells())
    samples.push({ labels: tally.spec.labels.map((name, i) => [name, texts[i]!]), value })
  return samples
}
