/** The model of a mapping → a file of Prometheus rules: recorded ratios, alerts on what is mapped, alerts on the exporter. */
import { alertYaml, recordingYaml } from './alerts.ts'
import { rulesOf, withOwnNames } from './mapping-alerts.ts'
import type { Model } from './model.ts'
import { ownAlerts } from './own-alerts.ts'
import { promString, type Scope } from './promql.ts'
import { commentLines, type Yaml, yamlText } from './yaml.ts'

export interface RulesOptions {
  /** Of names of groups: lower case, digits, dashes. */
  readonly slug: string
  /** Which mapping they were made of. */
  readonly of: string
  /** Only series of this scrape job; undefined: of any. */
  readonly job: string | undefined
  /** Stands before an alert's name in lower case; undefined: the shipped runbooks. */
  readonly runbooks: string | undefined
}

export function rulesText(model: Model, options: RulesOptions): string {
  return header(options) + yamlText(ruleGroups(model, options))
}

export function header({ of }: Pick<RulesOptions, 'of'>): string {
  return commentLines([
    `Made of the mapping ${of} by agentlog-exporter rules. The numbers are first guesses: each alert says what to tune.`,
    'The alerts on the exporter have the names of the shipped ones (config/prometheus/rules/exporter.yaml): load one of the two.',
  ])
}

/** `groups:` as a rule file and a PrometheusRule have it. */
export function ruleGroups(model: Model, { slug, job, runbooks }: RulesOptions): { readonly groups: readonly Yaml[] } {
  const matchers = job === undefined ? [] : [`job=${promString(job)}`]
  const scope: Scope = { kept: ['job'], matchers: () => matchers }
  const made = model.families.map((family) => rulesOf(family, scope))
  const isPriced = model.families.some((family) => family.isPriced)
  const alerts = withOwnNames([...made.flatMap((one) => one.alerts), ...ownAlerts(scope, job, isPriced)])
  const yaml = alerts.map((alert) => ({ isOwn: alert.component === 'monitoring', rule: alertYaml(alert, runbooks) }))
  const groups = [
    { name: `${slug}.ratios`, rules: made.flatMap((one) => one.recordings).map(recordingYaml) },
    { name: `${slug}.alerts`, rules: yaml.filter(({ isOwn }) => !isOwn).map(({ rule }) => rule) },
    { name: `${slug}.exporter`, rules: yaml.filter(({ isOwn }) => isOwn).map(({ rule }) => rule) },
  ]
  return { groups: groups.filter(({ rules }) => rules.length > 0) }
}
