/** The same as objects of Kubernetes: a ConfigMap that Grafana's sidecar takes, a PrometheusRule of the Prometheus Operator. */
import { type Yaml, yamlText } from './yaml.ts'

/** `name`: lower case, digits, dashes. */
export function configMapText(name: string, json: string): string {
  return yamlText({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels: { grafana_dashboard: '1' } },
    data: { [`${name}.json`]: json },
  })
}

export function prometheusRuleText(name: string, groups: { readonly groups: readonly Yaml[] }): string {
  return yamlText({
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name, labels: { 'app.kubernetes.io/name': 'agentlog-exporter' } },
    spec: groups,
  })
}
