/** Containers' logs as dockerd writes, rotates and removes them, read by a file source with a guide: each line once, with the names of its container. */
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ContainerInfo, type ContainerLister, type Selection, selector } from '../../../src/source/containers.ts'
import { JsonFiles } from '../../../src/source/docker/json-files.ts'
import { createOwnMetrics } from '../../../src/telemetry/own-metrics.ts'
import { Following } from '../following.ts'
import { DockerTree, idOf, SECRET, textOf } from './docker-tree.ts'
import { Random } from './random.ts'

const A = idOf('a1')
const B = idOf('b2')
const C = idOf('c3')
const STATES = ['reading', 'waiting', 'unreadable', 'unknown'] as const

let tree: DockerTree
let following: Following | undefined
let own = createOwnMetrics()
beforeEach(() => {
  tree = new DockerTree()
})
afterEach(async () => {
  await following?.stop()
  following = undefined
  tree.destroy()
})

const ALL: Selection = { names: [], withLabels: {} }

function guideOf(
  selection: Selection = ALL,
  streams: readonly ('stdout' | 'stderr')[] = ['stdout', 'stderr'],
  root = tree.root,
  lister?: ContainerLister,
): JsonFiles {
  own = createOwnMetrics()
  const takesUnknown = selection.names.length + Object.keys(selection.withLabels).length === 0
  return new JsonFiles({
    source: 's',
    root,
    select: selector(selection),
    streams,
    takesUnknown,
    telemetry: own,
    ...(lister ? { lister } : {}),
  })
}

/** `goesOnFrom`: one that was killed. */
function follow(guide: JsonFiles, goesOnFrom?: Following): Following {
  following = new Following({ patterns: [], guide, ...(goesOnFrom === undefined ? {} : { goesOnFrom }) })
  return following
}

/** Packed files are read beside the work. Looks on for a while after the last line, for one that counts twice. */
async function untilRead(f: Following, count: number): Promise<void> {
  for (let looks = 0; f.lines.length < count && looks < 500; looks++) {
    await f.settle()
    await new Promise((done) => setTimeout(done, 1))
  }
  for (let looks = 0; looks < 3; looks++) await f.settle()
}

/** The file system's clock goes on by more than that: inodes are given again at once, and files of one moment could not be told apart. */
async function tick(byNs: bigint): Promise<void> {
  const path = join(tree.base, 'clock')
  const bornNs = (): bigint => {
    rmSync(path, { force: true })
    writeFileSync(path, '')
    return statSync(path, { bigint: true }).birthtimeNs
  }
  const beganNs = bornNs()
  while (bornNs() <= beganNs + byNs) await new Promise(setImmediate)
}

const taken = (f: Following): string[] => f.taken().map(textOf)
const counts = (): number[] => STATES.map((state) => own.dockerContainers.at('s', state).value)
/** A busy machine looks now and then, while a daemon rotates and packs. What was packed before the start is history, and nobody reads it. */
async function packedUnseen(seed: number, beginning: string): Promise<{ readonly written: string[]; readonly found: string[] }> {
  tree.destroy()
  tree = new DockerTree()
  tree.beginning = beginning
  for (const id of [A, B]) tree.create(id, { name: `agent-${id}` })
  tree.write(A, 'history')
  tree.rotate(A, 10)
  tree.compress(A)
  // How long packed files are looked into, beside the work, decides what is found in which order.
  const stepNs = BigInt(seed % 3) * 500_000n
  await tick(stepNs)
  const random = new Random(seed)
  const written: string[] = []
  const f = await follow(guideOf()).start()
  for (let look = 0; look < 4; look++) {
    for (let rotation = 0; rotation <= random.below(3); rotation++) {
      const id = random.pick([A, B])
      const first = written.length
      for (let n = first; n <= first + random.below(4); n++) written.push(`${id.slice(0, 2)} ${n}`)
      tree.write(id, ...written.slice(first))
      if (random.chance(0.2)) await f.settle()
      if (existsSync(tree.log(id, '.1'))) tree.compress(id)
      await tick(stepNs)
      tree.rotate(id, 10)
      if (random.chance(0.5)) tree.compress(id)
      if (random.chance(0.2)) await f.settle()
    }
    await f.settle()
  }
  await untilRead(f, written.length)
  const found = taken(f).map((text) => text.slice(beginning.length))
  await f.kill()
  return { written, found: found.sort() }
}

const container = (f: Following, i = 0) => f.origins[i]?.container

