/** The built program reads containers and pods: by mapping, by --docker, with --once, served, over a rename, a restart and a reload. */
import { spawnSync } from 'node:child_process'
import { appendFileSync, chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DockerTree, idOf, SECRET } from '../source/docker/docker-tree.ts'
import { type PodName, PodTree } from '../source/kubernetes/pod-tree.ts'
import { Children } from './children.ts'
import { finish, type Served, until } from './program.ts'

const A = idOf('a1')
const B = idOf('b2')
const POD: PodName = { namespace: 'agents', pod: 'agent-7c9f-x2', uid: 'u-1', container: 'agent' }

let scratch = ''
let docker: DockerTree
let pods: PodTree
const children = new Children()
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'agentlog-containers-'))
  docker = new DockerTree()
  pods = new PodTree()
})
afterEach(async () => {
  await children.kill()
  docker.destroy()
  pods.destroy()
  rmSync(scratch, { recursive: true })
})

const event = '{"event":"e"}'

function mapping(source: string): string {
  const file = join(scratch, 'm.yaml')
  const labels =
    '{ container: $container.name, team: $container.labels.team, pod: $pod.name, namespace: $pod.namespace, stream: $stream }'
  writeFileSync(
    file,
    `version: 1\nsources:\n  - ${source}\nmetrics:\n  - { name: e_total, type: counter, event: e, labels: ${labels} }\n`,
  )
  return file
}

const ofDocker = (more = ''): string => mapping(`{ docker: { root: ${docker.root}, read: files${more} } }`)
const samples = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('e_total'))

const start = (...args: readonly string[]): Promise<Served> => children.start(args)

const scrape = async ({ url }: Served): Promise<string> => (await fetch(`${url}/metrics`)).text()
const reaches = (served: Served, sample: string): Promise<string> =>
  until(
    () => scrape(served),
    (text) => samples(text).includes(sample),
  )
const labelled = (container: string, team: string): string =>
  `e_total{container="${container}",team="${team || 'unknown'}",pod="unknown",namespace="unknown",stream="stdout"}`

test('--once reads the logs of all containers that are wanted; --docker says which, and keeps what the mapping says besides', async () => {
  docker.create(A, { name: 'agent-1', labels: { team: 'x' } })
  docker.create(B, { name: 'proxy' })
  docker.write(A, event, event)
  docker.rotate(A, 3)
  docker.compress(A)
  docker.write(A, event)
  docker.write(B, event)
  const all = await finish(['run', '--once', '-c', ofDocker()])
  expect([all.code, samples(all.stdout)]).toEqual([0, [`${labelled('agent-1', 'x')} 3`, `${labelled('proxy', '')} 1`]])
  const one = await finish(['run', '--once', '-c', ofDocker(), '--docker', 'agent-{1,2}', '--docker', 'x'])
  expect([one.code, samples(one.stdout)]).toEqual([0, [`${labelled('agent-1', 'x')} 3`]])
  const none = await finish(['run', '--once', '-c', ofDocker(), '--docker', 'nobody'])
  expect([none.code, samples(none.stdout)]).toEqual([1, []])
  expect(none.stderr).toContain(
    `agentlog-exporter: ${docker.root}: none of the 2 containers has a name and labels that are wanted\n`,
  )
  const explained = await finish(['explain', '-c', ofDocker(), '--docker', 'proxy'])
  expect([explained.code, explained.stdout]).toEqual([0, expect.stringContaining('container  $container.name="proxy"')])
})

test('a stream that is not read makes no line', async () => {
  docker.create(A, { name: 'agent' })
  docker.write(A, event, `!${event}`, '!no json')
  const { stdout } = await finish(['run', '--once', '--self', '-c', ofDocker(', streams: [stdout]')])
  expect(samples(stdout)).toEqual([`${labelled('agent', '')} 1`])
  expect(stdout).toContain(
    'agentlog_lines_total{source="docker",outcome="event"} 1\nagentlog_lines_total{source="docker",outcome="blank"} 0\nagentlog_lines_total{source="docker",outcome="rejected"} 0\n',
  )
})

