/** Which lines stand in the files of a folder at the end, compressed ones included: whole, each in one file. Of an object over several lines it is that of its number. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Judged } from './digits.ts'

export function linesOnDisk(folder: string, isLog: (name: string) => boolean = (name) => name.startsWith('app')): Set<number> {
  const found = new Set<number>()
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name)
    if (!isLog(name.slice(name.lastIndexOf('/') + 1)) || !statSync(path).isFile()) continue
    const bytes = readFileSync(path)
    const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1')
    for (const [, n] of text.matchAll(/^(?:\{"event":"e","n":(?=.*\}\n)| {2}"n": )(\d+),/gm)) found.add(Number(n))
  }
  return found
}

const MOST_RUNS = 8

export interface Losses {
  readonly lost: number
  readonly double: number
  /** Of all lines. */
  readonly notInAnyFile: number
  /** What was lost and need not have been. */
  readonly lostThoughOnDisk: number
  /** The first few runs of such lines, to look into. */
  readonly lostRuns: readonly string[]
  readonly doubleRuns: readonly string[]
}

export function lossesOf({ lost, double, doubled }: Judged, lines: number, onDisk: ReadonlySet<number>): Losses {
  return {
    lost: lost.length,
    double,
    notInAnyFile: lines - onDisk.size,
    lostThoughOnDisk: lost.filter((n) => onDisk.has(n)).length,
    lostRuns: runsOf(lost).slice(0, MOST_RUNS),
    doubleRuns: runsOf(doubled).slice(0, MOST_RUNS),
  }
}

function runsOf(numbers: readonly number[]): string[] {
  const runs: [number, number][] = []
  for (const n of numbers) {
    const last = runs.at(-1)
    if (last !== undefined && last[1] === n - 1) last[1] = n
    else runs.push([n, n])
  }
  return runs.map(([from, to]) => `${from}-${to}`)
}
