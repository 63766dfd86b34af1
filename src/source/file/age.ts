/** Which of two files is the older one. */
import type { FoundFile } from './folder.ts'
import type { Tail } from './tail.ts'

/** By when they were written to last, then by birth. */
export function compareAge(a: Tail, b: Tail): number {
  return compareTimes(a.mtimeNs, b.mtimeNs) || compareTimes(a.birthtimeNs, b.birthtimeNs)
}

export function compareBirths(a: FoundFile, b: FoundFile): number {
  return compareTimes(a.stat.birthtimeNs, b.stat.birthtimeNs)
}

function compareTimes(a: bigint, b: bigint): number {
  return a === b ? 0 : a < b ? -1 : 1
}
