/** What the README shows is what there is: the mapping loads, the counts of the sample are the sample's. `UPDATE_GOLDEN=1` rewrites both. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PRESET_DIR, SAMPLE_FILE } from '../src/cli/shipped.ts'
import { loadConfig } from '../src/config/load.ts'
import { shapeIssues } from '../src/config/shape-issues.ts'
import { play } from '../src/scenario/play.ts'
import { explained } from './explain/explained.ts'

const ROOT = join(import.meta.dirname, '..')
const README = join(ROOT, 'README.md')
const EXAMPLES = join(ROOT, 'config/examples')
const COUNTS = /^agentlog_(rejected_lines|unmapped_events|updates_skipped)_total/

/** The fenced block after the comment `<!-- name -->`. */
function block(name: string): string {
  const found = new RegExp(`<!-- ${name} -->\n\`\`\`\\w*\n([\\s\\S]*?)\`\`\``).exec(readFileSync(README, 'utf8'))
  if (found === null) throw new Error(`the README has no block ${name}`)
  return found[1]!
}

function check(name: string, text: string): void {
  if (process.env.UPDATE_GOLDEN) {
    const head = new RegExp(`(<!-- ${name} -->\n\`\`\`\\w*\n)[\\s\\S]*?(\`\`\`)`)
    writeFileSync(
      README,
      readFileSync(README, 'utf8').replace(head, (_, before: string, after: string) => `${before}${text}${after}`),
    )
  }
  expect(block(name)).toBe(text)
}

test('the mapping in the README is the shipped first.yaml', () => {
  check('config/examples/first.yaml', readFileSync(join(EXAMPLES, 'first.yaml'), 'utf8'))
})

test('the mapping test in the README is the shipped one', () => {
  check('config/examples/agent.test.yaml', readFileSync(join(EXAMPLES, 'agent.test.yaml'), 'utf8'))
})

test('what explain says in the README is what it says', async () => {
  const log = '{"kind":"tool_invocation","tool_name":"bash","timestamp":"2026-01-02T03:04:05Z"}\n'
  const more = '{"event":"tool_invocation","tool":"bash","outcome":"error","timestamp":"2026-01-02T03:04:05Z"}\n'
  check('explain', (await explained(undefined, log + more)).stdout.replace(/\n+$/, '\n'))
})

test('the counts in the README are those of the shipped sample', async () => {
  const { config } = await loadConfig({
    files: [],
    presets: ['agent'],
    presetDir: PRESET_DIR,
    validate: async (data) => shapeIssues(data),
  })
  const { withOwn } = play(config, { log: readFileSync(SAMPLE_FILE), file: SAMPLE_FILE, advanceMs: 0 })
  const lines = withOwn.split('\n').filter((line) => COUNTS.test(line) && !line.endsWith(' 0'))
  check('sample-counts', `${lines.map((line) => line.replace(/source="test",|,source="test"/, '')).join('\n')}\n`)
})

const isMapping = (name: string): boolean =>
  name.endsWith('.yaml') && !name.endsWith('.test.yaml') && !name.endsWith('web-config.yaml')
const files = [
  ...readdirSync(EXAMPLES).map((name) => join(EXAMPLES, name)),
  ...readdirSync(PRESET_DIR).map((name) => join(PRESET_DIR, name)),
]
for (const file of files.filter(isMapping)) {
  test(`${file.slice(ROOT.length + 1)} loads without a warning and names the schema for editors`, async () => {
    const loaded = await loadConfig({
      files: [file],
      presets: [],
      presetDir: PRESET_DIR,
      validate: async (data) => shapeIssues(data),
    })
    expect(loaded.diagnostics).toEqual([])
    expect(readFileSync(file, 'utf8').split('\n')[0]).toBe('# yaml-language-server: $schema=../mapping.schema.json')
  })
}
