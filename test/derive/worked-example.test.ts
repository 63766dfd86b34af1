/** The worked example of the design comes to exactly what an interpreter of the language that is not this product computed. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PRESET_DIR } from '../../src/cli/shipped.ts'
import { loadConfig } from '../../src/config/load.ts'
import { shapeIssues } from '../../src/config/shape-issues.ts'
import { play } from '../../src/scenario/play.ts'
import { samplesOf, seriesKey } from '../../src/scenario/sample.ts'

const EXAMPLE = join(import.meta.dirname, '../../../shared/design/examples/wishes')

function shown(text: string): Record<string, number> {
  return Object.fromEntries(samplesOf(text).map((sample) => [seriesKey(sample), sample.value]))
}

test.skipIf(!existsSync(`${EXAMPLE}.prom`))('the worked example is exact', async () => {
  const { config, diagnostics } = await loadConfig({
    files: [`${EXAMPLE}.yaml`],
    presets: [],
    presetDir: PRESET_DIR,
    validate: async (data) => shapeIssues(data),
  })
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  const log = readFileSync(`${EXAMPLE}.jsonl`)
  const played = play(config, { log, file: 'wishes.jsonl', advanceMs: 0 } as Parameters<typeof play>[1])
  expect(shown(played.mapped)).toEqual(shown(readFileSync(`${EXAMPLE}.prom`, 'utf8')))
})
