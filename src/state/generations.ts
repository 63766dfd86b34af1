/**
 * Which files of a folder are the record, by name. Generation n, counted from 1, is `snapshot-n` and `journal-n`: all
 * that changed since the snapshot was begun.
 */
import { join } from 'node:path'

const NAME = /^(snapshot|journal)-(\d{1,15})$/

export interface Generations {
  readonly snapshots: readonly number[]
  readonly journals: readonly number[]
  /** Files that a killed process was still writing. */
  readonly unfinished: readonly string[]
}

export function generationsIn(names: readonly string[]): Generations {
  const found = { snapshot: [] as number[], journal: [] as number[] }
  for (const name of names) {
    const match = NAME.exec(name)
    if (match) found[match[1] as 'snapshot' | 'journal'].push(Number(match[2]))
  }
  const ascending = (a: number, b: number): number => a - b
  const unfinished = names.filter((name) => name.endsWith('.tmp') && NAME.test(name.slice(0, -4)))
  return { snapshots: found.snapshot.sort(ascending), journals: found.journal.sort(ascending), unfinished }
}

export function snapshotPath(folder: string, generation: number): string {
  return join(folder, `snapshot-${generation}`)
}

export function journalPath(folder: string, generation: number): string {
  return join(folder, `journal-${generation}`)
}
