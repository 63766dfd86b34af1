/**
 * The compose file of the whole stack: its exporter is that of volume.yaml, which compose.test.ts has checked; what watches it is the shipped
 * general set-up, which nobody else can reach, bounded in disk and memory, without a password that all know.
 */
import { existsSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { expect, test } from 'vitest'
import { ALERTMANAGER, type Setup, setup } from '../setups/shipped-setups.ts'
import { FILES, FOLDER, mountsOf, STACK } from './compose.ts'
import { readAll } from './kustomize.ts'
import { bytesOf, ROOT } from './shipped.ts'

const { services } = STACK
const GRAFANA = join(ROOT, 'config/grafana')
const prometheus = readAll<Setup>(join(FOLDER, 'stack-prometheus.yaml'))[0]!

const placeOf = (service: string, target: string): string =>
  normalize(join(FOLDER, mountsOf(services[service]!).find((mount) => mount.target === target)!.source))

test('agent and exporter are those of volume.yaml', () => {
  const { services: others } = FILES.find(({ name }) => name === 'volume')!
  expect([services.agent, services.exporter]).toEqual([others.agent, others.exporter])
})

test('its Prometheus is the general set-up but for addresses', () => {
  const text = JSON.stringify(setup('agentlog'))
    .replace('127.0.0.1:9093', 'alertmanager:9093')
    .replace('127.0.0.1:19464', 'exporter:19464')
    .replace('127.0.0.1:9100', 'node-exporter:9100')
  expect(prometheus).toEqual(JSON.parse(text))
  const targets = prometheus.scrape_configs
    .flatMap((job) => job.static_configs![0]!.targets)
    .map((target) => target.split(':')[0]!)
  expect(targets.filter((host) => host !== '127.0.0.1' && services[host] === undefined)).toEqual([])
})

test('what programs are started with is mounted, read-only', () => {
  expect(services.prometheus!.command).toContain('--config.file=/etc/prometheus/setups/prometheus.yaml')
  expect(placeOf('prometheus', '/etc/prometheus/setups/prometheus.yaml')).toBe(join(FOLDER, 'stack-prometheus.yaml'))
  expect(placeOf('prometheus', '/etc/prometheus/rules')).toBe(join(ROOT, 'config/prometheus/rules'))
  for (const rules of prometheus.rule_files!)
    expect(existsSync(join('/etc/prometheus/setups', rules).replace('/etc', join(ROOT, 'config')))).toBe(true)
  expect(services.alertmanager!.command).toContain('--config.file=/etc/alertmanager/agentlog.yaml')
  expect(placeOf('alertmanager', '/etc/alertmanager')).toBe(ALERTMANAGER)
  expect(placeOf('grafana', '/etc/grafana/provisioning')).toBe(join(GRAFANA, 'provisioning'))
  const provider = readAll<{ providers: { options: { path: string } }[] }>(
    join(GRAFANA, 'provisioning/dashboards/agentlog.yaml'),
  )[0]!
  expect(placeOf('grafana', provider.providers[0]!.options.path)).toBe(join(GRAFANA, 'dashboards'))
  const source = readAll<{ datasources: { url: string }[] }>(join(GRAFANA, 'provisioning/datasources/agentlog.yaml'))[0]!
  expect(source.datasources[0]!.url).toBe('http://prometheus:9090')
  const ofMachine = Object.values(services)
    .flatMap(mountsOf)
    .filter(({ source }) => /^[./]/.test(source))
  expect(ofMachine.filter(({ isReadOnly }) => !isReadOnly)).toEqual([])
})

test('the host exporter sees mounts as the machine has them: where all are read-only no disk is ever low', () => {
  expect(services['node-exporter']).toMatchObject({ pid: 'host', command: ['--path.rootfs=/host'] })
  expect(mountsOf(services['node-exporter']!)).toEqual([{ source: '/', target: '/host', isReadOnly: true }])
  const others = Object.entries(services).flatMap(([name, { pid }]) => (pid === undefined ? [] : [name]))
  expect(others).toEqual(['node-exporter'])
})

test('a month is kept, on a bounded disk, in bounded memory, and nothing listens but for this machine', () => {
  expect(services.prometheus!.command).toEqual(
    expect.arrayContaining(['--storage.tsdb.retention.time=30d', '--storage.tsdb.retention.size=10GB']),
  )
  for (const name of ['prometheus', 'alertmanager', 'node-exporter', 'grafana', 'exporter'])
    expect([name, bytesOf(services[name]!.mem_limit!) <= 2 ** 30]).toEqual([name, true])
  const ports = Object.values(services).flatMap(({ ports: some }) => some ?? [])
  expect(ports.sort()).toEqual([19464, 3000, 9090, 9093].map((port) => `127.0.0.1:${port}:${port}`))
})

test('Grafana shows and lets nobody in: there is no password', () => {
  expect(services.grafana!.environment).toMatchObject({
    GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
    GF_AUTH_DISABLE_LOGIN_FORM: 'true',
    GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION: 'true',
  })
  expect(JSON.stringify(services)).not.toMatch(/password/i)
})
