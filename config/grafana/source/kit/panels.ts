/** Kinds of panels. Each has a title, a description, a unit and queries; what else a kind needs to be read well is decided here once. */
import { PanelBuilder as BarChart } from '@grafana/grafana-foundation-sdk/barchart'
import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder as Gauge } from '@grafana/grafana-foundation-sdk/gauge'
import { PanelBuilder as Heatmap, YAxisConfigBuilder } from '@grafana/grafana-foundation-sdk/heatmap'
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table'
import { PanelBuilder as Timeseries } from '@grafana/grafana-foundation-sdk/timeseries'
import { described, type PanelSpec, type Query } from './described.ts'

/** A panel and the room it takes, of a grid of 24 columns. */
export interface Sized {
  readonly panel: Panel
  readonly width: number
  readonly height: number
}

const sized = (panel: Panel, spec: PanelSpec, width: number, height: number): Sized => ({
  panel,
  width: spec.width ?? width,
  height: spec.height ?? height,
})

export interface TimeseriesSpec extends PanelSpec {
  /** On top of each other: only for parts of one whole. */
  readonly stacked?: boolean
}

/** Lines over time; thresholds are drawn as areas. */
export function timeseries(spec: TimeseriesSpec): Sized {
  const builder = described(new Timeseries(), spec, 'range')
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .calcs(['mean', 'max', 'lastNotNull']),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .lineWidth(1)
    .fillOpacity(spec.stacked ? 40 : 10)
  if (spec.min === undefined) builder.axisSoftMin(0)
  if (spec.stacked) builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal))
  if (spec.thresholds)
    builder.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.DashedAndArea))
  return sized(builder.build(), spec, 12, 8)
}

/** Of a long range there is one value, asked once: each point of a course would read the whole range again. */
const isOfLongRange = ({ expr }: Query): boolean => /\[(?:\$__range|1d|24h)\]/.test(expr)

/** The newest value, large, with its course behind where that is cheap. */
export function stat(spec: PanelSpec): Sized {
  const isNow = spec.queries.some(isOfLongRange)
  const builder = described(new Stat(), spec, isNow ? 'instant' : 'range')
    .graphMode(isNow ? BigValueGraphMode.None : BigValueGraphMode.Area)
    .colorMode(spec.thresholds ? BigValueColorMode.Background : BigValueColorMode.Value)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
  return sized(builder.build(), spec, 6, 4)
}

/** The newest value between bounds. */
export function gauge(spec: PanelSpec & { readonly max: number }): Sized {
  const builder = described(new Gauge(), spec, 'range')
    .showThresholdLabels(false)
    .showThresholdMarkers(true)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
  return sized(builder.build(), spec, 6, 8)
}

/** Buckets of one histogram over time, of `buckets()`; the unit is that of the buckets' bounds. */
export function heatmap(spec: PanelSpec): Sized {
  const queries = spec.queries.map((query) => ({ ...query, format: 'heatmap' as const, legend: '{{le}}' }))
  const builder = described(new Heatmap(), { ...spec, queries }, 'range')
    .calculate(false)
    .cellGap(2)
    .yAxis(new YAxisConfigBuilder().unit(spec.unit))
    .showLegend()
  return sized(builder.build(), spec, 12, 8)
}

/** Where lines run and how many together: Grafana counts them into buckets of its own, so they need not be a histogram's. */
export function density(spec: PanelSpec): Sized {
  const builder = described(new Heatmap(), spec, 'range')
    .calculate(true)
    .cellGap(2)
    .yAxis(new YAxisConfigBuilder().unit(spec.unit))
    .showLegend()
  return sized(builder.build(), spec, 12, 8)
}

export interface TableSpec extends PanelSpec {
  /** Heads of the columns by name of the field: a label that the queries keep, `Value` of the only query, or `Value #A` of several. */
  readonly columns: Readonly<Record<string, string>>
  /** Units of columns, by head, that are not the panel's. */
  readonly units?: Readonly<Record<string, string>>
  /** Head of the column that rows are sorted by, highest first. */
  readonly sortBy?: string
}

/** Labels and their values now, a row for each set of labels. */
export function table(spec: TableSpec): Sized {
  const builder = described(new Table(), asRows(spec), 'instant').showHeader(true)
  if (spec.queries.length > 1) builder.withTransformation({ id: 'merge', options: {} })
  builder.withTransformation(onlyColumns(spec.columns))
  if (spec.sortBy) builder.sortBy([{ build: () => ({ displayName: spec.sortBy!, desc: true }) }])
  for (const [head, unit] of Object.entries(spec.units ?? {})) builder.overrideByName(head, [{ id: 'unit', value: unit }])
  return sized(builder.build(), spec, 12, 8)
}

export interface BarChartSpec extends PanelSpec {
  /** Label that a bar stands for. */
  readonly by: string
}

/** A bar for each value of a label, now. */
export function barchart(spec: BarChartSpec): Sized {
  const builder = described(new BarChart(), asRows(spec), 'instant')
    .withTransformation(onlyColumns({ [spec.by]: spec.by, Value: spec.title }))
    .xField(spec.by)
    .orientation(VizOrientation.Horizontal)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(false)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([]),
    )
  return sized(builder.build(), spec, 12, 8)
}

const asRows = <T extends PanelSpec>(spec: T): T => ({
  ...spec,
  queries: spec.queries.map((query) => ({ ...query, format: 'table' as const })),
})

/** These fields in this order, under their heads, without the time, and without a value that nobody named (of an info metric: 1). */
function onlyColumns(columns: Readonly<Record<string, string>>): { id: string; options: unknown } {
  const fields = Object.keys(columns)
  const hidden = ['Time', ...(fields.some((field) => field.startsWith('Value')) ? [] : ['Value'])]
  return {
    id: 'organize',
    options: {
      excludeByName: Object.fromEntries(hidden.map((field) => [field, true])),
      indexByName: Object.fromEntries(fields.map((field, index) => [field, index])),
      renameByName: columns,
    },
  }
}
