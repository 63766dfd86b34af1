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

/** Bounds of buckets as numbers: Go writes 1e+06. */
function shown(text: string): Record<string, number> {
  return Object.fromEntries(
    samplesOf(text).map(({ name, labels, value }) => {
      const le = labels.get('le')
      const plain = le === undefined || le === '+Inf' ? labels : new Map(labels).set('le', String(Number(le)))
      return [seriesKey({ name, labels: plain }), value]
    }),
  )
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
  const played = play(config, { log, file: 'wishes.jsonl', source: undefined, advanceMs: 0 })
  expect(shown(played.mapped)).toEqual(shown(readFileSync(`${EXAMPLE}.prom`, 'utf8')))
})
