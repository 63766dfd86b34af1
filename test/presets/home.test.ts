/**
 * A made-up home with logs of two agents that hold everything that makes naive sums wrong: sub-agents in files of their own, a resumed
 * session that begins with copies, a fork, a file that was archived and one that is no transcript. `home.prom` is what it comes to, also
 * however the files are cut and mixed; what Python counts of it is in test/real.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { expect, test } from 'vitest'
import { PRESET_DIR } from '../../src/cli/shipped.ts'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load.ts'
import { shapeIssues } from '../../src/config/shape-issues.ts'
import { Exposition } from '../../src/exposition/exposition.ts'
import { LineFramer } from '../../src/frame/line-framer.ts'
import { EventStream } from '../../src/pipeline/event-stream.ts'
import { LineApplier } from '../../src/pipeline/line-applier.ts'
import { compilePlan, type Plan } from '../../src/pipeline/plan.ts'
import { envelopeOf, formatOf, originOf } from '../../src/scenario/case-source.ts'
import { randomOf } from '../faults/random.ts'
import { Replay } from '../frame/replay.ts'

const HOME = join(import.meta.dirname, 'home')
const MAIN = join(import.meta.dirname, '../../dist/main.js')
const GOLDEN = join(import.meta.dirname, 'home.prom')
const PRESETS = ['claude-code', 'codex']
const MIXES = 20
/** What the line that was read last said, whichever that is. */
const OF_LAST =
  /^agent_(info|sandbox_policy_info|context_window_used_ratio|rate_limit_used_ratio|sessions_open|open_session_cost_usd)\b/
/** Sums of doubles depend on their order in the last digit. */
const DIGITS = 12

/** Samples other than 0, in order, that are the same in whatever order the logs are read. */
function samplesOf(exposition: string): string[] {
  const lines = exposition.split('\n').filter((line) => /^[^#]/.test(line) && !line.endsWith(' 0'))
  const rounded = (line: string): string => line.replace(/\S+$/, (number) => String(Number(Number(number).toPrecision(DIGITS))))
  return lines
    .filter((line) => !OF_LAST.test(line))
    .map(rounded)
    .sort()
}

test('the logs of a home are found, and each response, call and dollar in them counts once', () => {
  const flags = PRESETS.flatMap((preset) => ['--preset', preset])
  const env = { ...process.env, HOME, XDG_STATE_HOME: join(HOME, 'nowhere') }
  const run = spawnSync(process.execPath, [MAIN, 'run', '--once', ...flags], { env, encoding: 'utf8' })
  expect(run.stderr).toBe('')
  expect(run.status).toBe(0)
  const text = `${samplesOf(run.stdout).join('\n')}\n`
  if (process.env.UPDATE_GOLDEN) writeFileSync(GOLDEN, text)
  expect(text).toBe(readFileSync(GOLDEN, 'utf8'))
})

interface GrowingLog {
  readonly replay: Replay
  readonly bytes: Buffer
  size: number
}

function growing(plan: Plan, file: string, index: number): GrowingLog {
  const { config, mappings, registry, own, cleanLabel, sightings } = plan
  const origin = originOf(config, { file: join(process.env.HOME!, file) }, index)
  const { lineValues: maxValues, lineDepth: maxDepth, lineBytes: maxLineBytes } = config.limits
  const onBug = (error: unknown): never => {
    throw error
  }
  const options = { source: origin.source, mapping: mappings.ofSource(origin.source), own, sightings, births: registry.births }
  const rest = { bounds: { maxValues, maxDepth }, cleanLabel, wallClockMs: () => Date.now(), onBug }
  const stream = new EventStream({
    origin,
    application: { applier: new LineApplier({ ...options, ...rest }, origin) },
    envelope: envelopeOf(config, origin),
    format: formatOf(config, origin),
    maxLineBytes,
    createFramer: (framing) => new LineFramer(framing),
  })
  const bytes = readFileSync(join(HOME, file))
  return { replay: new Replay(stream, bytes), bytes, size: 0 }
}

/** All logs grow side by side, in pieces as they come. */
function mixed(config: Config, files: readonly string[], random: () => number): string {
  const plan = compilePlan(config, () => {})
  const logs = files.map((file, i) => growing(plan, file, i))
  for (let left = logs; left.length > 0; left = logs.filter(({ bytes, size }) => size < bytes.length)) {
    const log = left[Math.floor(random() * left.length)]!
    log.size = Math.min(log.bytes.length, log.size + 1 + Math.floor(random() ** 3 * log.bytes.length))
    log.replay.play(log.size)
  }
  for (const { replay } of logs) replay.end()
  return new Exposition({ registry: plan.registry, own: plan.own, others: () => [], nowMs: () => 0 }).mappedText()
}

test(`${MIXES} other cuts and mixes of the same files give the same numbers`, async () => {
  const validate = async (data: unknown) => shapeIssues(data)
  const { config } = await loadConfig({ files: [], presets: PRESETS, presetDir: PRESET_DIR, validate })
  const files = readdirSync(HOME, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonl'))
  const transcripts = files.filter((name) => !name.endsWith(`${sep}journal.jsonl`))
  expect(transcripts.length).toBe(8)
  const golden = samplesOf(readFileSync(GOLDEN, 'utf8'))
  for (let seed = 1; seed <= MIXES; seed++)
    expect([seed, samplesOf(mixed(config, transcripts, randomOf(seed)))]).toEqual([seed, golden])
})
