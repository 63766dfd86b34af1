/** 20,000 hostile lines through all rooms from line to exposition: nothing throws, what is exposed parses, honest lines count. */
import { expect, test } from 'vitest'
import { Exposition } from '../../src/exposition/exposition.ts'
import { openMetricsFormat } from '../../src/exposition/open-metrics-format.ts'
import { LineApplier } from '../../src/pipeline/line-applier.ts'
import { compilePlan, type Plan } from '../../src/pipeline/plan.ts'
import { configOf } from '../config/loading.ts'
import { parseOpenMetrics } from '../exposition/open-metrics-parser.ts'
import { parseText } from '../exposition/text-parser.ts'
import { FUZZ_MAPPING, Fuzzer } from '../faults/fuzz.ts'

const BATCHES = 20
const LINES_PER_BATCH = 1000
const ORIGIN = { source: 's', log: 'l', file: '/a', stream: '', fields: {} }

async function planned(): Promise<Plan> {
  return compilePlan(await configOf(FUZZ_MAPPING), (diagnostic) => expect(diagnostic.severity).not.toBe('error'))
}

test.each([Number(process.env.AGENTLOG_SEED ?? Date.now() % 1_000_000)])('20,000 fuzzed lines, seed %i', async (seed) => {
  const plan = await planned()
  const { config, mappings, own, registry, sightings, cleanLabel } = plan
  const bounds = { maxValues: config.limits.lineValues, maxDepth: config.limits.lineDepth }
  const bugs: string[] = []
  let line: Buffer = Buffer.alloc(0)
  const onBug = (error: unknown): void =>
    void bugs.push(`${(error as Error).stack} on ${line.subarray(0, 300).toString('latin1')}`)
  const applier = new LineApplier(
    {
      source: 's',
      mapping: mappings.ofSource('s'),
      own,
      bounds,
      cleanLabel,
      sightings,
      births: registry.births,
      wallClockMs: Date.now,
      onBug,
    },
    ORIGIN,
  )
  const options = { registry, own, others: () => [], nowMs: () => 0, minAgeMs: 0 }
  const [text, open] = [new Exposition(options), new Exposition({ ...options, format: openMetricsFormat({ withCreated: true }) })]
  const fuzzer = new Fuzzer(seed)
  let good = 0
  for (let batch = 0; batch < BATCHES; batch++) {
    for (let i = 0; i < LINES_PER_BATCH; i++) {
      const { bytes, isGood } = fuzzer.next()
      line = bytes
      if (isGood) good++
      applier.apply(bytes, 0, bytes.length, ORIGIN)
    }
    applier.endBatch()
    expect(bugs).toEqual([])
    const { families } = parseText(text.body())
    expect(families.get('good_total')!.samples.get('good_total')).toBe(good)
    expect(families.has('forged')).toBe(false)
    parseOpenMetrics(open.body())
  }
  const lines = [...parseText(text.body()).families.get('agentlog_lines_total')!.samples.values()]
  expect(lines.reduce((sum, one) => sum + one, 0)).toBe(BATCHES * LINES_PER_BATCH)
  // All reasons and outcomes came: the fuzzer reaches what it is meant to.
  const reasons = [...parseText(text.body()).families.get('agentlog_rejected_lines_total')!.list].filter(({ value }) => value > 0)
  expect(reasons.map(({ labels }) => labels.get('reason')).sort()).toEqual(['malformed', 'not_json', 'not_object', 'too_deep'])
  expect(own.invalidUtf8.at('s').value).toBeGreaterThan(0)
  expect(({} as { event?: string }).event).toBeUndefined()
})
