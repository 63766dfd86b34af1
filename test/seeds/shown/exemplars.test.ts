/**
 * From a number to the trace behind it, as MCP Mesh's set-up wants it: a real Prometheus with its flags takes the exemplars that the
 * exporter serves in OpenMetrics, and writes its snapshot when it ends.
 */
import { appendFileSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Prometheus } from '../../real/prometheus-server.ts'
import { Exporter, isMissing, Scratch, until } from '../../real/workbench.ts'

const TRACE = '5f3c9a7d2b8e4f60a1c2d3e4f5061728'
const FEATURES = '--enable-feature=exemplar-storage,memory-snapshot-on-shutdown'

interface Found {
  readonly seriesLabels: Readonly<Record<string, string>>
  readonly exemplars: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: string }[]
}

async function exemplarsOf(prometheus: Prometheus, query: string): Promise<readonly Found[]> {
  const [start, end] = [-3600, 3600].map((seconds) => Date.now() / 1000 + seconds)
  const asked = `query=${encodeURIComponent(query)}&start=${start}&end=${end}`
  const answer = await fetch(`${prometheus.url}/api/v1/query_exemplars?${asked}`)
  return ((await answer.json()) as { data: readonly Found[] }).data
}

const line = (agent: string, traceId: string, ms: number): string =>
  `${JSON.stringify({ timestamp: new Date().toISOString(), traceId, service: 'mesh', event: 'agent_run_finished', run_id: agent, agent_name: agent, method: 'route', status: 'success', duration_ms: ms })}\n`

test.skipIf(isMissing('prometheus'))(
  'query_exemplars returns the trace of a request, and none where there is "no-trace"',
  async () => {
    const scratch = new Scratch()
    const log = scratch.write('mesh.jsonl', '')
    const exporter = await Exporter.start('--preset', 'mcp-mesh', log)
    const target = exporter.url.replace('http://', '')
    const configuration = scratch.write(
      'prometheus.yml',
      `global: { scrape_interval: 1s }\nscrape_configs: [{ job_name: mcp-mesh-agents, static_configs: [{ targets: ["${target}"] }] }]\n`,
    )
    const prometheus = await Prometheus.prepared(configuration, scratch.file('tsdb'), FEATURES)
    try {
      await until('prometheus', () => prometheus.isReady())
      appendFileSync(log, line('maps', TRACE, 300) + line('taxi', 'no-trace', 300))
      const isScraped = async (agent: string): Promise<true | undefined> =>
        (await prometheus.query(`mcp_mesh_requests_total{agent="${agent}"} == 1`)).length > 0 ? true : undefined
      await until('both agents', async () => (await isScraped('maps')) && isScraped('taxi'))
      const found = await exemplarsOf(prometheus, 'mcp_mesh_request_duration_seconds_bucket')
      expect(
        found.map(({ seriesLabels: { agent, le }, exemplars }) => [agent, le, exemplars.map(({ labels }) => labels)]),
      ).toEqual([['maps', '0.5', [{ trace_id: TRACE }]]])
      expect(Number(found[0]!.exemplars[0]!.value)).toBe(0.3)
      expect((await exemplarsOf(prometheus, 'mcp_mesh_requests_total')).map(({ seriesLabels }) => seriesLabels.agent)).toEqual([
        'maps',
      ])
      expect(await prometheus.stop()).toBe(0)
      expect(readdirSync(scratch.file('tsdb')).filter((name) => name.startsWith('chunk_snapshot'))).toHaveLength(1)
    } finally {
      await prometheus.stop('SIGKILL')
      await exporter.stop()
      scratch.remove()
    }
  },
)
