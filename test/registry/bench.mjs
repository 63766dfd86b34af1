/**
 * What the hot path of the registry costs, and what a scrape costs. Run on a build: `npm run build && node test/registry/bench.mjs [DIST]`.
 * Prints the minimum of several runs.
 */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const dist = pathToFileURL(`${resolve(process.argv[2] ?? 'dist')}/`)
const { Registry } = await import(new URL('registry/registry.js', dist))
const { Exposition } = await import(new URL('exposition/exposition.js', dist))
const { openMetricsFormat } = await import(new URL('exposition/open-metrics-format.js', dist))
const { textFormat } = await import(new URL('exposition/text-format.js', dist))
const { createOwnMetrics } = await import(new URL('telemetry/own-metrics.js', dist))

const base = { help: 'A metric.', buckets: [], quantiles: [], maxSeries: 1e6 }
const newRegistry = (own) => new Registry({ maxSeries: 1e6, own, cleanLabel: (text) => text })

function bestOf(runs, work) {
  let best = Number.POSITIVE_INFINITY
  for (let i = 0; i < runs; i++) {
    const start = process.hrtime.bigint()
    work(i)
    best = Math.min(best, Number(process.hrtime.bigint() - start))
  }
  return best
}

/** Label texts as a parser makes them: new strings for each event. */
function rows(labels) {
  const tools = ['bash', 'read_file', 'write_file', 'web_search', 'python', 'edit', 'grep', 'glob', 'http_get', 'sql']
  const texts = Array.from({ length: 1000 }, (_, i) => [tools[i % 10], i % 7 ? 'success' : 'error', `gpt-${i % 5}`, 'agent'])
  return JSON.parse(JSON.stringify(texts)).map((row) => row.slice(0, labels))
}

function update(name, type, labels, extra = {}) {
  const family = newRegistry(createOwnMetrics()).family({
    ...base,
    ...extra,
    name,
    type,
    labelNames: ['tool', 'status', 'model', 'agent'].slice(0, labels),
  })
  const site = family.site(Array(labels).fill(undefined))
  const record = family.recorder()
  const texts = rows(labels)
  const times = 2000
  const find = bestOf(9, () => {
    for (let n = 0; n < times; n++) for (let i = 0; i < texts.length; i++) record(site.series(texts[i]), i * 0.01)
  })
  const slots = texts.map((row) => site.series(row))
  const put = bestOf(9, () => {
    for (let n = 0; n < times; n++) for (let i = 0; i < slots.length; i++) record(slots[i], i * 0.01)
  })
  const each = (ns) => (ns / times / texts.length).toFixed(1)
  console.log(`${type}, ${labels} labels: find and record ${each(find)} ns, record alone ${each(put)} ns`)
}

function scrape(title, series, type, extra = {}, format = textFormat) {
  const own = createOwnMetrics()
  const registry = newRegistry(own)
  const family = registry.family({
    ...base,
    ...extra,
    name: 'agent_tool_calls_total',
    type,
    labelNames: ['agent', 'tool', 'status'],
  })
  const site = family.site([undefined, undefined, undefined])
  const record = family.recorder()
  const slots = Array.from({ length: series }, (_, i) =>
    site.series([`agent-${i % 100}`, `tool-${i}`, i % 2 ? 'success' : 'error']),
  )
  let nowMs = 0
  const exposition = new Exposition({ registry, own, others: () => [], nowMs: () => (nowMs += 20), format })
  const touch = (n) => {
    for (let i = 0; i < slots.length; i++) record(slots[i], ((i * 7919 + n) % 100_003) / 1000)
  }
  const start = process.hrtime.bigint()
  const bytes = exposition.body().length
  const first = Number(process.hrtime.bigint() - start)
  let best = Number.POSITIVE_INFINITY
  for (let n = 0; n < 60; n++) {
    touch(n)
    best = Math.min(
      best,
      bestOf(1, () => exposition.body()),
    )
  }
  const ms = (ns) => (ns / 1e6).toFixed(2)
  console.log(`scrape, ${title}: ${ms(best)} ms (first ${ms(first)} ms), ${(bytes / 1e6).toFixed(1)} MB`)
}

update('one_total', 'counter', 1)
update('two_total', 'counter', 2)
update('four_total', 'counter', 4)
update('h_seconds', 'histogram', 2, { buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] })
update('h30_seconds', 'histogram', 2, { buckets: Array.from({ length: 30 }, (_, i) => i / 3) })
update('s_seconds', 'summary', 2, { quantiles: [0.5, 0.9, 0.99] })
scrape('10k counters with fractions', 10_000, 'counter')
scrape('100k counters with fractions', 100_000, 'counter')
scrape('100k counters as OpenMetrics', 100_000, 'counter', {}, openMetricsFormat())
scrape('10k samples of 714 histograms', 714, 'histogram', { buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] })
scrape('100k samples of 7142 histograms', 7142, 'histogram', {
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
})
