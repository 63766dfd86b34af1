/** A dashboard as its JSON has it, no more of it than checks read; and its panels, also those in closed rows. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Target {
  readonly refId?: string
  readonly expr?: string
  readonly legendFormat?: string
  readonly datasource?: unknown
}

export interface Link {
  readonly title?: string
  readonly type?: string
  readonly url?: string
  readonly tags?: readonly string[]
}

export interface Panel {
  readonly id?: number
  readonly type: string
  readonly title?: string
  readonly description?: string
  readonly datasource?: unknown
  readonly gridPos?: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly fieldConfig?: {
    readonly defaults?: { readonly unit?: string; readonly thresholds?: { readonly steps?: readonly unknown[] } }
  }
  readonly targets?: readonly Target[]
  readonly links?: readonly Link[]
  readonly panels?: readonly Panel[]
  readonly collapsed?: boolean
}

export interface Variable {
  readonly name: string
  readonly label?: string
  readonly type: string
  readonly query?: string
  readonly datasource?: unknown
  readonly multi?: boolean
  readonly includeAll?: boolean
  readonly allValue?: string
  readonly refresh?: number
}

export interface Dashboard {
  readonly id: null
  readonly uid: string
  readonly title: string
  readonly tags: readonly string[]
  readonly editable: boolean
  readonly refresh: string
  readonly timezone: string
  readonly time: { readonly from: string; readonly to: string }
  readonly schemaVersion: number
  readonly templating: { readonly list: readonly Variable[] }
  readonly annotations: {
    readonly list: readonly { readonly name: string; readonly expr?: string; readonly datasource?: unknown }[]
  }
  readonly links: readonly Link[]
  readonly panels: readonly Panel[]
}

export const FOLDER = join(import.meta.dirname, '../../config/grafana/dashboards')

export const readDashboard = (name: string): Dashboard => JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'))

export const dashboardNames = (): string[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort()

/** Rows too, and what is in closed ones. */
export const allOf = (dashboard: Dashboard): Panel[] => dashboard.panels.flatMap((panel) => [panel, ...(panel.panels ?? [])])

/** Without rows. */
export const panelsOf = (dashboard: Dashboard): Panel[] => allOf(dashboard).filter((panel) => panel.type !== 'row')

/** A query of a panel, and what to call it in a complaint. */
export interface Placed {
  readonly place: string
  readonly panel: Panel
  readonly target: Target
  readonly expr: string
}

export const targetsOf = (dashboard: Dashboard): Placed[] =>
  panelsOf(dashboard).flatMap((panel) =>
    (panel.targets ?? []).map((target) => ({
      place: `"${panel.title}" ${target.refId ?? '?'}`,
      panel,
      target,
      expr: target.expr ?? '',
    })),
  )
