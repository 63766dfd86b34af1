/** What panels of all kinds have in common: words, unit, queries on the dashboard's data source, colours, links. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  type DashboardLink,
  type FieldColor,
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  type Panel,
  type ThresholdsConfig,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { type Dataquery, DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { DATASOURCE } from './datasource.ts'
import { type Colour, PLAIN, steps, type Thresholds } from './thresholds.ts'

export interface Query {
  readonly expr: string
  /** Name of a line, with `{{label}}`. */
  readonly legend?: string
  readonly format?: 'table' | 'heatmap'
  /** Mark single events that the exporter kept as exemplars. */
  readonly exemplars?: boolean
}

export interface PanelSpec {
  readonly title: string
  /** What is shown, what is good, and what no value means. */
  readonly description: string
  /** As Grafana calls it: s, bytes, reqps, percentunit, currencyUSD, short … */
  readonly unit: string
  readonly queries: readonly Query[]
  readonly thresholds?: Thresholds
  readonly min?: number
  readonly max?: number
  readonly decimals?: number
  /** Words and colours for single values, such as up for 1. */
  readonly states?: Readonly<Record<number, readonly [string, Colour]>>
  /** What stands there while there is no value; without it Grafana says "No data". */
  readonly noValue?: string
  /** Columns of 24, and rows. */
  readonly width?: number
  readonly height?: number
  /** A range of its own, such as 24h, whatever the dashboard's is. */
  readonly timeFrom?: string
  readonly links?: readonly Builder<DashboardLink>[]
}

/** What builders of all kinds of panels can do. */
export interface Common extends Builder<Panel> {
  title(title: string): this
  description(description: string): this
  unit(unit: string): this
  datasource(datasource: typeof DATASOURCE): this
  withTarget(target: Builder<Dataquery>): this
  thresholds(thresholds: Builder<ThresholdsConfig>): this
  colorScheme(color: Builder<FieldColor>): this
  min(min: number): this
  max(max: number): this
  decimals(decimals: number): this
  noValue(noValue: string): this
  timeFrom(timeFrom: string): this
  links(links: Builder<DashboardLink>[]): this
  mappings(mappings: ValueMapping[]): this
}

const FORMATS = { table: PromQueryFormat.Table, heatmap: PromQueryFormat.Heatmap, lines: PromQueryFormat.TimeSeries }

function target(query: Query, index: number, kind: 'range' | 'instant'): Builder<Dataquery> {
  const builder = new DataqueryBuilder()
    .refId(String.fromCharCode('A'.charCodeAt(0) + index))
    .datasource(DATASOURCE)
    .expr(query.expr)
    .format(FORMATS[query.format ?? 'lines'])
    .exemplar(query.exemplars ?? false)
  if (query.legend !== undefined) builder.legendFormat(query.legend)
  return kind === 'range' ? builder.range() : builder.instant()
}

function words(states: NonNullable<PanelSpec['states']>): ValueMapping {
  const options = Object.entries(states).map(([value, [text, color]], index) => [value, { text, color, index }] as const)
  return { type: MappingType.ValueToText, options: Object.fromEntries(options) }
}

/** Colours follow the thresholds where some are said, else the lines. */
export function described<B extends Common>(builder: B, spec: PanelSpec, kind: 'range' | 'instant'): B {
  builder.title(spec.title).description(spec.description).unit(spec.unit).datasource(DATASOURCE)
  spec.queries.forEach((query, index) => {
    builder.withTarget(target(query, index, kind))
  })
  const mode = spec.thresholds && spec.queries.length === 1 ? FieldColorModeId.Thresholds : FieldColorModeId.PaletteClassic
  builder.thresholds(steps(spec.thresholds ?? PLAIN)).colorScheme(new FieldColorBuilder().mode(mode))
  if (spec.min !== undefined) builder.min(spec.min)
  if (spec.max !== undefined) builder.max(spec.max)
  if (spec.decimals !== undefined) builder.decimals(spec.decimals)
  if (spec.noValue !== undefined) builder.noValue(spec.noValue)
  if (spec.timeFrom !== undefined) builder.timeFrom(spec.timeFrom)
  if (spec.states !== undefined) builder.mappings([words(spec.states)])
  if (spec.links !== undefined) builder.links([...spec.links])
  return builder
}
