import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json } from '../../src/decode/path.ts'
import { compilePrice } from '../../src/select/price.ts'
import { COUNTS, dollarsOf, tokenRates } from '../../src/select/prices/rates.ts'
import type { PriceSpec } from '../../src/select/spec.ts'
import { compileValue } from '../../src/select/value.ts'
import { compiled } from './compiled.ts'

const PARTS = {
  model: 'model',
  input: 'input',
  output: 'output',
  cache_read: 'cache_read',
  cache_write: 'cache_write',
  cache_write_1h: 'cache_write_1h',
}

function priced(spec: Partial<PriceSpec>) {
  const { made, problems, rowOf } = compiled((context) =>
    compilePrice({ ...PARTS, ...spec } as PriceSpec, new Map(), context, compileValue),
  )
  expect(problems).toEqual([])
  return (event: Json, timeMs = Date.UTC(2026, 0, 1)) => {
    const row = rowOf(event)
    row.time = () => BigInt(timeMs) * 1_000_000n
    return [made.number(row), made.unpricedTokens]
  }
}

test('rates that are not given are those of input, or of other cache writes', () => {
  const price = priced({ table: { m: { input: 2, output: 8 }, w: { input: 2, cache_write: 3 } } })
  expect(price({ model: 'm', cache_read: 1e6, cache_write: 1e6, cache_write_1h: 1e6 })).toEqual([6, 0])
  expect(price({ model: 'w', cache_read: 1e6, cache_write: 1e6, cache_write_1h: 1e6 })).toEqual([8, 0])
  expect(price({ model: 'w', input: 1e6, output: 5 })).toEqual([0, 1_000_005])
  expect(price({ model: 'w' })).toEqual([undefined, 0])
})

test('tiers hold for all tokens of a request that read more than so many, output not counted', () => {
  const price = priced({
    table: {
      m: {
        input: 1,
        output: 10,
        above: [
          { tokens: 200, input: 4 },
          { tokens: 100, input: 2, output: 20 },
        ],
      },
    },
  })
  expect(price({ model: 'm', input: 100, output: 1e6 })).toEqual([10.0001, 0])
  expect(price({ model: 'm', input: 60, cache_read: 41, output: 1e6 })).toEqual([20.000202, 0])
  expect(price({ model: 'm', input: 201, output: 1e6 })).toEqual([10.000804, 0])
})

test('patterns: the longest that fits wins, whatever stands first; * stands for any characters', () => {
  const table = { '*': { input: 1 }, 'gpt*mini*': { input: 3 }, 'gpt*': { input: 2 }, '*-x': { input: 4 }, 'a*a': { input: 5 } }
  const price = priced({ table })
  const rate = (model: string) => price({ model, input: 1e6 })[0]
  expect(['gpt-5', 'gpt-5-mini', 'gpt-mini-2', 'zz', '', 'y-x', 'aa', 'a', 'aba', 'ab'].map(rate)).toEqual([
    2, 3, 3, 1, 1, 4, 5, 1, 5, 1,
  ])
  expect(price({ model: `gpt${'x'.repeat(300)}`, input: 1 })).toEqual([0, 1])
})

test('a pattern that goes on and on takes time in proportion to the name', () => {
  const price = priced({ table: { [`${'*a'.repeat(90)}*b`]: { input: 1 } } })
  const start = performance.now()
  for (let i = 0; i < 2000; i++) price({ model: `${'a'.repeat(190)}${i}`, input: 1 })
  expect(performance.now() - start).toBeLessThan(1000)
})

test('builtin prices: as the package multiplies, for the models that it is sure of', async () => {
  const { calcPrice } = await import('@pydantic/genai-prices')
  const price = priced({ table: 'builtin' })
  const models = fc.constantFrom(
    'claude-sonnet-4-5',
    'claude-opus-4-1',
    'gpt-5',
    'gpt-4o-mini',
    'gemini-2.5-pro',
    'o3',
    'deepseek-chat',
  )
  const count = fc.integer({ min: 0, max: 400_000 })
  const times = fc.integer({ min: Date.UTC(2025, 0), max: Date.UTC(2026, 5) })
  fc.assert(
    fc.property(models, count, count, count, times, (model, input, cached, output, timeMs) => {
      const usage = { input_tokens: input + cached, cache_read_tokens: cached, output_tokens: output }
      const expected = calcPrice(usage, model, { timestamp: new Date(timeMs) })!.total_price
      const [dollars] = price({ model, input, cache_read: cached, output }, timeMs)
      expect(Math.abs((dollars as number) - expected)).toBeLessThanOrEqual(1e-12 * Math.max(1, expected))
    }),
    { numRuns: 500 },
  )
})

test('a model that the log makes up costs no time worth mentioning, each on a line of its own', () => {
  const price = priced({ table: 'builtin' })
  price({ model: 'gpt-5', input: 1 })
  const start = performance.now()
  for (let i = 0; i < 3000; i++) expect(price({ model: `${'1-'.repeat(95)}${i}`, input: 1 })[1]).toBe(1)
  expect(performance.now() - start).toBeLessThan(3000)
})

test('the dollars of one event are the nearest double of the true ones', () => {
  const rate = fc.integer({ min: 0, max: 100_000_000 })
  const count = fc.integer({ min: 0, max: 2_000_000 })
  fc.assert(
    fc.property(
      fc.array(rate, { minLength: 5, maxLength: 5 }),
      fc.array(count, { minLength: 5, maxLength: 5 }),
      (rates, counts) => {
        // Rates have up to six decimals: micro-dollars per million tokens.
        const perMillion = Object.fromEntries(COUNTS.map((name, i) => [name, rates[i]! / 1e6]))
        const picos = counts.reduce((sum, n, i) => sum + BigInt(n) * BigInt(rates[i]!), 0n)
        fc.pre(picos < 2n ** 53n)
        expect(dollarsOf({ base: tokenRates(perMillion), tiers: [] }, counts)).toBe(Number(`${picos}e-12`))
      },
    ),
  )
})

test('ten million small dollars add up to a billionth', () => {
  const rates = { base: tokenRates({ input: 0.15, output: 0.6, cache_read: 0.075 }), tiers: [] }
  let sum = 0
  let picos = 0n
  let state = 1
  for (let i = 0; i < 10_000; i++) {
    state = (state * 48_271) % 2_147_483_647
    const counts = [state % 5000, state % 700, state % 90_000, 0, 0]
    const dollars = dollarsOf(rates, counts)!
    for (let k = 0; k < 1000; k++) sum += dollars
    picos += 1000n * (BigInt(counts[0]!) * 150_000n + BigInt(counts[1]!) * 600_000n + BigInt(counts[2]!) * 75_000n)
  }
  expect(Math.abs(sum / Number(`${picos}e-12`) - 1)).toBeLessThan(1e-9)
})
