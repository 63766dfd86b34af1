/**
 * Each query of each dashboard that ships is put to a real Prometheus that scraped the exporter while a log grew, and what it answers is
 * compared with a number that is computed from the log's events, without the exporter: see ../replay.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isMissing, ROOT, until } from '../../real/workbench.ts'
import { differences } from '../replay/compare.ts'
import { ANSWERED_EARLIER } from '../replay/expected/agents.ts'
import { TABLES } from '../replay/expected/index.ts'
import { queries } from '../replay/expected/queries.ts'
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
import { libraryQueries, narrowed, systemOf } from '../replay/library.ts'
import { Stage } from '../replay/stage.ts'
import { SYSTEMS } from '../replay/systems.ts'
import { fits } from '../replay/vector.ts'

const NAMES = readdirSync(join(ROOT, 'config/grafana/dashboards')).map((file) => file.replace(/\.json$/, ''))
/** Long enough for three times. */
const PLAYED_AGAIN_MS = 300_000
const isSkipped = isMissing('prometheus', 'promtool')

/** Values of variables of which one is chosen; the others are at All. */
type Chosen = Readonly<Record<string, string>>

/** The general dashboard chooses among all exporters, and here those of systems run that have other metrics of the same names. */
const ALWAYS_CHOSEN: Readonly<Record<string, Chosen>> = { agents: { job: 'agentlog' } }

interface Moment {
  readonly atMs: number
  readonly history: History
  /** When rules were last evaluated, by the series that they record. */
  readonly recorded: ReadonlyMap<string, number>
}

let stage: Stage
beforeAll(async () => {
  if (!isSkipped) stage = await Stage.played()
}, PLAYED_AGAIN_MS)
afterAll(async () => {
  if (!isSkipped) await stage.stop()
})

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
    /** One after each part; the last is that of all. */
    const moments: Moment[] = []
    let earlier: Moment
    beforeAll(async () => {
      for (const atMs of stage.momentsMs) {
        const [history, recorded] = await Promise.all([stage.history(name, atMs), stage.recordedMs(atMs)])
        moments.push({ atMs, history, recorded })
      }
      earlier = { ...moments.at(-1)!, atMs: stage.earlierMs }
    })

    test(`${name}: each query has a number that is computed, and each number a query`, () => {
      expect(Object.keys(table).sort()).toEqual(questions.map(({ row }) => row).sort())
    })

    test.for(panels)(`${name}: %s`, async (panel) => {
      const found: string[] = []
      for (const question of questions.filter((one) => one.panel === panel)) {
        const isOfEarlier = name === 'agents' && ANSWERED_EARLIER.has(question.row)
        const decisive = isOfEarlier ? earlier : moments.at(-1)!
        for (const moment of new Set([...moments, decisive])) {
          found.push(...(await faults(question, moment, always, moment === decisive)))
        }
        for (const variable of variables.filter(({ name }) => !(name in always) && question.expr.includes(`$${name}`))) {
          const chosen = { ...always, [variable.name]: valuesOf(variable).at(-1)! }
          found.push(...(await faults(question, decisive, chosen)))
        }
      }
      expect(found.join('\n')).toBe('')
    })

    test.for(variables)(`${name}: variable $name`, async (variable) => {
      const answer = await stage.labelValues(filled(variable.series, '1h', variables, always), variable.label)
      expect(answer).toEqual(valuesOf(variable))
    })

    /** What is wrong with the answer to a question. */
    async function faults(
      { row, expr, range }: Question,
      { atMs, history, recorded }: Moment,
      chosen: Chosen,
      mustAnswer = false,
    ): Promise<string[]> {
      const facts = new Facts(history, {
        atMs,
        rateMs: durationMs(RATE_INTERVAL),
        rangeMs: durationMs(range),
        chosen: Object.fromEntries(
          variables.filter(({ name }) => name in chosen).map(({ name, label }) => [label, chosen[name]!]),
        ),
        recordedMs: (series) => recorded.get(series) ?? 0,
      })
      const expected = table[row]?.(facts)
      const asked = filled(expr, range, variables, chosen)
      const answer = await stage.prometheus.query(asked, atMs / 1000)
      if (expected === undefined) return [`${row}: nobody computed it; it answers ${JSON.stringify(answer)}`]
      const place = `${row} at ${new Date(atMs).toISOString()} with ${JSON.stringify(chosen)}`
      return differences(expected, answer, mustAnswer).map((difference) => `${place}: ${difference}\n  ${asked}`)
    }

    /** What a variable offers, by the tally: all values of the label in the metrics of its selector. */
    function valuesOf({ series, label }: Variable): string[] {
      if (label === 'job')
        return (series.includes('agentlog_build_info') ? Object.values(SYSTEMS).flat() : SYSTEMS[name]!)
          .map(({ job }) => job)
          .sort()
      if (label === 'instance') return stage.instancesOf(name).sort()
      const wanted = /__name__=~"([^"]+)"/.exec(series)?.[1] ?? /^[\w:]+/.exec(series)?.[0] ?? ''
      return moments.at(-1)!.history.labelValues((metric) => fits({ metric }, { metric: new RegExp(wanted) }), label)
    }
  })
}

describe.skipIf(isSkipped)('queries', () => {
  const library = libraryQueries()

  test('queries: each has a number that is computed, and each number a query', () => {
    expect(Object.keys(queries).sort()).toEqual(library.map(({ name }) => name).sort())
  })

  test.for(library)('queries: $name ($of)', async (query) => {
    const system = systemOf(query)
    const atMs = stage.momentsMs.at(-1)!
    const history = await stage.history(system, atMs)
    const jobs = SYSTEMS[system]!.map(({ job }) => job)
    const asked = query.of === 'prometheus' ? query.expr : narrowed(query.expr, history.metrics, jobs)
    const answer = await stage.prometheus.query(asked, atMs / 1000)
    const facts = new Facts(history, { atMs, rateMs: 0, rangeMs: 0, chosen: {}, recordedMs: () => 0 })
    expect(`${differences(queries[query.name]!(facts), answer, true).join('\n')}${asked}`).toBe(asked)
  })
})

describe.skipIf(isSkipped)('a restart', () => {
  test('callsphere: annotation: Exporter started, once it was', async () => {
    const dashboard = readDashboard('callsphere')
    const { expr, range } = questionsOf(dashboard).find(({ row }) => row === 'annotation: Exporter started')!
    const [instance] = stage.instancesOf('callsphere')
    await stage.restart('callsphere')
    const marks = await until('a mark', async () => {
      const answer = await stage.prometheus.query(filled(expr, range, variablesOf(dashboard), {}))
      return answer.length > 0 ? answer : undefined
    })
    expect(marks.map(({ metric, value }) => [metric.instance, value[1]])).toEqual([[instance, '1']])
  })
})
