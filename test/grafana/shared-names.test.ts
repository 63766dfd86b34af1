/** Presets of published systems stand alone, and some have a metric of the same name: a panel that asks for all must not show another system's. */
import { expect, test } from 'vitest'
import { PRESET_DIR } from '../../src/cli/shipped.ts'
import { presetNames } from '../../src/config/loader.ts'
import { dashboardNames, readDashboard, targetsOf } from './dashboard.ts'
import { knownOf, presetFamilies } from './known.ts'
import { namedIn } from './promql.ts'

/** Their metrics are made to be asked together. */
const TOGETHER = ['agent', 'claude-code', 'codex']

async function sharedSeries(): Promise<string[]> {
  const alone = (await presetNames(PRESET_DIR)).filter((name) => !TOGETHER.includes(name))
  const groups = await Promise.all([TOGETHER, ...alone.map((name) => [name])].map((names) => presetFamilies(names)))
  const series = groups.flatMap((families) => [...knownOf(families).keys()])
  return [...new Set(series.filter((name, i) => series.indexOf(name) !== i))]
}

test('a name that two presets have is asked for with a label that the other one has, or lacks', async () => {
  const shared = await sharedSeries()
  expect(shared).toEqual(expect.arrayContaining(['agent_tool_calls_total', 'http_requests_total']))
  const asked = dashboardNames().flatMap((name) =>
    targetsOf(readDashboard(name)).flatMap(({ expr }) => namedIn(expr).selectors.map((selector) => ({ name, ...selector }))),
  )
  const ofShared = asked.filter(({ metric }) => shared.includes(metric))
  expect(ofShared.length).toBeGreaterThan(8)
  const mixed = ofShared.filter(({ matchers }) => !matchers.some(({ value }) => value === ''))
  expect(mixed.map(({ name, metric }) => `${name}: ${metric}`)).toEqual([])
})
