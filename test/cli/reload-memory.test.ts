/** A mapping and its sources that were replaced are held by nobody: reloads may go on for years. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { chooseSources } from '../../src/cli/choose-sources.ts'
import { dockerHostOf } from '../../src/cli/docker-host.ts'
import { createIntakes, type MadeIntake } from '../../src/cli/intakes.ts'
import { pipelineOptions } from '../../src/cli/pipeline-options.ts'
import { PRESET_DIR } from '../../src/cli/shipped.ts'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load.ts'
import { shapeIssues } from '../../src/config/shape-issues.ts'
import { Pipeline } from '../../src/pipeline/pipeline.ts'
import { compilePlan, type Plan, takeOver } from '../../src/pipeline/plan.ts'
import { Descriptors } from '../../src/source/file/descriptors.ts'
import { LeftLogs } from '../../src/source/left-logs.ts'
import { Log } from '../../src/telemetry/log.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const SETTINGS = { logs: [], docker: [], isOnce: false, history: undefined, dockerHost: dockerHostOf(undefined, {}) }

test('what a reload replaces is let go', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'agentlog-memory-'))
  writeFileSync(join(scratch, 'a.log'), '{"event":"e"}\n'.repeat(100))
  const configOf = async (name: string): Promise<Config> => {
    const file = join(scratch, 'm.yaml')
    const source = `{ name: ${name}, file: { paths: [${scratch}/a.log] } }`
    writeFileSync(file, `version: 1\nsources: [${source}]\nmetrics: [{ name: ${name}_total, type: counter, event: e }]\n`)
    const validate = async (data: unknown) => shapeIssues(data)
    return (await loadConfig({ files: [file], presets: [], presetDir: PRESET_DIR, validate })).config
  }
  const log = new Log({ write: () => {}, level: 'error', format: 'logfmt', wallClockMs: Date.now })
  const descriptors = new Descriptors()
  const made = (config: Config, plan: Plan, kept: readonly MadeIntake[]) =>
    createIntakes(
      chooseSources(SETTINGS, config),
      SETTINGS,
      config,
      { own: plan.own, log, descriptors, openInput: () => process.stdin },
      kept,
    )
  const firstConfig = await configOf('s0')
  let plan = compilePlan(firstConfig, () => {})
  let intakes = made(firstConfig, plan, [])
  const left = new LeftLogs()
  const stop = new AbortController()
  const pipeline = new Pipeline(intakes, pipelineOptions(plan, log))
  const running = pipeline.run(stop.signal)
  const replaced: WeakRef<object>[][] = []
  for (const name of ['s1', 's2', 's3', 's4', 's5']) {
    const config = await configOf(name)
    replaced.push([intakes[0]!.source, plan.mappings, plan.sightings].map((one) => new WeakRef(one)))
    await pipeline.stop(
      intakes.map(({ source }) => source),
      1000,
    )
    plan = takeOver(config, plan)
    const before = intakes
    intakes = made(config, plan, before)
    left.take(before[0]!.source)
    left.giveTo(intakes.map(({ source }) => source))
    pipeline.swap(pipelineOptions(plan, log), intakes)
  }
  await nextTurn()
  collectGarbage()
  // The first and the last may still lie in a variable of this test.
  const held = replaced
    .slice(1, -1)
    .flat()
    .filter((one) => one.deref() !== undefined)
  expect(held).toHaveLength(0)
  stop.abort()
  await running
  rmSync(scratch, { recursive: true })
})
