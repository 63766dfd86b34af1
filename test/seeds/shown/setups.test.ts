/**
 * config/prometheus/setups in the hands of promtool, and live: each set-up runs as it is shipped, with real exporters behind its addresses,
 * and what then stands in Prometheus is what the set-up promises.
 */
import { appendFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { Alertmanager } from '../../real/alertmanager-server.ts'
import { run } from '../../real/deploy-programs.ts'
import type { Prometheus } from '../../real/prometheus-server.ts'
import { Machines, Names } from '../../real/setup-on-loopback.ts'
import { Exporter, freePort, isMissing, Running, Scratch, until } from '../../real/workbench.ts'
import { type Monitor, relabelingsOf } from '../../setups/monitors.ts'
import { ALERTMANAGER, CONFIGURATIONS, documentsOf, SETUPS, setup, textOf } from '../../setups/shipped-setups.ts'
import { alertsOf } from '../alerts/sixtieth.ts'

const isSkipped = isMissing('prometheus', 'promtool', 'prometheus-node-exporter')

describe.skipIf(isSkipped)('promtool', () => {
  const scratch = new Scratch()
  afterAll(() => scratch.remove())

  const checked = (file: string): string => {
    const { status, stdout, stderr } = run('promtool', 'check', 'config', file)
    expect([status, stderr], file).toEqual([0, ''])
    return stdout
  }

  test.each(CONFIGURATIONS.filter((name) => !textOf(name).includes('kubernetes_sd_configs')))(
    'takes %s with its rules',
    (name) => {
      const said = checked(join(SETUPS, `${name}.yaml`))
      expect(said.match(/SUCCESS: \d+ rules found/g)?.length ?? 0).toBe(setup(name).rule_files?.length ?? 0)
    },
  )

  test('takes what mcp-mesh does with targets, wherever they are from', () => {
    const set = setup('mcp-mesh')
    for (const job of set.scrape_configs) delete job.kubernetes_sd_configs
    set.rule_files = set.rule_files!.map((path) => join(SETUPS, path))
    checked(scratch.write('mcp-mesh.yaml', stringify(set)))
  })

  test.each(['mcp-mesh-monitors', 'mcp-mesh-sidecars'])('takes the relabeling of %s', (name) => {
    const jobs = documentsOf<Monitor>(textOf(name)).flatMap(relabelingsOf)
    expect(jobs.length).toBeGreaterThan(0)
    checked(scratch.write(`${name}.yaml`, stringify({ scrape_configs: jobs })))
  })
})

const AGENT = { agent_name: 'weather-agent', namespace: 'acme', trigger_type: 'webhook', method: 'get_forecast' }
const LINES = [
  { event: 'agent_run_finished', ...AGENT, run_id: 'r1', status: 'success', duration_ms: 400 },
  {
    event: 'model_call',
    agent_name: 'weather-agent',
    model_id: 'gpt-4o',
    input_tokens: 900,
    output_tokens: 80,
    duration_ms: 700,
  },
  { event: 'tool_invocation', ...AGENT, tool_name: 'search', result_status: 'success', duration_ms: 90, server_name: 'github' },
  { event: 'http_request_finished', request_id: 'q1', method: 'POST', endpoint: '/v1/search', status: '200', duration_ms: 30 },
]

const STAMPED_AGO_MS = 3600

/** As many as two shards need to have some each; the first two are those of the shipped file of targets. */
const PODS = Array.from({ length: 10 }, (_, index) => `10.0.1.${20 + index}`)

const podTargets = (): string =>
  stringify(
    PODS.map((pod) => ({
      targets: [pod],
      labels: {
        __meta_kubernetes_pod_annotation_prometheus_io_scrape: 'true',
        __meta_kubernetes_pod_annotation_prometheus_io_port: '19464',
      },
    })),
  )

describe.skipIf(isSkipped)('live', () => {
  const machines = new Machines()
  const set = new Map<string, Prometheus>()
  let names: Names
  let stub: Server
  let alertmanager: Alertmanager

  /** The exporter of a preset, its log with four lines of now, behind the addresses that the set-up has. */
  async function exporter(preset: string, hosts: readonly string[], ...flags: readonly string[]): Promise<void> {
    const log = machines.scratch.write(`${preset}.jsonl`, '')
    const started = machines.keep(await Exporter.start('--preset', preset, log, ...flags))
    const timestamp = new Date().toISOString().replace('T', ' ').replace('Z', '')
    for (const line of LINES) appendFileSync(log, `${JSON.stringify({ timestamp, level: 'info', ...line })}\n`)
    names.set(started.url, ...hosts)
  }

  /** An agent that says itself when its samples are from, and has numbers of a Go program. */
  async function stamped(): Promise<void> {
    const server = createServer((_, answer) => {
      const active = `mcp_mesh_connections_active{agent="analytics",namespace="acme"} 3 ${Date.now() - STAMPED_AGO_MS}`
      answer.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' })
      answer.end(`go_memstats_alloc_bytes 5\nprocess_open_fds 7\n${active}\n`)
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    stub = server
    names.set(`http://127.0.0.1:${(server.address() as { port: number }).port}`, '10.0.1.21:19464')
  }

  async function nodeExporter(): Promise<void> {
    const port = await freePort()
    machines.keep(new Running('prometheus-node-exporter', [`--web.listen-address=127.0.0.1:${port}`]))
    names.set(`http://127.0.0.1:${port}`, 'mcpworks-api:9100')
  }

  beforeAll(async () => {
    names = await Names.start()
    await Promise.all([
      exporter('mcpworks', ['mcpworks-api:19464']),
      exporter('callsphere', ['agent-service:8000', 'agent-canary:8000']),
      exporter('makeaihq', ['mcp-server-1:19464', 'mcp-server-2:19464', 'mcp-server-3:19464']),
      exporter('mcp-gateway', ['mcp-gateway:19464'], '--web.telemetry-path', '/api/v1/metrics'),
      exporter('mcp-mesh', ['10.0.0.10:19464', '10.0.1.20:19464']),
      stamped(),
      nodeExporter(),
    ])
    alertmanager = machines.keep(
      await Alertmanager.start(join(ALERTMANAGER, 'mcp-mesh.yaml'), machines.scratch.file('alertmanager')),
    )
    names.set(alertmanager.url, 'alertmanager:9093')
    const receiver = async (): Promise<Prometheus> => {
      const nothing = machines.scratch.write('receiver.yaml', 'global: {}\n')
      return machines.bare('receiver', nothing, '--web.enable-remote-write-receiver')
    }
    const started: [string, Promise<Prometheus>][] = [['receiver', receiver()]]
    const pods = machines.scratch.write('pods.yaml', podTargets())
    for (const name of CONFIGURATIONS.filter((name) => !['agentlog', 'mcp-mesh'].includes(name)))
      started.push([name, machines.prometheus(name, names, name.includes('shard') ? pods : undefined)])
    for (const [name, prometheus] of started) set.set(name, await prometheus)
    names.set(set.get('receiver')!.url, 'long-term-storage:9090', 'prometheus-storage.example.com')
    names.set(set.get('mcp-mesh-files')!.url, 'localhost:9090', 'prometheus-us-east-1:9090')
  })
  afterAll(async () => {
    await machines.stop()
    names?.stop()
    stub?.close()
  })

  /** Label values of the answer, once there is one. */
  const labels = async (name: string, expression: string, ...keys: readonly string[]): Promise<string[]> =>
    until(`${expression} of ${name}`, async () => {
      const found = await set.get(name)!.query(expression)
      const texts = found.map(({ metric }) => keys.map((key) => metric[key] ?? '-').join(' '))
      return texts.length > 0 ? [...new Set(texts)].sort() : undefined
    })

  const value = async (name: string, expression: string): Promise<number> =>
    until(`${expression} of ${name}`, async () => {
      const [first] = await set.get(name)!.query(expression)
      return first === undefined ? undefined : Number(first.value[1])
    })

  const allUp = (name: string, count: number): Promise<boolean> =>
    until(`${count} targets of ${name}`, async () => ((await value(name, 'sum(up)')) === count ? true : undefined))

  async function status<T>(name: string, what: string): Promise<T> {
    return ((await (await fetch(`${set.get(name)!.url}/api/v1/${what}`)).json()) as { data: T }).data
  }

  test('mcpworks: the API and its host are up, and 30 days are kept', async () => {
    await allUp('mcpworks', 2)
    expect(await labels('mcpworks', 'up', 'job', 'instance')).toEqual([
      'mcpworks-api mcpworks-api:19464',
      'node mcpworks-api:9100',
    ])
    expect(await value('mcpworks', 'node_memory_MemTotal_bytes{job="node"}')).toBeGreaterThan(2 ** 20)
    expect(await value('mcpworks', 'http_requests_total{handler="/v1/search"}')).toBe(1)
    // What the rules on hosts compare with their thresholds is there.
    for (const { alert, expr } of alertsOf('hosts.yaml').filter(({ alert: name }) => /HighCpu|HighMemory/.test(name!))) {
      const share = await value('mcpworks', expr.replace(/ > [\d.]+$/, ''))
      expect([alert, share > 0, share <= 1]).toEqual([alert, true, true])
    }
    expect(await labels('mcpworks', 'node_filesystem_avail_bytes', 'job')).toEqual(['node'])
    expect(await labels('mcpworks', 'node_network_receive_bytes_total', 'job')).toEqual(['node'])
    expect(await status('mcpworks', 'status/flags')).toMatchObject({ 'storage.tsdb.retention.time': '30d' })
  })

  test('callsphere: production and canary are labelled, and calls of models are kept', async () => {
    await allUp('callsphere', 2)
    const both = ['agent-canary canary ai-platform', 'ai-agents production ai-platform']
    expect(await labels('callsphere', 'up', 'job', 'environment', 'team')).toEqual(both)
    expect(await labels('callsphere', 'agent_requests_total', 'job', 'environment', 'team')).toEqual(both)
    const names = await labels('callsphere', 'count by (__name__) ({job="ai-agents"})', '__name__')
    expect(names).toEqual(expect.arrayContaining(['model_inference_calls_total', 'model_inference_duration_seconds_bucket']))
    expect(names).toEqual(expect.arrayContaining(['agent_requests_total', 'agentlog_lines_total', 'up']))
    expect(names.filter((name) => /^(process|nodejs)_/.test(name))).toEqual(['process_start_time_seconds'])
    expect(await labels('callsphere', 'process_resident_memory_bytes', 'job')).toEqual(['agent-canary'])
  })

  test('makeaihq: instance is the address and pod its host', async () => {
    await allUp('makeaihq', 3)
    const pods = [1, 2, 3].map((n) => `mcp-server-${n}:19464 mcp-server-${n}`)
    expect(await labels('makeaihq', 'mcp_tool_invocations_total', 'instance', 'pod')).toEqual(pods)
    const { yaml } = await status<{ yaml: string }>('makeaihq', 'status/config')
    expect(yaml).toMatch(/external_labels:\n +cluster: production\n +environment: prod/)
  })

  test('mcp-gateway: its numbers stand at the path of its API', async () => {
    expect(await labels('mcp-gateway', 'tool_calls_total > 0', 'job', 'tool')).toEqual(['mcp-gateway search'])
  })

  test('mcp-mesh: of targets that discovery gives those are kept that want to be, with their own labels', async () => {
    const targets = await until('targets', async () => {
      const found = await status<{ activeTargets: { health: string; scrapeUrl: string }[]; droppedTargets: unknown[] }>(
        'mcp-mesh-files',
        'targets',
      )
      return found.activeTargets.every(({ health }) => health === 'up') ? found : undefined
    })
    expect(targets.activeTargets.map(({ scrapeUrl }) => scrapeUrl).sort()).toEqual([
      'http://10.0.0.10:19464/metrics',
      'http://10.0.1.20:19464/metrics',
      'http://10.0.1.21:19464/metrics',
      'http://localhost:9090/metrics',
    ])
    expect(targets.droppedTargets.length).toBe(2)
    expect(await labels('mcp-mesh-files', 'up{job="mcp-mesh-registry"}', 'namespace', 'service')).toEqual([
      'mcp-mesh mcp-mesh-registry',
    ])
    const pods = ['analytics-agent analytics-agent-0 mcp-mesh', 'weather-agent weather-agent-0 mcp-mesh']
    expect(await labels('mcp-mesh-files', 'up{job="mcp-mesh-agents"}', 'agent_name', 'pod', 'namespace')).toEqual(pods)
    // Of weather-agent, by what its log says, whichever pod wrote it.
    const agents = await labels('mcp-mesh-files', 'mcp_mesh_requests_total', 'agent', 'exported_agent', 'exported_namespace')
    expect(agents).toEqual(['weather-agent - -'])
    expect(await labels('mcp-mesh-files', 'mcp_mesh_connections_active{agent="analytics"}', 'namespace', 'pod')).toEqual([
      'acme analytics-agent-0',
    ])
    // And when it says it was.
    const agoSeconds = await value('mcp-mesh-files', 'time() - timestamp(mcp_mesh_connections_active{agent="analytics"})')
    expect(agoSeconds).toBeGreaterThanOrEqual(STAMPED_AGO_MS / 1000)
  })

  test('mcp-mesh: no numbers of processes but its own, and no label for the time of relabeling alone', async () => {
    await labels('mcp-mesh-files', 'go_memstats_alloc_bytes', 'job')
    expect(await labels('mcp-mesh-files', '{__name__=~"(go|process|nodejs)_.+"}', 'job')).toEqual(['prometheus'])
    for (const name of ['mcp-mesh-files', 'mcp-mesh-small', 'mcp-mesh-shard-0'])
      expect((await status<string[]>(name, 'labels')).filter((label) => label.startsWith('__') && label !== '__name__')).toEqual(
        [],
      )
  })

  test('what is written for long terms: aggregates, of which tokens and cost at full length', async () => {
    await labels('receiver', '{__name__=~"mcp_mesh:.*"}', '__name__')
    await labels('receiver', 'agent_token_usage_total', 'environment')
    const all = await labels('receiver', '{__name__!=""}', '__name__')
    expect(all).toContain('mcp_mesh:request_rate')
    expect(all).toContain('agent_estimated_cost_dollars')
    expect(all.filter((name) => !/:|^agent_token_usage_total$|^agent_estimated_cost_dollars$/.test(name))).toEqual([])
    // External labels tell whose they are.
    expect(await labels('receiver', 'mcp_mesh:request_rate', 'agent', 'cluster', 'region')).toEqual([
      'weather-agent production us-east-1',
    ])
  })

  test('the federation has the aggregates of a cluster, by its name', async () => {
    await labels('mcp-mesh-federation', '{__name__=~"mcp_mesh:.*"}', '__name__')
    expect(await labels('mcp-mesh-federation', 'mcp_mesh:request_rate', 'agent', 'source_cluster')).toEqual([
      'weather-agent us-east-1',
    ])
    await labels('mcp-mesh-federation', 'up{job="mcp-mesh-agents"}', 'pod')
    const all = await labels('mcp-mesh-federation', '{source_cluster="us-east-1",job!="federate"}', '__name__')
    expect(all.filter((name) => !/^(mcp_mesh:.+|up|prometheus_build_info)$/.test(name))).toEqual([])
    const match = (selector: string): string =>
      `${set.get('mcp-mesh-files')!.url}/federate?match[]=${encodeURIComponent(selector)}`
    const selectors = ['mcp_mesh:.*', '{__name__=~"mcp_mesh:.*"}']
    const answers = await Promise.all(selectors.map(async (selector) => (await fetch(match(selector))).status))
    expect(answers).toEqual([400, 200])
  })

  test('the small one keeps a week and 20 GB, and writes nothing elsewhere', async () => {
    const flags = await status<Record<string, string>>('mcp-mesh-small', 'status/flags')
    expect(flags).toMatchObject({ 'storage.tsdb.retention.time': '1w', 'storage.tsdb.retention.size': '20GiB' })
    expect((await status<{ yaml: string }>('mcp-mesh-small', 'status/config')).yaml).not.toContain('remote_write')
    expect(await labels('mcp-mesh-small', 'mcp_mesh_requests_total', 'agent')).toEqual(['weather-agent'])
  })

  test('two shards share the targets, each target once', async () => {
    const urls = await Promise.all(
      ['mcp-mesh-shard-0', 'mcp-mesh-shard-1'].map(async (name) => {
        const { activeTargets } = await status<{ activeTargets: { scrapeUrl: string }[] }>(name, 'targets')
        return activeTargets.map(({ scrapeUrl }) => scrapeUrl)
      }),
    )
    expect(urls.flat().sort()).toEqual(PODS.map((pod) => `http://${pod}:19464/metrics`))
    expect(urls.map(({ length }) => length > 0)).toEqual([true, true])
  })

  test('what the README asks of a Prometheus that costs too much is answered', async () => {
    const { stats } = await status<{ stats: { timings: { evalTotalTime: number }; samples: { totalQueryableSamples: number } } }>(
      'mcpworks',
      'query?query=up&stats=all',
    )
    expect([stats.timings.evalTotalTime >= 0, stats.samples.totalQueryableSamples]).toEqual([true, 2])
    const tsdb = await status<{ headStats: { numSeries: number }; seriesCountByMetricName: { name: string; value: number }[] }>(
      'mcpworks',
      'status/tsdb',
    )
    expect(tsdb.headStats.numSeries).toBeGreaterThan(tsdb.seriesCountByMetricName.length)
    const nowSeconds = Math.floor(Date.now() / 1000)
    const samples = `# TYPE agent_calls counter\nagent_calls_total{tool="a"} 1 ${nowSeconds}\nagent_calls_total{tool="b"} 1 ${nowSeconds}\n# EOF\n`
    const blocks = machines.scratch.file('blocks')
    run('promtool', 'tsdb', 'create-blocks-from', 'openmetrics', machines.scratch.write('samples.om', samples), blocks)
    expect(run('promtool', 'tsdb', 'analyze', blocks).stdout).toMatch(/Series: 2[\s\S]*Highest cardinality labels:\n2 tool/)
  })

  test('an alert of mcp-mesh arrives in Alertmanager with the labels of its Prometheus', async () => {
    names.delete('10.0.1.21:19464')
    const alert = await until('the alert', async () =>
      (await alertmanager.alerts()).find(
        ({ labels }) => labels.alertname === 'PrometheusTargetDown' && labels.pod === 'analytics-agent-0',
      ),
    )
    expect(alert.labels).toMatchObject({
      cluster: 'production',
      region: 'us-east-1',
      severity: 'critical',
      pod: 'analytics-agent-0',
    })
    expect(alert.annotations.description).toContain('10.0.1.21:19464')
  })
})
