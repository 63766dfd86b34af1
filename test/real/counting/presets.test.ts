/**
 * Logs of agents through the shipped presets, made-up ones and real ones from ../shared/corpus: every total that its EXPECTED.md states for them, and every other
 * sample as a count by other code has it; also while the logs grow in random pieces, read twice, and over SIGKILL. Skipped where they are not.
 */
import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { randomOf } from '../../faults/random.ts'
import { countedByOracle, differences, Exporter, isMissing, once, promtool, ROOT, Scratch, sum, until } from '../workbench.ts'

const CORPUS = [join(ROOT, '../shared/corpus'), join(ROOT, '../../shared/corpus')].find(existsSync)
const isSkipped = CORPUS === undefined || isMissing('python3')
if (CORPUS === undefined) console.log('real logs are not read: there is no ../shared/corpus')
const KILLS = 6
const MAX_PIECE_BYTES = 10_000
const SETTLE_MS = 20_000
/**
 * What the newest of several logs said: which one that is depends on the order of reading. And what has no end when all is read: what is
 * open, by clocks of logs that nobody moves on.
 */
const OF_LAST = [
  'agent_info',
  'agent_sandbox_policy_info',
  'agent_context_window_used_ratio',
  'agent_rate_limit_used_ratio',
  'agent_sessions_open',
  'agent_open_session_cost_usd',
]
/** For logs without times: that of arrival. */
const OF_ARRIVAL = ['_bucket', '_sum', '_count'].map((part) => `agent_tool_duration_seconds${part}`)

const scratch = new Scratch()
afterAll(() => scratch.remove())

