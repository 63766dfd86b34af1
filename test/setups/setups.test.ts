/** The set-ups as texts: each says what it is and stands in the README, twins are twins, no secret and no stray label is in any. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../deploy/shipped.ts'
import { endpointsOf, type Monitor } from './monitors.ts'
import {
  ALERTMANAGER,
  ALL,
  CONFIGURATIONS,
  documentsOf,
  PROMETHEUS,
  ROUTES,
  type Setup,
  setup,
  textOf,
} from './shipped-setups.ts'

const README = readFileSync(join(PROMETHEUS, 'README.md'), 'utf8')
const routesOf = (name: string): string => readFileSync(join(ALERTMANAGER, `${name}.yaml`), 'utf8')
const secondsOf = (text: string): number => Number(/^(\d+)s$/.exec(text)?.[1])

test('the README names each file', () => {
  expect(ALL.filter((name) => !README.includes(`](setups/${name}.yaml)`))).toEqual([])
  expect(ROUTES.filter((name) => !README.includes(`](../alertmanager/${name}.yaml)`))).toEqual([])
  const named = [...README.matchAll(/\]\(setups\/([\w-]+)\.yaml\)/g)].map(([, name]) => name!)
  expect(named.filter((name) => !ALL.includes(name))).toEqual([])
})

test.each(CONFIGURATIONS)('%s says how to start it, with what it keeps', (name) => {
  const head = textOf(name).split(/^global:/m)[0]!
  expect(head).toContain(`setups/${name}.yaml`)
  expect(head).toMatch(/--storage\.tsdb\.retention\.time=\d+d/)
  expect(README).toContain(`setups/${name}.yaml`)
})

test.each(ALL)('%s opens with what it is', (name) => {
  expect(textOf(name)).toMatch(/^# \w.{40,}/)
})

test.each(CONFIGURATIONS)('%s: no job has less time than it gives up after, and none writes a label __ into series', (name) => {
  const { global, scrape_configs: jobs } = setup(name)
  for (const job of jobs) {
    const intervalSeconds = secondsOf(job.scrape_interval ?? global.scrape_interval)
    expect(secondsOf(job.scrape_timeout ?? global.scrape_timeout)).toBeLessThanOrEqual(intervalSeconds)
    expect((job.metric_relabel_configs ?? []).filter(({ target_label: label }) => label?.startsWith('__'))).toEqual([])
  }
})

/** Without what finds targets. */
function withoutDiscovery(name: string): Setup {
  const set = setup(name)
  for (const job of set.scrape_configs) {
    delete job.kubernetes_sd_configs
    delete job.file_sd_configs
  }
  return set
}

test('mcp-mesh-files is mcp-mesh but for where targets are from', () => {
  expect(withoutDiscovery('mcp-mesh-files')).toEqual(withoutDiscovery('mcp-mesh'))
  const ofMesh = setup('mcp-mesh').scrape_configs.filter((job) => job.kubernetes_sd_configs)
  const ofFiles = setup('mcp-mesh-files').scrape_configs.filter((job) => job.file_sd_configs)
  expect(ofFiles.map(({ job_name: name }) => name)).toEqual(ofMesh.map(({ job_name: name }) => name))
})

test('mcp-mesh-small is the same without what it writes elsewhere', () => {
  const { remote_write: _, ...rest } = setup('mcp-mesh-files')
  expect(setup('mcp-mesh-small')).toEqual(rest)
})

test('shards differ in their number alone, and do with a target what mcp-mesh does', () => {
  const shard = (number: string): Setup => setup(`mcp-mesh-shard-${number}`)
  expect(JSON.stringify(shard('1')).replaceAll('"1"', '"0"')).toBe(JSON.stringify(shard('0')))
  const [job] = shard('0').scrape_configs
  const ofMesh = setup('mcp-mesh').scrape_configs.find(({ job_name: name }) => name === 'mcp-mesh-agents')!
  const kept = job!.relabel_configs!.filter((rule) => !JSON.stringify(rule).includes('__tmp_shard'))
  expect(kept).toEqual(ofMesh.relabel_configs)
  expect(job!.metric_relabel_configs).toEqual(ofMesh.metric_relabel_configs)
  const [hash] = job!.relabel_configs!.filter(({ action }) => action === 'hashmod')
  expect(hash!.modulus).toBe(ALL.filter((name) => name.startsWith('mcp-mesh-shard-')).length)
})

interface Values {
  prometheus: { prometheusSpec: { scrapeInterval: string; externalLabels: unknown; remoteWrite: Record<string, unknown>[] } }
  grafana: Record<string, unknown>
  alertmanager: { config: { route: { routes?: unknown[] }; receivers: { name: string }[] } }
}
const values = documentsOf<Values>(textOf('mcp-mesh-values'))[0]!

