/** Logs of pods as the kubelet rotates and removes them, by their folders and by the links to them: each line once, with its pod. */
import { appendFileSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Descriptors } from '../../../src/source/file/descriptors.ts'
import { openFile } from '../../../src/source/file/open-file.ts'
import { PodLogs, type PodLogsOptions } from '../../../src/source/kubernetes/pod-logs.ts'
import { dockerIdOf, isPodLog, podOfFolder, readLinkName, withoutRotation } from '../../../src/source/kubernetes/pod-paths.ts'
import { Following } from '../following.ts'
import { type PodName, PodTree, textOf } from './pod-tree.ts'

const ID = 'f0'.repeat(32)
const OTHER_ID = '0e'.repeat(32)
const AGENT: PodName = {
  namespace: 'agents',
  pod: 'agent-7c9f-x2',
  uid: '3f2c0b6e-0000-4000-8000-000000000001',
  container: 'agent',
}
const PROXY: PodName = { ...AGENT, container: 'proxy' }
/** The uid of a static pod is a hash of its description. */
const STATIC: PodName = {
  namespace: 'kube-system',
  pod: 'etcd-node-1',
  uid: 'd41d8cd98f00b204e9800998ecf8427e',
  container: 'etcd',
}

let tree: PodTree
let following: Following | undefined
beforeEach(() => {
  tree = new PodTree()
})
afterEach(async () => {
  await following?.stop()
  following = undefined
  tree.destroy()
})

function follow(options: Partial<PodLogsOptions> = {}, goesOnFrom?: Following, once = false): Following {
  const guide = new PodLogs({ root: tree.pods, namespaces: [], pods: [], containers: [], ...options })
  following = new Following({ patterns: [], guide, once, ...(goesOnFrom === undefined ? {} : { goesOnFrom }) })
  return following
}

async function untilRead(f: Following, count: number): Promise<void> {
  for (let looks = 0; f.lines.length < count && looks < 500; looks++) {
    await f.settle()
    await new Promise((done) => setTimeout(done, 1))
  }
  for (let looks = 0; looks < 3; looks++) await f.settle()
}

const taken = (f: Following): string[] => f.taken().map(textOf)
const podOf = ({ namespace, pod, uid, container }: PodName) => ({ namespace, name: pod, uid, container })

describe('names', () => {
  test('of folders, logs and links', () => {
    expect(podOfFolder('/p/ns_pod-1_uid-2/agent')).toEqual({ namespace: 'ns', name: 'pod-1', uid: 'uid-2', container: 'agent' })
    for (const bad of ['/p/ns_pod/agent', '/p/a_b_c_d/agent', '/p/_b_c/agent', '/p/a__c/agent', '/p/a_b_/agent', '/p/x/agent'])
      expect([bad, podOfFolder(bad)]).toEqual([bad, undefined])
    const logs = ['0.log', '12.log', '0.log.20261121-101112', '0.log.20261121-101112.gz', '0.log.gz']
    const others = [
      'x.log',
      '0.log.1',
      '0.log.20261121-101112.tmp',
      '0.log.20261121-101112.gz.tmp',
      '.0.log',
      '0.logs',
      '0.log.tmp',
      '-1.log',
    ]
    expect(logs.map((name) => isPodLog(`/p/a_b_c/x/${name}`))).toEqual(logs.map(() => true))
    expect(others.map((name) => isPodLog(`/p/a_b_c/x/${name}`))).toEqual(others.map(() => false))
    expect(readLinkName(`/c/pod-1_ns_my-agent-${ID}.log`)).toEqual({
      pod: { namespace: 'ns', name: 'pod-1', container: 'my-agent', uid: '' },
      id: ID,
    })
    for (const bad of [`pod_ns_-${ID}.log`, `pod_ns_agent-${ID.slice(1)}.log`, `pod_agent-${ID}.log`, `a_b_c_d-${ID}.log`])
      expect([bad, readLinkName(bad)]).toEqual([bad, undefined])
    expect(dockerIdOf(`/d/${ID}/${ID}-json.log.3.gz`)).toBe(ID)
    expect(dockerIdOf(`/d/${OTHER_ID}/${ID}-json.log`)).toBe(undefined)
    expect(withoutRotation('/p/a_b_c/x/0.log.20261121-101112.gz')).toBe('/p/a_b_c/x/0.log')
    expect(withoutRotation(`/d/${ID}/${ID}-json.log.2.gz`)).toBe(`/d/${ID}/${ID}-json.log`)
  })

  test('lines come with their pod, of static pods too; globs choose', async () => {
    for (const name of [AGENT, PROXY, STATIC]) {
      tree.start(name)
      tree.write(name, [name.container])
    }
    const f = await follow().start()
    expect(taken(f).sort()).toEqual(['agent', 'etcd', 'proxy'])
    expect(f.origins.map(({ pod, envelope, container }) => ({ pod, envelope, container }))).toEqual(
      expect.arrayContaining([AGENT, PROXY, STATIC].map((name) => ({ pod: podOf(name), envelope: 'cri', container: undefined }))),
    )
    await f.stop()
    for (const [globs, wanted] of [
      [{ namespaces: ['agent*'] }, ['agent', 'proxy']],
      [{ pods: ['etcd-*', 'x'] }, ['etcd']],
      [{ namespaces: ['agents'], containers: ['{agent,other}'] }, ['agent']],
    ] as const) {
      const g = await follow(globs).start()
      expect(taken(g).sort()).toEqual(wanted)
      await g.stop()
    }
  })
})

