/** Each mistake.yaml has a mistake.out: what `check` shows. `UPDATE_GOLDEN=1 npm test` rewrites them; read the diff. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { PRESET_DIR } from '../../src/cli/shipped.ts'
import { loadConfig } from '../../src/config/load.ts'
import { shapeIssues } from '../../src/config/shape-issues.ts'
import { renderDiagnostics } from '../../src/diag/render.ts'
import { compilePlan } from '../../src/pipeline/plan.ts'

const HERE = relative(process.cwd(), import.meta.dirname)
const mistakes = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.yaml'))

async function report(file: string): Promise<string> {
  const loaded = await loadConfig({
    files: [file],
    presets: [],
    presetDir: PRESET_DIR,
    validate: async (data) => shapeIssues(data),
  })
  const found = [...loaded.diagnostics]
  compilePlan(loaded.config, (diagnostic) => void found.push(diagnostic))
  return renderDiagnostics(found, loaded.texts, 'text')
}

for (const name of mistakes) {
  test(`${name} is told as in its .out`, async () => {
    const golden = join(import.meta.dirname, name.replace('.yaml', '.out'))
    const text = await report(join(HERE, name))
    if (process.env.UPDATE_GOLDEN) writeFileSync(golden, text)
    expect(text).toBe(readFileSync(golden, 'utf8'))
  })
}

test('no .out stands alone', () => {
  const outs = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.out'))
  expect(outs.filter((name) => !existsSync(join(import.meta.dirname, name.replace('.out', '.yaml'))))).toEqual([])
})

test('eleven mistakes are eleven diagnostics', async () => {
  const text = await report(join(HERE, 'eleven-mistakes.yaml'))
  expect(text.match(/ error\[/g)).toHaveLength(11)
})
