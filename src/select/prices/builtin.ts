/**
 * `table: builtin`: the list prices that ship with a package, offline. Of the package we ask only which prices a name means, once per
 * model (it answers 57 000 times a second), and multiply ourselves. Prices that changed are those of the event's time.
 */
import { createRequire } from 'node:module'
import type { ModelPrice } from '@pydantic/genai-prices'
import type { Row } from '../../decode/row.ts'
import { COUNTS, type Count, type Rates, tokenRates } from './rates.ts'
import { type PriceTable, remembering } from './table.ts'

/** Prices by time of day change at full and half hours. */
const HALF_HOUR_NS = 1_800_000_000_000n
const HALF_HOUR_MS = 1_800_000

interface Known {
  /** undefined: it depends on the time. */
  readonly always: Rates | undefined
}

/** The data is loaded here, 100 ms and 15 MB, and only for a mapping that asks for it. */
export function builtinPrices(): PriceTable {
  const package_ = createRequire(import.meta.url)('@pydantic/genai-prices') as typeof import('@pydantic/genai-prices')
  const ask = (model: string, timestamp?: Date) => {
    for (const name of namesOf(model)) {
      const found = package_.calcPrice({ input_tokens: 1 }, name, timestamp && { timestamp })
      if (found !== null) return found
    }
    return undefined
  }
  const known = remembering((model): Known | undefined => {
    const found = ask(model)
    if (found === undefined) return undefined
    return { always: Array.isArray(found.model.prices) ? undefined : ratesOf(found.model_price) }
  })
  const atTime = remembering((key) => {
    const space = key.indexOf(' ')
    const found = ask(key.slice(space + 1), new Date(Number(key.slice(0, space)) * HALF_HOUR_MS))
    return found && ratesOf(found.model_price)
  })
  return {
    name: 'builtin',
    ratesOf: (model, row) => {
      const found = known(model)
      return found === undefined ? undefined : (found.always ?? atTime(`${halfHourOf(row)} ${model}`))
    },
  }
}

function halfHourOf(row: Row): bigint {
  return row.time() / HALF_HOUR_NS
}

/** As it is called, and without the provider that routers write before it: `anthropic/claude-sonnet-4-5`. */
function namesOf(model: string): readonly string[] {
  const slash = model.lastIndexOf('/')
  return slash < 0 || slash === model.length - 1 ? [model] : [model, model.slice(slash + 1)]
}

/** Each kind of token has its own tiers; ours hold for all kinds. */
function ratesOf(prices: ModelPrice): Rates {
  const tiered = COUNTS.map((count) => [count, prices[`${count}_mtok`]] as const)
  const starts = new Set(tiered.flatMap(([, price]) => (typeof price === 'object' ? price.tiers.map(({ start }) => start) : [])))
  const above = (tokens: number) =>
    tokenRates(
      Object.fromEntries(tiered.map(([count, price]) => [count, priceAbove(price, tokens)])) as Partial<Record<Count, number>>,
    )
  return {
    base: above(0),
    tiers: [...starts].sort((a, b) => a - b).map((tokens) => ({ tokens, rates: above(tokens) })),
  }
}

function priceAbove(price: ModelPrice[string], tokens: number): number | undefined {
  if (typeof price !== 'object') return price
  return price.tiers.filter(({ start }) => start <= tokens).at(-1)?.price ?? price.base
}