describe('names', () => {
  test('lines come with the names of their container, which follow a rename and no restart of the source', async () => {
    tree.create(A, { name: 'agent-1', image: 'agent:2', labels: { team: 'x', __proto__: 'odd' } })
    tree.write(A, 'one')
    const f = await follow(guideOf()).start()
    expect(taken(f)).toEqual(['one'])
    expect(container(f)).toEqual({ id: A, name: 'agent-1', image: 'agent:2', labels: { team: 'x', __proto__: 'odd' } })
    expect(f.origins[0]).toMatchObject({ envelope: 'docker', source: 's', file: tree.log(A) })
    tree.describe(A, { name: 'renamed', image: 'agent:2', labels: { team: 'x' } })
    tree.write(A, 'two')
    await f.settle()
    expect([taken(f), container(f)?.name, f.origins.length]).toEqual([['two'], 'renamed', 1])
  })

  test('a container under the name of one before it is another', async () => {
    tree.create(A, { name: 'agent' })
    tree.write(A, 'a1')
    const f = await follow(guideOf({ names: ['agent'], withLabels: {} })).start()
    tree.write(A, 'a2')
    tree.remove(A)
    tree.create(B, { name: 'agent' })
    tree.write(B, 'b1')
    await f.settle()
    expect(taken(f)).toEqual(['a1', 'a2', 'b1'])
    expect(f.origins.map((origin) => origin.container?.id)).toEqual([A, B])
  })

  test('globs and labels choose, and a rename chooses anew: what was written in between counts when the name comes back', async () => {
    tree.create(A, { name: 'agent-1', labels: { scrape: 'true' } })
    tree.create(B, { name: 'agent-2', labels: { scrape: 'false' } })
    tree.create(C, { name: 'proxy', labels: { scrape: 'true' } })
    for (const id of [A, B, C]) tree.write(id, id[0]!)
    const f = await follow(guideOf({ names: ['agent-*'], withLabels: { scrape: 'true' } })).start()
    expect([taken(f), counts()]).toEqual([['a'], [1, 0, 0, 0]])
    tree.describe(C, { name: 'agent-3', labels: { scrape: 'true' } })
    tree.describe(A, { name: 'other', labels: { scrape: 'true' } })
    await f.settle()
    tree.write(A, 'a2')
    tree.write(C, 'c2')
    await f.settle()
    expect([taken(f), counts(), f.files('open')]).toEqual([['c', 'c2'], [1, 0, 0, 0], 1])
    tree.describe(A, { name: 'agent-1', labels: { scrape: 'true' } })
    await f.settle()
    expect([taken(f), counts()]).toEqual([['a2'], [2, 0, 0, 0]])
  })

  test('what a description holds besides names is in no origin, problem or metric', async () => {
    tree.create(A, { name: 'agent' })
    tree.create(B, { name: 'broken' })
    writeFileSync(tree.config(B), `{"Config":{"Env":["TOKEN=${SECRET}`)
    tree.write(A, 'a')
    const guide = guideOf({ names: ['a*'], withLabels: {} })
    const f = await follow(guide).start()
    expect(taken(f)).toEqual(['a'])
    const said = JSON.stringify([
      f.origins,
      f.warnings,
      f.source.problems,
      [...guide.problems()],
      f.source.positions().map((p) => p.note()),
    ])
    expect(said).not.toContain(SECRET)
    expect(said).toContain('its config.v2.json is no JSON')
  })
})

