/**
 * The built exporter, killed at every point where its record is between two states: before, inside and after an append to the journal, around
 * the syncs and the renaming of a snapshot, at the start and beside the work. No line is lost and none counts twice.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { expect } from 'vitest'
import { until } from '../../real/workbench.ts'
import { judged, pacesAfter, pacesOf, WIDE_MAPPING } from '../digits.ts'
import { faultTest } from '../fixture.ts'
import { IS_LONG, SEED } from '../form.ts'
import { exposed, Life, lastingPort, urlOf } from '../life.ts'
import { linesOnDisk, lossesOf } from '../on-disk.ts'
import { randomOf } from '../random.ts'
import { Scraper } from '../scraper.ts'
import { Writer } from '../writer.ts'

/** Where it is killed; and how often it may pass there before, at most. Points that are not passed again and again are at 1. */
const POINTS: Readonly<Record<string, number>> = {
  'before a journal append': 20,
  'inside a journal append': 20,
  'after a journal append': 20,
  'after a reading of the log': 20,
  'inside the lock': 1,
  'before the lock is renewed': 1,
  'inside a snapshot append': 4,
  'at the start: before the snapshot is synced': 1,
  'at the start: before the rename': 1,
  'at the start: after the rename': 1,
  'at the start: before the folder is synced': 1,
  'at the start: after an old file is removed': 2,
  'later: before the snapshot is synced': 1,
  'later: before the rename': 1,
  'later: after the rename': 1,
  'later: before the folder is synced': 1,
  'later: after an old file is removed': 2,
}
const NAMES = Object.keys(POINTS)
/** A snapshot beside the work takes seconds to come, so these points have their turn in every third round only. */
const ROUNDS = IS_LONG ? 75 : 8
const PLAN = Array.from({ length: ROUNDS }, (_, round) =>
  NAMES.filter((name) => !name.startsWith('later') || round % 3 === 1),
).flat()
const LINES = IS_LONG ? 1_000_000 : 200_000
const MEAN_LIFE_MS = 650
const PATIENCE_MS = 20_000
const MOST_PATIENCES = 10

/** A snapshot is due by the growth of the journal, the later the larger the record is: as long as that grows, its points are still to come. */
async function endOf(life: Life, folder: string): Promise<number | string> {
  let [end, record]: [number | string, string] = ['it lives', '']
  for (let patience = 0; end === 'it lives' && patience < MOST_PATIENCES; patience++) {
    const before = record
    end = await Promise.race([life.exit, pause(PATIENCE_MS, 'it lives', { ref: false })])
    record = sizesIn(folder)
    if (record === before) break
  }
  return end
}

function sizesIn(folder: string): string {
  const sizeOf = (name: string) => statSync(join(folder, name), { throwIfNoEntry: false })?.size
  return readdirSync(folder)
    .filter((name) => name !== 'lock')
    .map((name) => `${name} ${sizeOf(name)}`)
    .join('\n')
}

faultTest(
  `${PLAN.length} kills at ${NAMES.length} points while ${LINES} lines are written and rotated`,
  async ({ scratch, processes }) => {
    const random = randomOf(SEED)
    const port = await lastingPort()
    const folder = scratch.file('state')
    const diary = scratch.write('diary', '')
    const flags = { port, folder, mapping: scratch.write('m.yaml', WIDE_MAPPING), patterns: [scratch.file('app.log*')] }
    const writer = new Writer({
      log: scratch.write('app.log', ''),
      journal: scratch.file('journal'),
      linesPerSecond: LINES / ((PLAN.length * MEAN_LIFE_MS) / 1000),
      rotateEvery: 5000,
      seed: SEED,
    })
    const scraper = new Scraper(urlOf(port), () => writer.begun)
    processes.push(writer)
    for (const point of PLAN) {
      const nth = 1 + Math.floor(random() * POINTS[point]!)
      const preload = pathToFileURL(join(import.meta.dirname, '../kill-points.mjs'))
      preload.search = new URLSearchParams({ folder, point, nth: String(nth), diary }).toString()
      const life = new Life({ ...flags, preload: preload.href })
      processes.push(life)
      const end = await endOf(life, folder)
      expect([point, nth, end, life.stderr]).toEqual([point, nth, 'SIGKILL', expect.anything()])
      processes.pop()
    }
    const life = new Life(flags)
    processes.push(life)
    const lines = await writer.finish(LINES)
    const isAllCounted = async (): Promise<true | undefined> =>
      judged((await exposed(port)) ?? '', lines).lost.length === 0 ? true : undefined
    await until('all lines', isAllCounted).catch(() => undefined)
    await scraper.stop()
    const exposition = (await exposed(port)) ?? ''
    const losses = lossesOf(judged(exposition, lines), lines, linesOnDisk(scratch.path))
    const kills: Record<string, number> = Object.fromEntries(NAMES.map((name) => [name, 0]))
    for (const name of readFileSync(diary, 'utf8').trim().split('\n')) kills[name]!++
    const { decreases, aboveTruth, scrapes } = scraper
    const outcome = { test: 'kill points', seed: SEED, lines, ...losses, decreases, aboveTruth, scrapes, kills }
    console.log(JSON.stringify(outcome))
    expect(outcome).toMatchObject({ lost: 0, double: 0, notInAnyFile: 0, lostThoughOnDisk: 0, decreases: 0, aboveTruth: 0 })
    expect(pacesOf(exposition)).toEqual(pacesAfter(lines))
    for (const name of NAMES) expect([name, kills[name]! > 0]).toEqual([name, true])
    expect(await life.stop('SIGTERM')).toBe(0)
  },
)
