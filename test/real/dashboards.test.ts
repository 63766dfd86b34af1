/** Every expression of every dashboard, also of variables and annotations, is PromQL that Prometheus takes. */
import { spawnSync } from 'node:child_process'
import { afterAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { type Dashboard, dashboardNames, readDashboard, targetsOf } from '../grafana/dashboard.ts'
import { isMissing, Scratch } from './workbench.ts'

const scratch = new Scratch()
afterAll(() => scratch.remove())

/** As Grafana fills it in when all is chosen. */
const filled = (expression: string): string =>
  expression.replaceAll('$__rate_interval', '1m').replaceAll('$__range', '1h').replaceAll(/\$\w+/g, '.+')

function expressionsOf({ templating, annotations, ...dashboard }: Dashboard): string[] {
  const selectors = templating.list.flatMap(({ query }) => /^label_values\((.+), ?\w+\)$/.exec(query ?? '')?.[1] ?? [])
  const panels = targetsOf({ templating, annotations, ...dashboard }).map(({ expr }) => expr)
  return [...selectors, ...panels, ...annotations.list.flatMap(({ expr }) => expr ?? [])]
}

function check(expressions: readonly string[]): { status: number | null; says: string } {
  const rules = expressions.map((expression, index) => ({ record: `checked:${index}`, expr: filled(expression) }))
  const file = scratch.write('rules.yaml', stringify({ groups: [{ name: 'dashboard', rules }] }))
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' })
  return { status, says: stdout + stderr }
}

test.skipIf(isMissing('promtool')).each(dashboardNames())('dashboards/%s.json', (name) => {
  const expressions = expressionsOf(readDashboard(name))
  expect(expressions.length).toBeGreaterThan(10)
  const { status, says } = check(expressions)
  expect(says).toContain(`SUCCESS: ${expressions.length} rules found`)
  expect(status).toBe(0)
})

test.skipIf(isMissing('promtool'))('an expression that is none is named', () => {
  const [first, ...rest] = expressionsOf(readDashboard(dashboardNames()[0]!))
  const { status, says } = check([first!, `${rest[0]} or`, ...rest])
  expect(status).not.toBe(0)
  expect(says).toContain('rule 2, "checked:1"')
})
