/** A dashboard: fixed uid, sections of panels on the grid, the same settings for all. What comes out is plain classic JSON. */
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  type Panel,
  type RowPanel,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { type AnnotationSpec, annotation } from './annotations.ts'
import { DATASOURCE } from './datasource.ts'
import { boardLinks, TAG, uidOf } from './links.ts'
import type { Sized } from './panels.ts'
import { type LabelVariable, variables } from './variables.ts'

export interface Section {
  readonly title: string
  readonly panels: readonly Sized[]
  /** Closed until somebody opens it; its queries wait. */
  readonly collapsed?: boolean
}

export interface BoardSpec {
  /** Of the file and of the uid. */
  readonly name: string
  readonly title: string
  readonly description: string
  /** Besides `agentlog`. */
  readonly tags: readonly string[]
  /** A metric, or a regular expression of metric names, that each scrape target of this dashboard exposes. */
  readonly targets: string
  readonly labels: readonly LabelVariable[]
  readonly annotations: readonly AnnotationSpec[]
  readonly sections: readonly Section[]
}

const COLUMNS = 24

export function board(spec: BoardSpec): Dashboard {
  const dashboard = new DashboardBuilder(spec.title)
    .id(null)
    .uid(uidOf(spec.name))
    .description(spec.description)
    .tags([TAG, ...spec.tags])
    .readonly()
    .timezone('browser')
    .refresh('30s')
    .time({ from: 'now-1h', to: 'now' })
    .tooltip(DashboardCursorSync.Crosshair)
    .variables(variables(spec.targets, spec.labels))
    .annotations(spec.annotations.map((each) => ({ build: () => annotation(each) })))
    .links(boardLinks())
    .build()
  dashboard.panels = placed(spec.sections)
  return dashboard
}

/** Sections from top to bottom; panels from left to right, on a new line where there is no room left. Numbers follow the order. */
function placed(sections: readonly Section[]): (Panel | RowPanel)[] {
  const panels: (Panel | RowPanel)[] = []
  let y = 0
  let id = 1
  for (const section of sections) {
    const head = {
      type: 'row' as const,
      id: id++,
      title: section.title,
      datasource: DATASOURCE,
      gridPos: { h: 1, w: COLUMNS, x: 0, y: y++ },
    }
    const inside = flowed(section.panels, y).map((panel) => ({ ...panel, id: id++ }))
    const collapsed = section.collapsed ?? false
    panels.push({ ...head, collapsed, panels: collapsed ? inside : [] })
    if (!collapsed) panels.push(...inside)
    // A closed section is one line high; what follows moves down when it is opened.
    if (!collapsed) y = Math.max(y, ...inside.map(({ gridPos }) => gridPos.y + gridPos.h))
  }
  return panels
}

function flowed(panels: readonly Sized[], top: number): (Panel & { gridPos: { h: number; w: number; x: number; y: number } })[] {
  let x = 0
  let y = top
  let lineHeight = 0
  return panels.map(({ panel, width, height }) => {
    if (x + width > COLUMNS) {
      x = 0
      y += lineHeight
      lineHeight = 0
    }
    const gridPos = { h: height, w: width, x, y }
    x += width
    lineHeight = Math.max(lineHeight, height)
    return { ...panel, gridPos }
  })
}

/** The text of the committed file: keys in the order of the alphabet, so that it changes only where the dashboard does. */
export function fileText(dashboard: Dashboard): string {
  return `${JSON.stringify(sortedKeys(dashboard), null, 2)}\n`
}

function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortedKeys(inner)]))
}
