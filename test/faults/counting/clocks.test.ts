/**
 * The built exporter while the wall clock of its process jumps by days and years, forward and back, and it is killed in between: no line is
 * lost, none counts twice, no scraper sees a counter fall. The short form runs in CI, the long one with AGENTLOG_LONG=1.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Exporter, Scratch, until } from '../../real/workbench.ts'
import { judged, MAPPING, wordsOf } from '../digits.ts'
import { IS_LONG, SEED } from '../form.ts'
import { randomOf } from '../random.ts'
import { Writer } from '../writer.ts'

const KILLS = IS_LONG ? 100 : 12
const LINES = IS_LONG ? 200_000 : 30_000
const MEAN_LIFE_MS = 1000

/** Loaded before the program: the time since the epoch is another one every 20 ms, between the years 1990 and 2060. */
const JUMPING = `
const RealDate = Date
let aheadMs = 0
setInterval(() => { aheadMs = (Math.random() - 0.5) * 2.2e12 }, 20).unref()
globalThis.Date = class extends RealDate {
  constructor(...given) { super(...(given.length === 0 ? [RealDate.now() + aheadMs] : given)) }
  static now() { return RealDate.now() + aheadMs }
}
`

let scratch: Scratch
let nodeOptions: string | undefined
let writer: Writer | undefined
beforeEach(() => {
  scratch = new Scratch()
  nodeOptions = process.env.NODE_OPTIONS
  process.env.NODE_OPTIONS = `${nodeOptions ?? ''} --import=data:text/javascript,${encodeURIComponent(JUMPING)}`
})
afterEach(async () => {
  await writer?.stop('SIGKILL')
  if (nodeOptions === undefined) delete process.env.NODE_OPTIONS
  else process.env.NODE_OPTIONS = nodeOptions
  scratch.remove()
})

test(`${KILLS} kills and ${LINES} lines under a clock that jumps`, async () => {
  const random = randomOf(SEED)
  const log = scratch.write('app.log', '')
  const flags = ['-c', scratch.write('m.yaml', MAPPING), '--state.dir', scratch.file('state'), scratch.file('app.log*')]
  let exporter = await Exporter.start(...flags)
  const linesPerSecond = LINES / ((KILLS * MEAN_LIFE_MS) / 1000)
  writer = new Writer({ log, journal: scratch.file('journal'), linesPerSecond, rotateEvery: 5000, seed: SEED })
  const most = new Map<number, number>()
  let [decreases, scrapes] = [0, 0]
  const years = new Set<string>()
  for (let kill = 0; kill < KILLS; kill++) {
    const lifeMs = random() * MEAN_LIFE_MS
    for (const startMs = performance.now(); performance.now() - startMs < lifeMs; scrapes++) {
      const words = wordsOf(await exporter.scrape())
      for (const [word, value] of most) if ((words.get(word) ?? 0) < value) decreases++
      for (const [word, value] of words) most.set(word, value)
      await pause(30)
    }
    await exporter.stop('SIGKILL')
    for (const [, year] of exporter.stderr.matchAll(/^time=(\d{4})/gm)) years.add(year!)
    exporter = await Exporter.start(...flags)
  }
  const lines = await writer.finish(LINES)
  const exposition = await until('all lines', async () => {
    const text = await exporter.scrape()
    return judged(text, lines).lost.length === 0 ? text : undefined
  }).catch(() => exporter.scrape())
  const { lost, double } = judged(exposition, lines)
  const outcome = { seed: SEED, lines, lost: lost.length, double, decreases, scrapes, years: years.size }
  console.log(outcome)
  expect(outcome).toMatchObject({ lost: 0, double: 0, decreases: 0 })
  expect(years.size).toBeGreaterThan(3)
  expect(await exporter.stop()).toBe(0)
})
