/** The parts of a classic Grafana dashboard that we write, as plain JSON, and how panels are laid out. Knows no metrics. */

export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' }
export const RATE_RANGE = '$__rate_interval'
const COLUMNS = 24

export type Colour = 'green' | 'yellow' | 'red'
/** The colour from the lowest value on, and from where another one holds. */
export type Thresholds = readonly [Colour, ...(readonly [number, Colour])[]]

export interface Query {
  readonly expr: string
  /** Name of a line, with `{{label}}`. */
  readonly legend: string
}

export interface PanelSpec {
  readonly title: string
  readonly description: string
  /** As Grafana calls it: s, bytes, reqps, percentunit, currencyUSD, short. */
  readonly unit: string
  readonly queries: readonly Query[]
  readonly thresholds?: Thresholds
  /** What a value is called instead. */
  readonly words?: Readonly<Record<string, { readonly text: string; readonly color: Colour }>>
  readonly max?: number
}

export interface Panel {
  readonly type: 'timeseries' | 'stat' | 'table'
  readonly width: number
  readonly height: number
  readonly body: object
}

export interface Section {
  readonly title: string
  readonly panels: readonly Panel[]
}

/** Lines over time. Of what is `stacked` the parts make a whole. What went to `_other` stands out: there a limit was reached. */
export function timeseries(spec: PanelSpec, isStacked = false): Panel {
  const custom = {
    drawStyle: 'line',
    lineWidth: 1,
    fillOpacity: isStacked ? 40 : 10,
    showPoints: 'auto',
    axisSoftMin: 0,
    stacking: { mode: isStacked ? 'normal' : 'none', group: 'A' },
    ...(spec.thresholds ? { thresholdsStyle: { mode: 'dashed+area' } } : {}),
  }
  const overflow = {
    matcher: { id: 'byRegexp', options: '/(^| )_other( |$)/' },
    properties: [
      { id: 'color', value: { mode: 'fixed', fixedColor: 'orange' } },
      { id: 'custom.lineStyle', value: { fill: 'dash', dash: [6, 6] } },
    ],
  }
  const options = {
    legend: { showLegend: true, displayMode: 'table', placement: 'bottom', calcs: ['mean', 'max', 'lastNotNull'] },
    tooltip: { mode: 'multi', sort: 'desc' },
  }
  const fieldConfig = { defaults: { ...defaults(spec, 'palette-classic'), custom }, overrides: [overflow] }
  return { type: 'timeseries', width: 12, height: 8, body: { ...described(spec, false), fieldConfig, options } }
}

/** The newest value, large. */
export function stat(spec: PanelSpec): Panel {
  const options = {
    colorMode: spec.thresholds || spec.words ? 'background' : 'value',
    graphMode: 'area',
    reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
  }
  const fieldConfig = { defaults: defaults(spec, 'thresholds'), overrides: [] }
  return { type: 'stat', width: 6, height: 4, body: { ...described(spec, false), fieldConfig, options } }
}

/** Labels of series as rows, now; their values say nothing. */
export function table(spec: PanelSpec): Panel {
  const fieldConfig = { defaults: defaults(spec, 'thresholds'), overrides: [] }
  const transformations = [{ id: 'organize', options: { excludeByName: { Time: true, Value: true } } }]
  return {
    type: 'table',
    width: 12,
    height: 8,
    body: { ...described(spec, true), fieldConfig, options: { showHeader: true }, transformations },
  }
}

function described({ title, description, queries }: PanelSpec, isTable: boolean): object {
  const targets = queries.map(({ expr, legend }, i) => ({
    refId: String.fromCharCode('A'.charCodeAt(0) + i),
    datasource: DATASOURCE,
    editorMode: 'code',
    expr,
    legendFormat: legend,
    ...(isTable ? { format: 'table', instant: true, range: false } : { format: 'time_series', instant: false, range: true }),
  }))
  return { title, description, datasource: DATASOURCE, targets }
}

function defaults({ unit, thresholds = ['green'], words, max }: PanelSpec, mode: string): object {
  const [base, ...rest] = thresholds
  const steps = [{ value: null, color: base }, ...rest.map(([value, color]) => ({ value, color }))]
  return {
    unit,
    ...(max === undefined ? {} : { max }),
    color: { mode },
    thresholds: { mode: 'absolute', steps },
    ...(words ? { mappings: [{ type: 'value', options: words }] } : {}),
  }
}

export interface PlacedPanel {
  readonly id: number
  readonly type: string
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number }
}

/** Sections from top to bottom, panels from left to right, on a new line where there is no room left. Numbers follow the order. */
export function placed(sections: readonly Section[]): PlacedPanel[] {
  const all: PlacedPanel[] = []
  let y = 0
  for (const { title, panels } of sections) {
    const row = { title, collapsed: false, datasource: DATASOURCE, panels: [] }
    all.push({ id: all.length + 1, type: 'row', ...row, gridPos: { h: 1, w: COLUMNS, x: 0, y } })
    y++
    let x = 0
    let lineHeight = 0
    for (const { type, width, height, body } of panels) {
      if (x + width > COLUMNS) {
        y += lineHeight
        x = lineHeight = 0
      }
      all.push({ id: all.length + 1, type, ...body, gridPos: { h: height, w: width, x, y } })
      x += width
      lineHeight = Math.max(lineHeight, height)
    }
    y += lineHeight
  }
  return all
}
