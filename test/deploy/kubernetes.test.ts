/**
 * config/deploy/kubernetes, rendered: the sidecar beside any kind of workload, the DaemonSet, the monitors. What they say is held against the
 * API's fields, the image, the program's flags and each other, and the sidecar's container is run as it is written.
 */
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { HEALTHCHECK_FLAGS, RUN_FLAGS, variableOf } from '../../src/cli/flags.ts'
import { goDuration } from '../../src/select/durations.ts'
import { finish, serve } from '../cli/program.ts'
import { unknownFields } from './kubernetes-fields.ts'
import {
  type Container,
  containersOf,
  type Node,
  type Pod,
  podLabelsOf,
  podOf,
  type Resource,
  readAll,
  render,
} from './kustomize.ts'
import { parseRun } from './run-flags.ts'
import { bytesOf, heapBytesOf, IMAGE, KUBERNETES, VERSION } from './shipped.ts'

const scratch = mkdtempSync(join(tmpdir(), 'agentlog-kubernetes-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const FOLDERS = ['example', 'daemonset', 'pod-monitor', 'service-monitor']
const example = render(join(KUBERNETES, 'example'))
const daemonSet = render(join(KUBERNETES, 'daemonset'))

function only(resources: readonly Resource[], kind: string): Resource {
  const found = resources.filter((one) => one.kind === kind)
  expect(found.map(({ metadata }) => metadata.name)).toHaveLength(1)
  return found[0]!
}

function exporterOf(resource: Resource): Container {
  const found = containersOf(resource).filter(({ name }) => name === 'agentlog-exporter')
  expect(found).toHaveLength(1)
  return found[0]!
}

const workloads = [
  { name: 'sidecar', resource: only(example, 'Deployment') },
  { name: 'DaemonSet', resource: only(daemonSet, 'DaemonSet') },
].map((one) => ({ ...one, pod: podOf(one.resource)!, exporter: exporterOf(one.resource) }))
const [sidecar, node] = workloads

/** Workloads of a folder of the test's own that takes components in. */
function beside(name: string, yaml: string, components: readonly string[] = ['sidecar']): Resource[] {
  const folder = join(scratch, name)
  for (const component of components) cpSync(join(KUBERNETES, component), join(folder, component), { recursive: true })
  const here = join(folder, 'here')
  mkdirSync(here)
  writeFileSync(join(here, 'workload.yaml'), yaml)
  writeFileSync(
    join(here, 'kustomization.yaml'),
    `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [workload.yaml]\ncomponents: [${components.map((name) => `../${name}`).join()}]\n`,
  )
  return render(here)
}

test.each(FOLDERS)('%s: the API has every field', (folder) => {
  expect(render(join(KUBERNETES, folder)).flatMap(unknownFields)).toEqual([])
})

test('a field that the API does not have is told', () => {
  const pod = structuredClone(sidecar!.resource)
  const container = podOf(pod)!.initContainers![0]! as Node
  container.livenessprobe = container.livenessProbe
  container.volumeMounts = {}
  expect(unknownFields(pod)).toEqual([
    'Deployment.spec.template.spec.initContainers.volumeMounts is no list',
    'Deployment.spec.template.spec.initContainers.livenessprobe',
  ])
})

test.each(['Deployment', 'StatefulSet', 'Job'])('a %s that has the label gets the sidecar, and keeps what it has', (kind) => {
  const yaml = `
apiVersion: ${kind === 'Job' ? 'batch/v1' : 'apps/v1'}
kind: ${kind}
metadata: { name: mine, labels: { agentlog-exporter: sidecar } }
spec:
  template:
    metadata: { labels: { app: mine } }
    spec:
      initContainers: [{ name: first, image: first:1 }]
      containers: [{ name: agent, image: agent:1, volumeMounts: [{ name: agent-logs, mountPath: /l }] }]
      volumes: [{ name: agent-logs, emptyDir: {} }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: other }
spec: { template: { spec: { containers: [{ name: web, image: web:1 }] } } }
`
  const [mine, other] = beside(kind, yaml)
  const pod = podOf(mine!)!
  expect(pod.initContainers!.map(({ name }) => name)).toEqual(['agentlog-exporter', 'first'])
  expect(pod.initContainers![0]).toEqual({ ...sidecar!.exporter, image: `agentlog-exporter:${VERSION}` })
  expect(pod.containers).toEqual([{ name: 'agent', image: 'agent:1', volumeMounts: [{ name: 'agent-logs', mountPath: '/l' }] }])
  expect(pod.volumes!.map(({ name }) => name)).toEqual(['agentlog-mapping', 'agentlog-state', 'agent-logs'])
  expect(podLabelsOf(mine!)).toEqual({ app: 'mine', 'agentlog-exporter': 'sidecar' })
  expect(podOf(other!)).toEqual({ containers: [{ name: 'web', image: 'web:1' }] })
  expect(unknownFields(mine!)).toEqual([])
})

test('guarded, the kubelet does not ask by HTTP, and who asks knows of the web configuration', () => {
  const yaml = readFileSync(join(KUBERNETES, 'example/agent.yaml'), 'utf8')
  const guarded = beside('guarded', yaml, ['sidecar', 'guarded']).find(({ kind }) => kind === 'Deployment')!
  const exporter = exporterOf(guarded)
  const ask = { command: [...IMAGE.entrypoint, 'healthcheck'] }
  for (const probe of [exporter.startupProbe, exporter.readinessProbe, exporter.livenessProbe])
    expect([probe?.exec, probe?.httpGet]).toEqual([ask, undefined])
  const variable = exporter.env!.find(({ name }) => name === 'AGENTLOG_WEB_CONFIG_FILE')!
  for (const flags of [RUN_FLAGS, HEALTHCHECK_FLAGS]) expect(flags.map(variableOf)).toContain(variable.name)
  const mount = exporter.volumeMounts.find(({ name }) => name === 'agentlog-web')!
  expect([mount.readOnly, variable.value]).toEqual([true, `${mount.mountPath}/web.yml`])
  expect(podOf(guarded)!.volumes).toContainEqual({ name: 'agentlog-web', secret: { secretName: 'agentlog-web' } })
  expect(exporter.args).toEqual(sidecar!.exporter.args)
  expect(unknownFields(guarded)).toEqual([])
})

test('the sidecar is a native one, and starts before all else', () => {
  expect(sidecar!.pod.initContainers![0]).toMatchObject({ name: 'agentlog-exporter', restartPolicy: 'Always' })
  expect(sidecar!.pod.containers.map(({ name }) => name)).toEqual(['agent'])
})

test.each(workloads)('$name: three probes ask a port that it has for what it serves', ({ exporter, name }) => {
  const { startupProbe, readinessProbe, livenessProbe } = exporter
  for (const probe of [startupProbe, readinessProbe, livenessProbe]) {
    expect(probe?.httpGet.port).toBe('agentlog')
    expect(probe?.timeoutSeconds).toBe(5)
  }
  expect([startupProbe, livenessProbe].map((probe) => probe?.httpGet.path)).toEqual(['/-/healthy', '/-/healthy'])
  // A sidecar that reads a long backlog must not take the agent out of its Service.
  expect(readinessProbe?.httpGet.path).toBe(name === 'sidecar' ? '/-/healthy' : '/-/ready')
  // The lock of a process that died is waited for before anything is served.
  expect(startupProbe!.periodSeconds * startupProbe!.failureThreshold).toBeGreaterThanOrEqual(30)
})

test.each(workloads)('$name: no rights, and nothing to write but its state', ({ exporter, pod, name }) => {
  expect({ seccompProfile: (pod.securityContext as Node | undefined)?.seccompProfile, ...exporter.securityContext }).toEqual({
    runAsNonRoot: true,
    runAsUser: IMAGE.user,
    // The logs of a node are root's, for its group to read.
    runAsGroup: name === 'sidecar' ? IMAGE.user : 0,
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  })
  const writable = exporter.volumeMounts.filter(({ readOnly }) => readOnly !== true)
  expect(writable.map(({ mountPath }) => mountPath)).toEqual([IMAGE.stateDir])
  expect(exporter.volumeMounts.filter(({ subPath }) => subPath !== undefined)).toEqual([])
})

test('on a node, only the one who gives the state away is root, with that one capability', () => {
  const [init, ...more] = node!.pod.initContainers!
  expect(more).toEqual([])
  expect(init!.securityContext).toEqual({
    runAsUser: 0,
    runAsGroup: 0,
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'], add: ['CHOWN'] },
  })
  expect(init!.image).toBe(node!.exporter.image)
  expect((init!.command as string[])[0]).toBe(IMAGE.entrypoint[0])
  expect((init!.command as string[])[2]).toBe(`require('fs').chownSync('${IMAGE.stateDir}', ${IMAGE.user}, 0)`)
  expect(init!.volumeMounts).toEqual([{ name: 'state', mountPath: IMAGE.stateDir }])
  expect(node!.pod.automountServiceAccountToken).toBe(false)
  expect(only(daemonSet, 'ServiceAccount')).toMatchObject({
    metadata: { name: node!.pod.serviceAccountName },
    automountServiceAccountToken: false,
  })
  expect(only(daemonSet, 'PriorityClass').metadata.name).toBe(node!.pod.priorityClassName)
})

test('state lives where it outlives what its logs do', () => {
  const volume = (pod: Pod, name: string): Node => pod.volumes!.find((one) => one.name === name)!
  expect(volume(sidecar!.pod, 'agentlog-state')).toHaveProperty('emptyDir')
  // Anyone may write at the root of an emptyDir, so the record is a folder below it.
  expect(parseRun(sidecar!.exporter.args!).value('state.dir')).toBe(`${IMAGE.stateDir}/record`)
  expect(volume(node!.pod, 'state').hostPath).toEqual({ path: '/var/lib/agentlog-exporter', type: 'DirectoryOrCreate' })
  expect(parseRun(node!.exporter.args!).value('state.dir')).toBe(IMAGE.stateDir)
  expect((node!.resource.spec as Node).updateStrategy).toMatchObject({ rollingUpdate: { maxSurge: 0 } })
})

test.each(workloads)('$name: every mount has its volume, every volume and its map is there', ({ exporter, pod, name }) => {
  const volumes = pod.volumes!.map((one) => one.name)
  for (const container of [...(pod.initContainers ?? []), ...pod.containers])
    for (const mount of container.volumeMounts) expect(volumes).toContain(mount.name)
  const maps = (name === 'sidecar' ? example : daemonSet).filter(({ kind }) => kind === 'ConfigMap')
  const mapping = pod.volumes!.find((one) => one.name === 'agentlog-mapping')!
  const named = maps.find(({ metadata }) => metadata.name === mapping.configMap!.name)!
  const at = exporter.volumeMounts.find((mount) => mount.name === mapping.name)!.mountPath
  const file = String(parseRun(exporter.args!).value('config.file'))
  expect(Object.keys(named.data as Node).map((key) => `${at}/${key}`)).toEqual([file])
})

test.each(workloads)('$name: the heap fits into the memory', ({ exporter }) => {
  const { requests, limits } = exporter.resources
  const heap = heapBytesOf(exporter.env?.find(({ name }) => name === 'NODE_OPTIONS')?.value)
  expect(heap / bytesOf(limits.memory!)).toBeLessThan(0.65)
  expect(bytesOf(requests.memory!)).toBeLessThan(bytesOf(limits.memory!))
  // A limit of processor time would only stall it: it takes what is left.
  expect(limits.cpu).toBeUndefined()
})

test.each(workloads)('$name: one image, of this version; one port', ({ exporter }) => {
  expect(exporter.image).toBe(`registry.example.org/agentlog-exporter:${VERSION}`)
  expect(IMAGE.version).toBe(VERSION)
  expect(exporter.ports).toEqual([{ name: 'agentlog', containerPort: IMAGE.port }])
  expect(IMAGE.listensOn).toBe(`:${IMAGE.port}`)
})

test('patch and example name the same image', () => {
  const [patch] = readAll(join(KUBERNETES, 'sidecar/sidecar.yaml'))
  const raw = readAll(join(KUBERNETES, 'daemonset/daemonset.yaml')).flatMap(containersOf)
  for (const { image } of [...containersOf(patch!), ...raw]) expect(image).toBe(`agentlog-exporter:${VERSION}`)
})

interface Monitor {
  readonly selector: { matchLabels: Record<string, string> }
  readonly podMetricsEndpoints?: readonly Endpoint[]
  readonly endpoints?: readonly Endpoint[]
}
interface Endpoint {
  readonly port: string
  readonly path: string
  readonly interval: string
  readonly scrapeTimeout: string
  readonly honorLabels: boolean
}

const monitors = ['pod-monitor', 'service-monitor'].flatMap((folder) => render(join(KUBERNETES, folder)))
const matches = (selector: Record<string, string>, labels: Record<string, string> | undefined): boolean =>
  Object.entries(selector).every(([key, value]) => labels?.[key] === value)

test.each(workloads)('$name: monitors find its pods and its port, in time for a last scrape', ({ exporter, resource, name }) => {
  const services = monitors.filter(({ kind }) => kind === 'Service')
  const isIts = ({ kind, spec }: Resource): boolean => {
    const { matchLabels } = (spec as unknown as Monitor).selector
    if (kind === 'PodMonitor') return matches(matchLabels, podLabelsOf(resource))
    const found = services.filter(({ metadata }) => matches(matchLabels, metadata.labels))
    return found.some((service) =>
      matches((service.spec as { selector: Record<string, string> }).selector, podLabelsOf(resource)),
    )
  }
  const its = monitors.filter((one) => one.kind.endsWith('Monitor')).filter(isIts)
  expect(its.map(({ kind }) => kind)).toEqual(['PodMonitor', 'ServiceMonitor'])
  for (const { spec } of its) {
    const { podMetricsEndpoints, endpoints } = spec as unknown as Monitor
    const [endpoint] = (podMetricsEndpoints ?? endpoints)!
    expect(endpoint).toMatchObject({ port: exporter.ports![0]!.name, path: '/metrics', honorLabels: name !== 'sidecar' })
    expect(goDuration(endpoint!.scrapeTimeout)!).toBeLessThan(goDuration(endpoint!.interval)!)
    const linger = goDuration(String(parseRun(exporter.args!).value('web.linger') ?? '0s'))!
    // Two scrapes, since a new series is shown at 0 first. On a node the record goes on: nothing is waited for.
    if (name === 'sidecar') expect(linger).toBeGreaterThan(2 * goDuration(endpoint!.interval)!)
  }
})

test('services have no address, keep pods that end, and name ports by number', () => {
  const services = monitors.filter(({ kind }) => kind === 'Service')
  expect(services).toHaveLength(2)
  for (const { spec } of services)
    expect(spec).toMatchObject({
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      ports: [{ name: 'agentlog', port: IMAGE.port, targetPort: IMAGE.port }],
    })
})

test('the example lives long enough after its end for the last scrape', () => {
  const { terminationGracePeriodSeconds } = sidecar!.pod
  const linger = goDuration(String(parseRun(sidecar!.exporter.args!).value('web.linger')))!
  // The agent's own 30 seconds, the lingering, and 5 to close.
  expect(terminationGracePeriodSeconds).toBeGreaterThanOrEqual(30 + linger + 5)
})

test('the network policy is about the pods of the DaemonSet, and their port', () => {
  const { spec } = only(daemonSet, 'NetworkPolicy')
  const { podSelector, policyTypes, ingress, egress } = spec as {
    podSelector: { matchLabels: Record<string, string> }
    policyTypes: string[]
    ingress: { ports: Node[]; from: Node[] }[]
    egress?: Node[]
  }
  expect(matches(podSelector.matchLabels, podLabelsOf(node!.resource))).toBe(true)
  expect(matches(podSelector.matchLabels, podLabelsOf(sidecar!.resource))).toBe(false)
  expect([policyTypes, egress]).toEqual([['Ingress', 'Egress'], undefined])
  expect(ingress.map(({ ports }) => ports)).toEqual([[{ protocol: 'TCP', port: IMAGE.port }]])
  expect(ingress.every(({ from }) => from.length > 0)).toBe(true)
})

test('the scrape configuration without an operator takes the same labels and the same port', () => {
  const [config] = readAll<{
    scrape_configs: { relabel_configs: { regex?: string; source_labels: string[]; action?: string }[] }[]
  }>(join(KUBERNETES, 'prometheus.yaml'))
  const kept = config!.scrape_configs.map(({ relabel_configs }) => relabel_configs.find(({ action }) => action === 'keep')!)
  expect(kept.map(({ regex }) => regex)).toEqual(['sidecar;agentlog', 'node;agentlog'])
  for (const { source_labels } of kept)
    expect(source_labels).toEqual(['__meta_kubernetes_pod_label_agentlog_exporter', '__meta_kubernetes_pod_container_port_name'])
  expect(JSON.stringify(config)).not.toContain('"__meta_kubernetes_pod_container_init"')
})

test('the container of the sidecar, run as it is written, counts what the example agent writes and answers its probes', async () => {
  const { exporter } = sidecar!
  const at = (path: string): string => join(scratch, 'run', path)
  for (const { mountPath } of exporter.volumeMounts) mkdirSync(at(mountPath), { recursive: true, mode: 0o777 })
  const mapping = readFileSync(join(KUBERNETES, 'example/mapping.yaml'), 'utf8')
  writeFileSync(at('/etc/agentlog-exporter/mapping.yaml'), mapping.replaceAll('/logs/', `${at('/logs')}/`))
  writeFileSync(at('/logs/agent.jsonl'), '')
  const args = exporter.args!.slice(1).map((arg) => arg.replace(/=(\/\S+)/, (_, path: string) => `=${at(path)}`))
  const { child, url, ended } = await serve(args)
  const paths = [exporter.startupProbe!, exporter.readinessProbe!, exporter.livenessProbe!].map(({ httpGet }) => httpGet.path)
  for (const path of [...paths, '/metrics']) expect([path, (await fetch(`${url}${path}`)).status]).toEqual([path, 200])
  writeFileSync(at('/logs/agent.jsonl'), '{"event":"tool_invocation","agent":"a","tool":"t","status":"success"}\n')
  child.kill()
  // It lingers until Prometheus has the last numbers: one scrape shows a new series at 0, the next what it has.
  const asPrometheus = { headers: { 'x-prometheus-scrape-timeout-seconds': '10' } }
  let last = ''
  const scrape = (): Promise<string | undefined> =>
    fetch(`${url}/metrics`, asPrometheus).then(
      (r) => r.text(),
      () => undefined,
    )
  for (let text = await scrape(); text !== undefined; text = await scrape()) last = text
  expect(last).toContain('tool="t",status="success"} 1\n')
  expect(await ended).toBe(0)
  expect(readdirSync(at(IMAGE.stateDir))).toEqual(['record'])
})

test('the lines of the example agent are events of the mapping', async () => {
  const script = join(KUBERNETES, 'example/agent.sh')
  const agent = spawn('sh', [script], { env: { ...process.env, PAUSE: '0' } })
  let lines = ''
  await new Promise<void>((done) => {
    agent.stdout.on('data', (text) => {
      lines += text
      if (lines.split('\n').length > 8) done()
    })
  })
  agent.kill()
  const log = join(scratch, 'agent.jsonl')
  writeFileSync(log, lines.split('\n').slice(0, 7).join('\n'))
  const { code, stdout } = await finish(['run', '--once', '--self', log])
  expect(code).toBe(0)
  expect(stdout).toContain('agent_tool_calls_total{agent="example",tool="search",status="success"} 6')
  expect(stdout).toContain('agent_tool_calls_total{agent="example",tool="search",status="error"} 1')
  expect(stdout).toMatch(/agentlog_unmapped_events_total(?!.* [1-9])/)
})
