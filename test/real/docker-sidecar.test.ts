/**
 * The built image as a container beside an agent's: once it sees nothing of the daemon but the paths that a proxy of its socket lets it read, once
 * nothing but the folder of the daemon's logs, read-only. The agent is started again, renamed and killed, the exporters are killed.
 */
import { mkdirSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { judged } from '../faults/digits.ts'
import { SEED } from '../faults/form.ts'
import { Agent, importAgent } from './docker-agent.ts'
import { countsBy, mappingOf } from './docker-lives.ts'
import { DockerProxy } from './docker-proxy.ts'
import { cannotDock, Dockerd } from './dockerd.ts'
import { buildImage, IMAGE } from './image-bases.ts'
import { Scratch, sum, until } from './workbench.ts'

const cannotRun = cannotDock('busybox', 'slirp4netns')
const WHILE_MS = 500
const HARDENED = ['--network=host', '--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges']
const PORTS = { proxy: 19_464, files: 19_465 }
/** Prints nothing while nobody answers. */
const SCRAPE = 'fetch(process.argv[1]).then((r) => r.text()).then((t) => console.log(t), () => {})'

let scratch: Scratch
let daemon: Dockerd
let proxy: DockerProxy
beforeAll(async () => {
  if (cannotRun) return
  scratch = new Scratch()
  daemon = await Dockerd.start()
  await daemon.connectToOutside()
  buildImage(daemon, scratch)
  importAgent(daemon, scratch)
  mkdirSync(scratch.file('socket'))
  proxy = await DockerProxy.start(daemon.socket, scratch.file('socket/docker.sock'))
}, 300_000)
afterAll(async () => {
  await proxy?.stop()
  await daemon?.stop()
  scratch?.remove()
})

/** What a container of the image is given beside its mapping and its record. */
async function exporter(name: keyof typeof PORTS, ...flags: readonly string[]): Promise<void> {
  for (const folder of [`mapping-${name}`, `state-${name}`]) mkdirSync(scratch.file(folder))
  scratch.write(`mapping-${name}/agentlog.yaml`, mappingOf({ names: ['agent*'] }))
  const volumes = [
    `${scratch.file(`mapping-${name}`)}:/mapping:ro`,
    `${scratch.file(`state-${name}`)}:/var/lib/agentlog-exporter`,
  ]
  const given = ['--user', '0:0', ...volumes.flatMap((volume) => ['--volume', volume]), ...flags]
  const args = ['-c', '/mapping/agentlog.yaml', '--web.listen-address', `127.0.0.1:${PORTS[name]}`]
  await daemon.meanwhile('run', '--detach', '--name', name, ...HARDENED, ...given, IMAGE, 'run', ...args)
}

function scrape(name: keyof typeof PORTS): string {
  return daemon.inNetwork(process.execPath, '-e', SCRAPE, `http://127.0.0.1:${PORTS[name]}/metrics`)
}

/** All of these lines are counted. */
async function account(name: keyof typeof PORTS, given: ReadonlySet<number>) {
  const highest = Math.max(...given) + 1
  const read = () => {
    const text = scrape(name)
    const { lost, double } = judged(text, highest)
    const more = sum(text, 'lines_total') - given.size
    return { lost: lost.filter((n) => given.has(n)).length, double, more, names: countsBy(text, 'by_name_total') }
  }
  await until('all lines', () => read().lost === 0 || undefined, 40_000).catch(() => undefined)
  await pause(WHILE_MS)
  return read()
}

test.skipIf(cannotRun)('a container that is started again, renamed and killed is counted exactly', async () => {
  await exporter('proxy', '--volume', `${scratch.file('socket')}:/proxy`, '--env', 'DOCKER_HOST=unix:///proxy/docker.sock')
  await exporter('files', '--volume', `${daemon.containers}:/var/lib/docker/containers:ro`)
  const agent = await new Agent(daemon, scratch, { name: 'agent', seed: SEED }).run()
  const steps = [
    ['restart', 'agent'],
    ['rename', 'agent', 'agent-two'],
    ['kill', 'proxy', 'files'],
    ['kill', 'agent-two'],
    ['start', 'proxy', 'files'],
    ['start', 'agent-two'],
    ['rename', 'agent-two', 'agent-three'],
  ]
  for (const step of steps) {
    await pause(WHILE_MS)
    await daemon.meanwhile(...step)
  }
  await pause(4 * WHILE_MS)
  await agent.finish()
  const given = new Set((await agent.given()).keys())
  const { frames, splits } = proxy.frames
  const refused = proxy.requests.filter(({ isRefused }) => isRefused)
  const others = proxy.requests.filter(({ method }) => method !== 'GET').length
  const counted = { proxy: await account('proxy', given), files: await account('files', given) }
  const passed = { requests: proxy.requests.length, others, refused: refused.map(({ path }) => path), frames, splits }
  console.log(JSON.stringify({ test: 'sidecar', seed: SEED, lines: given.size, ...passed, ...counted }))
  expect(given.size).toBeGreaterThan(500)
  for (const { names, ...outcome } of Object.values(counted)) {
    expect(outcome).toEqual({ lost: 0, double: 0, more: 0 })
    expect(Object.keys(names)).toContain('agent-three')
  }
  expect(others).toBe(0)
  expect(Math.min(frames, splits)).toBeGreaterThan(0)
})
