/** A real Prometheus scrapes the running program while a writer appends and rotates; the truth is counted by python. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { finish, type Served, serve, until } from '../cli/program.ts'
import { has, Prometheus } from './prometheus.ts'

const ROOT = join(import.meta.dirname, '../..')
const SAMPLE = join(ROOT, 'config/examples/sample.jsonl')
const scratch = mkdtempSync(join(tmpdir(), 'agentlog-real-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const stop = async (served: Served): Promise<void> => {
  served.child.kill('SIGTERM')
  expect(await served.ended).toBe(0)
}

/** Appends the sample in torn pieces of some KB, letting the others run between, and rotates by rename at a third and two thirds. */
async function writeAndRotate(log: string, rounds: number): Promise<string[]> {
  const sample = readFileSync(SAMPLE)
  const files = [log]
  for (let round = 0; round < rounds; round++) {
    for (let at = 0; at < sample.length; at += 4096 + round) {
      appendFileSync(log, sample.subarray(at, at + 4096 + round))
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (round === Math.floor(rounds / 3) || round === Math.floor((2 * rounds) / 3)) {
      const rotated = `${log}.${files.length}`
      renameSync(log, rotated)
      appendFileSync(rotated, '{"event":"tool_invocation","agent":"late","tool_name":"writer","status":"ok"}\n')
      writeFileSync(log, '')
      files.push(rotated)
    }
  }
  return files
}

const truthOf = (files: readonly string[]): Record<string, number> => {
  const text = execFileSync('python3', [join(ROOT, 'test/oracle/count_log.py'), 'agent', ...files], {
    encoding: 'utf8',
    maxBuffer: 1e8,
  })
  return (JSON.parse(text) as { samples: Record<string, number> }).samples
}

test.skipIf(!has('prometheus'))(
  'what Prometheus holds after the writer stopped equals an independent count of the log',
  async () => {
    const log = join(scratch, 'agent.jsonl')
    writeFileSync(log, '')
    const served = await serve([`${log}*`])
    const prometheus = await Prometheus.start(new URL(served.url).host)
    try {
      await until(
        () => prometheus.query('up'),
        (up) => up.get('up{}') === 1,
      )
      const files = await writeAndRotate(log, 30)
      const truth = truthOf(files)
      const calls = Object.entries(truth).filter(([key]) => key.startsWith('agent_tool_calls_total{'))
      const total = calls.reduce((sum, [, value]) => sum + value, 0)
      await until(
        () => prometheus.query('sum(agent_tool_calls_total)'),
        (found) => found.get('{}') === total,
      )
      await until(
        () => prometheus.query('sum(agentlog_source_lag_bytes)'),
        (found) => found.get('{}') === 0,
      )
      const held = await prometheus.query('{__name__=~"agent_.*"}')
      expect((await prometheus.query('up')).get('up{}')).toBe(1)
      expect(held.size).toBeGreaterThan(50)
      const exposed = await (await fetch(`${served.url}/metrics`)).text()
      writeFileSync(join(scratch, 'live.prom'), exposed)
      const heldSum = [...held].filter(([key]) =>
        /^agent_(tool_calls_total|llm_tokens_total|runs_total|sandbox_violations_total)\{/.test(key),
      )
      const trueSum = Object.entries(truth).filter(([key]) =>
        /^agent_(tool_calls_total|llm_tokens_total|runs_total|sandbox_violations_total)\{/.test(key),
      )
      const sum = (pairs: readonly (readonly [string, number])[]): number => pairs.reduce((all, [, value]) => all + value, 0)
      expect(trueSum.length).toBeGreaterThan(10)
      expect(sum(heldSum)).toBeCloseTo(sum(trueSum), 6)
      for (const [key, value] of trueSum) if (!/[\\\ufffd…]/.test(key)) expect([key, held.get(key)]).toEqual([key, value])
    } finally {
      await prometheus.stop()
      await stop(served)
    }
  },
)

test.skipIf(!has('promtool'))(
  'promtool finds nothing to say about the preset on the sample, with and without our own metrics',
  async () => {
    const served = await serve([SAMPLE])
    await until(
      () => fetch(`${served.url}/-/ready`),
      (response) => response.status === 200,
    )
    const body = await (await fetch(`${served.url}/metrics`)).text()
    await stop(served)
    const once = await finish(['--once', SAMPLE])
    for (const text of [body, once.stdout])
      expect(execFileSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })).toBe('')
  },
)
