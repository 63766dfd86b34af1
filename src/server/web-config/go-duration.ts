/** A duration as Go writes it, such as `1m30s`, `-0.5h` or `0`. */

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}
const WHOLE = /^[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/
const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g

/** undefined: the text is none. */
export function durationMs(text: string): number | undefined {
  if (text.length > 100 || !WHOLE.test(text)) return undefined
  const ms = [...text.matchAll(PART)].reduce((sum, part) => sum + Number(part[1]) * UNIT_MS[part[2]!]!, 0)
  return text.startsWith('-') ? -ms : ms
}
