/** Sums over cells of our own numbers. */
import type { Tally } from '../telemetry/tally.ts'

/** Sums of cells by the text of label `i`. */
export function sumBy(tally: Tally, i: number): Map<string, number> {
  const sums = new Map<string, number>()
  for (const [labels, value] of tally.cells()) sums.set(labels[i]!, (sums.get(labels[i]!) ?? 0) + value)
  return sums
}

export function sum(values: Iterable<number>): number {
  let total = 0
  for (const value of values) total += value
  return total
}
