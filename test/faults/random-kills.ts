/** An exporter that is killed at random moments, and started again at once, while a log is written and rotated. */
import { setTimeout as pause } from 'node:timers/promises'
import { until } from '../real/workbench.ts'
import { judged } from './digits.ts'
import type { Fixture } from './fixture.ts'
import { IS_LONG, SEED } from './form.ts'
import { exposed, Life, type LifeOptions, urlOf } from './life.ts'
import { randomOf } from './random.ts'
import { Writer } from './writer.ts'

export const KILLS = IS_LONG ? 1000 : 100
export const LINES = IS_LONG ? 1_000_000 : 200_000
/** From one kill to the next, where nothing else is to be done: almost half a second passes before a life serves. */
const MEAN_LIFE_MS = 650
/** A third of all kills falls into the first while, of whatever it does then; the others come when it serves. */
const EARLY_SHARE = 1 / 3
const EARLY_MS = 600
const SERVING_MS = 800
const LINES_PER_SECOND = LINES / ((KILLS * MEAN_LIFE_MS) / 1000)

/** The process that writes and rotates the log `app.log`, which is there, at the pace at which the kills come. */
export function startWriter({ scratch, processes }: Fixture, isPretty = false): Writer {
  const log = scratch.file('app.log')
  const journal = scratch.file('journal')
  // What goes over the end of a file is hard, and renaming many files takes long.
  const rotateEvery = isPretty ? 1000 : 5000
  const writer = new Writer({ log, journal, linesPerSecond: LINES_PER_SECOND, rotateEvery, isPretty, seed: SEED })
  processes.push(writer)
  return writer
}

export interface Survived {
  /** The last life, which nobody has killed. */
  readonly life: Life
  /** Kills of a life that answered, and of one that did not do so yet. */
  readonly kills: { readonly serving: number; readonly starting: number }
}

/** A life that has found the log, and whose record knows it. */
export async function firstLife(options: LifeOptions, { processes }: Pick<Fixture, 'processes'>): Promise<Life> {
  const life = new Life(options)
  processes.push(life)
  await until('it is ready', async () => {
    const response = await fetch(`${urlOf(options.port)}/-/ready`).catch(() => undefined)
    return response?.status === 200 ? true : undefined
  })
  await until('the first answer', () => exposed(options.port))
  return life
}

/** Passes at a random moment of a life that has just begun. */
export async function anyMoment(port: number, random: () => number): Promise<void> {
  const isEarly = random() < EARLY_SHARE
  if (!isEarly) await until('the first answer', () => exposed(port))
  await pause(random() * (isEarly ? EARLY_MS : SERVING_MS))
}

export async function killAtRandom(first: Life, options: LifeOptions, { processes }: Fixture): Promise<Survived> {
  const random = randomOf(SEED)
  const kills = { serving: 0, starting: 0 }
  let life = first
  while (kills.serving + kills.starting < KILLS) {
    await anyMoment(options.port, random)
    kills[(await exposed(options.port)) === undefined ? 'starting' : 'serving']++
    await life.stop('SIGKILL')
    processes.splice(processes.indexOf(life), 1)
    life = new Life(options)
    processes.push(life)
  }
  return { life, kills }
}

/** What is exposed when all lines are counted, or when it has had a minute for it. */
export async function settled(port: number, lines: number): Promise<string> {
  const isAllCounted = async (): Promise<true | undefined> =>
    judged((await exposed(port)) ?? '', lines).lost.length === 0 ? true : undefined
  await until('all lines', isAllCounted).catch(() => undefined)
  return (await exposed(port)) ?? ''
}
