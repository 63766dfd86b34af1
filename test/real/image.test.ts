/**
 * The Dockerfile in a real engine: built with bases made of this machine's own node, run as the README says, healthy, scraped, stopped.
 * What is not tried here is the official bases: they cannot be had offline.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { FILES } from '../deploy/compose.ts'
import { type Container, podOf, render } from '../deploy/kustomize.ts'
import { KUBERNETES, IMAGE as SHIPPED } from '../deploy/shipped.ts'
import { type Places, runOfContainer, runOfService } from './deployed.ts'
import { cannotDock, Dockerd } from './dockerd.ts'
import { buildImage, IMAGE, importAgentImage, importProxyImage, RUNTIME_BASE } from './image-bases.ts'
import { isMissing, Scratch, sum, until } from './workbench.ts'

const cannotRun = cannotDock('slirp4netns')

const RUN = ['--network=host', '--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--user', '65532']
const LINE = '{"event":"tool_invocation","agent":"a","tool_name":"bash","status":"success"}\n'
const COUNTED = 'agent_tool_calls_total{agent="a",tool="bash",status="success"}'

let scratch: Scratch
let daemon: Dockerd

beforeAll(async () => {
  if (cannotRun) return
  scratch = new Scratch()
  chmodSync(scratch.path, 0o755)
  daemon = await Dockerd.start()
  await daemon.connectToOutside()
  buildImage(daemon, scratch)
  importAgentImage(daemon, scratch)
}, 300_000)

afterEach(() => {
  if (cannotRun) return
  const left = daemon.docker('ps', '--all', '--quiet').split('\n').filter(Boolean)
  if (left.length > 0) daemon.docker('rm', '--force', ...left)
})

afterAll(async () => {
  await daemon?.stop()
  scratch?.remove()
})

function start(...args: readonly string[]): string {
  return daemon.docker('run', '--detach', '--health-interval=1s', ...args).trim()
}

async function healthy(id: string): Promise<string> {
  return until('healthy', () => {
    if (inspect(id, '{{.State.Running}}') !== 'true') throw new Error(said(id))
    return inspect(id, '{{.State.Health.Status}}') === 'healthy' ? id : undefined
  })
}

/** Its log: the exporter writes to standard error. */
function said(id: string): string {
  return daemon.try('logs', id).stderr
}

/** What it serves now; nothing while it does not serve. */
function scrape(port = SHIPPED.port): string {
  const ask = `fetch('http://127.0.0.1:${port}/metrics').then((r) => r.text(), () => '').then((t) => console.log(t))`
  return daemon.inNetwork(process.execPath, '-e', ask)
}

function counted(metric: string, value: number): Promise<string> {
  return until(`${metric} ${value}`, () => {
    const text = scrape()
    return text.includes(`${metric} ${value}\n`) ? text : undefined
  })
}

/** A folder that anyone may write in, as the kubelet makes an emptyDir. */
function emptyDir(name: string): string {
  const path = scratch.file(name)
  mkdirSync(path)
  chmodSync(path, 0o777)
  return path
}

function logsWith(name: string, ...lines: readonly string[]): string {
  const folder = scratch.file(name)
  mkdirSync(folder)
  writeFileSync(join(folder, 'a.jsonl'), lines.join(''))
  return folder
}

function inspect(what: string, format: string): string {
  return daemon.docker('inspect', '--format', format, what).trim()
}

