/** The clock on the wall goes back and forth by days and years while lines are applied: no number, birth or scrape is another one. */
import { afterEach, expect, test, vi } from 'vitest'
import { Exposition } from '../../src/exposition/exposition.ts'
import { openMetricsFormat } from '../../src/exposition/open-metrics-format.ts'
import { LineApplier } from '../../src/pipeline/line-applier.ts'
import { compilePlan } from '../../src/pipeline/plan.ts'
import { configOf } from '../config/loading.ts'
import { parseOpenMetrics } from '../exposition/open-metrics-parser.ts'
import { randomOf } from '../faults/random.ts'

const MAPPING = `version: 1
limits: { series: 60 }
metrics:
  - { name: calls_total, type: counter, event: call, labels: { tool: tool } }
  - { name: wait_seconds, type: histogram, event: call, value: s, buckets: [1, 5], labels: { tool: tool } }
  - { name: wait, type: summary, event: call, value: s, quantiles: [0.5] }
  - { name: last_bytes, type: gauge, event: call, value: n, labels: { tool: tool } }
  - { name: agent_info, type: info, event: call, labels: { tool: tool, n: n }, one_per: [tool] }
`
const ORIGIN = { source: 's', log: 'l', file: '/a', stream: '', fields: {} }
const NOON_MS = Date.UTC(2026, 5, 1, 12)
const DAY_MS = 86_400_000

afterEach(() => vi.useRealTimers())

/** All scrapes of a run whose clock shows `clockMs(n)` at line n: what each of two scrapers saw. */
async function scrapesOf(clockMs: (n: number) => number): Promise<string[]> {
  const config = await configOf(MAPPING)
  vi.useFakeTimers({ toFake: ['Date'], now: clockMs(0) })
  const { mappings, own, registry, sightings, cleanLabel } = compilePlan(config, () => {})
  const bounds = { maxValues: 1000, maxDepth: 10 }
  const onBug = (error: unknown): never => {
    throw error
  }
  const options = {
    source: 's',
    mapping: mappings.ofSource('s'),
    own,
    bounds,
    cleanLabel,
    sightings,
    births: registry.births,
    wallClockMs: Date.now,
    onBug,
  }
  const applier = new LineApplier(options, ORIGIN)
  let elapsedMs = 0
  const exposing = { registry, own, others: () => [], nowMs: () => elapsedMs }
  const [text, open] = [
    new Exposition(exposing),
    new Exposition({ ...exposing, format: openMetricsFormat({ withCreated: true }) }),
  ]
  const random = randomOf(7)
  const scrapes: string[] = []
  for (let n = 0; n < 400; n++) {
    vi.setSystemTime(clockMs(n))
    const own = random() < 0.5 ? { timestamp: new Date(NOON_MS + (random() - 0.5) * 4 * DAY_MS).toISOString() } : {}
    const line = Buffer.from(JSON.stringify({ event: 'call', tool: `t${Math.floor(random() * 40)}`, s: n % 7, n, ...own }))
    applier.apply(line, 0, line.length, ORIGIN)
    if (n % 20 !== 19) continue
    applier.endBatch()
    elapsedMs += 1000
    for (const scraper of ['a', n % 100 === 99 ? 'b' : 'a']) {
      const body = (text.bodyFor(scraper) ?? text.body()).toString()
      scrapes.push(body.slice(0, body.indexOf('# HELP agentlog_')))
    }
    parseOpenMetrics(open.body())
  }
  vi.useRealTimers()
  return scrapes
}

test('whatever the wall clock shows, each scrape is the same', async () => {
  const still = await scrapesOf(() => NOON_MS)
  expect(still.at(-1)).toMatch(/^calls_total\{tool="_other"\} \d+$/m)
  expect(still.some((body) => / 0$/m.test(body))).toBe(true)
  const random = randomOf(1)
  const clocks: readonly ((n: number) => number)[] = [
    (n) => NOON_MS - n * DAY_MS,
    (n) => NOON_MS + n * DAY_MS,
    () => NOON_MS + (random() - 0.5) * 20_000 * DAY_MS,
    (n) => (n % 2 === 0 ? NOON_MS : NOON_MS - DAY_MS),
    () => 1,
    (n) => (n < 200 ? Date.UTC(2199, 11, 31) : NOON_MS),
  ]
  for (const clock of clocks) expect(await scrapesOf(clock)).toEqual(still)
})
