/** Process and runtime metrics as plain families. */
import { createHistogram } from 'node:perf_hooks'
import { register } from 'prom-client'
import { expect, test } from 'vitest'
import { ProcessMetrics } from '../../src/telemetry/process-metrics.ts'

async function read(): Promise<ProcessMetrics> {
  const metrics = new ProcessMetrics()
  await metrics.refresh()
  return metrics
}

function numberOf(metrics: ProcessMetrics, name: string): number {
  return metrics.families().find((family) => family.name === name)!.samples[0]!.value
}

/** Uses at least this much processor time, by the account of the system. */
function burn(cpuMs: number): void {
  const start = process.cpuUsage()
  const usedMs = (): number => (process.cpuUsage(start).user + process.cpuUsage(start).system) / 1000
  const histogram = createHistogram()
  while (usedMs() < cpuMs) histogram.record(1)
}

test('the numbers are those of this process', async () => {
  const metrics = await read()
  const uptimeSeconds = Date.now() / 1000 - numberOf(metrics, 'process_start_time_seconds')
  expect(Math.abs(uptimeSeconds - process.uptime())).toBeLessThan(2)
  const ratio = numberOf(metrics, 'process_resident_memory_bytes') / process.memoryUsage().rss
  expect(ratio).toBeGreaterThan(0.5)
  expect(ratio).toBeLessThan(2)
  const cpuSeconds = process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6
  expect(Math.abs(numberOf(metrics, 'process_cpu_seconds_total') - cpuSeconds)).toBeLessThan(2)
})

test('families have the names that dashboards of Node know', async () => {
  const names = (await read()).families().map((family) => family.name)
  for (const name of [
    'process_open_fds',
    'nodejs_eventloop_lag_p99_seconds',
    'nodejs_heap_size_used_bytes',
    'nodejs_version_info',
  ])
    expect(names).toContain(name)
  expect(new Set(names).size).toBe(names.length)
})

test('the lag of the event loop is a delay, absent before it was measured and kept until it is again', async () => {
  const metrics = await read()
  const told = (): number[] =>
    metrics
      .families()
      .filter(({ name }) => /^nodejs_eventloop_lag_(min|max|mean|stddev|p\d+)_/.test(name))
      .flatMap(({ samples }) => samples.map(({ value }) => value))
  expect(told()).toEqual([])
  while (told().length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 500))
    await metrics.refresh()
  }
  const lags = told()
  expect(lags).toHaveLength(7)
  expect(Math.min(...lags)).toBeLessThan(0.15)
  await metrics.refresh()
  expect(told()).toEqual(lags)
})

test('only counters end in _total, and every family has help, type and well-formed labels', async () => {
  for (const { name, type, help, samples } of (await read()).families()) {
    expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter'])
    expect(['counter', 'gauge', 'histogram', 'summary']).toContain(type)
    expect(help).not.toBe('')
    for (const { labels, suffix } of samples) {
      for (const [label, text] of labels) expect([label, typeof text]).toEqual([expect.stringMatching(/^[a-z_]+$/), 'string'])
      expect(suffix).toMatch(type === 'histogram' ? /^_(bucket|sum|count)$/ : /^$/)
    }
  }
})

test("the global registry of prom-client stays empty, so that nothing of others' gets in", async () => {
  await read()
  expect(register.getMetricsAsArray()).toEqual([])
})

test('nothing that it holds keeps the process alive', async () => {
  const before = process.getActiveResourcesInfo().filter((name) => name !== 'Immediate').length
  await read()
  expect(process.getActiveResourcesInfo().filter((name) => name !== 'Immediate')).toHaveLength(before)
})

test('refreshes that overlap are one', async () => {
  const metrics = await read()
  expect(metrics.refresh()).toBe(metrics.refresh())
})

test('a refresh costs less than 20 ms', async () => {
  const metrics = await read()
  const startMs = performance.now()
  for (let i = 0; i < 10; i++) await metrics.refresh()
  expect((performance.now() - startMs) / 10).toBeLessThan(20)
})

test('after a refresh, which a scrape awaits, the numbers are those of the process as it is', async () => {
  const metrics = await read()
  const before = numberOf(metrics, 'process_cpu_seconds_total')
  await metrics.refresh()
  burn(300)
  await metrics.refresh()
  const now = metrics.families().find((family) => family.name === 'process_cpu_seconds_total')!.samples[0]!.value
  expect(now - before).toBeGreaterThan(0.25)
})
