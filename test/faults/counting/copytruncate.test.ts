/**
 * The built exporter, killed or stopped at random moments while a log is copied and truncated, also while it is dead: no line is lost that
 * stands in any file, and none counts twice.
 */
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import { Running, until } from '../../real/workbench.ts'
import { judged, MAPPING } from '../digits.ts'
import { faultTest } from '../fixture.ts'
import { IS_LONG, SEED } from '../form.ts'
import { exposed, Life, lastingPort, urlOf } from '../life.ts'
import { linesOnDisk, lossesOf } from '../on-disk.ts'
import { randomOf } from '../random.ts'
import { anyMoment, firstLife } from '../random-kills.ts'
import { Scraper } from '../scraper.ts'
import { Writer } from '../writer.ts'

const TIMES = IS_LONG ? 400 : 40
/** After every fourth kill nobody lives for so long, at most: several copies are made then. A stop lasts as long. */
const LONGEST_ABSENCE_MS = 2000
const ROTATION_MS = 400
const LINES_PER_SECOND = 3000
const QUIET_MS = 2000

/** Ends a life in its own way, and gives the next one. */
type Disturb = (life: Life, time: number, next: () => Life) => Promise<Life>

const disturbances: Readonly<Record<string, (random: () => number) => Disturb>> = {
  killed: (random) => async (life, time, next) => {
    await life.stop('SIGKILL')
    if (time % 4 === 0) await pause(random() * LONGEST_ABSENCE_MS)
    return next()
  },
  stopped: (random) => async (life) => {
    life.child.kill('SIGSTOP')
    await pause(random() * LONGEST_ABSENCE_MS)
    life.child.kill('SIGCONT')
    return life
  },
}

faultTest.concurrent.for([
  ['killed', 'app.log*'],
  ['killed', 'app.log'],
  ['stopped', 'app.log*'],
] as const)(
  `${TIMES} times %s while a log is copied and truncated, of which %s is read`,
  async ([how, pattern], { scratch, processes }) => {
    const random = randomOf(SEED)
    const disturb = disturbances[how]!(random)
    const port = await lastingPort()
    const log = scratch.write('app.log', '')
    const flags = {
      port,
      mapping: scratch.write('m.yaml', MAPPING),
      folder: scratch.file('state'),
      patterns: [scratch.file(pattern)],
    }
    let life = await firstLife(flags, { processes })
    const writer = new Writer({ log, journal: scratch.file('journal'), linesPerSecond: LINES_PER_SECOND, seed: SEED })
    const options = JSON.stringify({ log, intervalMs: ROTATION_MS })
    const rotator = new Running(process.execPath, [join(import.meta.dirname, '../rotator.mjs'), options])
    processes.push(writer, rotator)
    const scraper = new Scraper(urlOf(port), () => writer.begun)
    for (let time = 0; time < TIMES; time++) {
      await anyMoment(port, random)
      life = await disturb(life, time, () => new Life(flags))
      processes[0] = life
    }
    expect(await rotator.stop()).toBe(0)
    const lines = await writer.finish()
    const onDisk = linesOnDisk(scratch.path)
    const losses = async () => lossesOf(judged((await exposed(port)) ?? '', lines), lines, onDisk)
    const isAllCounted = async (): Promise<true | undefined> => ((await losses()).lostThoughOnDisk === 0 ? true : undefined)
    await until('all lines', isAllCounted).catch(() => undefined)
    await pause(QUIET_MS)
    await scraper.stop()
    const { decreases, aboveTruth, scrapes } = scraper
    const rotations = Number(rotator.stdout)
    const seen = { decreases, aboveTruth, scrapes, times: TIMES, rotations }
    const outcome = { test: `copytruncate, ${how}, ${pattern}`, seed: SEED, lines, ...(await losses()), ...seen }
    console.log(JSON.stringify(outcome))
    expect(outcome).toMatchObject({ double: 0, lostThoughOnDisk: 0, decreases: 0, aboveTruth: 0 })
    expect(rotations).toBeGreaterThan(TIMES)
    expect(await life.stop('SIGTERM')).toBe(0)
  },
)