describe('rotation', () => {
  test.each([1, 2, 3])('with max-file %i each line counts once, quick rotations of kept files too', async (maxFiles) => {
    tree.create(A, { name: 'agent' })
    tree.write(A, '0')
    const f = await follow(guideOf()).start()
    for (let i = 1; i <= 8; i++) {
      tree.write(A, `${i}`)
      await f.settle()
      tree.rotate(A, maxFiles)
      tree.write(A, `${i}b`)
      if (i % 2 === 0) await f.settle()
    }
    await f.settle()
    const wanted = ['0', ...Array.from({ length: 8 }, (_, i) => [`${i + 1}`, `${i + 1}b`]).flat()]
    expect(taken(f).sort()).toEqual(wanted.sort())
  })

  test('a log that was rotated and compressed while nothing ran is read on in its packed copy', async () => {
    tree.create(A, { name: 'agent' })
    tree.write(A, 'one', 'two')
    const f = await follow(guideOf()).start()
    await f.kill()
    tree.write(A, 'three')
    tree.rotate(A, 3)
    tree.compress(A)
    tree.write(A, 'four')
    const g = await follow(guideOf(), f).start()
    await untilRead(g, 2)
    expect([...taken(f), ...taken(g)].sort()).toEqual(['four', 'one', 'three', 'two'])
    expect(g.origins.map((origin) => origin.container?.name)).toEqual(['agent', 'agent'])
  })

  test.for(['', SAME])(
    'generations that were begun, rotated and packed between two looks are read; texts begin with "%s"',
    async (beginning) => {
      for (let seed = 1; seed <= 15; seed++) {
        const { written, found } = await packedUnseen(seed, beginning)
        expect([seed, ...found]).toEqual([seed, ...written.sort()])
      }
    },
  )

  test('a container that is removed is read to its end', async () => {
    tree.create(A, { name: 'agent' })
    const f = await follow(guideOf()).start()
    const writer = execFileSync('sh', [
      '-c',
      'exec 3>>"$1"; printf "%s\\n" "$2" >&3; rm -r "$3"; printf "%s\\n" "$2" >&3',
      'sh',
      tree.log(A),
      '{"log":"last\\n"}',
      join(tree.root, A),
    ])
    expect(writer.length).toBe(0)
    await f.settle()
    expect([taken(f), container(f)?.name, existsSync(join(tree.root, A))]).toEqual([['last', 'last'], 'agent', false])
  })
})

/** What an agent logs again and again, longer than what is looked at to tell a copy. */
const SAME = 'x'.repeat(3000)

test('logs that begin alike, even those that are the same byte for byte, are logs of their own', async () => {
  tree.create(A, { name: 'agent-a' })
  tree.write(A, SAME)
  const f = await follow(guideOf()).start()
  expect(taken(f)).toEqual([SAME])
  tree.create(B, { name: 'agent-b' })
  tree.write(B, SAME, 'only here')
  await f.settle()
  expect(taken(f)).toEqual([SAME, 'only here'])
  tree.create(C, { name: 'agent-c' })
  tree.write(C, SAME)
  await f.settle()
  expect(taken(f)).toEqual([SAME])
})

/** Each step changes the tree; its lines are told apart. */
const STEPS: readonly (() => void)[] = [
  () => tree.create(A, { name: 'agent-a' }),
  () => tree.write(A, 'a1', '!a2'),
  () => tree.rotate(A, 3),
  () => tree.write(A, 'a3'),
  () => tree.describe(A, { name: 'agent-renamed' }),
  () => tree.write(A, 'a4'),
  () => tree.rotate(A, 3),
  () => tree.compress(A),
  () => tree.write(A, 'a5'),
  () => tree.create(B, { name: 'agent-a' }),
  () => tree.write(B, 'b1'),
  () => tree.rotate(B, 2),
  () => tree.write(B, 'b2'),
]
const WRITTEN = ['!a2', 'a1', 'a3', 'a4', 'a5', 'b1', 'b2']

describe('kills', () => {
  test.each(STEPS.flatMap((_, i) => [[i, ''] as const, [i, SAME] as const]))(
    'killed before step %i and away for each number of steps: nothing is lost or counts twice; texts begin with "%s"',
    async (at, beginning) => {
      for (let away = 0; at + away <= STEPS.length; away++) {
        tree.destroy()
        tree = new DockerTree()
        tree.beginning = beginning
        const f = await follow(guideOf({ names: ['agent-*'], withLabels: {} })).start()
        for (const step of STEPS.slice(0, at)) {
          step()
          await f.settle()
        }
        await f.kill()
        for (const step of STEPS.slice(at, at + away)) step()
        const g = await follow(guideOf({ names: ['agent-*'], withLabels: {} }), f).start()
        for (const step of STEPS.slice(at + away)) {
          step()
          await g.settle()
        }
        // Of a log that nobody ever saw, what was packed before the first start is nobody's.
        const wanted = at === 0 && away >= 8 ? WRITTEN.filter((text) => !/a[34]/.test(text)) : WRITTEN
        await untilRead(g, wanted.length - f.lines.length)
        const found = [...taken(f), ...taken(g)].map((text) => text.replace(beginning, '')).sort()
        expect([away, found]).toEqual([away, wanted])
        await g.stop()
      }
    },
  )

  test('a container of which nothing is known at the start goes on from its place once it is', async () => {
    tree.create(A, { name: 'agent' })
    tree.write(A, 'one')
    const selection = { names: ['agent'], withLabels: {} }
    const f = await follow(guideOf(selection)).start()
    await f.kill()
    writeFileSync(tree.config(A), 'broken')
    const g = await follow(guideOf(selection), f).start()
    await g.settle()
    tree.write(A, 'two')
    await g.kill()
    const h = await follow(guideOf(selection), g).start()
    tree.describe(A, { name: 'agent' })
    tree.write(A, 'three')
    await untilRead(h, 1)
    expect([...taken(f), ...taken(g), ...taken(h)].sort()).toEqual(['one', 'three', 'two'])
    expect(counts()).toEqual([1, 0, 0, 0])
  })

  test('a folder of containers that is not there at the start is gone on with once it is', async () => {
    tree.create(A, { name: 'agent' })
    tree.write(A, 'one')
    const f = await follow(guideOf()).start()
    await f.kill()
    renameSync(tree.root, join(tree.base, 'away'))
    const g = await follow(guideOf(), f).start()
    await g.settle()
    renameSync(join(tree.base, 'away'), tree.root)
    tree.write(A, 'two')
    await untilRead(g, 1)
    expect([...taken(f), ...taken(g)]).toEqual(['one', 'two'])
  })
})

