/** What an alert and a recording rule are before they are YAML, and how their words are made so that nothing in them is a template by chance. */
import type { FamilyFacts } from './model.ts'
import { Commented, type Yaml } from './yaml.ts'

export type Severity = 'critical' | 'warning' | 'info'

export interface Alert {
  readonly name: string
  /** How to tune it; a line each. */
  readonly comment: readonly string[]
  readonly expr: string
  /** Missing: at once. */
  readonly for?: string
  readonly severity: Severity
  readonly component: 'security' | 'errors' | 'performance' | 'cost' | 'availability' | 'monitoring'
  readonly summary: string
  readonly description: string
  /** Heading of the shipped runbooks that tells what to do. */
  readonly runbook: string
}

export interface Recording {
  readonly record: string
  readonly comment: readonly string[]
  readonly expr: string
}

export const SHIPPED_RUNBOOKS = 'https://github.com/agentlog-exporter/agentlog-exporter/blob/main/config/prometheus/runbooks.md#'

/** `runbooks`: before the alert's name in lower case; undefined: those that ship. */
export function alertYaml(alert: Alert, runbooks: string | undefined): Commented {
  const { name, comment, expr, severity, component, summary, description, runbook } = alert
  const url = runbooks === undefined ? SHIPPED_RUNBOOKS + runbook : literally(runbooks) + name.toLowerCase()
  return new Commented(comment, {
    alert: name,
    expr,
    for: alert.for,
    labels: { severity, component },
    annotations: { summary, description, runbook_url: url },
  })
}

export function recordingYaml({ record, comment, expr }: Recording): Yaml {
  return new Commented(comment, { record, expr })
}

/** A text of somebody else inside an annotation, which is a template: `{{` in it stays what it is. */
export function literally(text: string): string {
  return text.replace(/\{\{/g, '{{ "{{" }}')
}

/** Where it happened, of labels that the alert has: ` of agent {{ $labels.agent }}, tool {{ $labels.tool }}`. */
export function where(labels: readonly string[]): string {
  if (labels.length === 0) return ''
  return ` of ${labels.map((label) => `${label} {{ $labels.${label} }}`).join(', ')}`
}

/** What the metric is, in the words of the mapping. */
export function about({ name, help }: FamilyFacts): string {
  return literally(help.trim() === '' ? name : `${name}: ${help.trim()}`)
}
