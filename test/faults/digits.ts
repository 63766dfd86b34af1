/**
 * What the counts must be: line n adds one to digit n of numbers to the base of four, 26 digits to a series, and one to `lines_total`. So
 * how often each line was counted can be read off, up to three times. Whatever counts more often carries into the next digit and makes the
 * sum of all digits smaller than `lines_total`: a line that is lost and one that is counted twice cannot cancel each other out.
 */
const BASE = 4
const DIGITS = 26
const MOST_PADDING_BYTES = 80

export const MAPPING = `version: 1
limits: { series: 100000 }
metrics:
  - { name: bits_total, type: counter, event: e, labels: { word: word }, value: bit, max_series: 100000 }
  - { name: lines_total, type: counter, event: e }
`

/** As the writer has them. */
const KEYS = 10
const PACE_STEP = 7919
const PACE_RANGE = 1_000_003
/**
 * Also summaries, of which the record keeps some kilobytes each while the exposition shows few lines: a commit is large, so that a snapshot is
 * due every second or so.
 */
export const WIDE_MAPPING = `${MAPPING}  - { name: pace, type: summary, event: e, labels: { key: key }, value: pace, quantiles: [0.5] }
`

/** A line as the writer has it, for tests that write themselves. */
export function lineOf(n: number, random: () => number): Buffer {
  const fields = {
    event: 'e',
    n,
    word: String(Math.floor(n / DIGITS)),
    bit: BASE ** (n % DIGITS),
    pad: 'x'.repeat(Math.floor(random() * MOST_PADDING_BYTES)),
  }
  return Buffer.from(`${JSON.stringify(fields)}\n`)
}

/** Values of an exposition by word. */
export function wordsOf(exposition: string): Map<number, number> {
  const words = new Map<number, number>()
  for (const [, word, value] of exposition.matchAll(/^bits_total\{word="(\d+)"\} (\S+)$/gm))
    words.set(Number(word), Number(value))
  return words
}

/** What a word is when each of the first `lines` lines is counted once. */
export function wordAfter(word: number, lines: number): number {
  const digits = Math.max(0, Math.min(DIGITS, lines - word * DIGITS))
  return (BASE ** digits - 1) / (BASE - 1)
}

/** How often line `n` was counted, in its word. */
function timesOf(n: number, value: number): number {
  return Math.floor(value / BASE ** (n % DIGITS)) % BASE
}

/** Lines of a word that were counted. */
export function linesIn(word: number, value: number): number[] {
  return Array.from({ length: DIGITS }, (_, digit) => word * DIGITS + digit).filter((n) => timesOf(n, value) > 0)
}

export interface Judged {
  /** Lines that were not counted. */
  readonly lost: readonly number[]
  /** How much more was counted than lines. */
  readonly double: number
  /** Lines that were counted more than once. */
  readonly doubled: readonly number[]
}

/** Compares an exposition with the first `lines` lines. */
export function judged(exposition: string, lines: number): Judged {
  const words = wordsOf(exposition)
  const lost: number[] = []
  const doubled: number[] = []
  let counted = 0
  let double = 0
  for (let n = 0; n < lines; n++) {
    const digit = timesOf(n, words.get(Math.floor(n / DIGITS)) ?? 0)
    counted += digit
    if (digit === 0) lost.push(n)
    if (digit > 1) doubled.push(n)
    double += Math.max(0, digit - 1)
  }
  for (const [word, value] of words) if (value > 0 && wordAfter(word, lines) === 0) double++
  const total = Number(/^lines_total (\S+)$/m.exec(exposition)?.[1] ?? 0)
  return { lost, doubled, double: double + Math.abs(total - counted) }
}

/** Sum and count of each key of `WIDE_MAPPING`, as the exposition has them. */
export function pacesOf(exposition: string): string[] {
  return exposition.match(/^pace_(?:sum|count).*$/gm)?.sort() ?? []
}

/** The same, after each of the first `lines` lines was counted once. */
export function pacesAfter(lines: number): string[] {
  const sums = new Array<number>(KEYS).fill(0)
  const counts = new Array<number>(KEYS).fill(0)
  for (let n = 0; n < lines; n++) {
    sums[n % KEYS]! += (n * PACE_STEP) % PACE_RANGE
    counts[n % KEYS]!++
  }
  return [
    ...sums.map((sum, key) => `pace_sum{key="${key}"} ${sum}`),
    ...counts.map((count, key) => `pace_count{key="${key}"} ${count}`),
  ].sort()
}
