/** The lines of one series in OpenMetrics 1.0, by type of metric. A new type is one entry here. */
import type { Exemplar } from '../registry/exemplars.ts'
import type { Family } from '../registry/family.ts'
import type { FamilyType } from '../registry/family-spec.ts'
import type { SeriesWriter } from './format.ts'
import { floatText, valueText } from './number-text.ts'
import type { OpenMetricsName } from './open-metrics-names.ts'
import { openHead, sampleHead } from './sample-head.ts'
import { SeriesHeads } from './series-heads.ts'

interface Naming {
  readonly called: OpenMetricsName
  readonly withCreated: boolean
}

const SAMPLES: Readonly<Record<FamilyType, (family: Family, naming: Naming) => SeriesWriter>> = {
  counter,
  gauge: oneNumber,
  info: oneNumber,
  histogram,
  summary,
}

export function openMetricsSamples(family: Family, called: OpenMetricsName, withCreated: boolean): SeriesWriter {
  return SAMPLES[family.spec.type](family, { called, withCreated })
}

function oneNumber({ spec, store }: Family): SeriesWriter {
  const heads = new SeriesHeads(store, spec.labelNames, (labels) => sampleHead(spec.name, labels))
  return (slot, out) => {
    const head = heads.of(slot)
    if (head !== undefined) out.write(`${head}${valueText(store.cells[slot]!)}\n`)
  }
}

/** What is `unknown` here has neither exemplars nor a time of birth. */
function counter(family: Family, { called, withCreated }: Naming): SeriesWriter {
  const { spec, store } = family
  if (called.type !== 'counter') return oneNumber(family)
  const heads = new SeriesHeads(store, spec.labelNames, (labels) => ({
    total: sampleHead(spec.name, labels),
    created: sampleHead(`${called.family}_created`, labels),
  }))
  return (slot, out) => {
    const head = heads.of(slot)
    if (head === undefined) return
    out.write(`${head.total}${valueText(store.cells[slot]!)}${exemplarOf(family, slot, 0)}\n`)
    if (withCreated) out.write(`${head.created}${createdText(family, slot)}\n`)
  }
}

function histogram(family: Family, { withCreated }: Naming): SeriesWriter {
  const { spec, store } = family
  const heads = new SeriesHeads(store, spec.labelNames, (labels) => ({
    bucket: openHead(`${spec.name}_bucket`, labels, 'le'),
    sum: sampleHead(`${spec.name}_sum`, labels),
    count: sampleHead(`${spec.name}_count`, labels),
    created: sampleHead(`${spec.name}_created`, labels),
  }))
  const bounds = [...spec.buckets, Number.POSITIVE_INFINITY].map((bound) => `${floatText(bound)}"} `)
  // Sums that could fall are no sums in OpenMetrics, and a count stands beside a sum or not at all: the last bucket says the same.
  const hasSum = !spec.buckets.some((bound) => bound < 0)
  return (slot, out) => {
    const head = heads.of(slot)
    if (head === undefined) return
    const row = slot * store.cellCount
    let count = 0
    for (let i = 0; i < bounds.length; i++) {
      count += store.cells[row + i]!
      out.write(`${head.bucket}${bounds[i]!}${count}${exemplarOf(family, slot, i)}\n`)
    }
    const sum = store.cells[row + bounds.length]!
    if (hasSum && sum >= 0) out.write(`${head.sum}${valueText(sum)}\n${head.count}${count}\n`)
    if (withCreated) out.write(`${head.created}${createdText(family, slot)}\n`)
  }
}

function summary(family: Family, { withCreated }: Naming): SeriesWriter {
  const { spec, store } = family
  const heads = new SeriesHeads(store, spec.labelNames, (labels) => ({
    quantile: openHead(spec.name, labels, 'quantile'),
    sum: sampleHead(`${spec.name}_sum`, labels),
    count: sampleHead(`${spec.name}_count`, labels),
    created: sampleHead(`${spec.name}_created`, labels),
  }))
  const quantiles = spec.quantiles.map((quantile) => ({ quantile, text: `${floatText(quantile)}"} ` }))
  return (slot, out) => {
    const head = heads.of(slot)
    if (head === undefined) return
    const sketch = store.sketches[slot]
    for (const { quantile, text } of quantiles) {
      const value = sketch?.quantile(quantile) ?? Number.NaN
      if (!(value < 0)) out.write(`${head.quantile}${text}${valueText(value)}\n`)
    }
    const sum = store.cells[slot * 2]!
    if (sum >= 0) out.write(`${head.sum}${valueText(sum)}\n`)
    out.write(`${head.count}${store.cells[slot * 2 + 1]!}\n`)
    if (withCreated) out.write(`${head.created}${createdText(family, slot)}\n`)
  }
}

function createdText({ store }: Family, slot: number): string {
  return valueText(store.createdMs(slot) / 1000)
}

function exemplarOf({ exemplars, store }: Family, slot: number, cell: number): string {
  const exemplar = exemplars?.of(slot, store.birthOf(slot), cell)
  return exemplar === undefined ? '' : exemplarText(exemplar)
}

/** ` # {trace_id="a"} 1 1700000000.123`. */
function exemplarText({ labels, value, timestampSeconds }: Exemplar): string {
  return ` # ${sampleHead('', labels)}${valueText(value)} ${timestampSeconds.toFixed(3)}`
}
