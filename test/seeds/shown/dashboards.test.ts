/**
 * Each query of each dashboard that ships is put to a real Prometheus that scraped the exporter while a log grew, and what it answers is
 * compared with a number that is computed from the log's events, without the exporter: see ../replay.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isMissing, ROOT } from '../../real/workbench.ts'
import { differences } from '../replay/compare.ts'
import { TABLES } from '../replay/expected/index.ts'
import { Facts } from '../replay/facts.ts'
import {
  durationMs,
  filled,
  type Question,
  questionsOf,
  RATE_INTERVAL,
  readDashboard,
  type Variable,
  variablesOf,
} from '../replay/grafana.ts'
import type { History } from '../replay/history.ts'
import { Stage } from '../replay/stage.ts'
import { SYSTEMS } from '../replay/systems.ts'
import { fits } from '../replay/vector.ts'

const NAMES = readdirSync(join(ROOT, 'config/grafana/dashboards')).map((file) => file.replace(/\.json$/, ''))
const isSkipped = isMissing('prometheus')

/** Values of variables of which one is chosen; the others are at All. */
type Chosen = Readonly<Record<string, string>>

/** The general dashboard chooses among all exporters, and here those of systems run that have other metrics of the same names. */
const ALWAYS_CHOSEN: Readonly<Record<string, Chosen>> = { agents: { job: 'agentlog' } }

let stage: Stage
beforeAll(async () => {
  stage = new Stage()
  if (!isSkipped) await stage.play()
})
afterAll(() => stage.stop())

test('each dashboard has a system that is played and a table of numbers', () => {
  expect(Object.keys(SYSTEMS).sort()).toEqual([...NAMES].sort())
  expect(Object.keys(TABLES).sort()).toEqual([...NAMES].sort())
})

for (const name of NAMES) {
  describe.skipIf(isSkipped)(name, () => {
    const dashboard = readDashboard(name)
    const questions = questionsOf(dashboard)
    const variables = variablesOf(dashboard)
    const table = TABLES[name] ?? {}
    const panels = [...new Set(questions.map(({ panel }) => panel))]
    const always = ALWAYS_CHOSEN[name] ?? {}
    const histories: History[] = []
    const recorded: ReadonlyMap<string, number>[] = []
    beforeAll(async () => {
      for (const atMs of stage.momentsMs) {
        histories.push(await stage.history(name, atMs))
        recorded.push(await stage.recordedMs(atMs))
      }
    })

    test(`${name}: each query has a number that is computed, and each number a query`, () => {
      expect(Object.keys(table).sort()).toEqual(questions.map(({ row }) => row).sort())
    })

    test.for(panels)(`${name}: %s`, async (panel) => {
      const found: string[] = []
      for (const question of questions.filter((one) => one.panel === panel)) {
        for (const moment of stage.momentsMs.keys()) found.push(...(await faults(question, moment, always)))
        for (const variable of variables.filter(({ name }) => !(name in always) && question.expr.includes(`$${name}`))) {
          const chosen = { ...always, [variable.name]: valuesOf(variable).at(-1)! }
          found.push(...(await faults(question, histories.length - 1, chosen)))
        }
      }
      expect(found.join('\n')).toBe('')
    })

    test.for(variables)(`${name}: variable $name`, async (variable) => {
      const answer = await stage.labelValues(filled(variable.series, '1h', variables, always), variable.label)
      expect(answer).toEqual(valuesOf(variable))
    })

    /** What is wrong with the answer to a question at the moment with that number. */
    async function faults({ row, expr, range }: Question, moment: number, chosen: Chosen): Promise<string[]> {
      const atMs = stage.momentsMs[moment]!
      const facts = new Facts(histories[moment]!, {
        atMs,
        rateMs: durationMs(RATE_INTERVAL),
        rangeMs: durationMs(range),
        chosen: Object.fromEntries(
          variables.filter(({ name }) => name in chosen).map(({ name, label }) => [label, chosen[name]!]),
        ),
        recordedMs: (series) => recorded[moment]!.get(series) ?? 0,
      })
      const expected = table[row]?.(facts)
      const asked = filled(expr, range, variables, chosen)
      const answer = await stage.prometheus.query(asked, atMs / 1000)
      if (expected === undefined) return [`${row}: nobody computed it; it answers ${JSON.stringify(answer)}`]
      const mustAnswer = moment === histories.length - 1 && chosen === always
      return differences(expected, answer, mustAnswer).map(
        (difference) => `${row} after part ${moment + 1} with ${JSON.stringify(chosen)}: ${difference}\n  ${asked}`,
      )
    }

    /** What a variable offers, by the tally: all values of the label in the metrics of its selector. */
    function valuesOf({ series, label }: Variable): string[] {
      if (label === 'job')
        return (series.includes('agentlog_build_info') ? Object.values(SYSTEMS).flat() : SYSTEMS[name]!)
          .map(({ job }) => job)
          .sort()
      if (label === 'instance') return stage.instancesOf(name).sort()
      const wanted = /__name__=~"([^"]+)"/.exec(series)?.[1] ?? /^[\w:]+/.exec(series)?.[0] ?? ''
      return histories.at(-1)!.labelValues((metric) => fits({ metric }, { metric: new RegExp(wanted) }), label)
    }
  })
}
