/**
 * What tokens of a model cost. Rates are kept in millionths of a millionth of a dollar for one token, which are whole numbers for every
 * price anybody asks: so the dollars of one event are exact until they become a double, and that is one rounding.
 */

/** Counts exclude each other: cached tokens are not in `input`. */
export const COUNTS = ['input', 'output', 'cache_read', 'cache_write', 'cache_write_1h'] as const
export type Count = (typeof COUNTS)[number]
const OUTPUT = COUNTS.indexOf('output')

/** By `COUNTS`; undefined: the table has no price for such tokens. */
export type TokenRates = readonly (number | undefined)[]

export interface Rates {
  readonly base: TokenRates
  /** By rising `tokens`: what all tokens of a request cost if more than so many were read for it. */
  readonly tiers: readonly { readonly tokens: number; readonly rates: TokenRates }[]
}

const PICOS_PER_DOLLAR = 1e12

/**
 * Rates from dollars per million tokens. What is not said of cached tokens costs as input does, and what is not said of those that are
 * kept for an hour costs as other cache writes do.
 */
export function tokenRates(perMillion: Readonly<Partial<Record<Count, number>>>): TokenRates {
  const { input, output, cache_read = input, cache_write = input, cache_write_1h = cache_write } = perMillion
  return [input, output, cache_read, cache_write, cache_write_1h].map((rate) => rate && picosPerToken(rate))
}

/** 0.15 dollars a million are 150000, not 149999.99999999997. */
function picosPerToken(perMillion: number): number {
  const picos = perMillion * 1e6
  const whole = Math.round(picos)
  return Math.abs(picos - whole) <= 1e-9 * whole ? whole : picos
}

/** undefined: there are tokens without a price. */
export function dollarsOf({ base, tiers }: Rates, counts: readonly number[]): number | undefined {
  let rates = base
  if (tiers.length > 0) {
    const read = totalOf(counts) - counts[OUTPUT]!
    for (let i = 0; i < tiers.length && read > tiers[i]!.tokens; i++) rates = tiers[i]!.rates
  }
  let picos = 0
  for (let i = 0; i < counts.length; i++) {
    const rate = rates[i]
    if (counts[i] === 0) continue
    if (rate === undefined) return undefined
    picos += counts[i]! * rate
  }
  return picos / PICOS_PER_DOLLAR
}

export function totalOf(counts: readonly number[]): number {
  let total = 0
  for (let i = 0; i < counts.length; i++) total += counts[i]!
  return total
}
