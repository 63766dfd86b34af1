/** What an agent under somebody else's control may write: the program goes on, within its memory, and says what it refused and why. */
import { appendFileSync, closeSync, openSync, writeSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BENCH_MAPPING, Exporter, isMissing, promtool, Scratch, sum } from '../workbench.ts'

const MEBIBYTE = 1024 * 1024
const MAX_RSS_BYTES = 250e6
const LABEL_VALUES = 100_000
const LONG_LINE_BYTES = 100e6

let scratch: Scratch
let log: string
let exporter: Exporter | undefined
beforeEach(() => {
  scratch = new Scratch()
  log = scratch.write('agent.jsonl', '')
})
afterEach(async () => {
  await exporter?.stop('SIGKILL')
  exporter = undefined
  scratch.remove()
})

function appendLine(text: string): void {
  appendFileSync(log, `${text}\n`)
}

function appendLongLine(): void {
  const file = openSync(log, 'a')
  const piece = Buffer.alloc(MEBIBYTE, 'x')
  writeSync(file, '{"event":"tool_invocation","tool_name":"')
  for (let written = 0; written < LONG_LINE_BYTES; written += piece.length) writeSync(file, piece)
  writeSync(file, '"}\n')
  closeSync(file)
}

/** As many tiny objects as fit into the longest line that is read. */
function manyObjects(): string {
  const open = '{"event":"tool_invocation","a":['
  return `${open}${'{},'.repeat(Math.floor((8 * MEBIBYTE - open.length - 4) / 3))}{}]}`
}

function appendLabelValues(): void {
  const lines = Array.from(
    { length: LABEL_VALUES },
    (_, i) => `{"event":"tool_invocation","agent":"a${i}","tool_name":"t${i}","status":"ok"}`,
  )
  appendFileSync(log, `${lines.join('\n')}\n`)
}

const ODD_LINES = [
  'not JSON at all',
  '{"event":"tool_invocation","status":NaN}',
  '[1,2,3]',
  `{"event":"tool_invocation","deep":${'['.repeat(5000)}${']'.repeat(5000)}}`,
  '{"event":"llm_call","agent":"m","model":"m","input_tokens":1e999,"output_tokens":-3,"cost_usd":-1}',
  '{"__proto__":{"event":"tool_invocation","agent":"polluted"},"event":"__proto__","constructor":{"prototype":{}}}',
  '{"event":"tool_invocation","agent":"__proto__","tool_name":"constructor","status":"toString"}',
  '{"event":"tool_invocation","agent":"n\\ne\\"w\\\\l\\u0000i\\u001bn\\ud800e","tool_name":"} 1\\n# TYPE x counter\\nx 1","status":"ok"}',
  `{"event":"tool_invocation","agent":"${'long'.repeat(MEBIBYTE)}","tool_name":"t","status":"ok"}`,
]

/** The good line, the long one, the one of many objects. */
const OTHER_LINES = 3

test.skipIf(isMissing('promtool'))(
  'hostile lines stop nothing, fill no memory, break no exposition and are counted by reason',
  async () => {
    exporter = await Exporter.start('--preset', 'agent', log)
    for (const line of ODD_LINES) appendLine(line)
    appendLongLine()
    appendLine(manyObjects())
    appendLabelValues()
    appendLine('{"event":"agent_run_started","agent":"after-all"}')
    const text = await exporter.caughtUp(ODD_LINES.length + OTHER_LINES + LABEL_VALUES)

    expect(
      Object.fromEntries(
        ['not_json', 'malformed', 'not_object', 'too_deep', 'too_long', 'too_many_values'].map((reason) => [
          reason,
          sum(text, 'agentlog_rejected_lines_total', `reason="${reason}"`),
        ]),
      ),
    ).toEqual({
      not_json: 1,
      malformed: 1,
      not_object: 1,
      too_deep: 1,
      too_long: 1,
      too_many_values: 1,
    })
    const skipped = (reason: string): number => sum(text, 'agentlog_updates_skipped_total', `reason="${reason}"`)
    expect([skipped('infinite'), skipped('negative')]).toEqual([1, 2])
    expect(sum(text, 'agentlog_unmapped_events_total', 'event="__proto__"')).toBe(1)
    expect(sum(text, 'agent_tool_calls_total')).toBe(LABEL_VALUES + 3)
    // The preset lets 100 agents and 200 tools by: all others are one.
    expect(sum(text, 'agent_tool_calls_total', 'agent="_other",tool="_other"')).toBeGreaterThan(LABEL_VALUES - 1000)
    expect(sum(text, 'agent_runs_started_total')).toBe(1)
    expect(text).not.toContain('polluted')
    expect(text).not.toMatch(/^x 1$/m)
    expect(promtool(text)).toEqual({ code: 0, says: '' })
    console.log(
      `hostile input: at most ${Math.round(exporter.peakRssBytes / 1e6)} MB resident, ${Math.round(exporter.rssBytes / 1e6)} MB in the end`,
    )
    expect(exporter.peakRssBytes).toBeLessThan(MAX_RSS_BYTES)
    expect(await exporter.stop()).toBe(0)
    expect(exporter.stderr).not.toMatch(/level=error/)
  },
)

test('a long line without an end is refused once, and what follows its end is read', async () => {
  exporter = await Exporter.start('--preset', 'agent', log)
  appendLine('{"event":"agent_run_started","agent":"a"}')
  await exporter.caughtUp(1)
  appendLongLine()
  appendLongLine()
  appendLine('{"event":"agent_run_started","agent":"a"}')
  const text = await exporter.caughtUp(4)
  expect(sum(text, 'agentlog_rejected_lines_total', 'reason="too_long"')).toBe(2)
  expect(sum(text, 'agent_runs_started_total')).toBe(2)
})

test.skipIf(isMissing('promtool'))(
  '100,000 distinct label values without a cap of their own end in the overflow series, and the sum stays exact',
  async () => {
    const maxSeries = 2000
    exporter = await Exporter.start('-c', BENCH_MAPPING, log)
    appendLabelValues()
    const text = await exporter.caughtUp(LABEL_VALUES)
    expect(sum(text, 'agent_tool_calls_total')).toBe(LABEL_VALUES)
    expect(sum(text, 'agent_tool_calls_total', 'tool_name="_other"')).toBe(LABEL_VALUES - maxSeries)
    expect(sum(text, 'agentlog_series_overflow_total', 'agent_tool_calls_total')).toBe(LABEL_VALUES - maxSeries)
    expect(promtool(text).says).not.toMatch(/error/i)
    expect(exporter.peakRssBytes).toBeLessThan(MAX_RSS_BYTES)
  },
)
