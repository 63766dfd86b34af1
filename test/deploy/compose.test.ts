/**
 * The compose files: against the names that the Compose specification has, the image, the program's flags, and what each way of reading
 * may have of the machine.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { goDuration } from '../../src/select/durations.ts'
import { FILES, FLAVOURS, FOLDER, mountsOf, type Service, STACK } from './compose.ts'
import { readAll } from './kustomize.ts'
import { parseRun } from './run-flags.ts'
import { bytesOf, DEPLOY, heapBytesOf, IMAGE, VERSION } from './shipped.ts'

const SERVICE_KEYS =
  'image build command environment user read_only cap_drop security_opt mem_limit stop_grace_period restart ports volumes depends_on labels logging network_mode pid'
const PROGRAM_FOLDER = '/etc/agentlog-exporter'

const byName = Object.fromEntries(FILES.map((file) => [file.name, file]))

const writableOf = (service: Service): string[] =>
  mountsOf(service)
    .filter(({ isReadOnly }) => !isReadOnly)
    .map(({ source, target }) => `${source}:${target}`)

test.each([...FILES, STACK])(
  '$name: nothing is spelled as no engine knows it, and what is named is there',
  ({ services, volumes, ...rest }) => {
    expect(Object.keys(rest)).toEqual(['name'])
    for (const service of Object.values(services)) {
      expect(SERVICE_KEYS.split(' ')).toEqual(expect.arrayContaining(Object.keys(service)))
      for (const other of Object.keys(Array.isArray(service.depends_on) ? {} : (service.depends_on ?? {})))
        expect(Object.keys(services)).toContain(other)
      for (const { source } of mountsOf(service)) {
        if (source.startsWith('.')) expect(existsSync(join(FOLDER, source))).toBe(true)
        else if (!source.startsWith('/')) expect(Object.keys(volumes)).toContain(source)
      }
    }
  },
)

test.each(FILES)('$name: the exporter has no rights, a read-only root, and writes its state alone', ({ name, services }) => {
  const exporter = services.exporter!
  expect(exporter).toMatchObject({
    image: `agentlog-exporter:${VERSION}`,
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
  })
  const flags = parseRun(exporter.command!)
  const stateDir = flags.value('state.dir') ?? IMAGE.stateDir
  expect(writableOf(exporter)).toEqual([`state:${String(stateDir)}`])
  expect(mountsOf(exporter).filter(({ source }) => source.includes('docker.sock'))).toEqual([])
  // Docker's own files are root's: the exporter reads them as a root without capabilities, and so cannot write in the image's folder.
  expect(exporter.user).toBe(name === 'json-file' ? '0:0' : undefined)
  expect(stateDir).toBe(name === 'json-file' ? '/state' : IMAGE.stateDir)
  expect(flags.value('config.file')).toBe(`${PROGRAM_FOLDER}/mapping.yaml`)
  expect(mountsOf(exporter)).toContainEqual({
    source: `./${name}-mapping.yaml`,
    target: `${PROGRAM_FOLDER}/mapping.yaml`,
    isReadOnly: true,
  })
})

test.each(FILES)('$name: memory, ports and times agree', ({ services }) => {
  const { exporter, prometheus } = services
  expect(heapBytesOf(exporter!.environment?.NODE_OPTIONS) / bytesOf(exporter!.mem_limit!)).toBeLessThan(0.65)
  expect(exporter!.ports).toEqual([`127.0.0.1:${IMAGE.port}:${IMAGE.port}`])
  for (const { ports } of Object.values(services)) for (const port of ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/)
  const linger = goDuration(String(parseRun(exporter!.command!).value('web.linger')))!
  expect(goDuration(exporter!.stop_grace_period!)).toBeGreaterThanOrEqual(linger + 5)
  const [scrapes] = readAll<{
    global: { scrape_interval: string }
    scrape_configs: { static_configs: { targets: string[] }[] }[]
  }>(join(FOLDER, 'prometheus.yaml'))
  expect(linger).toBeGreaterThan(2 * goDuration(scrapes!.global.scrape_interval)!)
  expect(scrapes!.scrape_configs[0]!.static_configs).toEqual([{ targets: [`exporter:${IMAGE.port}`] }])
  expect(mountsOf(prometheus!)[0]).toEqual({
    source: './prometheus.yaml',
    target: '/etc/prometheus/prometheus.yml',
    isReadOnly: true,
  })
})

test('what is the same in all three is written the same', () => {
  const [first, ...others] = FILES.map(({ services }) => services.prometheus)
  for (const other of others) expect(other).toEqual(first)
  const scripts = ['compose/agent.sh', 'kubernetes/example/agent.sh'].map((path) => readFileSync(join(DEPLOY, path), 'utf8'))
  expect(scripts[1]).toBe(scripts[0])
})

test('of the machine each has what its way of reading takes', () => {
  const ofMachine = (name: string, service: string): string[] =>
    (byName[name]!.services[service]?.volumes ?? []).filter((text) => text.startsWith('/'))
  expect(FLAVOURS.map((name) => ofMachine(name, 'exporter'))).toEqual([
    [],
    ['/var/lib/docker/containers:/var/lib/docker/containers:ro'],
    [],
  ])
  expect(FLAVOURS.map((name) => ofMachine(name, 'docker-proxy'))).toEqual([[], [], ['/var/run/docker.sock:/var/run/docker.sock']])
})

test('the proxy has no network; who asks it has its socket, and nobody else', () => {
  const { services } = byName.api!
  const proxy = services['docker-proxy']!
  expect(proxy).toMatchObject({
    network_mode: 'none',
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
  })
  expect(proxy.ports).toBeUndefined()
  const having = Object.entries(services).filter(([, service]) =>
    mountsOf(service).some(({ source }) => source === 'docker-proxy'),
  )
  expect(having.map(([name]) => name)).toEqual(['docker-proxy', 'exporter'])
  const host = String(parseRun(services.exporter!.command!).value('docker.host'))
  expect(host).toBe(`unix://${proxy.environment!.PROXY_SOCKET}`)
  const shared = mountsOf(services.exporter!).find(({ source }) => source === 'docker-proxy')!
  expect(proxy.environment!.PROXY_SOCKET!.startsWith(`${shared.target}/`)).toBe(true)
})

test.each(['json-file', 'api'])('%s: the mapping selects the label that the example agent has', (name) => {
  interface Mapping {
    readonly sources: readonly { readonly docker: { with_labels: Record<string, string>; read: string; root?: string } }[]
  }
  const [{ sources }] = readAll<Mapping>(join(FOLDER, `${name}-mapping.yaml`)) as [Mapping]
  const { docker } = sources[0]!
  expect(byName[name]!.services.agent!.labels).toEqual(docker.with_labels)
  expect(docker.read).toBe(name === 'api' ? 'api' : 'files')
  const mounts = mountsOf(byName[name]!.services.exporter!)
  if (name === 'json-file') expect(mounts).toContainEqual({ source: docker.root, target: docker.root, isReadOnly: true })
})
