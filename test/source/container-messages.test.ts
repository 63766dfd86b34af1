/**
 * Messages in parts, of two streams, in logs of containers and pods that are rotated and packed between any two lines, read by processes that
 * die before any line: each message once, with the names of its container, and none of a stream that is not read.
 */
import { appendFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { MessageStream } from '../../src/decode/message-stream.ts'
import { LineFramer } from '../../src/frame/line-framer.ts'
import { selector } from '../../src/source/containers.ts'
import { JsonFiles } from '../../src/source/docker/json-files.ts'
import type { Guide } from '../../src/source/file/guide.ts'
import { PodLogs } from '../../src/source/kubernetes/pod-logs.ts'
import type { OpenStream } from '../../src/source/source.ts'
import { createOwnMetrics } from '../../src/telemetry/own-metrics.ts'
import { cri, docker, interleaved, type Runtime, timeOf, type Written } from '../decode/runtimes.ts'
import { DockerTree, idOf } from './docker/docker-tree.ts'
import { Following } from './following.ts'
import { PodTree } from './kubernetes/pod-tree.ts'

const ID = idOf('d0')
const POD = { namespace: 'agents', pod: 'agent-1', uid: 'u-1', container: 'agent' }

const MESSAGES: readonly Written[] = [40_000, 5, 33_000, 16_384, 20_000].map((size, i) => ({
  stream: i % 2 === 1 ? 'stderr' : 'stdout',
  text: Buffer.from(`${i}${'x'.repeat(size)}${i}`),
}))
const shortOf = (text: string): string => `${text.slice(0, 2)}${text.length}${text.slice(-2)}`
const written = (streams: readonly string[]): string[] =>
  MESSAGES.filter(({ stream }) => streams.includes(stream))
    .map(({ text }) => shortOf(text.toString('latin1')))
    .sort()
const linesOf = (runtime: Runtime): Buffer[] =>
  interleaved(
    MESSAGES.flatMap((one, i) => runtime(one, timeOf(i))),
    [true, false, false],
  ).map(({ bytes }) => bytes)

/** A tree with one log, and who guides through it. */
interface Scene {
  readonly lines: readonly Buffer[]
  readonly root: string
  readonly guide: () => Guide
  append(bytes: Buffer): void
  rotate(): void
  destroy(): void
}

function dockerScene(maxFiles: number, packs: boolean, streams: readonly ('stdout' | 'stderr')[]): Scene {
  const tree = new DockerTree()
  tree.create(ID, { name: 'agent' })
  const select = selector({ names: ['agent'], withLabels: {} })
  return {
    root: tree.base,
    lines: linesOf(docker),
    guide: () =>
      new JsonFiles({ source: 's', root: tree.root, select, streams, takesUnknown: false, telemetry: createOwnMetrics() }),
    append: (bytes) => appendFileSync(tree.log(ID), bytes),
    rotate: () => {
      tree.rotate(ID, maxFiles)
      if (packs) tree.compress(ID)
    },
    destroy: () => tree.destroy(),
  }
}

function podScene(): Scene {
  const tree = new PodTree()
  tree.start(POD)
  return {
    root: tree.base,
    lines: linesOf(cri),
    guide: () => new PodLogs({ root: tree.pods, namespaces: [], pods: [], containers: [] }),
    append: (bytes) => appendFileSync(tree.log(POD), bytes),
    rotate: () => tree.rotate(POD),
    destroy: () => tree.destroy(),
  }
}

const BOTH = ['stdout', 'stderr'] as const
const SCENES: Readonly<
  Record<string, { readonly open: () => Scene; readonly streams: readonly string[]; readonly awayFor: readonly number[] }>
> = {
  // With one file the log is deleted: who is dead meanwhile loses what it had not read.
  'docker, max-file 1': { open: () => dockerScene(1, false, BOTH), streams: BOTH, awayFor: [] },
  'docker, max-file 3': { open: () => dockerScene(3, false, BOTH), streams: BOTH, awayFor: [0, 1, 3] },
  // What was torn and packed while nobody looked is told as torn.
  'docker, packed at once': { open: () => dockerScene(3, true, BOTH), streams: BOTH, awayFor: [] },
  'docker, standard output alone': { open: () => dockerScene(2, false, ['stdout']), streams: ['stdout'], awayFor: [0, 1, 3] },
  'docker, standard error alone': { open: () => dockerScene(2, false, ['stderr']), streams: ['stderr'], awayFor: [0, 1, 3] },
  pods: { open: podScene, streams: BOTH, awayFor: [0, 1, 3] },
}

let following: Following | undefined
let scene: Scene | undefined
let messages: string[] = []
let rejects: string[] = []
let names: Set<string | undefined> = new Set()
beforeEach(() => {
  names = new Set()
})
afterEach(async () => {
  await following?.stop()
  scene?.destroy()
  following = scene = undefined
})

const open: OpenStream = (origin) =>
  new MessageStream({
    origin,
    envelope: 'auto',
    maxLineBytes: 8 << 20,
    createFramer: (options) => new LineFramer(options),
    onMessage: (buffer, start, end) => {
      names.add(origin.container?.name ?? origin.pod?.name)
      messages.push(shortOf(buffer.toString('latin1', start, end)))
    },
    onReject: (reason) => rejects.push(reason),
  })

async function untilClockTicks(folder: string): Promise<void> {
  const probe = join(folder, 'probe')
  const tick = (): bigint => {
    writeFileSync(probe, '')
    const { birthtimeNs } = statSync(probe, { bigint: true })
    unlinkSync(probe)
    return birthtimeNs
  }
  for (const before = tick(); tick() === before; ) await nextTurn()
}

/** Rotates before these lines, dies before line `kill`, and is away for so many. */
async function play(make: () => Scene, rotate: readonly number[], kill: number, away: number, wanted: number): Promise<void> {
  await following?.stop()
  scene?.destroy()
  ;[messages, rejects] = [[], []]
  const at = make()
  scene = at
  const start = (goesOnFrom?: Following): Following =>
    new Following({ patterns: [], guide: at.guide(), open, ...(goesOnFrom ? { goesOnFrom } : {}) })
  let f = await start().start()
  following = f
  for (const [i, line] of [...at.lines, undefined].entries()) {
    if (kill === i) await f.kill()
    if (rotate.includes(i)) {
      // Of two logs that were begun in one tick of the file system's clock nobody can tell which came first.
      await untilClockTicks(at.root)
      at.rotate()
    }
    if (line !== undefined) at.append(line)
    if (kill + away === i) f = await start(f).start()
    following = f
    if (i < kill || i >= kill + away) await f.settle()
  }
  for (let looks = 0; messages.length < wanted && looks < 300; looks++) {
    await f.settle()
    await new Promise((done) => setTimeout(done, 1))
  }
  await f.settle()
}

for (const [name, { open: make, streams, awayFor }] of Object.entries(SCENES))
  test(`${name}: each message counts once, wherever it is torn`, async () => {
    const wanted = written(streams)
    const count = linesOf(name === 'pods' ? cri : docker).length
    const kills = (rotation: number): [number, number][] =>
      awayFor.map((away) => [Math.max(0, rotation - Math.max(0, away - 1)), away])
    for (let rotation = 0; rotation <= count; rotation++)
      for (const [kill, away] of [[Number.POSITIVE_INFINITY, 0] as const, ...kills(rotation)]) {
        if (Number.isFinite(kill) && kill + away > count) continue
        await play(make, [rotation, rotation + 3], kill, away, wanted.length)
        expect([rotation, kill, away, [...messages].sort(), rejects]).toEqual([rotation, kill, away, wanted, []])
      }
    expect([...names]).toEqual([name === 'pods' ? 'agent-1' : 'agent'])
  })
