/**
 * A real Prometheus scrapes once a second while the exporter is killed again and again: what rises in its raw samples is what was written,
 * for each series, those that were born between two kills included. (`increase()` would extrapolate.)
 */
import { expect } from 'vitest'
import { freePort, isMissing, Running, until } from '../../real/workbench.ts'
import { judged, MAPPING, wordAfter, wordsOf } from '../digits.ts'
import { faultTest } from '../fixture.ts'
import { SEED } from '../form.ts'
import { lastingPort, urlOf } from '../life.ts'
import { linesOnDisk, lossesOf } from '../on-disk.ts'
import { firstLife, KILLS, killAtRandom, LINES, settled, startWriter } from '../random-kills.ts'
import { Scraper } from '../scraper.ts'

interface Series {
  readonly metric: Readonly<Record<string, string>>
  readonly values: readonly (readonly [number, string])[]
}

class Prometheus extends Running {
  readonly #url: string

  constructor(port: number, configuration: string, folder: string) {
    super('prometheus', [
      `--config.file=${configuration}`,
      `--storage.tsdb.path=${folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ])
    this.#url = `http://127.0.0.1:${port}`
  }

  async isReady(): Promise<true | undefined> {
    if (this.hasExited) throw new Error(`prometheus ended: ${this.stderr}`)
    return (await fetch(`${this.#url}/-/ready`).catch(() => undefined))?.status === 200 ? true : undefined
  }

  /** All samples as they were scraped. */
  async samples(metric: string): Promise<readonly Series[]> {
    const response = await fetch(`${this.#url}/api/v1/query?query=${encodeURIComponent(`${metric}[2h]`)}`)
    return ((await response.json()) as { data: { result: readonly Series[] } }).data.result
  }
}

/** Whether its last `count` scrapes have seen this value. */
async function hasSeen(prometheus: Prometheus, metric: string, value: number, count: number): Promise<true | undefined> {
  const last = (await prometheus.samples(metric))[0]?.values.slice(-count) ?? []
  return last.length === count && last.every(([, seen]) => Number(seen) === value) ? true : undefined
}

interface Seen {
  rises: number
  falls: number
  /** Series whose rises are not what was written to them. */
  wrong: string[]
}

function seenIn(series: readonly Series[], lines: number): Seen {
  const seen: Seen = { rises: 0, falls: 0, wrong: [] }
  for (const { metric, values } of series) {
    let rise = 0
    for (let i = 1; i < values.length; i++) {
      const step = Number(values[i]![1]) - Number(values[i - 1]![1])
      if (step < 0) seen.falls++
      rise += Math.max(0, step)
    }
    seen.rises += rise
    const truth = wordAfter(Number(metric.word), lines)
    if (rise !== truth)
      seen.wrong.push(`word ${metric.word}: ${values.slice(0, 3).map(([, value]) => value)}: ${rise} of ${truth}`)
  }
  return seen
}

faultTest.skipIf(isMissing('prometheus'))(
  `Prometheus sees all of ${LINES} lines, and each series from its birth, over ${KILLS} kills`,
  async ({ scratch, processes }) => {
    const port = await lastingPort()
    const mapping = scratch.write('m.yaml', MAPPING)
    const scrape = `{ job_name: agent, static_configs: [{ targets: ["127.0.0.1:${port}"] }] }`
    const configuration = scratch.write('prometheus.yml', `global: { scrape_interval: 1s }\nscrape_configs: [${scrape}]\n`)
    const prometheus = new Prometheus(await freePort(), configuration, scratch.file('tsdb'))
    processes.push(prometheus)
    await until('prometheus', () => prometheus.isReady())
    const flags = { port, mapping, folder: scratch.file('state'), patterns: [scratch.file('app.log*')] }
    scratch.write('app.log', '')
    const first = await firstLife(flags, { processes })
    // Whoever never scraped is not told of births that were before.
    await until('the first scrape', () => hasSeen(prometheus, 'up', 1, 1))
    const writer = startWriter({ scratch, processes })
    const scraper = new Scraper(urlOf(port), () => writer.begun)
    const { kills } = await killAtRandom(first, flags, { scratch, processes })
    const lines = await writer.finish(LINES)
    const exposition = await settled(port, lines)
    await scraper.stop()
    // The first of the two may show a series that was just born at 0.
    await until('prometheus to have scraped the last line', () => hasSeen(prometheus, 'lines_total', lines, 2))
    const series = await prometheus.samples('bits_total')
    const { falls, wrong } = seenIn(series, lines)
    const scrapedOf = (await prometheus.samples('up'))[0]!.values.filter(([, value]) => value === '1').length
    const losses = lossesOf(judged(exposition, lines), lines, linesOnDisk(scratch.path))
    const { decreases, aboveTruth, scrapes } = scraper
    const outcome = {
      ...{ test: 'prometheus', seed: SEED, lines, ...losses, decreases, aboveTruth, scrapes, kills },
      ...{ prometheus: { scrapes: scrapedOf, series: series.length, falls, wrong: wrong.length } },
    }
    console.log(JSON.stringify(outcome), wrong.slice(0, 5))
    expect(outcome).toMatchObject({ lost: 0, double: 0, notInAnyFile: 0, lostThoughOnDisk: 0, decreases: 0, aboveTruth: 0 })
    expect(outcome.prometheus).toMatchObject({ series: wordsOf(exposition).size, falls: 0, wrong: 0 })
    expect(scrapedOf).toBeGreaterThan(KILLS / 10)
  },
)
