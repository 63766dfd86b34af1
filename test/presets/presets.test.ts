/**
 * Presets are YAML alone: no room knows one by name. Those of agents can be served together, and what they measure alike is described
 * alike; those that reproduce a published system each stand alone, with a mapping test for each of their rules.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { PRESET_DIR } from '../../src/cli/shipped.ts'
import { type Loaded, loadConfig } from '../../src/config/load.ts'
import { presetNames } from '../../src/config/loader.ts'
import { shapeIssues } from '../../src/config/shape-issues.ts'
import { runScenarios } from '../../src/scenario/run.ts'

const ROOT = join(import.meta.dirname, '../..')
const SRC = join(ROOT, 'src')
/** The default one has the name of what everything here is about, and its name stands where the default is. */
const DEFAULT = 'agent'
const names = await presetNames(PRESET_DIR)
/** Named, labelled and described as their systems published them, so they clash with each other and with the rest. */
const PUBLISHED = ['callsphere', 'makeaihq', 'mcp-gateway', 'mcp-mesh', 'mcpworks']
const published = names.filter((name) => PUBLISHED.includes(name))
const together = names.filter((name) => !PUBLISHED.includes(name))
const scratch = mkdtempSync(join(tmpdir(), 'agentlog-presets-'))
afterAll(() => rmSync(scratch, { recursive: true }))

interface Raw {
  readonly metrics: readonly { readonly name: string; readonly 'x-lint'?: { readonly ignore: readonly string[] } }[]
}

const load = (presets: readonly string[], files: readonly string[] = []): Promise<Loaded> =>
  loadConfig({ files, presets, presetDir: PRESET_DIR, validate: async (data) => shapeIssues(data) })

test('no file of src knows a preset by name', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  const known = files.flatMap((file) => {
    const text = readFileSync(join(SRC, file), 'utf8').toLowerCase()
    return names.filter((name) => name !== DEFAULT && text.includes(name)).map((name) => `${file}: ${name}`)
  })
  expect(files.length).toBeGreaterThan(100)
  expect(known).toEqual([])
  expect(names).toEqual(expect.arrayContaining([DEFAULT, 'claude-code', 'codex']))
})

test('the presets of agents are served together without a word of complaint', async () => {
  const { config, diagnostics } = await load(together)
  expect(diagnostics).toEqual([])
  for (const name of together) {
    const alone = await load([name])
    expect(alone.diagnostics).toEqual([])
    const missing = alone.config.metrics.filter((metric) => !config.metrics.some((other) => other.name === metric.name))
    expect(missing).toEqual([])
  }
})

test('a metric of several presets has one help text and one list of buckets', async () => {
  const described = new Map<string, string>()
  for (const name of together) {
    const { config } = await load([name])
    for (const { name: metric, type, help, buckets } of config.metrics) {
      const text = JSON.stringify({ type, help, buckets })
      expect([name, metric, described.get(metric) ?? text]).toEqual([name, metric, text])
      described.set(metric, text)
    }
  }
})

test('logs of a preset are looked for in the home of whoever runs it', async () => {
  const { config } = await load(['claude-code', 'codex'])
  const paths = config.sources.flatMap((source) => (source.kind === 'file' ? source.paths : []))
  expect(paths).toEqual([
    join(homedir(), '.claude/projects/**/*.jsonl'),
    join(homedir(), '.codex/{sessions,archived_sessions}/**/*.jsonl'),
  ])
})

test.for(published)('%s: each warning that it accepts is of a name as it was published, and would be told', async (name) => {
  const text = readFileSync(join(PRESET_DIR, `${name}.yaml`), 'utf8')
  const { metrics } = parse(text, { merge: true }) as Raw
  const accepted = metrics.flatMap((one) => (one['x-lint']?.ignore ?? []).map((code) => [one.name, code]))
  const bare = join(scratch, `${name}.yaml`)
  writeFileSync(bare, text.replace(/^ +x-lint: .*\n/gm, ''))
  const { diagnostics } = await load([], [bare])
  const told = diagnostics.map(({ code, place }) => [metrics[Number(place.path![1])]!.name, code])
  expect([...new Map(told.map((one) => [one.join(), one])).values()].sort()).toEqual(accepted.sort())
})

test('an address is a label as it was published because it is capped: without the cap it would be told', async () => {
  const text = readFileSync(join(PRESET_DIR, 'makeaihq.yaml'), 'utf8')
  const uncapped = join(scratch, 'uncapped.yaml')
  writeFileSync(uncapped, text.replace('{ path: source_ip, max_values: 100 }', 'source_ip'))
  const { diagnostics } = await load([], [uncapped])
  expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
    ['unbounded-label', expect.stringContaining('source_ip, which looks like an address')],
  ])
})

test.for(published)('%s: each of its rules counts in a mapping test', async (name) => {
  const file = join(import.meta.dirname, `${name}.test.yaml`)
  const { diagnostics, outcome } = await runScenarios(file, readFileSync(file, 'utf8'), { presetDir: PRESET_DIR })
  expect(diagnostics).toEqual([])
  expect(outcome!.coverage.filter(({ hits }) => hits === 0)).toEqual([])
})

const CASES = readdirSync(import.meta.dirname).filter(
  (name) => name.endsWith('.test.yaml') && !published.some((preset) => name === `${preset}.test.yaml`),
)
/** What `codex exec` writes has no ids that tell a copy from another run. */
const WITHOUT_COPIES = /^exec says/

test.for(CASES)('%s: logs that are there twice count once', async (name) => {
  const file = join(import.meta.dirname, name)
  const copied = (all: string, lines: string): string =>
    `${all}    further:\n      - file: /logs/copy.jsonl\n        lines: |\n${lines.replace(/^/gm, '    ').trimEnd()}\n`
  const twice = readFileSync(file, 'utf8').replace(/^ {4}lines: \|\n((?: {6}.*\n)+)/gm, copied)
  const { outcome } = await runScenarios(file, twice, { presetDir: PRESET_DIR })
  const results = outcome!.results.filter(({ scenario }) => !WITHOUT_COPIES.test(scenario.name))
  expect(results.length).toBeGreaterThan(8)
  for (const { scenario, differences } of results) {
    // Each log says for itself what has not ended.
    const others = differences.filter((one) => !JSON.stringify(one).includes('agent_tool_calls_in_flight'))
    expect([scenario.name, others]).toEqual([scenario.name, []])
  }
})

test('the README asks for metrics that presets have, with labels that they have', async () => {
  const section = /## Claude Code and Codex\n([\s\S]*?)\n## /.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))![1]!
  const { config } = await load(together)
  const asked = [...section.matchAll(/\b(agent_\w+?)(?:_bucket)?\b(?:\{([^}]*)\})?/g)]
  expect(asked.length).toBeGreaterThan(8)
  for (const [, name, selector = ''] of asked) {
    const metric = config.metrics.find((one) => one.name === name)
    const labels = metric?.rules.flatMap((rule) => [...rule.labels.map((label) => label.name), rule.split?.label]) ?? []
    for (const label of [...selector.matchAll(/(\w+)=/g)].map((found) => found[1]))
      expect([name, labels]).toEqual([name, expect.arrayContaining([label])])
    expect([name, metric?.name]).toEqual([name, name])
  }
})