test('logs of pods that are the same byte for byte are logs of their own', async () => {
  const same = 'x'.repeat(3000)
  tree.start(AGENT)
  tree.write(AGENT, [same])
  const f = await follow().start()
  expect(taken(f)).toEqual([same])
  tree.start(PROXY)
  tree.write(PROXY, [same])
  await f.settle()
  expect(taken(f)).toEqual([same])
})

describe('rotation', () => {
  test('each line counts once over rotation, packing, a restart of the container and the end of its pod', async () => {
    tree.start(AGENT)
    const f = await follow().start()
    for (let i = 0; i < 6; i++) {
      tree.write(AGENT, [`${i}`])
      if (i % 2 === 0) await f.settle()
      tree.rotate(AGENT)
      tree.write(AGENT, [`${i}b`])
      await f.settle()
    }
    tree.start(AGENT, 1)
    tree.write(AGENT, ['again'], 1)
    await f.settle()
    tree.write(AGENT, ['end'], 1)
    tree.remove(AGENT)
    await untilRead(f, 14)
    const wanted = Array.from({ length: 6 }, (_, i) => [`${i}`, `${i}b`]).flat()
    expect(taken(f).sort()).toEqual([...wanted, 'again', 'end'].sort())
  })

  test('with --once packed logs are read too, oldest first', async () => {
    tree.start(AGENT)
    for (const text of ['one', 'two', 'three']) {
      tree.write(AGENT, [text])
      tree.rotate(AGENT)
    }
    tree.write(AGENT, ['four'])
    const f = follow({}, undefined, true)
    await f.once()
    expect(taken(f).sort()).toEqual(['four', 'one', 'three', 'two'])
    expect(f.source.problems).toEqual([])
  })
})

/** By folders, by links to them, and by links to logs of Docker. */
const WAYS = ['pods', 'links', 'docker by pods', 'docker by links'] as const

describe('kills', () => {
  const steps = (way: (typeof WAYS)[number]): (() => void)[] => {
    const inDocker = way.startsWith('docker')
    const log = (id: string) => join(tree.docker, id, `${id}-json.log`)
    const write = (id: string, restarts: number, text: string) =>
      inDocker
        ? appendFileSync(log(id), `${JSON.stringify({ log: `${text}\n`, stream: 'stdout' })}\n`)
        : tree.write(AGENT, [text], restarts)
    const rotate = (id: string, restarts: number) => {
      if (!inDocker) return tree.rotate(AGENT, restarts)
      renameSync(log(id), `${log(id)}.1`)
      writeFileSync(log(id), '')
    }
    return [
      () => void (inDocker ? tree.startInDocker(AGENT, ID) : tree.start(AGENT, 0, ID)),
      () => write(ID, 0, 'a1'),
      () => rotate(ID, 0),
      () => write(ID, 0, 'a2'),
      () => void (inDocker ? tree.startInDocker(AGENT, OTHER_ID, 1) : tree.start(AGENT, 1, OTHER_ID)),
      () => write(OTHER_ID, 1, 'b1'),
      () => rotate(OTHER_ID, 1),
      () => write(OTHER_ID, 1, 'b2'),
    ]
  }

  for (const way of WAYS)
    test(`${way}: killed before each step and away for each number of steps nothing is lost or counts twice`, async () => {
      const count = steps(way).length
      for (let at = 0; at < count; at++)
        for (let away = 0; at + away <= count; away++) {
          tree.destroy()
          tree = new PodTree()
          const all = steps(way)
          const root = way.endsWith('links') ? tree.links : tree.pods
          const f = await follow({ root }).start()
          for (const step of all.slice(0, at)) {
            step()
            await f.settle()
          }
          await f.kill()
          for (const step of all.slice(at, at + away)) step()
          const g = await follow({ root }, f).start()
          for (const step of all.slice(at + away)) {
            step()
            await g.settle()
          }
          await untilRead(g, 4 - f.lines.length)
          const origins = [...f.origins, ...g.origins]
          expect([at, away, [...taken(f), ...taken(g)].sort()]).toEqual([at, away, ['a1', 'a2', 'b1', 'b2']])
          expect(origins.map(({ pod, envelope }) => [pod, envelope])).toEqual(
            origins.map(() => [podOf(AGENT), way.startsWith('docker') ? 'docker' : 'cri']),
          )
          if (way !== 'pods') expect(new Set(origins.map(({ container }) => container?.id))).toEqual(new Set([ID, OTHER_ID]))
          await g.stop()
        }
    })
})

