/**
 * The workload that all programs were compared on (../shared/bench), and logs of containers (../shared/corpus), in every envelope: the numbers are
 * those of the plain log. Skipped where they are not.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SEED } from '../../faults/form.ts'
import { randomOf } from '../../faults/random.ts'
import { WRAPS, wrapped } from '../envelopes.ts'
import { BENCH_MAPPING, Exporter, isMissing, once, ROOT, Running, Scratch, SHARED_BENCH, until } from '../workbench.ts'

const LINES = 50_000
const isSkipped = SHARED_BENCH === undefined || isMissing('python3')
const scratch = new Scratch()
const truth = scratch.file('truth.json')
let plain: Buffer

beforeAll(() => {
  if (isSkipped) return
  const log = scratch.file('plain.jsonl')
  const args = [join(SHARED_BENCH!, 'gen.py'), '--lines', String(LINES), '--seed', '11', '--truth', truth]
  execFileSync('python3', args, { stdio: ['ignore', openSync(log, 'w'), 'ignore'] })
  plain = readFileSync(log)
})
afterAll(() => scratch.remove())

/** What the workload's own checker says. */
function verified(exposition: string): string {
  const file = scratch.write('exposition.txt', exposition)
  const run = spawnSync('python3', [join(SHARED_BENCH!, 'verify.py'), truth, file], { encoding: 'utf8' })
  return run.stdout.split(' {')[0] ?? run.stderr
}

describe.skipIf(isSkipped)(`${LINES} lines at once, and live with two rotations`, () => {
  test.for(Object.entries(WRAPS))('%s', async ([name, wrap]) => {
    const bytes = wrapped(plain, wrap, randomOf(SEED))
    const log = scratch.file('wrapped.log')
    writeFileSync(log, bytes)
    const right = verified(once('-c', BENCH_MAPPING, scratch.file('plain.jsonl')).stdout)
    const [atOnce, records] = [verified(once('-c', BENCH_MAPPING, log).stdout), bytes.toString('latin1').split('\n').length - 1]
    const live = scratch.write(`${name.replaceAll(' ', '-')}.log`, '')
    const exporter = await Exporter.start('-c', BENCH_MAPPING, live)
    const writer = new Running(process.execPath, [join(ROOT, 'test/real/writer.mjs'), log, live])
    expect(await writer.exit).toBe(0)
    const isRight = async () => verified(await exporter.scrape()) === right || undefined
    await until('all samples', isRight, 20_000).catch(() => undefined)
    const outcome = { atOnce, live: verified(await exporter.scrape()) }
    console.log(JSON.stringify({ test: name, seed: SEED, lines: LINES, records, ...outcome }))
    expect(await exporter.stop()).toBe(0)
    expect(right).toMatch(/^samples ok (\d+)\/\1$/)
    expect(outcome).toEqual({ atOnce: right, live: right })
  })
})
