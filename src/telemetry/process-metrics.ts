/**
 * Process and runtime metrics of the exporter itself, from prom-client's defaults. The only importer of prom-client, with a
 * registry of its own, so that its successor is a change of this file.
 */
import { collectDefaultMetrics, Registry } from 'prom-client'

export interface ProcessFamily {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary'
  readonly samples: readonly ProcessSample[]
}

interface ProcessSample {
  readonly suffix: string
  readonly labels: readonly (readonly [string, string])[]
  readonly value: number
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

/**
 * How often the event loop is asked for its delay. Each time wakes the process: at prom-client's 10 ms that was half of the 0.47 %
 * of a processor which an idle exporter took.
 */
const LAG_PRECISION_MS = 200
/** They are of the time since the last reading; prom-client gives nonsense (NaN, 2^63 ns) where nothing was measured since then. */
const LAG_METRIC = /^nodejs_eventloop_lag_(?:min|max|mean|stddev|p\d+)_seconds$/
const MEAN_LAG = 'nodejs_eventloop_lag_mean_seconds'

export class ProcessMetrics {
  readonly #registry = new Registry()
  #families: readonly ProcessFamily[] = []
  #refreshing: Promise<void> | undefined

  constructor() {
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: LAG_PRECISION_MS })
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
      const hasLag = metrics.some(({ name, values }) => name === MEAN_LAG && Number.isFinite(values[0]?.value))
      this.#families = metrics
        .filter((metric) => !MISNAMED.has(metric.name))
        .map((metric) => (LAG_METRIC.test(metric.name) ? this.#lagOf(familyOf(metric), hasLag) : familyOf(metric)))
    } catch {
      // A collector that fails (no /proc) leaves what was read before.
    }
  }

  /** What is measured is the time between two wakes, so the precision is taken off. Not measured again: what was told before. */
  #lagOf(family: ProcessFamily, isMeasured: boolean): ProcessFamily {
    if (!isMeasured) return this.#families.find(({ name }) => name === family.name) ?? { ...family, samples: [] }
    if (family.name.includes('_stddev_')) return family
    const samples = family.samples.map((one) => ({ ...one, value: Math.max(0, one.value - LAG_PRECISION_MS / 1000) }))
    return { ...family, samples }
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