const snakeCase = (text: string): string => text.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const snakeKeys = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(snakeKeys)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [snakeCase(key), snakeKeys(inner)]))
      : value

test('the values of the chart are those of mcp-mesh and of its routes', () => {
  const { scrapeInterval, externalLabels, remoteWrite } = values.prometheus.prometheusSpec
  const mesh = setup('mcp-mesh')
  expect([scrapeInterval, externalLabels]).toEqual([mesh.global.scrape_interval, mesh.global.external_labels])
  expect(snakeKeys(remoteWrite)).toEqual(mesh.remote_write)
  const { route, receivers } = structuredClone(values.alertmanager.config)
  // The chart's own alert that is always on goes nowhere.
  delete route.routes
  const shipped = documentsOf<Values['alertmanager']['config']>(routesOf('mcp-mesh'))[0]!
  expect([route, receivers.filter(({ name }) => name !== 'null')]).toEqual([shipped.route, shipped.receivers])
})

test.each(['mcp-mesh-monitors', 'mcp-mesh-sidecars'])(
  '%s: labels of a series win, none is for relabeling alone, no trace is one',
  (name) => {
    const monitors = documentsOf<Monitor>(textOf(name))
    for (const endpoint of monitors.flatMap(endpointsOf)) {
      expect([endpoint.honorLabels, endpoint.interval]).toEqual([true, '30s'])
      const written = (endpoint.metricRelabelings ?? []).flatMap(({ targetLabel }) => targetLabel ?? [])
      expect(written).toEqual([])
    }
  },
)

interface TwoSeverities {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert?: string; readonly labels?: { severity: string }; readonly annotations?: object }[]
  }[]
}

test.each(['agents', 'exporter'])('%s: a graver alert holds back the same of the same thing, and of nothing else', (name) => {
  const { groups } = documentsOf<TwoSeverities>(readFileSync(join(PROMETHEUS, `rules/${name}.yaml`), 'utf8'))[0]!
  const alerts = groups.flatMap(({ rules }) => rules)
  const graver = alerts.filter(({ labels }) => labels?.severity === 'critical').map(({ alert }) => alert)
  const held = alerts.filter(({ alert, labels }) => graver.includes(alert) && labels?.severity !== 'critical')
  expect(held.length).toBeGreaterThan(0)
  const told = held.flatMap(({ annotations }) =>
    [...JSON.stringify(annotations).matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label),
  )
  const { inhibit_rules: inhibitions } = documentsOf<{ inhibit_rules: { equal: string[] }[] }>(routesOf('agentlog'))[0]!
  expect(inhibitions.length).toBeGreaterThan(0)
  for (const { equal } of inhibitions) expect(equal).toEqual(expect.arrayContaining(['alertname', ...told]))
})

test('no secret is in any file, nor what stands for one', () => {
  const texts = [...ALL.map(textOf), ...ROUTES.map(routesOf)].map((text) => text.replace(/^ *#.*$/gm, ''))
  for (const text of texts) {
    expect(text).not.toMatch(/hooks\.slack\.com|changeme|adminPassword|(api_url|service_key|routing_key|password):/)
    for (const [, file] of text.matchAll(/_file: (.+)/g)) expect(file).toMatch(/^\/etc\/alertmanager\/secrets\/\S+$/)
  }
})

test('jobs are called as published: rules and dashboards know them by name', () => {
  const jobs = Object.fromEntries(
    ['mcpworks', 'callsphere', 'makeaihq', 'mcp-gateway', 'mcp-mesh', 'agentlog'].map((name) => [
      name,
      setup(name).scrape_configs.map(({ job_name: job }) => job),
    ]),
  )
  expect(jobs).toEqual({
    mcpworks: ['mcpworks-api', 'node'],
    callsphere: ['ai-agents', 'agent-canary'],
    makeaihq: ['mcp-server'],
    'mcp-gateway': ['mcp-gateway'],
    'mcp-mesh': ['mcp-mesh-registry', 'mcp-mesh-agents', 'prometheus'],
    agentlog: ['agentlog', 'node', 'prometheus'],
  })
})

test('the README makes an object of Prometheus Operator of rules', () => {
  const command = /^sed .+$/m.exec(README)![0]
  const made = documentsOf<{ kind: string; spec: { groups: unknown[] } }>(
    execFileSync('sh', ['-c', command], { cwd: ROOT, encoding: 'utf8' }),
  )[0]!
  expect(made.kind).toBe('PrometheusRule')
  expect(made.spec).toEqual(documentsOf(readFileSync(join(PROMETHEUS, 'rules/mcp-mesh.yaml'), 'utf8'))[0])
})