test.skipIf(cannotRun)('the image says what it is, and holds neither a shell, nor npm, nor what only a build needs', () => {
  expect(inspect(IMAGE, '{{.Config.User}} {{json .Config.Labels}}')).toMatch(/^65532:65532 .*"abc"/)
  const list =
    "const { existsSync } = require('fs'); console.log(['/bin/sh', '/usr/bin/npm', '/app/node_modules/typescript', '/app/node_modules/vitest', '/app/src', '/app/test'].filter(existsSync).join())"
  expect(daemon.docker('run', '--rm', ...RUN, '--entrypoint', '/nodejs/bin/node', IMAGE, '-e', list).trim()).toBe('')
  expect(daemon.docker('history', '--no-trunc', IMAGE)).not.toMatch(/\/bin\/sh -c (?!#\(nop\))/)
  const sizeMb = Number(inspect(IMAGE, '{{.Size}}')) / 1e6
  const baseMb = Number(inspect(RUNTIME_BASE, '{{.Size}}')) / 1e6
  console.log(`image ${sizeMb.toFixed(0)} MB, of which the base with node ${baseMb.toFixed(0)} MB`)
  expect(sizeMb - baseMb).toBeLessThan(60)
})

test.skipIf(cannotRun)('it becomes healthy with a read-only root and no rights, is scraped, and stops at once', async () => {
  const id = await healthy(start(...RUN, '--volume', `${logsWith('logs', LINE)}:/logs:ro`, IMAGE, '/logs/*.jsonl'))
  const text = await counted(COUNTED, 1)
  // Without a volume there is nowhere to keep the record: that is said, and stops nothing.
  expect(text).toContain('agentlog_state_durable 0')
  expect(said(id)).toContain('the durable record cannot be written')
  expect(daemon.try('exec', id, 'sh', '-c', 'true').status).not.toBe(0)
  expect(daemon.docker('exec', id, '/nodejs/bin/node', '/app/dist/main.js', 'explain', '--summary', '/logs/*.jsonl')).toContain(
    '1 events: 1 mapped',
  )
  const startMs = Date.now()
  daemon.docker('stop', '--time', '10', id)
  expect(inspect(id, '{{.State.ExitCode}}')).toBe('0')
  expect(Date.now() - startMs).toBeLessThan(9000)
})

test.skipIf(cannotRun)('with a volume it goes on over the death and removal of its container', async () => {
  const logs = logsWith('kept', LINE, LINE)
  const args = [...RUN, '--volume', `${logs}:/logs:ro`, '--volume', `kept:${SHIPPED.stateDir}`, IMAGE, '/logs/*.jsonl']
  for (const total of [2, 3, 4]) {
    const id = start(...args)
    const text = await counted(COUNTED, total)
    expect(text).toContain('agentlog_state_durable 1')
    daemon.docker('rm', '--force', id)
    writeFileSync(join(logs, 'a.jsonl'), LINE, { flag: 'a' })
  }
})

test.skipIf(cannotRun)(
  'any other user can run it, on a port of its own, with its state below a folder that all may write',
  async () => {
    const state = emptyDir('any-state')
    const user = [...RUN.slice(0, -1), '12345:12345', '--env', 'AGENTLOG_WEB_LISTEN_ADDRESS=127.0.0.1:29464']
    const mounts = ['--volume', `${state}:/s`, '--volume', `${logsWith('any', LINE)}:/logs:ro`]
    const id = await healthy(start(...user, ...mounts, IMAGE, 'run', '--state.dir=/s/record', '/logs/*.jsonl'))
    expect(scrape(29464)).toContain('agentlog_state_durable 1')
    expect(statSync(join(state, 'record')).mode & 0o777).toBe(0o700)
    daemon.docker('rm', '--force', id)
    const refused = daemon.try('run', '--rm', ...user, ...mounts, IMAGE, 'run', '--state.dir=/s', '/logs/*.jsonl')
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('anyone may write in it')])
  },
)

test.skipIf(cannotRun)('logs that it may not read are told, and counted when it may', async () => {
  const logs = logsWith('closed', LINE)
  chmodSync(join(logs, 'a.jsonl'), 0o600)
  const id = await healthy(start(...RUN, '--volume', `${logs}:/logs:ro`, IMAGE, '/logs/*.jsonl'))
  expect(await until('it is told', () => (said(id).includes('EACCES') ? said(id) : undefined))).toContain('/logs/a.jsonl')
  chmodSync(join(logs, 'a.jsonl'), 0o644)
  await counted(COUNTED, 1)
})

test.skipIf(cannotRun)('a container whose exporter does not serve is unhealthy', () => {
  const { status, stdout } = daemon.try('run', '--rm', ...RUN, IMAGE, 'healthcheck')
  expect([status, stdout]).toEqual([1, ':19464 /-/healthy: ECONNREFUSED\n'])
})

const AGENT_CALLS = 'agent_tool_calls_total'

/** How many lines the example agent has written into a folder. */
function linesIn(folder: string): number {
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
  return files.join('').split('\n').length - 1
}

function allCounted(lines: () => number): Promise<number> {
  return until('all lines are counted', () => (sum(scrape(), AGENT_CALLS) === lines() ? lines() : undefined))
}

test.skipIf(cannotRun)('the pod of the Kubernetes example, as written: exact over the death of either container', async () => {
  const pod = podOf(render(join(KUBERNETES, 'example')).find(({ kind }) => kind === 'Deployment')!)!
  const [exporter, agent] = [pod.initContainers![0]!, pod.containers[0]!]
  const places: Places = {
    'agent-logs': emptyDir('pod-logs'),
    'agentlog-state': emptyDir('pod-state'),
    'agentlog-mapping': join(KUBERNETES, 'example'),
    script: join(KUBERNETES, 'example'),
  }
  const run = (container: Container, image: string, ...more: readonly string[]): string =>
    start(...more, ...runOfContainer(container, image, places))
  const sidecar = await healthy(run(exporter, IMAGE))
  const writer = run(agent, agent.image, '--env', 'PAUSE=0.01')
  const lines = (): number => linesIn(places['agent-logs']!)
  await until('lines', () => (lines() > 50 ? true : undefined))
  daemon.docker('kill', sidecar)
  daemon.docker('restart', '--time', '2', writer)
  await until('more lines', () => (lines() > 100 ? true : undefined))
  daemon.docker('start', sidecar)
  daemon.docker('kill', writer)
  console.log(`${await allCounted(lines)} lines of the sidecar's agent, all counted once`)
})

