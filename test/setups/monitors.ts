/** ServiceMonitors and PodMonitors: what Prometheus Operator makes of their relabelings, for the programs that know only Prometheus. */
import type { Relabeling, ScrapeJob } from './shipped-setups.ts'

interface MonitorRelabeling {
  readonly sourceLabels?: readonly string[]
  readonly targetLabel?: string
  readonly regex?: string
  readonly replacement?: string
  readonly action?: string
}
interface Endpoint {
  readonly port: string
  readonly interval: string
  readonly path: string
  readonly honorLabels?: boolean
  readonly honorTimestamps?: boolean
  readonly relabelings?: readonly MonitorRelabeling[]
  readonly metricRelabelings?: readonly MonitorRelabeling[]
}
export interface Monitor {
  readonly kind: 'ServiceMonitor' | 'PodMonitor'
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> }
    readonly endpoints?: readonly Endpoint[]
    readonly podMetricsEndpoints?: readonly Endpoint[]
  }
}

const relabeling = ({ sourceLabels, targetLabel, ...rest }: MonitorRelabeling): Relabeling => ({
  ...(sourceLabels && { source_labels: sourceLabels }),
  ...(targetLabel && { target_label: targetLabel }),
  ...rest,
})

export const endpointsOf = ({ spec }: Monitor): readonly Endpoint[] => spec.endpoints ?? spec.podMetricsEndpoints ?? []

export function relabelingsOf(monitor: Monitor): ScrapeJob[] {
  return endpointsOf(monitor).map((endpoint) => ({
    job_name: monitor.metadata.name,
    scrape_interval: endpoint.interval,
    metrics_path: endpoint.path,
    honor_labels: endpoint.honorLabels ?? false,
    relabel_configs: endpoint.relabelings?.map(relabeling) ?? [],
    metric_relabel_configs: endpoint.metricRelabelings?.map(relabeling) ?? [],
  }))
}
