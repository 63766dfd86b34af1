/** What explain says of lines is what the exporter does with them: sums over its updates equal the exposition. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PRESET_DIR } from '../../src/cli/shipped.ts'
import { loadConfig } from '../../src/config/load.ts'
import { shapeIssues } from '../../src/config/shape-issues.ts'
import type { LineExplanation } from '../../src/explain/explanation.ts'
import { play } from '../../src/scenario/play.ts'
import { readScenarios } from '../../src/scenario/scenario-file.ts'
import { parseText, sampleKey } from '../exposition/text-parser.ts'
import { explained } from './explained.ts'

const GOLDEN = join(import.meta.dirname, '../golden')

/** The last value of each counter, gauge and info, and the number of values of each histogram and summary. */
function told(lines: readonly LineExplanation[]): Map<string, number> {
  const last = new Map<string, number>()
  for (const { rules } of lines) {
    for (const { elements } of rules)
      for (const { samples = [] } of elements)
        for (const { update } of samples) if (update !== undefined) last.set(update.series, update.now)
  }
  return last
}

async function agrees(mapping: string | undefined, name: string, log: string): Promise<number> {
  const given = new Map(mapping === undefined ? [] : [[name, mapping]])
  const { config } = await loadConfig({
    files: mapping === undefined ? [] : [name],
    presets: mapping === undefined ? ['agent'] : [],
    presetDir: PRESET_DIR,
    validate: async (data) => shapeIssues(data),
    given,
  })
  const { families } = parseText(play(config, { log, file: '/logs/test.jsonl', advanceMs: 0 }).mapped)
  const { stdout, stderr } = await explained(mapping, log, '--format', 'json')
  const lines = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LineExplanation)
  // A document over several lines is told once.
  const isByLine = !mapping?.includes('json-documents')
  if (isByLine)
    expect(
      lines.filter((line) => line.event_of_line === undefined),
      stderr,
    ).toHaveLength(log.replace(/\n$/, '').split('\n').length)
  let compared = 0
  for (const [series, now] of told(lines)) {
    const [sample] = parseText(`# TYPE x untyped\n${series.replace(/^\w+/, 'x')} 1\n`).families.get('x')!.list
    const metric = /^\w+/.exec(series)![0]
    const family = families.get(metric)!
    const suffix = family.type === 'histogram' || family.type === 'summary' ? '_count' : ''
    // What is read off the clock is later in the one than in the other.
    if (metric.endsWith('_timestamp_seconds')) continue
    const exposed = family.samples.get(sampleKey(metric + suffix, sample!.labels))
    // Of series with one_per only the last is there.
    if (exposed === undefined && family.type === 'gauge') continue
    expect([series, exposed]).toEqual([series, now])
    compared++
  }
  return compared
}

// How far a rule came that wanted too much is not told.
const UNTOLD = ['lists-in-lists-do-bounded-work.test.yaml']
// Their labels name source and file, which differ here.
const NAMED = ['event-names-and-times.test.yaml']

for (const file of readdirSync(GOLDEN).filter((name) => name.endsWith('.test.yaml') && ![...NAMED, ...UNTOLD].includes(name))) {
  test(`${file}: explain and exposition agree`, async () => {
    const { file: scenario } = readScenarios(file, readFileSync(join(GOLDEN, file), 'utf8'))
    const { mapping, cases } = scenario!
    if (!('text' in mapping)) throw new Error('a golden file has its mapping inside')
    for (const one of cases) await agrees(mapping.text, 'm.yaml', one.log)
  })
}

test('the preset over the shipped sample: explain and exposition agree', async () => {
  const sample = readFileSync(join(import.meta.dirname, '../../config/examples/sample.jsonl'), 'utf8')
  expect(await agrees(undefined, '', sample)).toBeGreaterThan(50)
})