describe('links', () => {
  test('a log that has three names is read once, under its own', async () => {
    const log = tree.startInDocker(AGENT, ID)
    appendFileSync(log, '{"log":"one\\n"}\n')
    symlinkSync(tree.pods, join(tree.base, 'linked-root'))
    const f = await follow({ root: join(tree.base, 'linked-root') }).start()
    await f.settle()
    expect([taken(f), f.origins.map(({ file }) => file), f.files('open')]).toEqual([['one'], [log], 1])
  })

  test('a log whose link is gone is read to its end, and its pod stays known', async () => {
    const log = tree.startInDocker(AGENT, ID)
    const f = await follow({ root: tree.links }).start()
    appendFileSync(log, '{"log":"one\\n"}\n')
    await f.settle()
    tree.remove(AGENT)
    await f.settle()
    appendFileSync(log, '{"log":"two\\n"}\n')
    await f.settle()
    expect([taken(f), f.origins[0]?.pod]).toEqual([['one', 'two'], podOf(AGENT)])
  })

  test('links to what is no log of the container are refused and named once', async () => {
    writeFileSync(join(tree.base, 'secret'), 'secret\n')
    mkdirSync(tree.folder(AGENT), { recursive: true })
    symlinkSync(join(tree.base, 'secret'), tree.log(AGENT))
    symlinkSync(join(tree.base, 'secret'), tree.log(AGENT, 1))
    tree.start(PROXY)
    tree.write(PROXY, ['fine'])
    mkdirSync(join(tree.base, 'elsewhere', 'agent'), { recursive: true })
    writeFileSync(join(tree.base, 'elsewhere', 'agent', '0.log'), 'secret\n')
    symlinkSync(join(tree.base, 'elsewhere'), join(tree.pods, 'a_b_c'))
    symlinkSync(join(tree.base, 'elsewhere', 'agent'), join(dirname(tree.folder(AGENT)), 'linked'))
    const f = await follow().start()
    await f.settle()
    await f.settle()
    expect(taken(f)).toEqual(['fine'])
    const refused = [tree.log(AGENT), tree.log(AGENT, 1)].map(
      (path) => `${path}: a link to ${join(tree.base, 'secret')}, which is no log of this container: not read`,
    )
    expect(f.source.problems).toEqual(refused)
    expect(f.warnings.length).toBe(2)
    await f.stop()
    symlinkSync(join(tree.base, 'secret'), tree.link(AGENT, ID))
    symlinkSync(tree.log(PROXY), tree.link(AGENT, OTHER_ID))
    const g = await follow({ root: tree.links }).start()
    expect(taken(g)).toEqual([])
    expect([...g.source.problems].sort()).toEqual(
      [
        `${tree.links}: no log of a pod that is wanted is there`,
        `${tree.link(AGENT, ID)}: a link to ${join(tree.base, 'secret')}, which is no log of this pod: not read`,
        `${tree.link(AGENT, OTHER_ID)}: a link to ${tree.log(PROXY)}, which is no log of this pod: not read`,
      ].sort(),
    )
  })
})

test('logs that are refused while it follows are named in one warning, with the cure, and counted', async () => {
  for (const name of [AGENT, PROXY, STATIC]) tree.start(name)
  let isRefused = true
  const refuse = (path: string): ReturnType<typeof openFile> => {
    if (!isRefused) return openFile(path)
    throw Object.assign(new Error(`EACCES: permission denied, open '${path}'`), { code: 'EACCES', syscall: 'open' })
  }
  const guide = new PodLogs({ root: tree.pods, namespaces: [], pods: [], containers: [] })
  following = new Following({ patterns: [], guide, descriptors: new Descriptors(100, refuse) })
  const f = await following.start()
  await f.settle()
  const cure =
    /^cannot read a file: EACCES; pods' logs belong to root with mode 0640, and this process is uid \d+, gid \d+: give it group 0/
  expect(f.warnings).toEqual([expect.stringMatching(cure)])
  expect(f.source.problems).toEqual([expect.stringMatching(/^pods' logs belong to root with mode 0640/)])
  expect(f.files('unreadable')).toBe(3)
  isRefused = false
  for (let looks = 0; looks < 5; looks++) await f.settle()
  expect([f.files('open'), f.files('unreadable'), f.source.problems, f.warnings.length]).toEqual([3, 0, [], 1])
})

test('what is there and what is missing is said', async () => {
  const f = await follow().start()
  expect(f.source.problems).toEqual([`${tree.pods}: no log of a pod that is wanted is there`])
  expect(f.source.faults.map(({ isDown }) => isDown)).toEqual([false])
  await f.stop()
  const g = await follow({ root: join(tree.base, 'nowhere') }).start()
  expect(g.source.problems).toEqual([
    `${join(tree.base, 'nowhere')}: no such folder; on a node it is /var/log/pods: mount it here read-only, or set root`,
  ])
  expect(g.source.faults.map(({ isDown }) => isDown)).toEqual([true])
})
