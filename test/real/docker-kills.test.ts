/**
 * The built exporter on a real daemon's container that prints on two streams, also lines of 40 KB: killed and cut off again and again, no line
 * counts twice, and none is lost that the daemon still has. The short form runs in CI, the long one with AGENTLOG_LONG=1.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { IS_LONG, SEED } from '../faults/form.ts'
import { randomOf } from '../faults/random.ts'
import { Agent, importAgent } from './docker-agent.ts'
import { firstLines } from './docker-fixture.ts'
import { countsBy, Lives, type Read, sourceOf } from './docker-lives.ts'
import { DockerProxy } from './docker-proxy.ts'
import { cannotDock, Dockerd } from './dockerd.ts'
import { Scratch } from './workbench.ts'

const cannotRun = cannotDock('busybox')
const KILLS = IS_LONG ? 200 : 30
const LONGEST_LIFE_MS = 700
const EARLY_SHARE = 1 / 3
const PER_SECOND = 300
/** Of what the agent prints in a second some 400 KB go over the wire. */
const MEAN_BYTES_TO_CUT = 300_000
const FILES_FOR_A_DEATH = 10
/** For what need not come. */
const SHORT_PATIENCE_MS = 10_000
const PATIENCE_MS = 40_000
/** So many lines that are lost are named. */
const FIRST_LOST = 10

let daemon: Dockerd
let scratch: Scratch
beforeAll(async () => {
  if (cannotRun) return
  scratch = new Scratch()
  daemon = await Dockerd.start()
  importAgent(daemon, scratch)
})
afterAll(async () => {
  await daemon?.stop()
  scratch?.remove()
})

interface Trial {
  readonly read: Read
  readonly name: string
  /** How the daemon rotates the log; so many files hold what is printed while the exporter is dead, or too few. */
  readonly rotation?: { readonly maxSize: string; readonly maxFile: number }
  readonly isAlike?: boolean
}

const TRIALS: readonly Trial[] = [
  { read: 'api', name: 'api-whole' },
  { read: 'api', name: 'api-200k', rotation: { maxSize: '200k', maxFile: 3 } },
  { read: 'files', name: 'files-whole' },
  { read: 'files', name: 'files-1m', rotation: { maxSize: '1m', maxFile: 20 } },
  { read: 'files', name: 'files-alike', rotation: { maxSize: '300k', maxFile: 30 }, isAlike: true },
]
const LONG_TRIALS: readonly Trial[] = [
  { read: 'api', name: 'api-1m', rotation: { maxSize: '1m', maxFile: 3 } },
  { read: 'api', name: 'api-100k', rotation: { maxSize: '100k', maxFile: 3 } },
  { read: 'files', name: 'files-100k', rotation: { maxSize: '100k', maxFile: 3 } },
]

describe.skipIf(cannotRun)(`${KILLS} kills`, () => {
  test.concurrent.for(IS_LONG ? [...TRIALS, ...LONG_TRIALS] : TRIALS)(
    '$name',
    async ({ read, name, rotation, isAlike = false }, { onTestFinished }) => {
      const random = randomOf(SEED)
      const proxy = await DockerProxy.start(daemon.socket, scratch.file(`${name}.sock`))
      onTestFinished(() => proxy.stop())
      const { maxSize, maxFile = 1 } = rotation ?? {}
      const flags = rotation === undefined ? [] : ['--log-opt', `max-size=${maxSize}`, '--log-opt', `max-file=${maxFile}`]
      const agent = await new Agent(daemon, scratch, { name, seed: SEED, perSecond: PER_SECOND, isAlike, flags }).run()
      const mayLose = rotation !== undefined && maxFile < FILES_FOR_A_DEATH
      const host = ['--docker.host', `unix://${proxy.socket}`]
      const lives = new Lives(scratch, { name, docker: sourceOf(read, name, daemon), flags: host })
      onTestFinished(async () => void (await lives.stop('SIGKILL')))
      await lives.start()
      proxy.cut({ random, meanBytes: MEAN_BYTES_TO_CUT })
      while (lives.kills < KILLS || (read === 'api' && proxy.cuts < KILLS)) {
        await pause(random() * LONGEST_LIFE_MS)
        // Where lines may be lost, each life is asked whether it has seen it.
        if (lives.kills < KILLS) await lives.kill(!mayLose && random() < EARLY_SHARE)
      }
      proxy.cut(undefined)
      const lines = await agent.finish()
      const { lost, double, text } = await lives.judged([...firstLines(lines)], mayLose ? SHORT_PATIENCE_MS : PATIENCE_MS)
      const { onDisk } = agent
      const lostThoughOnDisk = lost.filter((n) => onDisk.lines.has(n)).length
      const outcome = { lost: lost.length, lostThoughOnDisk, double, decreases: lives.decreases, gaps: lives.gaps }
      const { frames, splits } = proxy.frames
      const passed = { frames, splits, connections: proxy.asked(/\/logs/).length, cuts: proxy.cuts }
      const seen = read === 'api' ? passed : { records: onDisk.records, splits: onDisk.splits }
      const figures = {
        test: name,
        seed: SEED,
        lines,
        ...outcome,
        first: lost.slice(0, FIRST_LOST),
        kills: lives.kills,
        ...seen,
        streams: countsBy(text, 'by_stream_total'),
      }
      console.log(JSON.stringify(figures))
      expect(outcome).toMatchObject({ double: 0, decreases: 0 })
      expect(Math.min(...Object.values(seen), lives.kills)).toBeGreaterThan(0)
      expect(Object.keys(figures.streams).sort()).toEqual(['stderr', 'stdout'])
      if (!mayLose) expect(lost.length).toBe(0)
      // Through its interface a daemon may keep to itself what it has, and says nothing.
      if (read === 'files') expect(lostThoughOnDisk).toBe(0)
      else if (lost.length > 0) expect(lives.gaps).toBeGreaterThan(0)
      expect(await lives.stop()).toBe(0)
    },
  )
})
