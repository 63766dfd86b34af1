/**
 * The built exporter, killed at random moments while a log is copied and truncated, also while it is dead: no line is lost that stands in
 * any file, and none counts twice.
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
import { anyMoment } from '../random-kills.ts'
import { Scraper } from '../scraper.ts'
import { randomOf } from '../truth.ts'
import { Writer } from '../writer.ts'

const KILLS = IS_LONG ? 400 : 40
/** After every fourth kill nobody lives for so long, at most: several copies are made then. */
const LONGEST_DEATH_MS = 2000
const ROTATION_MS = 400
const LINES_PER_SECOND = 3000
const QUIET_MS = 2000

faultTest.concurrent.for([
  ['every generation matches', 'app.log*'],
  ['only the live name matches', 'app.log'],
] as const)(`${KILLS} kills while a log is copied and truncated: %s`, async ([title, pattern], { scratch, processes }) => {
  const random = randomOf(SEED)
  const port = await lastingPort()
  const log = scratch.write('app.log', '')
  const flags = {
    port,
    mapping: scratch.write('m.yaml', MAPPING),
    folder: scratch.file('state'),
    patterns: [scratch.file(pattern)],
  }
  let life = new Life(flags)
  processes.push(life)
  await until('the first answer', () => exposed(port))
  const writer = new Writer({ log, journal: scratch.file('journal'), linesPerSecond: LINES_PER_SECOND, seed: SEED })
  const options = JSON.stringify({ log, intervalMs: ROTATION_MS })
  const rotator = new Running(process.execPath, [join(import.meta.dirname, '../rotator.mjs'), options])
  processes.push(writer, rotator)
  const scraper = new Scraper(urlOf(port), () => writer.begun)
  for (let kill = 0; kill < KILLS; kill++) {
    await anyMoment(port, random)
    await life.stop('SIGKILL')
    if (kill % 4 === 0) await pause(random() * LONGEST_DEATH_MS)
    life = new Life(flags)
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
  const seen = { decreases, aboveTruth, scrapes, kills: KILLS, rotations }
  const outcome = { test: `copytruncate, ${title}`, seed: SEED, lines, ...(await losses()), ...seen }
  console.log(JSON.stringify(outcome))
  expect(outcome).toMatchObject({ double: 0, lostThoughOnDisk: 0, decreases: 0, aboveTruth: 0 })
  expect(rotations).toBeGreaterThan(KILLS)
  expect(await life.stop('SIGTERM')).toBe(0)
})
