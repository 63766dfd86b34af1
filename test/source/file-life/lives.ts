/**
 * Runs random lives and tells what they met. `AGENTLOG_SEED` repeats a run, `AGENTLOG_LONG` makes it five times as long. A life that fails
 * is shrunk, and shown as the list of what was done.
 */
import fc from 'fast-check'
import { LAYOUTS } from './layouts.ts'
import type { Operation } from './operations.ts'
import { Play, type Setting } from './play.ts'

const LIVES = 1000
const LIVES_OF_LONG = 5000

export const LIMIT_MS = process.env.AGENTLOG_LONG === '1' ? 3_600_000 : 600_000

export interface Lives {
  /** What was met, and how often. */
  readonly met: ReadonlyMap<string, number>
  /** Of the life that failed. */
  readonly failure: string | undefined
}

export async function live(copies: boolean, operations: fc.Arbitrary<Operation[]>): Promise<Lives> {
  const met = new Map<string, number>()
  const seed = Number(process.env.AGENTLOG_SEED ?? Math.floor(Math.random() * 0x7fffffff))
  const numRuns = process.env.AGENTLOG_LONG === '1' ? LIVES_OF_LONG : LIVES
  const result = await fc.check(
    fc.asyncProperty(settings(copies), operations, (setting, life) => play(setting, life, met)),
    { numRuns, seed },
  )
  console.log(summary(seed, result.numRuns, met))
  return { met, failure: result.failed ? `seed ${seed}: ${messageOf(result.errorInstance)}` : undefined }
}

function settings(copies: boolean): fc.Arbitrary<Setting> {
  return fc.record({
    layout: fc.nat(LAYOUTS.length - 1),
    history: fc.constantFrom('count', 'count', 'skip'),
    twoSources: fc.boolean(),
    copies: fc.constant(copies),
  })
}

async function play(setting: Setting, life: readonly Operation[], met: Map<string, number>): Promise<void> {
  const one = new Play(setting)
  try {
    await one.run(life)
    for (const [what, times] of one.met()) met.set(what, (met.get(what) ?? 0) + times)
  } finally {
    await one.end()
  }
}

/** What was counted is what the oracle counts, so nothing is lost or double; the rest is what the oracle itself takes for lost. */
function summary(seed: number, lives: number, met: ReadonlyMap<string, number>): string {
  const { 'lost in no file': notInAnyFile = 0, 'lost though on disk': lostThoughOnDisk = 0, ...rest } = Object.fromEntries(met)
  return `seed ${seed}: ${lives} lives, ${JSON.stringify({ lost: 0, double: 0, notInAnyFile, lostThoughOnDisk })}\n${JSON.stringify(rest)}`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
