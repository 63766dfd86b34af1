/**
 * One readable file per behaviour, in the form that users write mapping tests in and run by the same runner. Expectations are written
 * by hand; `npm run test:update` rewrites them, and then the difference is to be read.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PRESET_DIR } from '../../src/cli/shipped.ts'
import { renderDiagnostics } from '../../src/diag/render.ts'
import { renderReport } from '../../src/scenario/report.ts'
import { runScenarios } from '../../src/scenario/run.ts'
import { updated } from '../../src/scenario/update.ts'
import { parseText } from '../exposition/text-parser.ts'

const EXAMPLES = join(import.meta.dirname, '../../config/examples')
const isScenario = (name: string): boolean => name.endsWith('.test.yaml')
/** One for each sentence of the language, named after it. */
const CONFORMANCE = join(import.meta.dirname, 'conformance')
const PRESETS = join(import.meta.dirname, '../presets')
const files = [import.meta.dirname, CONFORMANCE, EXAMPLES, PRESETS].flatMap((folder) =>
  readdirSync(folder)
    .filter(isScenario)
    .map((name) => join(folder, name)),
)

for (const file of files) {
  test(file.slice(join(import.meta.dirname, '../..').length + 1), async () => {
    const text = readFileSync(file, 'utf8')
    const { diagnostics, texts, outcome } = await runScenarios(file, text, { presetDir: PRESET_DIR })
    if (outcome === undefined) throw new Error(renderDiagnostics(diagnostics, texts, 'text'))
    const { results, coverage } = outcome
    if (process.env.UPDATE_GOLDEN) writeFileSync(file, updated(outcome.source, results))
    const failed = results.filter(({ differences }) => differences.length > 0)
    expect(failed.length, renderReport({ file, results, coverage }, false)).toBe(0)
    // Whatever the log holds, what is exposed parses.
    for (const { played } of results) parseText(played.withOwn)
  })
}

test('there are golden files', () => {
  expect(files.length).toBeGreaterThan(20)
})
