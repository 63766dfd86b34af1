/** The committed reference is what the sources give, all of it; every YAML example in it and in the README does what it is there for. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { referenceSections } from '../../src/cli/reference.ts'
import { PRESET_DIR } from '../../src/cli/shipped.ts'
import { VERBS } from '../../src/cli/verbs.ts'
import { loadConfig } from '../../src/config/load.ts'
import { shapeIssues } from '../../src/config/shape-issues.ts'
import { DIAGNOSTIC_CODES, type DiagnosticCode } from '../../src/diag/codes.ts'
import type { Diagnostic } from '../../src/diag/diagnostic.ts'
import { YamlSource } from '../../src/diag/yaml-source.ts'
import { compilePlan } from '../../src/pipeline/plan.ts'
import { EXAMPLES } from '../../src/reference/examples.ts'
import { topic, wholeReference } from '../../src/reference/markdown.ts'
import { keysAt } from '../../src/reference/schema-keys.ts'
import { renderReport } from '../../src/scenario/report.ts'
import { runScenarios } from '../../src/scenario/run.ts'
import { ENDPOINTS } from '../../src/server/endpoints.ts'
import { ask, serving } from '../server/serving.ts'

const ROOT = join(import.meta.dirname, '../..')
const FILE = join(ROOT, 'config/reference.md')

test('config/reference.md is what the verb prints', async () => {
  const text = wholeReference(await referenceSections(VERBS))
  if (process.env.UPDATE_GOLDEN) writeFileSync(FILE, text)
  expect(readFileSync(FILE, 'utf8')).toBe(text)
  // A cell that brings backticks of its own shows them.
  expect(text.match(/(?<!`)``(?!`).*/g)).toBeNull()
})

test('whatever is defined can be asked for by name, and a near name is hinted at', async () => {
  const sections = await referenceSections(VERBS)
  const names = [
    ...Object.keys(DIAGNOSTIC_CODES),
    ...VERBS.map((verb) => verb.name),
    ...VERBS.flatMap((verb) => verb.flags.map((flag) => /--[a-z.-]+/.exec(flag.flags)![0])),
    'remember',
    'collect',
    'any',
    'none',
    'without',
    'above',
    'within',
    'baseline',
    'agentlog_events_total',
    'agent_tool_calls_total',
    'model_seconds',
    'lte',
    'advance',
    '/-/ready',
  ]
  for (const name of names) expect([name, typeof topic(name, sections)]).toEqual([name, 'string'])
  expect(topic('max_valus', sections)).toEqual({ near: 'max_values' })
  expect(topic('unknown-key', sections)).toContain('lables')
})

test('a key without a sentence is refused', () => {
  expect(() => keysAt({ properties: { a: { type: 'string' } } }, [])).toThrow('the key a has no sentence')
})

async function problemsOf(name: string, text: string): Promise<readonly Diagnostic[]> {
  if (text.includes('cases:')) {
    const { diagnostics } = await runScenarios(name, text, { presetDir: PRESET_DIR })
    return diagnostics
  }
  const { config, diagnostics } = await loadConfig({
    files: [name],
    presets: [],
    presetDir: PRESET_DIR,
    validate: async (data) => shapeIssues(data),
    given: new Map([[name, text]]),
  })
  const found = [...diagnostics]
  compilePlan(config, (diagnostic) => void found.push(diagnostic))
  return found
}

test.each(Object.entries(DIAGNOSTIC_CODES))('the example of %s has that fault and no other', async (code, { example }) => {
  const codes = (await problemsOf('example.yaml', example)).map((one) => one.code)
  expect(new Set(codes)).toEqual(new Set([code as DiagnosticCode]))
})

test.each(Object.entries(EXAMPLES))('the example for %s passes as it stands', async (name, text) => {
  const { diagnostics, outcome } = await runScenarios(`${name}.yaml`, text, { presetDir: PRESET_DIR })
  expect(diagnostics).toEqual([])
  const { results, coverage } = outcome!
  const failed = results.filter(({ differences }) => differences.length > 0)
  expect(failed.length, renderReport({ file: name, results, coverage }, false)).toBe(0)
  expect(coverage.filter(({ hits }) => hits === 0)).toEqual([])
})

/** Mappings have a version, tests have cases; what else is there is another program's. */
test.each(['README.md', 'config/reference.md', 'SECURITY.md'])('each YAML example of %s is loaded', async (file) => {
  const blocks = [...readFileSync(join(ROOT, file), 'utf8').matchAll(/```ya?ml\n([\s\S]*?)```/g)].map((match) => match[1]!)
  const faulty = new Set(Object.values(DIAGNOSTIC_CODES).map(({ example }): string => example))
  for (const block of blocks.filter((text) => !faulty.has(text))) {
    const isOurs = /^version: 1$/m.test(block) || block.includes('cases:')
    const problems = isOurs ? await problemsOf('README.yaml', block) : new YamlSource('README.yaml', block).diagnostics()
    expect([block, problems]).toEqual([block, []])
  }
})

test('every path of the reference is served, and none that is not there', async () => {
  const { port } = await serving({ lifecycle: {} as never })
  for (const [path] of ENDPOINTS) {
    const isPosted = path.startsWith('/-/re') && path !== '/-/ready'
    const { status } = await ask(port, isPosted || path === '/-/quit' ? 'POST' : 'GET', path)
    expect([path, status]).not.toEqual([path, 404])
  }
})
