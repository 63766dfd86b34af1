/** What the recording rules of `config/prometheus/rules/mcp-mesh.yaml` make of it: health of the registry, objectives; and who is registered. */
import { runbook } from '../kit/links.ts'
import { gauge, timeseries } from '../kit/panels.ts'
import { selecting, sum } from '../kit/promql.ts'

const NEEDS_RULES = 'Needs the recording rules of rules/mcp-mesh.yaml.'

export const objectives = {
  title: 'Registry and objectives',
  panels: [
    gauge({
      title: 'Registry Health Score',
      description: `100: the registry is up, answers without errors and within half a second. ${NEEDS_RULES}`,
      unit: 'short',
      min: 0,
      max: 100,
      thresholds: ['red', [75, 'yellow'], [95, 'green']],
      noValue: 'no rules, or no registry',
      queries: [{ expr: 'mcp_mesh:registry:health_score', legend: 'registry' }],
      links: [runbook('MeshRegistryUnhealthy')],
    }),
    timeseries({
      title: 'Registered Agents',
      description: 'Agents that the registry knows, by what it found of them.',
      unit: 'short',
      width: 18,
      stacked: true,
      queries: [{ expr: sum(selecting()('mcp_mesh_registry_agents_total'), 'status'), legend: '{{status}}' }],
      links: [runbook('MeshAgentsUnhealthy')],
    }),
    timeseries({
      title: 'SLO: Availability',
      description: `Part of the requests that neither failed nor timed out, by agent; no line while nobody asks. ${NEEDS_RULES}`,
      unit: 'percentunit',
      max: 1,
      thresholds: ['red', [0.99, 'yellow'], [0.999, 'green']],
      queries: [{ expr: 'mcp_mesh:slo:availability{agent=~"$agent"}', legend: '{{agent}}' }],
    }),
    timeseries({
      title: 'SLO: Latency',
      description: `1 while the P95 of the agent is below 1 s, else 0; no line while nobody asks. ${NEEDS_RULES}`,
      unit: 'bool_yes_no',
      min: 0,
      max: 1,
      thresholds: ['red', [1, 'green']],
      queries: [{ expr: 'mcp_mesh:slo:latency{agent=~"$agent"}', legend: '{{agent}}' }],
    }),
  ],
}
