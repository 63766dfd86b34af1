/**
 * Process and runtime metrics of the exporter itself, from prom-client's defaults. The only importer of prom-client, with a
 * registry of its own, so that its successor is a change of this file.
 */
import { collectDefaultMetrics, Registry } from 'prom-client'

export interface ProcessFamily {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary'
  readonly samples: readonly {
    readonly suffix: string
    readonly labels: readonly (readonly [string, string])[]
    readonly value: number
  }[]
}

/** A metric as prom-client gives it; its own types leave `metricName` out. */
interface GivenMetric {
  readonly name: string
  readonly help: string
  readonly type: unknown
  readonly values: readonly { readonly metricName?: string; readonly labels: object; readonly value: number }[]
}

/** Gauges whose names end in `_total`, which is for counters: promtool would refuse them. */
const MISNAMED = new Set(['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'])

export class ProcessMetrics {
  readonly #registry = new Registry()
  #families: readonly ProcessFamily[] = []
  #refreshing: Promise<void> | undefined

  constructor() {
    collectDefaultMetrics({ register: this.#registry })
  }

  /** As of the last refresh. */
  families(): readonly ProcessFamily[] {
    return this.#families
  }

  /** Reads the process anew; one at a time. Never rejects: then the last numbers stay. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#read().finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  async #read(): Promise<void> {
    try {
      const metrics = (await this.#registry.getMetricsAsJSON()) as unknown as GivenMetric[]
      this.#families = metrics.filter((metric) => !MISNAMED.has(metric.name)).map(familyOf)
    } catch {
      // A collector that fails (no /proc) leaves what was read before.
    }
  }
}

function familyOf(metric: GivenMetric): ProcessFamily {
  const samples = metric.values.map(({ metricName, labels, value }) => ({
    suffix: (metricName ?? metric.name).slice(metric.name.length),
    labels: Object.entries(labels).map(([name, text]) => [name, String(text)] as const),
    value,
  }))
  return { name: metric.name, help: metric.help, type: String(metric.type) as ProcessFamily['type'], samples }
}