test('served: a rename shows in new series, a restart goes on, what is not for us is on the page and in health', async () => {
  docker.create(A, { name: 'agent' })
  docker.create(B, { name: 'silent', driver: 'none' })
  docker.write(A, event)
  const state = ['--state.dir', join(scratch, 'state')]
  const first = await start('-c', ofDocker(), ...state)
  await reaches(first, `${labelled('agent', '')} 1`)
  docker.describe(A, { name: 'renamed' })
  await until(
    async () => {
      docker.write(A, event)
      return scrape(first)
    },
    (text) => text.includes('container="renamed"'),
  )
  const page = await (await fetch(first.url)).text()
  expect(page).toContain('containers are read from the files of the daemon: read: files')
  expect(page).toMatch(/container silent \(b2b2b2b2b2b2\): its log driver is not json-file/)
  expect(await scrape(first)).toContain('agentlog_docker_containers{source="docker",state="unreadable"} 1')
  const health = (await (await fetch(`${first.url}/v1/health`)).json()) as { components: unknown }
  expect(health.components).toEqual(
    expect.arrayContaining([
      {
        name: 'source docker',
        state: 'degraded',
        detail: expect.stringContaining('container silent (b2b2b2b2b2b2): its log driver'),
      },
    ]),
  )
  first.child.kill('SIGTERM')
  await first.ended
  const before = samples(await scrapeOf(state))
  docker.write(A, event)
  const second = await start('-c', ofDocker(), ...state)
  const after = await until(
    () => scrape(second),
    (text) => sum(samples(text)) === sum(before) + 1,
  )
  expect(`${after}${first.out.stderr}${page}`).not.toContain(SECRET)
})

const sum = (lines: readonly string[]): number =>
  lines.reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0)
const scrapeOf = async (state: readonly string[]): Promise<string> => (await finish(['state', 'export', ...state])).stdout

test('a reload with other names reads other containers, and goes on where those before were left', async () => {
  docker.create(A, { name: 'a' })
  docker.create(B, { name: 'b' })
  docker.write(A, event)
  docker.write(B, event)
  const served = await start('-c', ofDocker(', names: [a]'))
  await reaches(served, `${labelled('a', '')} 1`)
  const load = async (names: string): Promise<void> => {
    ofDocker(`, names: [${names}]`)
    served.child.kill('SIGHUP')
  }
  await load('b')
  await reaches(served, `${labelled('b', '')} 1`)
  docker.write(A, event)
  await load('a, b')
  await reaches(served, `${labelled('a', '')} 2`)
  docker.write(B, event)
  await reaches(served, `${labelled('b', '')} 2`)
})

test('pods by folders and by links have the same numbers; splits are joined', async () => {
  pods.start(POD, 0, A)
  pods.write(POD, [event])
  pods.rotate(POD)
  appendFileSync(
    pods.log(POD),
    `2026-11-21T10:00:00Z stdout P {"event"\n2026-11-21T10:00:00Z stderr F ${event}\n2026-11-21T10:00:00Z stdout F :"e"}\n`,
  )
  const ofPod = (stream: string, container: string): string =>
    `e_total{container="${container}",team="unknown",pod="agent-7c9f-x2",namespace="agents",stream="${stream}"}`
  for (const [root, container] of [
    [pods.pods, 'unknown'],
    [pods.links, 'agent'],
  ]) {
    const { code, stdout } = await finish([
      'run',
      '--once',
      '-c',
      mapping(`{ kubernetes: { root: ${root}, namespaces: [agents] } }`),
    ])
    expect([code, samples(stdout).sort()]).toEqual([0, [`${ofPod('stderr', container!)} 1`, `${ofPod('stdout', container!)} 2`]])
  }
  const none = await finish(['run', '--once', '-c', mapping(`{ kubernetes: { root: ${pods.pods}, namespaces: [other] } }`)])
  expect([none.code, none.stderr]).toEqual([1, `agentlog-exporter: ${pods.pods}: no log of a pod that is wanted is there\n`])
})

