/** The workload that all programs were compared on (../shared/bench): its own checker finds every sample right. Skipped without it. */
import { execFileSync, spawnSync } from 'node:child_process'
import { openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BENCH_MAPPING, Exporter, isMissing, once, ROOT, Running, Scratch, SHARED_BENCH } from '../workbench.ts'

const LINES = 200_000
const isSkipped = SHARED_BENCH === undefined || isMissing('python3')
const scratch = new Scratch()
const log = scratch.file('workload.jsonl')
const truth = scratch.file('truth.json')

beforeAll(() => {
  if (isSkipped) return
  const args = [join(SHARED_BENCH!, 'gen.py'), '--lines', String(LINES), '--seed', '7', '--truth', truth]
  execFileSync('python3', args, { stdio: ['ignore', openSync(log, 'w'), 'ignore'] })
})
afterAll(() => scratch.remove())

function verified(exposition: string): string {
  const file = scratch.write('exposition.txt', exposition)
  const run = spawnSync('python3', [join(SHARED_BENCH!, 'verify.py'), truth, file], { encoding: 'utf8' })
  return run.stdout.split(' {')[0] ?? run.stderr
}

test.skipIf(isSkipped)('--once gives every sample of the common workload', () => {
  expect(verified(once('-c', BENCH_MAPPING, log).stdout)).toBe('samples ok 364/364')
})

test.skipIf(isSkipped)('/metrics has every sample of the common workload after it was written and rotated twice', async () => {
  const live = scratch.file('live.jsonl')
  writeFileSync(live, '')
  const exporter = await Exporter.start('-c', BENCH_MAPPING, live)
  const writer = new Running(process.execPath, [join(ROOT, 'test/real/writer.mjs'), log, live])
  expect(await writer.exit).toBe(0)
  const exposition = await exporter.caughtUp(LINES)
  expect(await exporter.stop()).toBe(0)
  expect(verified(exposition)).toBe('samples ok 364/364')
})
