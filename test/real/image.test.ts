/**
 * The Dockerfile in a real engine: built with bases made of this machine's own node, run as the README says, healthy, scraped, stopped.
 * What is not tried here is the official bases: they cannot be had offline.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { copy, Dockerd, rootOf } from './dockerd.ts'
import { isMissing, ROOT, Scratch, until } from './workbench.ts'

const cannotRun = isMissing('dockerd', 'docker', 'ip', 'unshare', 'nsenter', 'slirp4netns') || process.getuid?.() !== 0
if (cannotRun && process.env.CI === 'true') throw new Error('the image is proved as root only')

const RUN = ['--network=host', '--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--user', '65532']
const programOf = (name: string): string => realpathSync(execFileSync('which', [name], { encoding: 'utf8' }).trim())

let scratch: Scratch
let daemon: Dockerd

/** Node and a user, nothing else: what distroless has. */
function runtimeBase(): string {
  const folder = scratch.file('runtime')
  rootOf(folder, { 'nodejs/bin/node': process.execPath })
  writeFileSync(join(folder, 'etc/passwd'), 'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n')
  return folder
}

/** Node, npm, a shell, and how this machine reaches its registry. */
function buildBase(): string {
  const folder = scratch.file('build')
  const tools = Object.fromEntries(['env', 'mkdir', 'uname'].map((name) => [`usr/bin/${name}`, programOf(name)]))
  rootOf(folder, { 'bin/sh': programOf('sh'), 'usr/bin/node': process.execPath, ...tools })
  const npm = join(programOf('npm'), '../..')
  copy(npm, join(folder, 'usr/lib/node_modules/npm'))
  mkdirSync(join(folder, 'root'))
  writeFileSync(join(folder, 'usr/bin/npm'), '#!/bin/sh\nexec node /usr/lib/node_modules/npm/bin/npm-cli.js "$@"\n', {
    mode: 0o755,
  })
  for (const file of ['/etc/npmrc', '/usr/etc/npmrc', process.env.NODE_EXTRA_CA_CERTS])
    if (file && existsSync(file)) copy(file, join(folder, file))
  return folder
}

beforeAll(async () => {
  if (cannotRun) return
  scratch = new Scratch()
  daemon = await Dockerd.start()
  await daemon.connectToOutside()
  const extra = process.env.NODE_EXTRA_CA_CERTS
  daemon.import(
    buildBase(),
    'build-base:test',
    'ENV PATH=/usr/bin:/bin',
    'ENV HOME=/root',
    ...(extra ? [`ENV NODE_EXTRA_CA_CERTS=${extra}`] : []),
  )
  daemon.import(runtimeBase(), 'runtime-base:test')
  const bases = ['BUILD_IMAGE=build-base:test', 'RUNTIME_IMAGE=runtime-base:test'].flatMap((base) => ['--build-arg', base])
  daemon.docker('build', '--network=host', ...bases, '--build-arg', 'REVISION=abc', '--tag', 'agentlog-exporter:test', ROOT)
}, 300_000)

afterAll(async () => {
  await daemon?.stop()
  scratch?.remove()
})

function inspect(what: string, format: string): string {
  return daemon.docker('inspect', '--format', format, what).trim()
}

test.skipIf(cannotRun)('the image says what it is, and holds neither a shell, nor npm, nor what only a build needs', () => {
  expect(inspect('agentlog-exporter:test', '{{.Config.User}} {{json .Config.Labels}}')).toMatch(/^65532:65532 .*"abc"/)
  const list =
    "const { existsSync } = require('fs'); console.log(['/bin/sh', '/usr/bin/npm', '/app/node_modules/typescript', '/app/node_modules/vitest', '/app/src', '/app/test'].filter(existsSync).join())"
  expect(
    daemon.docker('run', '--rm', ...RUN, '--entrypoint', '/nodejs/bin/node', 'agentlog-exporter:test', '-e', list).trim(),
  ).toBe('')
  expect(daemon.docker('history', '--no-trunc', 'agentlog-exporter:test')).not.toMatch(/\/bin\/sh -c (?!#\(nop\))/)
  const sizeMb = Number(inspect('agentlog-exporter:test', '{{.Size}}')) / 1e6
  const baseMb = Number(inspect('runtime-base:test', '{{.Size}}')) / 1e6
  console.log(`image ${sizeMb.toFixed(0)} MB, of which the base with node ${baseMb.toFixed(0)} MB`)
  expect(sizeMb - baseMb).toBeLessThan(60)
})

test.skipIf(cannotRun)('it becomes healthy with a read-only root and no rights, is scraped, and stops at once', async () => {
  const logs = scratch.file('logs')
  mkdirSync(logs)
  writeFileSync(join(logs, 'a.jsonl'), '{"event":"tool_invocation","agent":"a","tool_name":"bash","status":"success"}\n')
  const id = daemon
    .docker(
      'run',
      '--detach',
      ...RUN,
      '--health-interval=1s',
      '--volume',
      `${logs}:/logs:ro`,
      'agentlog-exporter:test',
      '/logs/*.jsonl',
    )
    .trim()
  await until('healthy', () => {
    const state = inspect(id, '{{.State.Health.Status}}')
    if (inspect(id, '{{.State.Running}}') !== 'true') throw new Error(daemon.docker('logs', id))
    return state === 'healthy' ? true : undefined
  })
  const scrape = "fetch('http://127.0.0.1:19464/metrics').then((r) => r.text()).then((t) => console.log(t))"
  expect(daemon.inNetwork(process.execPath, '-e', scrape)).toContain(
    'agent_tool_calls_total{agent="a",tool="bash",status="success"} 1',
  )
  expect(daemon.try('exec', id, 'sh', '-c', 'true').status).not.toBe(0)
  expect(daemon.docker('exec', id, '/nodejs/bin/node', '/app/dist/main.js', 'explain', '--summary', '/logs/*.jsonl')).toContain(
    '1 events: 1 mapped',
  )
  const startMs = Date.now()
  daemon.docker('stop', '--time', '10', id)
  expect(inspect(id, '{{.State.ExitCode}}')).toBe('0')
  expect(Date.now() - startMs).toBeLessThan(9000)
})

test.skipIf(cannotRun)('a container whose exporter does not serve is unhealthy', () => {
  const { status, stdout } = daemon.try('run', '--rm', ...RUN, 'agentlog-exporter:test', 'healthcheck')
  expect([status, stdout]).toEqual([1, ':19464 /-/healthy: ECONNREFUSED\n'])
})
