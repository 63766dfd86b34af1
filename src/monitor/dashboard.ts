/** The model of a mapping → a dashboard as Grafana reads it from a file: classic JSON, a panel or two for each metric, rows by what they are about. */
import { DATASOURCE, type Panel, placed, RATE_RANGE, type Section } from './grafana.ts'
import type { FamilyFacts, Model } from './model.ts'
import { sentence, subjectOf } from './names.ts'
import { ownPanels } from './own-panels.ts'
import { overviewOf, panelsOf } from './panels.ts'
import { merged, type Scope, select } from './promql.ts'
import { chosenLabels, sampleOf, variablesOf } from './variables.ts'

export interface DashboardNames {
  readonly uid: string
  readonly title: string
  /** Which mapping it was made of. */
  readonly of: string
}

const SCHEMA_VERSION = 42
const MOST_IN_OVERVIEW = 8
/** All our dashboards bear it: their menus list each other. */
const TAG = 'agentlog'

export function dashboardOf(model: Model, { uid, title, of }: DashboardNames): object {
  const chosen = chosenLabels(model)
  const scope = scopeOf(chosen)
  return {
    id: null,
    uid,
    title,
    description: `Made of the mapping ${of} by agentlog-exporter dashboard.`,
    tags: [TAG],
    schemaVersion: SCHEMA_VERSION,
    version: 1,
    editable: false,
    graphTooltip: 1,
    timezone: 'browser',
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    templating: { list: variablesOf(model, chosen) },
    annotations: { list: annotationsOf(model, scope) },
    links: [{ type: 'dashboards', title: 'Dashboards', tags: [TAG], asDropdown: true, keepTime: true, icon: 'external link' }],
    panels: placed(sectionsOf(model, scope)),
  }
}

function scopeOf(chosen: readonly string[]): Scope {
  const filter = (label: string): string => `${label}=~"$${label}"`
  return {
    kept: [],
    matchers: (labels) => ['job', 'instance', ...chosen.filter((label) => labels.includes(label))].map(filter),
  }
}

function sectionsOf({ families, sharedWordCount }: Model, scope: Scope): Section[] {
  const asking = (family: FamilyFacts) => ({ family, scope, sharedWordCount })
  const byWeight = families.toSorted((a, b) => weightOf(a) - weightOf(b))
  const overview = byWeight.flatMap((family) => overviewOf(asking(family)) ?? []).slice(0, MOST_IN_OVERVIEW)
  const rows = rowsOf(families, sharedWordCount).map(({ title, of }) => ({
    title,
    panels: of.flatMap((family): Panel[] => panelsOf(asking(family))),
  }))
  const isPriced = families.some((family) => family.isPriced)
  return [
    ...(overview.length > 0 ? [{ title: 'Overview', panels: overview }] : []),
    ...rows,
    { title: 'Exporter', panels: ownPanels(scope, isPriced) },
  ]
}

/** What has to be seen first: what must never happen, what fails, what it costs. */
function weightOf({ isAlarming, outcome, unit }: FamilyFacts): number {
  if (isAlarming) return 0
  if (unit === 'dollars') return 2
  return outcome === undefined ? 3 : 1
}

/** By subject, in the order of the mapping; what is alone with its subject stands together at the end. */
function rowsOf(
  families: readonly FamilyFacts[],
  sharedWordCount: number,
): { readonly title: string; readonly of: FamilyFacts[] }[] {
  const bySubject = new Map<string, FamilyFacts[]>()
  for (const family of families) {
    const subject = subjectOf(family.name, sharedWordCount)
    bySubject.set(subject, [...(bySubject.get(subject) ?? []), family])
  }
  const rows = [...bySubject].filter(([, of]) => of.length > 1).map(([subject, of]) => ({ title: sentence([subject]), of }))
  const alone = [...bySubject.values()].filter((of) => of.length === 1).flat()
  if (alone.length === 0) return rows
  return [...rows, { title: rows.length === 0 ? 'Metrics' : 'More', of: alone }]
}

function annotationsOf({ families }: Model, scope: Scope): object[] {
  const starts = `changes(${select(scope, 'process_start_time_seconds', [])}[${RATE_RANGE}]) > 0`
  const alarming = families.filter(({ isAlarming }) => isAlarming)
  return [
    annotation('Exporter started', starts, '{{instance}}', 'blue'),
    ...alarming.map((family) => {
      const labels = family.labels.map(({ name }) => name)
      const rise = merged('sum', labels, `increase(${select(scope, sampleOf(family), labels)}[${RATE_RANGE}])`)
      return annotation(family.name, `${rise} > 0`, labels.map((label) => `{{${label}}}`).join(' '), 'red')
    }),
  ]
}

function annotation(name: string, expr: string, textFormat: string, iconColor: string): object {
  return { name, datasource: DATASOURCE, enable: true, hide: false, iconColor, expr, titleFormat: name, textFormat }
}
