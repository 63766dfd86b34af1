/** What begins a metric anew, and what does not. */
import { afterAll, expect, test } from 'vitest'
import { definitionOf } from '../../src/mapping/definition.ts'
import { loaded, scratchFolder } from '../config/loading.ts'

const folder = scratchFolder()
afterAll(folder.remove)

async function defined(metric: string): Promise<string> {
  const file = folder.write('m.yaml', `version: 1\nmetrics: [{ name: a_usd_total, type: counter, event: e, ${metric} }]\n`)
  const { config, diagnostics } = await loaded([file])
  expect(diagnostics).toEqual([])
  return definitionOf(config.metrics[0]!, [])
}

test('another price list or another max_step leaves a counter what it is; other counts do not', async () => {
  const price = (rest: string) => defined(`value: { price: { model: m, ${rest} } }`)
  const first = await price('input: i, table: { "*": { input: 1 } }')
  expect(await price('input: i, table: { "*": { input: 2 } }')).toBe(first)
  expect(await price('input: i, table: builtin')).toBe(first)
  expect(await price('input: j, table: builtin')).not.toBe(first)
  expect(await price('input: i, output: o, table: builtin')).not.toBe(first)
  expect(await defined('value: v, max_step: 5')).toBe(await defined('value: v'))
  expect(await defined('where: { price: { gt: 1 } }')).not.toBe(await defined('where: { price: { gt: 2 } }'))
  expect(await defined("where: { expr: 'event.a > 1' }")).not.toBe(await defined("where: { expr: 'event.a > 2' }"))
})

test('expiry and limits leave a metric what it is; another window, or another way to make something of it, does not', async () => {
  const gauge = async (rest: string): Promise<string> => {
    const text = `version: 1\nmetrics: [{ name: a_ratio, type: gauge, event: e, value: v, ${rest} }]\n`
    return definitionOf((await loaded([folder.write('gauge.yaml', text)])).config.metrics[0]!, [])
  }
  const first = await gauge('op: mean, over: 1h')
  expect(await gauge('op: mean, over: 60m, expire: 2h, max_series: 7')).toBe(first)
  for (const other of ['op: max, over: 1h', 'op: mean, over: 2h', 'op: mean, over: 1h, last: 5', 'op: max'])
    expect([other, await gauge(other)]).not.toEqual([other, first])
})
