/** A real Prometheus scrapes the running program while a log is written and rotated: what it then shows is what is in the log. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeMix } from '../../bench/mix.mjs'
import { Prometheus, type Sample } from '../prometheus-server.ts'
import {
  ARRIVAL_METRIC,
  countedByOracle,
  differences,
  Exporter,
  isMissing,
  lineCountOf,
  ROOT,
  Running,
  SAMPLE,
  Scratch,
  until,
} from '../workbench.ts'

const MIX_LINES = 40_000
/** What Prometheus adds to each scrape. */
const ADDED = [
  'up',
  'scrape_duration_seconds',
  'scrape_samples_scraped',
  'scrape_samples_post_metric_relabeling',
  'scrape_series_added',
]

let scratch: Scratch
const processes: Running[] = []
beforeEach(() => {
  scratch = new Scratch()
})
afterEach(async () => {
  for (const running of processes.splice(0)) await running.stop()
  scratch.remove()
})

/** A proxy on loopback that asks for text 0.0.4 whatever Prometheus would like. Answers its URL, and collects the types of answers. */
async function textOnly(exporter: Exporter, types: Set<string>): Promise<{ url: string; close: () => void }> {
  const server = createServer((asked, answer) => {
    const headers = { ...asked.headers, accept: 'text/plain;version=0.0.4' }
    const forwarded = request(`${exporter.url}${asked.url}`, { headers }, (got) => {
      types.add(String(got.headers['content-type']))
      answer.writeHead(got.statusCode!, got.headers)
      got.pipe(answer)
    })
    forwarded.on('error', () => answer.destroy()).end()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as { port: number }
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() }
}

async function prometheusOn(url: string): Promise<Prometheus> {
  const target = url.replace('http://', '')
  const scrape = `{ job_name: agent, static_configs: [{ targets: ["${target}"] }] }`
  const configuration = scratch.write('prometheus.yml', `global: { scrape_interval: 1s }\nscrape_configs: [${scrape}]\n`)
  const prometheus = await Prometheus.prepared(configuration, scratch.file('tsdb'), '--enable-feature=exemplar-storage')
  processes.push(prometheus)
  await until('prometheus', () => prometheus.isReady())
  return prometheus
}

/** The samples in the text format, without the labels of the target; bounds and quantiles as that format writes them. */
function asExposition(samples: readonly Sample[]): string {
  const line = ({ metric: { __name__: name, job: _job, instance: _instance, ...labels }, value }: Sample): string => {
    const bound = (label: string, text: string): string => (['le', 'quantile'].includes(label) ? text.replace(/\.0$/, '') : text)
    const pairs = Object.entries(labels).map(([label, text]) => `${label}=${quoted(bound(label, text))}`)
    return `${name}{${pairs.join(',')}} ${value[1]}\n`
  }
  return samples.map(line).join('')
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')}"`
}

/** Half of the common mix, the sample with its broken and hostile lines, the other half. */
function writeSource(): string {
  const path = scratch.file('source.jsonl')
  writeMix(path, MIX_LINES, 11)
  appendFileSync(path, readFileSync(SAMPLE))
  writeMix(scratch.file('more.jsonl'), MIX_LINES, 12)
  appendFileSync(path, readFileSync(scratch.file('more.jsonl')))
  return path
}

test.skipIf(isMissing('prometheus', 'python3')).each(['openmetrics', 'text'] as const)(
  'what Prometheus has scraped of a written and twice rotated log equals its content, as %s',
  async (format) => {
    const source = writeSource()
    const log = scratch.file('agent.jsonl')
    writeFileSync(log, '')
    const exporter = await Exporter.start('--preset', 'agent', log)
    processes.push(exporter)
    const types = new Set<string>()
    const proxy = format === 'text' ? await textOnly(exporter, types) : undefined
    const prometheus = await prometheusOn(proxy?.url ?? exporter.url)
    const writer = new Running(process.execPath, [join(ROOT, 'test/real/writer.mjs'), source, log])
    processes.push(writer)
    expect(await writer.exit).toBe(0)

    const counted = countedByOracle('agent', `${log}.1`, `${log}.2`, log)
    const lineCount = lineCountOf(counted)
    await until('prometheus to have scraped the last line', async () => {
      const [total] = await prometheus.query('sum(agentlog_lines_total)')
      return Number(total?.value[1]) === lineCount ? true : undefined
    })
    // Each scrape is one state: the one that has the last line has all.
    const samples = await prometheus.query('{job="agent"}')
    expect(samples.find(({ metric }) => metric.__name__ === 'up')?.value[1]).toBe('1')
    expect(differences(counted, asExposition(samples), ARRIVAL_METRIC, ...ADDED)).toMatch(/^all \d+ samples right$/)
    const [scraped] = await prometheus.query('count_over_time(up[10m])')
    expect(Number(scraped?.value[1])).toBeGreaterThan(1)
    // Bounds tell which format it was: 1.0 in OpenMetrics, 1 in text.
    const bounds = samples.flatMap(({ metric }) => metric.le ?? [])
    expect(bounds.includes('1.0')).toBe(format === 'openmetrics')
    if (format === 'text') expect([...types]).toEqual(['text/plain; version=0.0.4; charset=utf-8'])
    proxy?.close()
  },
)

test.skipIf(isMissing('prometheus'))('Prometheus stores the exemplars, and _created only if asked for', async () => {
  const mapping = scratch.write(
    'm.yaml',
    `version: 1
metrics:
  - { name: calls_total, type: counter, event: call, labels: { tool: tool }, exemplar: { trace_id: trace, secret: nothing } }
  - { name: call_seconds, type: histogram, event: call, value: s, buckets: [1, 5], exemplar: { trace_id: trace } }
`,
  )
  const now = new Date().toISOString()
  const log = scratch.write(
    'a.jsonl',
    [1, 2, 3].map((n) => `{"event":"call","tool":"bash","s":${n},"trace":"trace-${n}","timestamp":"${now}"}\n`).join(''),
  )
  const exporter = await Exporter.start('-c', mapping, log, '--web.openmetrics-created')
  processes.push(exporter)
  const prometheus = await prometheusOn(exporter.url)
  const exemplars = await until('exemplars', async () => {
    const url = `${prometheus.url}/api/v1/query_exemplars?query={__name__=~"call.*"}&start=${Date.now() / 1000 - 600}&end=${Date.now() / 1000 + 60}`
    const { data } = (await (await fetch(url)).json()) as {
      data: { seriesLabels: Record<string, string>; exemplars: { labels: Record<string, string>; value: string }[] }[]
    }
    return data.length >= 3 ? data : undefined
  })
  const found = exemplars.flatMap(({ seriesLabels, exemplars: list }) =>
    list.map(({ labels, value }) => [seriesLabels.__name__, seriesLabels.le, labels.trace_id, value]),
  )
  expect(found.sort()).toEqual([
    ['call_seconds_bucket', '1.0', 'trace-1', '1'],
    ['call_seconds_bucket', '5.0', 'trace-3', '3'],
    ['calls_total', undefined, 'trace-3', '1'],
  ])
  expect(await prometheus.query('calls_created')).toHaveLength(1)
  expect(await prometheus.query('up')).toMatchObject([{ value: [expect.anything() as number, '1'] }])
})
