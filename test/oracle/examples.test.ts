/** The example mappings load without a warning, and make of the line in their own comment what a reader expects. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const EXAMPLES = join(ROOT, 'config/examples')
const scratch = mkdtempSync(join(tmpdir(), 'agentlog-examples-'))
afterAll(() => rmSync(scratch, { recursive: true }))

function program(...args: readonly string[]): { code: number | null; stdout: string } {
  const run = spawnSync(process.execPath, [join(ROOT, 'dist/main.js'), ...args], { encoding: 'utf8' })
  return { code: run.status, stdout: run.stdout }
}

/** Samples other than 0, buckets aside, of the lines that stand in the comments of the example. */
function samplesOfOwnLines(example: string): string[] {
  const mapping = join(EXAMPLES, example)
  const lines = [...readFileSync(mapping, 'utf8').matchAll(/^# (\{.*)$/gm)].map((match) => `${match[1]}\n`)
  const log = join(scratch, `${example}.jsonl`)
  writeFileSync(log, lines.join(''))
  const { stdout } = program('run', '--once', '-c', mapping, log)
  return stdout.split('\n').filter((line) => /^[^#]/.test(line) && !/_bucket\{| 0$/.test(line))
}

test.each(readdirSync(EXAMPLES).filter((name) => /(?<!\.test|web-config)\.yaml$/.test(name)))(
  '%s has no mistake and no warning',
  (example) => {
    expect(program('check', '--strict', join(EXAMPLES, example)).code).toBe(0)
  },
)

test.each(readdirSync(EXAMPLES).filter((name) => name.endsWith('.test.yaml')))('the cases of %s hold', (tests) => {
  const { code, stdout } = program('test', join(EXAMPLES, tests))
  expect(stdout).toMatch(/: (\d+) of \1 cases passed/)
  expect(code).toBe(0)
})

test('gateway.yaml counts an audit line that has no event name', () => {
  expect(samplesOfOwnLines('gateway.yaml')).toEqual([
    'mcp_tool_calls_total{server="github",tool="create_pr",status="error"} 1',
    'mcp_tool_duration_seconds_sum{server="github"} 2.341',
    'mcp_tool_duration_seconds_count{server="github"} 1',
    'mcp_tool_errors_total{server="github",error="rate_limit_exceeded"} 1',
  ])
})

test('nested.yaml counts each tool use inside a turn, and the tokens of the turn by kind', () => {
  expect(samplesOfOwnLines('nested.yaml')).toEqual([
    'agent_turn_blocks_sum 2',
    'agent_turn_blocks_count 1',
    'agent_turn_tokens_total{model="m",type="input"} 900',
    'agent_turn_tokens_total{model="m",type="output"} 80',
    'agent_turn_tool_uses_total{tool="bash"} 1',
  ])
})
