/** The built exporter, stopped (SIGSTOP) for ten seconds five times, while a log is written and rotated twice a second: it has all of it. */
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import { judged, MAPPING } from '../digits.ts'
import { faultTest } from '../fixture.ts'
import { IS_LONG, SEED } from '../form.ts'
import { lastingPort } from '../life.ts'
import { linesOnDisk, lossesOf } from '../on-disk.ts'
import { firstLife, settled } from '../random-kills.ts'
import { Writer } from '../writer.ts'

const STOPS = IS_LONG ? 20 : 5
const STOP_MS = 10_000
const RUN_MS = 1500

faultTest.concurrent.for([
  ['every generation matches', 'app.log*'],
  ['only the live name matches', 'app.log'],
] as const)(
  `${STOPS} stops of ${STOP_MS / 1000} s while a log is rotated: %s`,
  async ([title, pattern], { scratch, processes }) => {
    const port = await lastingPort()
    const log = scratch.write('app.log', '')
    const mapping = scratch.write('m.yaml', MAPPING)
    const life = await firstLife(
      { port, mapping, folder: scratch.file('state'), patterns: [scratch.file(pattern)] },
      { processes },
    )
    const writer = new Writer({ log, journal: scratch.file('journal'), linesPerSecond: 2000, rotateEvery: 1000, seed: SEED })
    processes.push(writer)
    for (let stop = 0; stop < STOPS; stop++) {
      await pause(RUN_MS)
      life.child.kill('SIGSTOP')
      await pause(STOP_MS)
      life.child.kill('SIGCONT')
    }
    const lines = await writer.finish()
    const losses = lossesOf(judged(await settled(port, lines), lines), lines, linesOnDisk(scratch.path))
    const outcome = { test: `stop, ${title}`, seed: SEED, lines, ...losses, stops: STOPS }
    console.log(JSON.stringify(outcome))
    expect(outcome).toMatchObject({ lost: 0, double: 0, notInAnyFile: 0, lostThoughOnDisk: 0 })
    expect(await life.stop('SIGTERM')).toBe(0)
  },
)
