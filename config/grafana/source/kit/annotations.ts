/** Events that are drawn over all panels. */
import { type AnnotationQuery, AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { DATASOURCE } from './datasource.ts'
import { onTop } from './links.ts'

export interface AnnotationSpec {
  readonly name: string
  /** A mark wherever it has a value. */
  readonly expr: string
  /** Text at the mark, with `{{label}}`. */
  readonly text: string
  readonly colour: string
}

export function annotation({ name, expr, text, colour }: AnnotationSpec): AnnotationQuery {
  return onTop(
    new AnnotationQueryBuilder()
      .name(name)
      .datasource(DATASOURCE)
      .enable(true)
      .hide(false)
      .iconColor(colour)
      .expr(expr)
      .titleFormat(name)
      .textFormat(text)
      .build(),
  )
}

/** The exporter's process, which stands beside the agent, started: a deployment or a crash. */
export const starts = (): AnnotationSpec => ({
  name: 'Exporter started',
  expr: 'changes(process_start_time_seconds{job=~"$job",instance=~"$instance"}[$__rate_interval]) > 0',
  text: '{{job}} {{instance}}',
  colour: 'blue',
})
