/** The lines of one series in text 0.0.4, by type of metric. A new type is one entry here. */
import type { Family } from '../registry/family.ts'
import type { FamilyType } from '../registry/family-spec.ts'
import type { SeriesWriter } from './format.ts'
import { boundText, valueText } from './number-text.ts'
import { openHead, sampleHead } from './sample-head.ts'
import { SeriesHeads } from './series-heads.ts'

export const TEXT_SAMPLES: Readonly<Record<FamilyType, (family: Family) => SeriesWriter>> = {
  counter: oneNumber,
  gauge: oneNumber,
  info: oneNumber,
  histogram,
  summary,
}

function oneNumber({ spec, store }: Family): SeriesWriter {
  const heads = new SeriesHeads(store, spec.labelNames, (labels) => sampleHead(spec.name, labels))
  return (slot, out) => {
    const head = heads.of(slot)
    if (head !== undefined) out.write(`${head}${valueText(store.cells[slot]!)}\n`)
  }
}

function histogram({ spec, store }: Family): SeriesWriter {
  const heads = new SeriesHeads(store, spec.labelNames, (labels) => ({
    bucket: openHead(`${spec.name}_bucket`, labels, 'le'),
    sum: sampleHead(`${spec.name}_sum`, labels),
    count: sampleHead(`${spec.name}_count`, labels),
  }))
  const bounds = [...spec.buckets, Number.POSITIVE_INFINITY].map((bound) => `${boundText(bound)}"} `)
  return (slot, out) => {
    const head = heads.of(slot)
    if (head === undefined) return
    const row = slot * store.cellCount
    let count = 0
    for (let i = 0; i < bounds.length; i++) {
      count += store.cells[row + i]!
      out.write(`${head.bucket}${bounds[i]!}${count}\n`)
    }
    const sum = valueText(store.cells[row + bounds.length]!)
    out.write(`${head.sum}${sum}\n${head.count}${count}\n`)
  }
}

function summary({ spec, store }: Family): SeriesWriter {
  const heads = new SeriesHeads(store, spec.labelNames, (labels) => ({
    quantile: openHead(spec.name, labels, 'quantile'),
    sum: sampleHead(`${spec.name}_sum`, labels),
    count: sampleHead(`${spec.name}_count`, labels),
  }))
  const quantiles = spec.quantiles.map((quantile) => ({ quantile, text: `${boundText(quantile)}"} ` }))
  return (slot, out) => {
    const head = heads.of(slot)
    if (head === undefined) return
    const sketch = store.sketches[slot]
    for (const { quantile, text } of quantiles)
      out.write(`${head.quantile}${text}${valueText(sketch?.quantile(quantile) ?? Number.NaN)}\n`)
    out.write(`${head.sum}${valueText(store.cells[slot * 2]!)}\n${head.count}${store.cells[slot * 2 + 1]!}\n`)
  }
}
