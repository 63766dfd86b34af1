/** What brings the dashboards into Grafana: provisioning files, ConfigMaps and the README name each dashboard as it is. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { dashboardNames, FOLDER, readDashboard } from './dashboard.ts'

const GRAFANA = join(FOLDER, '..')
/** kubectl apply keeps what it applied in an annotation, which takes no more. */
const MAX_CONFIG_MAP_BYTES = 262_144
const read = (path: string): string => readFileSync(join(GRAFANA, path), 'utf8')

test('the provider loads files, and what is changed in the browser does not win over them', () => {
  const { apiVersion, providers } = parse(read('provisioning/dashboards/agentlog.yaml'))
  expect(apiVersion).toBe(1)
  expect(providers).toHaveLength(1)
  expect(providers[0]).toMatchObject({ type: 'file', folder: 'Agentlog', folderUid: 'agentlog', allowUiUpdates: false })
  // The README copies the dashboards to where the provider looks.
  expect(read('README.md')).toContain(`--target-directory ${providers[0].options.path} config/grafana/dashboards/*.json`)
})

test('the data source has a fixed uid, is not the default, and says how often Prometheus scrapes', () => {
  const { apiVersion, datasources } = parse(read('provisioning/datasources/agentlog.yaml'))
  expect(apiVersion).toBe(1)
  expect(datasources).toHaveLength(1)
  expect(datasources[0]).toMatchObject({ type: 'prometheus', uid: 'agentlog-prometheus', isDefault: false })
  expect(datasources[0].jsonData.timeInterval).toMatch(/^\d+s$/)
})

test('each folder of provisioning holds one file', () => {
  expect(readdirSync(join(GRAFANA, 'provisioning'), { recursive: true }).sort()).toEqual([
    'dashboards',
    'dashboards/agentlog.yaml',
    'datasources',
    'datasources/agentlog.yaml',
  ])
})

test('there is a ConfigMap for each dashboard, with the label of the sidecar, and none is too large', () => {
  const { generatorOptions, configMapGenerator } = parse(read('kustomization.yaml'))
  expect(generatorOptions.labels).toEqual({ grafana_dashboard: '1' })
  const expected = dashboardNames().map((name) => ({ name: `agentlog-dashboard-${name}`, files: [`dashboards/${name}.json`] }))
  expect(configMapGenerator).toEqual(expected)
  for (const name of dashboardNames()) expect(statSync(join(FOLDER, `${name}.json`)).size).toBeLessThan(MAX_CONFIG_MAP_BYTES)
})

test('the README lists each dashboard by file, title and uid', () => {
  for (const name of dashboardNames()) {
    const { title, uid } = readDashboard(name)
    const row = read('README.md')
      .split('\n')
      .find((line) => line.startsWith(`| [${name}.json](dashboards/${name}.json) |`))
    expect([name, row?.includes(title), row?.includes(`/d/${uid}\``)]).toEqual([name, true, true])
  }
})

test('files are bare dashboards, as file provisioning wants them', () => {
  for (const name of dashboardNames()) {
    const dashboard = readDashboard(name)
    expect(Object.keys(dashboard)).not.toContain('dashboard')
    expect(Object.keys(dashboard)).not.toContain('__inputs')
    expect(dashboard).toMatchObject({ title: expect.any(String), uid: `agentlog-${name}`, schemaVersion: expect.any(Number) })
  }
})
