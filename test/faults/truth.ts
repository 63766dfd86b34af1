/**
 * A log whose truth is known: line n adds bit n of a number that is 0 at first, 40 bits to a series, so that a line that is lost and one
 * that is counted twice cannot cancel each other out. What it writes and when is the seed's.
 */
import { closeSync, openSync, renameSync, writeSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

export const BITS = 40
export const MAPPING = `version: 1
limits: { series: 100000 }
metrics:
  - { name: bits_total, type: counter, event: e, labels: { word: word }, value: bit, max_series: 100000 }
`

/** Numbers from 0 to 1, the same for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export interface WriterOptions {
  readonly log: string
  readonly lines: number
  readonly linesPerSecond: number
  /** The log is renamed, and begun anew, after so many. */
  readonly rotateEvery: number
  readonly random: () => number
}

/** Writes all lines at their pace, now and then one in two pieces; waits for nobody. */
export async function writeLog({ log, lines, linesPerSecond, rotateEvery, random }: WriterOptions): Promise<void> {
  const startMs = performance.now()
  let fd = openSync(log, 'a')
  let generation = 0
  for (let n = 0; n < lines; ) {
    const batchEnd = Math.min(lines, n + 1 + Math.floor(random() * 300))
    for (; n < batchEnd; n++) {
      await writeLine(fd, lineOf(n, random), random)
      if ((n + 1) % rotateEvery !== 0) continue
      closeSync(fd)
      for (let old = generation; old > 0; old--) renameSync(`${log}.${old}`, `${log}.${old + 1}`)
      renameSync(log, `${log}.1`)
      generation++
      fd = openSync(log, 'a')
    }
    const aheadMs = startMs + (n / linesPerSecond) * 1000 - performance.now()
    if (aheadMs > 0) await pause(aheadMs)
  }
  closeSync(fd)
}

export function lineOf(n: number, random: () => number): Buffer {
  const fields = {
    event: 'e',
    word: String(Math.floor(n / BITS)),
    bit: 2 ** (n % BITS),
    pad: 'x'.repeat(Math.floor(random() * 80)),
  }
  return Buffer.from(`${JSON.stringify(fields)}\n`)
}

async function writeLine(fd: number, line: Buffer, random: () => number): Promise<void> {
  if (random() > 0.02) {
    writeSync(fd, line)
    return
  }
  const cut = 1 + Math.floor(random() * (line.length - 1))
  writeSync(fd, line.subarray(0, cut))
  await pause(1)
  writeSync(fd, line.subarray(cut))
}

/** Words of an exposition and their numbers. */
export function wordsOf(exposition: string): Map<number, number> {
  return new Map(
    [...exposition.matchAll(/^bits_total\{word="(\d+)"\} (\S+)$/gm)].map(([, word, value]) => [Number(word), Number(value)]),
  )
}

/** Lines that are missing, and words in which one was counted more than once. */
export function judged(exposition: string, lines: number): { readonly lost: number; readonly double: number } {
  const words = wordsOf(exposition)
  let lost = 0
  let double = 0
  for (let word = 0; word * BITS < lines; word++) {
    const all = 2 ** Math.min(BITS, lines - word * BITS) - 1
    const value = words.get(word) ?? 0
    if (value > all) double++
    else for (let bit = 0; 2 ** bit <= all; bit++) if (Math.floor(value / 2 ** bit) % 2 === 0) lost++
  }
  return { lost, double }
}