/** A shipped example over another folder. */
function example(name: string, root: string, elsewhere: string): string {
  const text = readFileSync(join(import.meta.dirname, '../../config/examples', name), 'utf8')
  expect(text).toContain(`root: ${root}\n`)
  const file = join(scratch, name)
  writeFileSync(file, text.replace(`root: ${root}\n`, `root: ${elsewhere}\n`))
  return file
}

test('the shipped examples count what they say', async () => {
  const tool = '{"event":"tool_invocation","tool_name":"bash","status":"ok"}'
  docker.create(A, { name: 'agent-1', labels: { 'agentlog.scrape': 'true', 'agentlog.team': 'search' } })
  docker.create(B, { name: 'agent-2', labels: { 'agentlog.scrape': 'no' } })
  docker.write(A, tool, '{"event":"error"}', '!{"event":"error"}')
  docker.write(B, tool)
  const ofContainers = await finish(['run', '--once', '-c', example('docker.yaml', '/var/lib/docker/containers', docker.root)])
  const counted = (text: string): string[] =>
    text
      .split('\n')
      .filter((line) => /^agent_.* [^0]/.test(line))
      .sort()
  expect([ofContainers.code, counted(ofContainers.stdout)]).toEqual([
    0,
    [
      'agent_errors_total{container="agent-1"} 1',
      'agent_tool_calls_total{container="agent-1",team="search",tool="bash",status="success"} 1',
    ],
  ])
  const deployed = { ...POD, namespace: 'agents-eu', pod: 'agent-7c9f8d5b4-x2k8p' }
  for (const pod of [deployed, { ...deployed, container: 'proxy' }, { ...deployed, namespace: 'other' }]) {
    pods.start(pod)
    pods.write(pod, [tool, '{"event":"sandbox_violation","kind":"network"}'])
  }
  const ofPods = await finish(['run', '--once', '-c', example('kubernetes.yaml', '/var/log/pods', pods.pods)])
  expect([ofPods.code, counted(ofPods.stdout)]).toEqual([
    0,
    [
      'agent_sandbox_violations_total{namespace="agents-eu",kind="network"} 1',
      'agent_tool_calls_total{namespace="agents-eu",workload="agent",tool="bash"} 1',
    ],
  ])
})

test('of a description nothing but its names outlives the parse', () => {
  docker.create(A, { name: 'agent' })
  // Made where this process does not see it.
  const script = `f=${docker.config(A)}; s=$(head -c 12 /dev/urandom | od -An -tx1 | tr -d ' \\n'); sed -i "s/TOKEN=[^\\"]*/TOKEN=mark-$s/" $f; grep -c "TOKEN=mark-[0-9a-f]*" $f`
  expect(spawnSync('sh', ['-c', script], { encoding: 'utf8' }).stdout).toBe('1\n')
  const module = join(import.meta.dirname, '../../dist/source/docker/json-files-config.js')
  const program = `
    import { getHeapSnapshot } from 'node:v8'
    import { readConfig } from '${module}'
    const read = readConfig('${docker.config(A)}', '${A}')
    globalThis.gc()
    let text = ''
    for await (const chunk of getHeapSnapshot()) text += chunk
    console.log(JSON.stringify([read.name, text.includes('agent:1'), /mark-[0-9a-f]{24}/.test(text)]))
  `
  const child = spawnSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', program], { encoding: 'utf8' })
  expect(child.stdout, child.stderr).toBe('["agent",true,false]\n')
})

const PROJECT = join(import.meta.dirname, '../..')

/**
 * As somebody who owns nothing, with these groups. The project may stand in a folder that only its owner may enter: for this process alone
 * it is shown at another place too.
 */
function asNobody(
  groups: string,
  args: readonly string[],
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const shown = join(scratch, 'project')
  mkdirSync(shown, { recursive: true })
  const who = ['--reuid', '65532', '--regid', groups.split(',')[0]!, '--groups', groups]
  const command = ['setpriv', ...who, process.execPath, join(shown, 'dist/main.js'), ...args]
  const script = 'mount --bind "$0" "$1" && shift && exec "$@"'
  return spawnSync('unshare', ['--mount', 'sh', '-c', script, PROJECT, shown, ...command], { encoding: 'utf8' })
}

