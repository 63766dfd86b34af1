/** A committed dashboard as Grafana reads it: its panels' queries, annotations and variables, and what it puts in the place of `$names`. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../real/workbench.ts'

interface Target {
  readonly refId: string
  readonly expr: string
}

interface Panel {
  readonly title: string
  readonly type: string
  readonly targets?: readonly Target[]
  readonly panels?: readonly Panel[]
  readonly timeFrom?: string
}

interface Dashboard {
  readonly title: string
  readonly time: { readonly from: string }
  readonly panels: readonly Panel[]
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr?: string }[] }
  readonly templating: {
    readonly list: readonly {
      readonly name: string
      readonly type: string
      readonly query?: string
      readonly allValue?: string
    }[]
  }
}

export interface Question {
  /** Title of the panel, `annotation: NAME`. */
  readonly panel: string
  /** In the table: the panel and the query's letter. */
  readonly row: string
  readonly expr: string
  /** What `$__range` stands for, such as 1h. */
  readonly range: string
}

export interface Variable {
  readonly name: string
  /** Of `label_values(series, label)`. */
  readonly series: string
  readonly label: string
  /** What stands for it while All is chosen. */
  readonly all: string
}

export const RATE_INTERVAL = '1m'
const INTERVAL = '15s'

export function readDashboard(name: string): Dashboard {
  return JSON.parse(readFileSync(join(ROOT, `config/grafana/dashboards/${name}.json`), 'utf8')) as Dashboard
}

/** All that a dashboard asks of Prometheus but for its variables. */
export function questionsOf({ panels, annotations, time }: Dashboard): Question[] {
  const all = panels.flatMap((panel) => [panel, ...(panel.panels ?? [])])
  const dashboardRange = time.from.replace('now-', '')
  const ofPanels = all.flatMap(({ title, targets, timeFrom }) =>
    (targets ?? []).map(({ refId, expr }) => ({
      panel: title,
      row: `${title} ${refId}`,
      expr,
      range: timeFrom ?? dashboardRange,
    })),
  )
  const ofAnnotations = annotations.list.flatMap(({ name, expr }) => {
    const row = `annotation: ${name}`
    return expr === undefined ? [] : [{ panel: row, row, expr, range: dashboardRange }]
  })
  return [...ofPanels, ...ofAnnotations]
}

export function variablesOf({ templating }: Dashboard): Variable[] {
  return templating.list.flatMap(({ name, type, query, allValue }) => {
    if (type !== 'query') return []
    const [, series, label] = /^label_values\((.+),\s*(\w+)\)$/s.exec(query ?? '') ?? []
    if (series === undefined || label === undefined)
      throw new Error(`variable ${name}: not label_values(series, label): ${query}`)
    if (allValue === undefined) throw new Error(`variable ${name}: All must be a pattern`)
    return [{ name, series, label, all: allValue }]
  })
}

/** `chosen`: the values of variables of which one is chosen; the others are at All. */
export function filled(
  expr: string,
  range: string,
  variables: readonly Variable[],
  chosen: Readonly<Record<string, string>>,
): string {
  const known: Record<string, string> = { __rate_interval: RATE_INTERVAL, __interval: INTERVAL, __range: range }
  return expr.replaceAll(/\$(?:\{(\w+)(?::\w+)?\}|(\w+))/g, (_, braced?: string, bare?: string) => {
    const name = braced ?? bare!
    if (name in known) return known[name]!
    // Of label_replace; Grafana leaves alone what is no variable of it.
    if (/^\d+$/.test(name)) return `$${name}`
    const variable = variables.find((one) => one.name === name)
    if (variable === undefined) throw new Error(`what is $${name}? ${expr}`)
    return name in chosen ? escaped(chosen[name]!) : variable.all
  })
}

/** As Grafana writes a value that stands in a regular expression in PromQL's quotes. */
function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\\\$&')
}

const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3600_000, d: 86_400_000, w: 604_800_000 }

export function durationMs(text: string): number {
  const [, count, unit] = /^(\d+)([smhdw])$/.exec(text) ?? []
  if (unit === undefined) throw new Error(`not a duration: ${text}`)
  return Number(count) * UNITS_MS[unit]!
}
