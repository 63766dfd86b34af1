/** The built exporter, killed while calls are in flight: each that began before a death and ended after it gives one right duration. */
import { appendFileSync } from 'node:fs'
import { expect } from 'vitest'
import { samplesOf } from '../../../src/scenario/sample.ts'
import { until } from '../../real/workbench.ts'
import { faultTest } from '../fixture.ts'
import { SEED } from '../form.ts'
import { exposed, Life, lastingPort } from '../life.ts'
import { randomOf } from '../random.ts'

const DEATHS = 6
const CALLS_PER_LIFE = 200
const START_MS = Date.UTC(2026, 0, 1)

const MAPPING = `version: 1
remember:
  model: { event: context, path: model }
derive:
  - pair: call
    start: { event: begin, key: id, carry: { model: $kept.model } }
    end: { event: done, key: id }
metrics:
  - { name: call_seconds, type: summary, derived: call, labels: { model: model, outcome: outcome }, value: { path: duration, default: 0 } }
  - { name: in_flight, type: gauge, open: call, labels: { model: model } }
  - { name: lines_total, type: counter, event: [context, begin, done] }
`

faultTest(`${DEATHS} deaths with calls in flight`, async ({ scratch, processes }) => {
  const random = randomOf(SEED)
  const port = await lastingPort()
  const log = scratch.write('app.log', '')
  const options = { port, mapping: scratch.write('m.yaml', MAPPING), folder: scratch.file('state'), patterns: [log] }
  const begun = new Map<number, number>()
  let [atMs, lines, ended, spentMs, next] = [START_MS, 0, 0, 0, 0]
  const write = (fields: object): void => {
    lines++
    appendFileSync(log, `${JSON.stringify({ ts: new Date(atMs).toISOString(), ...fields })}\n`)
  }
  write({ event: 'context', model: 'm' })
  for (let death = 0; death <= DEATHS; death++) {
    const life = new Life(options)
    processes.push(life)
    for (let i = 0; i < CALLS_PER_LIFE; i++) {
      atMs += Math.floor(random() * 1000)
      begun.set(next, atMs)
      write({ event: 'begin', id: next++ })
      for (const [id, sinceMs] of begun) {
        if (random() > 0.02) continue
        begun.delete(id)
        ended++
        spentMs += atMs - sinceMs
        write({ event: 'done', id })
      }
    }
    // Some die with all of it scraped, others while they read.
    const text = await until('numbers', async () => {
      const found = await exposed(port)
      return found !== undefined && (death % 2 === 1 || found.includes(`lines_total ${lines}\n`)) ? found : undefined
    })
    if (death === DEATHS) {
      const samples = samplesOf(text).filter(({ name }) => /^(call_seconds_|in_flight|agentlog_keys$)/.test(name))
      const shown = Object.fromEntries(
        samples.map(({ name, labels, value }) => [`${name} ${[...labels.values()].join()}`, value]),
      )
      expect(shown).toEqual({
        'call_seconds_count m,ended': ended,
        'call_seconds_sum m,ended': expect.closeTo(spentMs / 1000, 6),
        'in_flight m': begun.size,
        'agentlog_keys derive': begun.size,
        'agentlog_keys remember': 1,
      })
    }
    await life.stop('SIGKILL')
  }
})
