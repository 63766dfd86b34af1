/**
 * An exporter that is killed at random moments while a log is written in which messages come again, grow, and come back much later: each
 * counts what it would have counted in one life, and no counter falls.
 */
import { appendFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import { sum, until } from '../../real/workbench.ts'
import { faultTest } from '../fixture.ts'
import { IS_LONG, SEED } from '../form.ts'
import { exposed, Life, lastingPort } from '../life.ts'
import { randomOf } from '../random.ts'

const KILLS = IS_LONG ? 200 : 20
const LINES_PER_LIFE = 3000
const MAPPING = `version: 1
metrics:
  - { name: lines_total, type: counter, event: message }
  - { name: messages_total, type: counter, event: message, once: id }
  - { name: tokens_total, type: counter, event: message, rise: id, split: { type: { input: input, output: output } } }
  - { name: resets_total, type: counter, event: message, value: output, rise: { key: id, fall: reset } }
  - { name: cost_total, type: counter, event: message, rise: id, value: { price: { model: model, input: input, output: output, table: { x: { input: 1000000, output: 2000000 } } } } }
`

interface Message {
  readonly id: string
  readonly input: number
  readonly output: number
}

/** What each metric is to be, from all lines at once. */
function expected(messages: readonly Message[]): Record<string, number> {
  const byId = new Map<string, Message[]>()
  for (const one of messages) byId.set(one.id, [...(byId.get(one.id) ?? []), one])
  const most = (field: 'input' | 'output'): number =>
    [...byId.values()].reduce((total, same) => total + Math.max(...same.map((one) => one[field])), 0)
  const runs = (same: readonly Message[]): number =>
    same.reduce((total, { output }, i) => (i + 1 === same.length || same[i + 1]!.output < output ? total + output : total), 0)
  return {
    lines_total: messages.length,
    messages_total: byId.size,
    tokens_total: most('input') + most('output'),
    resets_total: [...byId.values()].reduce((total, same) => total + runs(same), 0),
    cost_total: most('input') + 2 * most('output'),
  }
}

faultTest(`${KILLS} kills while messages come again and grow`, async ({ scratch, processes }) => {
  const random = randomOf(SEED)
  const port = await lastingPort()
  const log = scratch.write('app.log', '')
  const options = { port, mapping: scratch.write('m.yaml', MAPPING), folder: scratch.file('state'), patterns: [log] }
  const messages: Message[] = []
  const write = (count: number): void => {
    const lines = Array.from({ length: count }, () => {
      const id = `msg_${Math.floor(random() ** 2 * (messages.length / 3 + 10))}`
      const one = { id, input: Math.floor(random() * 1000), output: Math.floor(random() * 100) }
      messages.push(one)
      return `${JSON.stringify({ event: 'message', model: 'x', ...one })}\n`
    })
    appendFileSync(log, lines.join(''))
  }
  let life = new Life(options)
  processes.push(life)
  await until('the first answer', () => exposed(port))
  const highest: Record<string, number> = {}
  let decreases = 0
  for (let kill = 0; kill < KILLS; kill++) {
    for (let part = 0; part < 5; part++) {
      write(LINES_PER_LIFE / 5)
      await pause(random() * 40)
      const text = (await exposed(port)) ?? ''
      for (const name of Object.keys(expected([]))) {
        if (!text.includes(name)) continue
        if (sum(text, name) < (highest[name] ?? 0)) decreases++
        highest[name] = sum(text, name)
      }
    }
    await life.stop('SIGKILL')
    processes.splice(processes.indexOf(life), 1)
    life = new Life(options)
    processes.push(life)
    if (random() < 0.7) await until('an answer', () => exposed(port))
  }
  const all = await until('all lines', async () => {
    const text = (await exposed(port)) ?? ''
    return sum(text, 'lines_total') >= messages.length ? text : undefined
  })
  const found = Object.fromEntries(Object.keys(expected([])).map((name) => [name, sum(all, name)]))
  console.log(JSON.stringify({ test: 'marks', seed: SEED, kills: KILLS, decreases, ...found }))
  expect(found).toEqual(expected(messages))
  expect(decreases).toBe(0)
  expect(sum(all, 'agentlog_keys')).toBeGreaterThan(100)
  expect(sum(all, 'agentlog_keys_evicted_total')).toBe(0)
})
