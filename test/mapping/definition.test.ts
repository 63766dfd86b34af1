/** What begins a metric anew, and what does not. */
import { afterAll, expect, test } from 'vitest'
import { definitionOf } from '../../src/mapping/definition.ts'
import { definitionOfItem } from '../../src/mapping/item-identity.ts'
import { loaded, scratchFolder } from '../config/loading.ts'

const folder = scratchFolder()
afterAll(folder.remove)

let line = 0

/** Each time some lines further down. */
async function defined(metric: string): Promise<string> {
  const file = folder.write(
    'm.yaml',
    `version: 1\n${'\n'.repeat(line++)}metrics: [{ name: a_usd_total, type: counter, event: e, ${metric} }]\n`,
  )
  const { config, diagnostics } = await loaded([file])
  expect(diagnostics).toEqual([])
  const [first] = config.metrics
  return definitionOf(
    first!,
    first!.rules.flatMap(({ labels }) => labels.map(({ name }) => name)),
  )
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

test('the order of keys and what labels read is no part of what a metric is; what a rule takes and counts is', async () => {
  const first = await defined('labels: { a: { path: a, map: { x: y, z: w } } }, where: { b: 1, c: { gt: 1, lt: 9 } }')
  expect(await defined('where: { c: { lt: 9, gt: 1 }, b: 1 }, labels: { a: { map: { z: w, x: y }, path: a } }')).toBe(first)
  expect(await defined('x-lint: { ignore: [bad-name] }, labels: { a: a }')).toBe(await defined('labels: { a: a }'))
  expect(await defined('labels: { a: { path: a, map: { x: y, z: w } } }, where: { b: 1, c: { gt: 1, lt: 8 } }')).not.toBe(first)
  expect(await defined('labels: { a: { path: [a, b] } }')).toBe(await defined('labels: { a: c }'))
  expect(await defined('labels: { a: a }')).not.toBe(await defined('labels: { b: a }'))
  expect(await defined('split: { t: { price: v } }')).not.toBe(await defined('split: { t: { price: w } }'))
  expect(await defined('where: { place: a }')).not.toBe(await defined('where: { place: b }'))
  expect(await defined('value: { path: [a, b] }')).not.toBe(await defined('value: { path: [b, a] }'))
})

test('what an item takes begins it anew, whatever the field is called; where it stands and what tokens cost do not', async () => {
  const item = async (where: string, rest = ''): Promise<string> => {
    const text = `version: 1\n${'\n'.repeat(line++)}derive: [{ session: chat, event: e, key: k, idle: 1h, where: ${where}${rest} }]\n`
    return definitionOfItem((await loaded([folder.write('item.yaml', text)])).config.derive![0]!)
  }
  const first = await item('{ place: home }')
  expect(await item('{ place: home }')).toBe(first)
  expect(await item('{ place: office }')).not.toBe(first)
  const priced = (input: number): string =>
    `, collect: { usd: { op: sum, value: { price: { model: m, input: i, table: { "*": { input: ${input} } } } } } }`
  expect(await item('{ a: 1 }', priced(1))).toBe(await item('{ a: 1 }', priced(2)))
})