test.skipIf(cannotRun)('the compose file with a volume, as written: exact over the death of the exporter', async () => {
  const { services } = FILES.find(({ name }) => name === 'volume')!
  const places: Places = { logs: 'compose-logs', state: 'compose-state' }
  const exporter = await healthy(start(...runOfService(services.exporter!, IMAGE, places)))
  const agent = start('--env', 'PAUSE=0.01', ...runOfService(services.agent!, services.agent!.image, places))
  const folder = inspect('compose-logs', '{{.Mountpoint}}')
  const lines = (): number => linesIn(folder)
  await until('lines', () => (lines() > 50 ? true : undefined))
  daemon.docker('kill', exporter)
  await until('more lines', () => (lines() > 100 ? true : undefined))
  daemon.docker('start', exporter)
  daemon.docker('kill', agent)
  console.log(`${await allCounted(lines)} lines of the volume's agent, all counted once`)
})

/** A container of the example agent, as a compose file has it. */
function agentOf(flavour: string): string {
  const agent = FILES.find(({ name }) => name === flavour)!.services.agent!
  return start('--name', 'agent', '--env', 'PAUSE=0.01', ...runOfService(agent, agent.image, {}))
}

/** All that the daemon has of what the agent printed. */
function printedLines(): number {
  return daemon.docker('logs', 'agent').split('\n').length - 1
}

/** The agent is restarted and killed, the exporter is killed; then all is counted. */
async function survived(exporter: string): Promise<number> {
  await until('lines', () => (printedLines() > 50 && sum(scrape(), AGENT_CALLS) > 0 ? true : undefined))
  daemon.docker('restart', '--time', '2', 'agent')
  daemon.docker('kill', exporter)
  const before = printedLines()
  await until('more lines', () => (printedLines() > before + 50 ? true : undefined))
  daemon.docker('start', exporter)
  daemon.docker('kill', 'agent')
  return allCounted(printedLines)
}

test.skipIf(cannotRun)("the compose file with Docker's files, as written: exact, and told where they are closed", async () => {
  const { services } = FILES.find(({ name }) => name === 'json-file')!
  const places: Places = { '/var/lib/docker/containers': daemon.containers, state: 'json-state' }
  const args = runOfService(services.exporter!, IMAGE, places)
  const exporter = await healthy(start(...args))
  agentOf('json-file')
  console.log(`${await survived(exporter)} lines of Docker's files, all counted once`)
  daemon.docker('rm', '--force', exporter)
  // As the image's own user, who may not even list that folder.
  const closed = start(
    ...args.map((arg) => (arg === '0:0' ? '65532:65532' : arg.replace('--state.dir=/state', '--state.dir=none'))),
  )
  expect(await until('it is told', () => (/EACCES/.test(said(closed)) ? said(closed) : undefined))).toContain(
    '/var/lib/docker/containers',
  )
})

test.skipIf(cannotRun || isMissing('haproxy'))(
  "the compose file with Docker's API, as written: exact through the proxy",
  async () => {
    importProxyImage(daemon, scratch)
    const { services } = FILES.find(({ name }) => name === 'api')!
    const places: Places = { '/var/run/docker.sock': daemon.socket, 'docker-proxy': 'proxy-socket', state: 'api-state' }
    const proxy = services['docker-proxy']!
    start(...runOfService(proxy, proxy.image, places))
    const exporter = await healthy(start(...runOfService(services.exporter!, IMAGE, places)))
    agentOf('api')
    console.log(`${await survived(exporter)} lines of Docker's API, all counted once`)
  },
)

test.skipIf(cannotRun)(
  "the pod of the DaemonSet, as written: logs that are root's, for its group; a record on the node",
  async () => {
    const { initContainers, containers } = podOf(render(join(KUBERNETES, 'daemonset')).find(({ kind }) => kind === 'DaemonSet')!)!
    const [init, exporter] = [initContainers![0]!, containers[0]!]
    const of = (name: string): string => scratch.file(`node-${name}`)
    for (const name of ['pods', 'containers', 'state']) mkdirSync(of(name))
    const places: Places = {
      pods: of('pods'),
      containers: of('containers'),
      state: of('state'),
      'agentlog-mapping': join(KUBERNETES, 'daemonset'),
    }
    const folder = join(of('pods'), 'agents_agent-1_0a1b2c3d-0000-4000-8000-000000000000/agent')
    mkdirSync(folder, { recursive: true })
    const write = (n: number): void =>
      writeFileSync(join(folder, '0.log'), `2026-01-02T03:04:05.${String(n).padStart(9, '0')}Z stdout F ${LINE}`, {
        flag: 'a',
        mode: 0o640,
      })
    write(1)
    // What the kubelet makes is root's, and others may not even read it.
    expect([statSync(folder).uid, statSync(join(folder, '0.log')).mode & 0o777]).toEqual([0, 0o640])
    for (const total of [1, 2]) {
      expect(daemon.try('run', '--rm', ...runOfContainer(init, IMAGE, places))).toMatchObject({ status: 0, stderr: '' })
      const id = await healthy(start(...runOfContainer(exporter, IMAGE, places)))
      await counted(COUNTED, total)
      daemon.docker('rm', '--force', id)
      write(total + 1)
    }
    expect(statSync(of('state')).uid).toBe(SHIPPED.user)
  },
)