/** Logs of one folder of the corpus, by their names in EXPECTED.md. */
function logsOf(folder: string): string[] {
  const names = CORPUS === undefined ? [] : readdirSync(join(CORPUS, folder), { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.jsonl')).sort()
}

/** What EXPECTED.md says of each log of a folder. */
function stated(folder: string): Map<string, string> {
  const text = readFileSync(join(CORPUS!, 'EXPECTED.md'), 'utf8')
  const [, section] = text.split(`## ${folder}\n`)
  const rows = section!.split('\n## ')[0]!.matchAll(/^- (\S+\.jsonl) \|? ?(.*)$/gm)
  return new Map([...rows].map((row) => [row[1]!, row[2]!]))
}

const PRESETS = [
  { preset: 'claude-code', folder: 'claude-code-session' },
  { preset: 'codex', folder: 'codex-rollout' },
  { preset: 'codex', folder: 'codex-exec-json' },
] as const

const ALL_RIGHT = /^all \d+ samples right$/

/** In how far mapped samples are not what other code counted, but for those that are ignored. */
function told(
  preset: 'claude-code' | 'codex',
  logs: readonly string[],
  exposition: string,
  ignored: readonly string[] = OF_LAST,
): string {
  const isWanted = (line: string): boolean =>
    !['agentlog_', 'process_', 'nodejs_', ...ignored].some(
      (name) => nameOf(line) === name || (name.endsWith('_') && line.startsWith(name)),
    )
  const counted = JSON.parse(countedByOracle(preset, ...logs)) as { samples: Record<string, number> }
  counted.samples = Object.fromEntries(Object.entries(counted.samples).filter(([sample]) => isWanted(sample)))
  return differences(JSON.stringify(counted), exposition.split('\n').filter(isWanted).join('\n'))
}

const nameOf = (sample: string): string => /^\w*/.exec(sample)![0]

/** A copy of a folder's logs that may be written to. */
function copied(folder: string, into: string): string[] {
  return logsOf(folder).map((name) => {
    const path = join(scratch.path, into, name)
    mkdirSync(dirname(path), { recursive: true })
    cpSync(join(CORPUS!, folder, name), path)
    return path
  })
}

describe.for([
  { preset: 'claude-code', folder: '.claude' },
  { preset: 'codex', folder: '.codex' },
] as const)('the made-up home, $folder', ({ preset, folder }) => {
  test('every sample is what other code counts', () => {
    const home = join(ROOT, 'test/presets/home', folder)
    const names = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonl'))
    const logs = names.filter((name) => basename(name) !== 'journal.jsonl').map((name) => join(home, name))
    expect(logs.length).toBe(4)
    expect(told(preset, logs, once('--preset', preset, ...logs).stdout)).toMatch(ALL_RIGHT)
  })
})

describe.skipIf(isSkipped)('totals that EXPECTED.md states', () => {
  test.for(CORPUS === undefined ? [] : logsOf('claude-code-session'))('claude-code: %s', (name) => {
    const row = stated('claude-code-session').get(name)!
    const numbers = (what: RegExp): number[] => what.exec(row)![1]!.split(', ').map(Number)
    const tools = [...row.matchAll(/'(\w+)': (\d+)/g)].map(([, tool, count]) => [tool, Number(count)])
    const log = join(CORPUS!, 'claude-code-session', name)
    const { stdout } = once('--preset', 'claude-code', log)
    const tokens = (type: string): number => sum(stdout, 'agent_llm_tokens_total', `type="${type}`)
    // A message that no model wrote has an id as well.
    const synthetic = idsOfNoModel(log)
    expect({
      tokens: [tokens('input'), tokens('output'), tokens('cache_write'), tokens('cache_read')],
      requests: sum(stdout, 'agent_llm_requests_total') + synthetic,
      calls: sum(stdout, 'agent_tool_calls_total'),
      failed: sum(stdout, 'agent_tool_calls_total', 'status="error"'),
      tools: tools.map(([tool]) => [tool, sum(stdout, 'agent_tool_calls_total', `tool="${tool}"`)]),
    }).toEqual({
      tokens: numbers(/dedup\(max output per id\): \[([\d, ]+)\]/),
      requests: numbers(/distinct message\.id: (\d+)/)[0],
      calls: numbers(/tool_result: (\d+)/)[0],
      failed: numbers(/is_error: (\d+)/)[0],
      tools,
    })
    expect(numbers(/distinct tool_use: (\d+)/)).toEqual(numbers(/tool_result: (\d+)/))
    expect(told('claude-code', [log], stdout)).toMatch(ALL_RIGHT)
  })

  test.for(CORPUS === undefined ? [] : logsOf('codex-rollout'))('codex: %s', (name) => {
    const row = stated('codex-rollout').get(name)!
    const final = (key: string): number => Number(new RegExp(`final total: .*'${key}': (\\d+)`).exec(row)?.[1] ?? 0)
    const items = [...row.slice(row.indexOf('items:')).matchAll(/'(\w+)\/(\w+)': (\d+)/g)]
    const log = join(CORPUS!, 'codex-rollout', name)
    const { stdout } = once('--preset', 'codex', log)
    const tokens = (type: string): number => sum(stdout, 'agent_llm_tokens_total', `type="${type}"`)
    expect({
      input: tokens('input') + tokens('cache_read') + tokens('cache_write'),
      cached: tokens('cache_read'),
      written: tokens('cache_write'),
      output: tokens('output'),
      reasoning: sum(stdout, 'agent_llm_reasoning_tokens_total'),
      total: sum(stdout, 'agent_llm_tokens_total'),
      calls: sum(stdout, 'agent_tool_calls_total'),
      unanswered: sum(stdout, 'agent_tool_calls_in_flight') + sum(stdout, 'agent_tool_calls_total', 'status="unanswered"'),
      items: items.map(([, item, status]) => [item, status, sum(stdout, 'agent_items_total', labelsOfItem(item!, status!))]),
    }).toEqual({
      input: final('input_tokens'),
      cached: final('cached_input_tokens'),
      written: final('cache_write_input_tokens'),
      output: final('output_tokens'),
      reasoning: final('reasoning_output_tokens'),
      total: Number(/sum\(delta of total\)= (\d+)/.exec(row)![1]),
      calls: Number(/paired outputs: (\d+)/.exec(row)![1]),
      unanswered: 0,
      items: items.map(([, item, status, count]) => [item, status, Number(count)]),
    })
    expect(told('codex', [log], stdout)).toMatch(ALL_RIGHT)
  })
})

function labelsOfItem(item: string, status: string): string {
  return `item="${item.replace(/(?!^)[A-Z]/g, '_$&').toLowerCase()}",status="${status.toLowerCase()}"`
}

function idsOfNoModel(log: string): number {
  const lines = readFileSync(log, 'utf8').split('\n').filter(Boolean)
  const messages = lines.map((line) => (JSON.parse(line) as { message?: { id?: string; model?: string } }).message)
  return new Set(messages.filter((message) => message?.model === '<synthetic>').map((message) => message?.id)).size
}

describe.for(isSkipped ? [] : PRESETS)('$folder', ({ preset, folder }) => {
  test('all logs together: every sample is what other code counts, and promtool finds nothing to say', () => {
    const logs = copied(folder, `${folder}-all`)
    const { stdout } = once('--preset', preset, ...logs)
    expect(told(preset, logs, stdout, folder === 'codex-exec-json' ? [...OF_LAST, ...OF_ARRIVAL] : OF_LAST)).toMatch(ALL_RIGHT)
    if (!isMissing('promtool')) expect(promtool(stdout)).toEqual({ code: 0, says: '' })
  })
})

describe.for(isSkipped ? [] : PRESETS.filter(({ folder }) => folder !== 'codex-exec-json'))('$folder', ({ preset, folder }) => {
  test('read twice, as files that were copied, counts once', () => {
    const logs = copied(folder, `${folder}-first`)
    const copies = copied(folder, `${folder}-second`)
    // Else the copy is known for what it is by its bytes.
    for (const copy of copies) writeFileSync(copy, `{"type":"copied"}\n${readFileSync(copy, 'utf8')}`)
    const { stdout } = once('--preset', preset, ...logs, ...copies)
    expect(told(preset, logs, stdout)).toMatch(ALL_RIGHT)
  })

  test(`grown in random pieces, over ${KILLS} deaths by SIGKILL`, async () => {
    const logs = copied(folder, `${folder}-whole`)
    for (const log of logs) writeFileSync(log, asOfNow(readFileSync(log, 'utf8')))
    expect(told(preset, logs, await grown(preset, logs))).toMatch(ALL_RIGHT)
  })
})

/** A log that grows is one of these minutes: at its end the wall clock goes on for it, and what is open would run out. */
function asOfNow(log: string): string {
  const times = /(?<="timestamp":")\d{4}-[^"]*Z(?=")/g
  const newestMs = Math.max(...[...log.matchAll(times)].map(([time]) => Date.parse(time)))
  const laterMs = Date.now() - newestMs
  return log.replace(times, (time) => new Date(Date.parse(time) + laterMs).toISOString())
}

/** The exposition after the logs grew side by side in random pieces, while the exporter was killed again and again. */
async function grown(preset: 'claude-code' | 'codex', wholes: readonly string[]): Promise<string> {
  const seed = Number(process.env.SEED ?? Date.now() % 100_000)
  console.log(`SEED=${seed}`)
  const random = randomOf(seed)
  const below = (limit: number): number => Math.floor(random() * limit)
  const logs = wholes.map((whole, i) => ({
    bytes: readFileSync(whole),
    at: 0,
    path: scratch.file(`${basename(whole)}-${i}.jsonl`),
  }))
  const flags = ['--preset', preset, '--state.dir', scratch.file(`${preset}-state`), scratch.file('*.jsonl-*.jsonl')]
  const pieces = logs.reduce((total, { bytes }) => total + bytes.length, 0) / (MAX_PIECE_BYTES / 2)
  let exporter = await Exporter.start(...flags)
  for (let left = KILLS; logs.some(({ bytes, at }) => at < bytes.length); ) {
    const growing = logs.filter(({ bytes, at }) => at < bytes.length)
    const log = growing[below(growing.length)]!
    const end = Math.min(log.bytes.length, log.at + 1 + below(MAX_PIECE_BYTES))
    appendFileSync(log.path, log.bytes.subarray(log.at, end))
    log.at = end
    await exporter.scrape()
    if (left === 0 || below(Math.ceil(pieces / KILLS)) > 0) continue
    left--
    await exporter.stop('SIGKILL')
    exporter = await Exporter.start(...flags)
  }
  await exporter.stop('SIGKILL')
  exporter = await Exporter.start(...flags)
  try {
    const all = async (): Promise<string | undefined> => {
      const text = await exporter.scrape()
      return ALL_RIGHT.test(told(preset, wholes, text)) ? text : undefined
    }
    return await until('all that was written', all, SETTLE_MS).catch(() => exporter.scrape())
  } finally {
    await exporter.stop()
  }
}