describe('what cannot be read', () => {
  test('a container whose driver writes no such file is named once, and counted', async () => {
    tree.create(A, { name: 'agent' })
    tree.create(B, { name: 'local-one', driver: 'local' })
    mkdirSync(join(tree.root, B, 'local-logs'))
    tree.create(C, { name: 'other-one', driver: 'journald' })
    tree.create(idOf('d4'), { name: 'new-one', wasStarted: false })
    const f = await follow(guideOf()).start()
    await f.settle()
    await f.settle()
    const told = [
      `container local-one (${B.slice(0, 12)}): its log driver is local, which writes no file that can be read here: start it with --log-driver json-file, or set read: api`,
      `container other-one (${C.slice(0, 12)}): its log driver is not json-file, which writes no file that can be read here: start it with --log-driver json-file, or set read: api`,
    ]
    expect([...f.source.problems].sort()).toEqual(told)
    expect([f.warnings.length, counts()]).toEqual([2, [1, 1, 2, 0]])
  })

  test('a bad tree gives nothing, stalls nothing and is said where it matters', async () => {
    tree.create(A, { name: 'agent' })
    tree.write(A, 'one')
    tree.create(B, { name: 'second' })
    tree.write(B, 'two')
    writeFileSync(tree.config(B), 'x')
    truncateSync(tree.config(B), 100 << 20)
    writeFileSync(join(tree.base, 'outside.log'), 'outside\n')
    for (const name of ['not-an-id', 'A'.repeat(64), `${C}x`]) {
      mkdirSync(join(tree.root, name))
      writeFileSync(join(tree.root, name, `${name}-json.log`), 'foreign\n')
    }
    writeFileSync(join(tree.root, A, `${B}-json.log`), 'foreign\n')
    writeFileSync(join(tree.root, A, 'x-json.log'), 'foreign\n')
    symlinkSync(join(tree.base, 'outside.log'), tree.log(A, '.1'))
    mkdirSync(tree.log(A, '.2'))
    execFileSync('mkfifo', [tree.log(A, '.3')])
    mkdirSync(join(tree.base, C))
    writeFileSync(join(tree.base, C, `${C}-json.log`), 'outside\n')
    symlinkSync(join(tree.base, C), join(tree.root, C))
    writeFileSync(join(tree.root, 'plain-json.log'), 'foreign\n')
    const f = await follow(guideOf()).start()
    await f.settle()
    expect(
      f
        .taken()
        .map((line) => line.slice(0, 12))
        .sort(),
    ).toEqual(['{"log":"one\\', '{"log":"two\\'])
    expect(counts()).toEqual([2, 0, 0, 0])
  })

  test('without selection a container whose description cannot be read is read with its id alone', async () => {
    tree.create(A, { name: 'agent' })
    rmSync(tree.config(A))
    tree.write(A, 'one')
    const f = await follow(guideOf()).start()
    expect([taken(f), container(f)]).toEqual([['one'], { id: A, name: '', image: '', labels: {} }])
    tree.describe(A, { name: 'agent' })
    await f.settle()
    expect(container(f)?.name).toBe('agent')
  })

  test('where descriptions are not for us a daemon that is asked tells the names, and lines wait for the first answer', async () => {
    tree.create(A, { name: 'agent' })
    tree.create(B, { name: 'other' })
    for (const id of [A, B]) {
      rmSync(tree.config(id))
      tree.write(id, id)
    }
    const listed = { image: 'agent:3', labels: { team: 'x' }, logDriver: '', logPath: '', isTty: undefined, isRunning: true }
    let name = 'agent-1'
    let answer: (infos: readonly ContainerInfo[]) => void = () => {}
    let asked = 0
    const containers = (): Promise<readonly ContainerInfo[]> => {
      asked++
      return new Promise((resolve) => (answer = resolve))
    }
    const tell = async (f: Following): Promise<void> => {
      answer([
        { ...listed, id: A, name },
        { ...listed, id: B, name: 'other' },
      ])
      await f.settle()
    }
    const f = await follow(guideOf({ names: ['agent-*'], withLabels: {} }, ['stdout'], tree.root, { containers })).start()
    await f.settle()
    expect([f.lines, counts(), asked]).toEqual([[], [0, 0, 0, 2], 1])
    await tell(f)
    expect([taken(f), counts(), container(f)]).toEqual([
      [A],
      [1, 0, 0, 0],
      { id: A, name: 'agent-1', image: 'agent:3', labels: { team: 'x' } },
    ])
    await f.settle()
    expect(asked).toBe(1)
    name = 'agent-2'
    await f.time.step(10_000)
    expect(asked).toBe(2)
    await tell(f)
    expect([container(f)?.name, f.origins.length]).toEqual(['agent-2', 1])
  })

  test('where nobody answers, a container without a name is read if nothing was asked of it', async () => {
    tree.create(A, { name: 'agent' })
    rmSync(tree.config(A))
    tree.write(A, 'one')
    let refuse: (error: Error) => void = () => {}
    const containers = (): Promise<never> => new Promise((_, reject) => (refuse = reject))
    const f = await follow(guideOf(ALL, ['stdout'], tree.root, { containers })).start()
    await f.settle()
    expect(f.lines).toEqual([])
    refuse(new Error('nobody'))
    await f.settle()
    expect([taken(f), container(f)?.name]).toEqual([['one'], ''])
  })

  test('a description of another container names nobody, nor does one that is a link', async () => {
    tree.create(A, { name: 'agent' })
    tree.create(B, { name: 'agent' })
    renameSync(tree.config(A), join(tree.base, 'moved.json'))
    symlinkSync(join(tree.base, 'moved.json'), tree.config(A))
    rmSync(tree.config(B))
    symlinkSync('/dev/zero', tree.config(B))
    const guide = guideOf({ names: ['agent'], withLabels: {} })
    guide.look(0)
    expect(counts()).toEqual([0, 0, 0, 2])
    expect([...guide.problems().values()]).toEqual(
      Array(2).fill('it is not known whether it is wanted: its config.v2.json is a link'),
    )
  })

  test('no container, none that is wanted, and no folder are three sentences', async () => {
    const guide = guideOf({ names: ['x'], withLabels: {} })
    guide.look(0)
    expect([...guide.problems()]).toEqual([[tree.root, 'no container is there']])
    expect(guide.isShut).toBe(false)
    tree.create(A, { name: 'agent' })
    guide.look(0)
    expect([...guide.problems()]).toEqual([[tree.root, 'none of the 1 containers has a name and labels that are wanted']])
    const nowhere = guideOf(ALL, ['stdout'], join(tree.base, 'nowhere'))
    expect(nowhere.whyNot()).toMatch(/nowhere: no such folder; "docker info" names the Docker Root Dir, .*, or set read: api$/)
    expect(nowhere.isShut).toBe(true)
  })
})