const isRoot = process.getuid?.() === 0
const cannotChange =
  !isRoot || spawnSync('setpriv', ['--version']).status !== 0 || spawnSync('unshare', ['--mount', 'true']).status !== 0
if (cannotChange && process.env.CI === 'true' && isRoot) throw new Error('setpriv and unshare --mount are needed')

test.skipIf(cannotChange)("root's logs of pods are read with group 0, and without it one sentence says so", () => {
  for (const name of [POD, { ...POD, container: 'proxy' }]) {
    pods.start(name)
    pods.write(name, [event])
    chmodSync(pods.log(name), 0o640)
    chownSync(pods.log(name), 0, 0)
  }
  for (const folder of [pods.base, scratch]) chmodSync(folder, 0o755)
  const args = ['run', '--once', '--self', '-c', mapping(`{ kubernetes: { root: ${pods.pods} } }`)]
  const member = asNobody('0', args)
  expect([member.status, sum(samples(member.stdout))]).toEqual([0, 2])
  const stranger = asNobody('65532', args)
  expect([stranger.status, samples(stranger.stdout)]).toEqual([1, []])
  expect(stranger.stdout).toContain('agentlog_source_files{source="kubernetes",state="unreadable"} 2\n')
  expect(stranger.stderr.match(/runAsGroup/g)).toHaveLength(1)
  expect(stranger.stderr).toContain(
    "pods' logs belong to root with mode 0640, and this process is uid 65532, gid 65532: give it group 0 (securityContext: { runAsGroup: 0 }), which may read them",
  )
})

test.skipIf(cannotChange)(
  'a folder of containers that nobody but root may list says what it takes, and auto asks the daemon',
  () => {
    docker.create(A, { name: 'agent' })
    chmodSync(docker.root, 0o710)
    for (const folder of [docker.base, scratch]) chmodSync(folder, 0o755)
    const files = asNobody('65532', ['run', '--once', '-c', ofDocker()])
    expect([files.status, files.stderr]).toEqual([
      1,
      expect.stringContaining(
        `${docker.root}: cannot be listed: EACCES; found a folder of uid 0, gid 0 with mode 0710, and this process is uid 65532, gid 65532; needed is uid 0 or CAP_DAC_READ_SEARCH (no group may list it): run so, with the folder mounted read-only, or set read: api`,
      ),
    ])
    const nowhere = `unix://${join(scratch, 'no.sock')}`
    const auto = asNobody('65532', [
      'run',
      '--once',
      '--docker.host',
      nowhere,
      '-c',
      mapping(`{ docker: { root: ${docker.root} } }`),
    ])
    expect([auto.status, auto.stderr]).toEqual([
      1,
      expect.stringContaining('containers are read through the interface of the daemon: no files: '),
    ])
    expect(auto.stderr).toContain(nowhere.slice('unix://'.length))
  },
)

test('where the daemon is: the flag wins over the variable, and a wrong one is refused', async () => {
  const read = mapping('{ docker: { read: api } }')
  const socket = (name: string): string => `unix://${join(scratch, name)}`
  const env = { DOCKER_HOST: socket('of-variable.sock') }
  mkdirSync(join(scratch, 'x'))
  const byVariable = await finish(['run', '--once', '-c', read], '', env)
  expect([byVariable.code, byVariable.stderr]).toEqual([1, expect.stringContaining('of-variable.sock')])
  const byFlag = await finish(['run', '--once', '--docker.host', socket('of-flag.sock'), '-c', read], '', env)
  expect([byFlag.code, byFlag.stderr]).toEqual([1, expect.stringContaining('of-flag.sock')])
  const wrong = await finish(['run', '--once', '--docker.host', 'docker.sock', '-c', read])
  expect([wrong.code, wrong.stderr]).toEqual([
    2,
    expect.stringMatching(/^--docker\.host "docker\.sock": this is no address of a Docker daemon; expected unix:/),
  ])
})
