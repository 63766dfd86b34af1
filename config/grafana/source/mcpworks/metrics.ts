/** Selectors of the metrics of `mcpworks`. */
import { type Select, selecting } from '../kit/promql.ts'

/** Of the API: other presets have metrics of these names with an `endpoint` in place of a `handler`. */
export const http: Select = (metric, ...matchers) => selecting()(metric, 'handler!=""', ...matchers)
/** What has no label to choose by. */
export const whole = selecting()
/** Of runs, proxy and sandbox: what was chosen of the namespaces. */
export const tenant = selecting('namespace')