test('the root may be a link, and may have characters that globs have', async () => {
  const odd = join(tree.base, 'odd [x] {a,b} (c) *?!')
  renameSync(tree.root, odd)
  symlinkSync(odd, join(tree.base, 'link [y]'))
  mkdirSync(join(odd, A))
  writeFileSync(join(odd, A, `${A}-json.log`), '{"log":"one\\n"}\n')
  const f = await follow(guideOf(ALL, ['stdout'], join(tree.base, 'link [y]'))).start()
  expect([taken(f), f.origins[0]?.streams]).toEqual([['one'], ['stdout']])
  await f.stop()
  const g = await follow(guideOf(ALL, ['stdout'], odd)).start()
  expect(taken(g)).toEqual(['one'])
})

test('a thousand containers cost no descriptor for their descriptions', async () => {
  for (let i = 0; i < 1000; i++) tree.create(i.toString(16).padStart(64, '0'), { name: `agent-${i}` })
  const guide = guideOf({ names: ['agent-*'], withLabels: {} })
  const before = readdirSync('/proc/self/fd').length
  guide.look(0)
  expect([counts()[0], readdirSync('/proc/self/fd').length]).toEqual([1000, before])
  const changes = guide.changes
  guide.look(0)
  expect(guide.changes).toBe(changes)
})
