/**
 * The built exporter, ended and started again, or given another mapping, while another process writes and rotates a log: it ends in good
 * order and in time, and no line is lost or counted twice by either.
 */
import { renameSync, rmSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import { until } from '../real/workbench.ts'
import { judged, MAPPING } from './digits.ts'
import { faultTest } from './fixture.ts'
import { IS_LONG, SEED } from './form.ts'
import { exposed, Life, type LifeOptions, lastingPort, urlOf } from './life.ts'
import { linesOnDisk, lossesOf } from './on-disk.ts'
import { randomOf } from './random.ts'
import { settled } from './random-kills.ts'
import { Scraper } from './scraper.ts'
import { Writer } from './writer.ts'

const ENDS = IS_LONG ? 100 : 20
const RELOADS = IS_LONG ? 400 : 50
const MOST_END_MS = 5000
const LINES_PER_SECOND = 5000
const NOTHING_WRONG = { lost: 0, double: 0, notInAnyFile: 0, lostThoughOnDisk: 0, decreases: 0, aboveTruth: 0 }

faultTest.concurrent(`SIGTERM ${ENDS} times while a log is written`, async ({ scratch, processes }) => {
  const random = randomOf(SEED)
  const port = await lastingPort()
  const log = scratch.write('app.log', '')
  const options = {
    port,
    mapping: scratch.write('m.yaml', MAPPING),
    folder: scratch.file('state'),
    patterns: [scratch.file('app.log*')],
  }
  const writer = new Writer({
    log,
    journal: scratch.file('journal'),
    linesPerSecond: LINES_PER_SECOND,
    rotateEvery: 5000,
    seed: SEED,
  })
  processes.push(writer)
  const scraper = new Scraper(urlOf(port), () => writer.begun)
  const codes = new Map<number | string, number>()
  let slowestMs = 0
  for (let end = 0; end < ENDS; end++) {
    const life = new Life(options)
    processes.push(life)
    await until('the first answer', () => exposed(port))
    await pause(random() * 300)
    const startMs = performance.now()
    const code = await life.stop('SIGTERM')
    slowestMs = Math.max(slowestMs, Math.round(performance.now() - startMs))
    codes.set(code, (codes.get(code) ?? 0) + 1)
    processes.pop()
  }
  const life = new Life(options)
  processes.push(life)
  const lines = await writer.finish()
  const exposition = await settled(port, lines)
  await scraper.stop()
  const { decreases, aboveTruth, scrapes } = scraper
  const losses = lossesOf(judged(exposition, lines), lines, linesOnDisk(scratch.path))
  const outcome = { test: 'SIGTERM', seed: SEED, lines, ...losses, decreases, aboveTruth, scrapes, ends: ENDS, slowestMs }
  console.log(JSON.stringify(outcome))
  expect([...codes]).toEqual([[0, ENDS]])
  expect(outcome).toMatchObject(NOTHING_WRONG)
  expect(slowestMs).toBeLessThan(MOST_END_MS)
  expect(await life.stop('SIGTERM')).toBe(0)
})

/** Mappings that all count the lines, and differ in all else that a reload can change. Each takes the folder of the logs. */
const MAPPINGS: readonly ((folder: string) => string)[] = [
  // As it began: the first two are equal.
  (folder) => `${MAPPING}sources: [{ name: a, file: { paths: ['${folder}/app.log*'] } }]\n`,
  (folder) => `${MAPPING}sources: [{ name: a, file: { paths: ['${folder}/app.log*'] } }]\n`,
  // Another metric, which goes with the next one.
  (folder) =>
    `${MAPPING}  - { name: more_total, type: counter, event: e }\nsources: [{ name: a, file: { paths: ['${folder}/app.log*'] } }]\n`,
  // The source is read anew.
  (folder) => `${MAPPING}sources: [{ name: a, file: { paths: ['${folder}/app.log', '${folder}/app.log.*'] } }]\n`,
  // It has another name, and another source is beside it.
  (folder) =>
    `${MAPPING}sources: [{ name: b, file: { paths: ['${folder}/app.log*'] } }, { name: c, file: { paths: ['${folder}/other.log'] } }]\n`,
  // The limit of a line belongs to how it is read; the help and the order of labels to nothing.
  (folder) =>
    `${MAPPING.replace('type: counter,', 'help: Bits., type: counter,').replace('series: 100000', 'series: 100000, line_bytes: 1MiB')}sources: [{ name: b, file: { paths: ['${folder}/app.log*'] } }]\n`,
]
const BAD = 'version: 1\nmetrics: 5\n'

faultTest.concurrent.for([
  ['nobody is killed', 0],
  ['with kills during and after', 0.5],
] as const)(`${RELOADS} reloads while a log is written: %s`, async ([title, killShare], { scratch, processes }) => {
  const random = randomOf(SEED)
  const port = await lastingPort()
  const log = scratch.write('app.log', '')
  const mapping = scratch.write('m.yaml', MAPPINGS[0]!(scratch.path))
  const options: LifeOptions = { port, mapping, folder: scratch.file('state'), patterns: ['--web.enable-lifecycle'] }
  const write = (text: string): void => renameSync(scratch.write('new.yaml', text), mapping)
  let life = new Life(options)
  processes.push(life)
  await until('the first answer', () => exposed(port))
  const writer = new Writer({
    log,
    journal: scratch.file('journal'),
    linesPerSecond: LINES_PER_SECOND,
    rotateEvery: 5000,
    seed: SEED,
  })
  processes.push(writer)
  const scraper = new Scraper(urlOf(port), () => writer.begun)
  const statuses = new Map<number | string, number>()
  const kills = { during: 0, after: 0 }
  for (let reload = 0; reload < RELOADS; reload++) {
    const isBad = random() < 0.1
    write(isBad ? BAD : MAPPINGS[Math.floor(random() * MAPPINGS.length)]!(scratch.path))
    let isAnswered = false
    const reloading = reloadedBy(port).finally(() => {
      isAnswered = true
    })
    const kill = isBad || random() > killShare ? undefined : random() < 0.5 ? 'during' : 'after'
    if (kill !== 'during') await reloading
    if (kill !== undefined) {
      await pause(random() * (kill === 'during' ? 150 : 20))
      kills[isAnswered ? 'after' : 'during']++
      await life.stop('SIGKILL')
      processes.splice(processes.indexOf(life), 1)
      life = new Life(options)
      processes.push(life)
      await until('the first answer', () => exposed(port))
    } else {
      const status = isBad ? `bad ${await reloading}` : await reloading
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    await pause(random() * 50)
  }
  write(MAPPINGS[0]!(scratch.path))
  expect(await reloadedBy(port)).toBe(200)
  const lines = await writer.finish()
  const exposition = await settled(port, lines)
  await scraper.stop()
  const { decreases, aboveTruth, scrapes } = scraper
  const losses = lossesOf(judged(exposition, lines), lines, linesOnDisk(scratch.path))
  const outcome = {
    test: `reload, ${title}`,
    seed: SEED,
    lines,
    ...losses,
    decreases,
    aboveTruth,
    scrapes,
    ...Object.fromEntries(statuses),
    kills,
  }
  console.log(JSON.stringify(outcome))
  expect(outcome).toMatchObject(NOTHING_WRONG)
  expect([...statuses.keys()].filter((status) => status !== 200 && status !== 'bad 500')).toEqual([])
  expect(statuses.get(200)).toBeGreaterThan(0)
  if (killShare > 0) for (const count of Object.values(kills)) expect(count).toBeGreaterThan(0)
  expect(await life.stop('SIGTERM')).toBe(0)
  rmSync(mapping)
})

/** The status of the answer, or what happened instead. */
async function reloadedBy(port: number): Promise<number | string> {
  const response = await fetch(`${urlOf(port)}/-/reload`, { method: 'POST' }).catch(() => undefined)
  return response?.status ?? 'no answer'
}
