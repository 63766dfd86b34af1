/**
 * The built exporter for each target, reading logs that grow part by part, and one real Prometheus that scrapes them each second and
 * evaluates the shipped rules. Nobody else scrapes: a second one would be another scraper, for which series are born another time.
 */
import { appendFileSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { Prometheus } from '../../real/prometheus-server.ts'
import { Exporter, ROOT, Scratch, until } from '../../real/workbench.ts'
import { type Event, lineOf, REGISTRY, scenario } from '../scenario.ts'
import { History, type Scrape, type Watched } from './history.ts'
import { EARLIER_MS, pastOf, writePast } from './past.ts'
import { type LogName, SYSTEMS, type Target } from './systems.ts'
import { Tally } from './tally.ts'

/** Scrapes that must have seen all of a part before the next. */
const SCRAPES_PER_PART = 3
const MAX_ATTEMPTS = 3
const RULES = join(ROOT, 'config/prometheus/rules')
const TARGETS = Object.values(SYSTEMS).flat()

interface Matrix {
  readonly metric: Readonly<Record<string, string>>
  readonly values: readonly (readonly [number, string])[]
}

export class Stage {
  readonly #scratch = new Scratch()
  readonly #startedMs = Date.now()
  readonly #events: Record<LogName, Event[]> = { app: [], registry: [], rotated: [] }
  readonly #exporters = new Map<Target, Exporter>()
  #prometheus: Prometheus | undefined
  /** When logs of coding agents were read. */
  readonly earlierMs = this.#startedMs - EARLIER_MS
  /** A moment after each part, all scrapes up to which are kept. */
  readonly momentsMs: number[] = []

  /**
   * A stage where all was fed and seen. A scrape that fails, as happens on a machine that is very busy, takes with it what it would have
   * shown once: which series began at 0. Then nothing can be computed, and it is played anew.
   */
  static async played(): Promise<Stage> {
    for (let attempt = 1; ; attempt++) {
      const stage = new Stage()
      const failed = await stage.#play().catch(async (error: unknown) => {
        await stage.stop()
        throw error
      })
      if (failed === 0) return stage
      await stage.stop()
      const said = `${failed} scrapes failed at load ${loadavg()[0]?.toFixed(1)}`
      if (attempt === MAX_ATTEMPTS) throw new Error(`${said}, as before: nothing can be computed on a machine that is so busy`)
      process.stderr.write(`${said}; the log is played again\n`)
    }
  }

  async #failedScrapes(): Promise<number> {
    const [failed] = await this.prometheus.query('sum(count_over_time((up == 0)[1h:1s]))')
    return Number(failed?.value[1] ?? 0)
  }

  /** Answers how many scrapes failed. */
  async #play(): Promise<number> {
    for (const log of Object.keys(this.#events)) this.#scratch.write(`${log}.log`, '')
    await Promise.all(TARGETS.map((target) => this.#start(target)))
    await this.#startPrometheus()
    await this.#scraped(SCRAPES_PER_PART)
    for (const part of scenario(Date.now())) {
      this.#feed(part)
      await this.#scraped(SCRAPES_PER_PART)
      const nowMs = Date.now()
      await this.#untilScrapes('after a moment', (scrapes) => scrapes.at(-1)!.atMs > nowMs)
      this.momentsMs.push(nowMs)
    }
    return this.#failedScrapes()
  }

  /** On a port of its own, and on these addresses. */
  async #start(target: Target, ...addresses: readonly string[]): Promise<void> {
    const state = target.isDurable ? ['--state.dir', this.#scratch.file('state')] : []
    const listening = addresses.flatMap((address) => ['--web.listen-address', address])
    const flags = [...listening, '--preset', target.preset, ...state]
    this.#exporters.set(target, await Exporter.start(...flags, this.#scratch.file(`${target.log}.log`)))
  }

  /** The exporters of a system end and are started anew, where Prometheus asks for them. */
  async restart(name: string): Promise<void> {
    for (const target of SYSTEMS[name]!) {
      const address = this.#instanceOf(target)
      await this.#exporters.get(target)!.stop()
      await this.#start(target, address)
    }
  }

  get prometheus(): Prometheus {
    if (this.#prometheus === undefined) throw new Error('Prometheus was not started')
    return this.#prometheus
  }

  /** As Prometheus names the targets of a system. */
  instancesOf(name: string): string[] {
    return SYSTEMS[name]!.map((target) => this.#instanceOf(target))
  }

  #instanceOf(target: Target): string {
    return this.#exporters.get(target)!.url.replace('http://', '')
  }

  /** What Prometheus must hold of a system up to a moment. */
  async history(name: string, atMs: number): Promise<History> {
    return new History(await Promise.all(SYSTEMS[name]!.map((target) => this.#watched(target, atMs))))
  }

  async #watched(target: Target, atMs: number): Promise<Watched> {
    const tally = new Tally()
    const apply = target.tallying(tally)
    const events = this.#events[target.log]
    return {
      scrapes: await this.#scrapesOf(target, atMs),
      tally,
      apply: (line) => apply(events[line]!),
      target: { job: target.job, instance: this.#instanceOf(target) },
      past: pastOf(target, this.#startedMs),
    }
  }

  /** How much of the log each scrape found read, by the exporter's own count of lines. */
  async #scrapesOf({ job }: Target, atMs: number): Promise<Scrape[]> {
    const up = await this.#matrix(`up{job="${job}"}[1h]`, atMs)
    const lines = await this.#matrix(`agentlog_lines_total{job="${job}"}[1h]`, atMs)
    const counted = new Map<number, number>()
    for (const { values } of lines) for (const [at, count] of values) counted.set(at, (counted.get(at) ?? 0) + Number(count))
    const times = up.flatMap(({ values }) => values.map(([at]) => at))
    return times.map((at) => ({ atMs: Math.round(at * 1000), lineCount: counted.get(at) ?? 0 }))
  }

  async #matrix(selector: string, atMs: number): Promise<readonly Matrix[]> {
    return (await this.prometheus.query(selector, atMs / 1000)) as unknown as readonly Matrix[]
  }

  /** When the rules were last evaluated, in milliseconds, by the series that they record. */
  async recordedMs(atMs: number): Promise<ReadonlyMap<string, number>> {
    const recorded = await this.#matrix('{__name__=~".+:.+"}[1m]', atMs)
    return new Map(recorded.map(({ metric, values }) => [metric.__name__!, Math.round(values.at(-1)![0] * 1000)]))
  }

  /** As Grafana asks for the values of a variable. */
  async labelValues(series: string, label: string): Promise<string[]> {
    const url = `${this.prometheus.url}/api/v1/label/${label}/values?match[]=${encodeURIComponent(series)}`
    return ((await (await fetch(url)).json()) as { data: string[] }).data
  }

  async #startPrometheus(): Promise<void> {
    const jobs = TARGETS.map(
      (target) => `  - { job_name: ${target.job}, static_configs: [{ targets: ["${this.#instanceOf(target)}"] }] }\n`,
    )
    // As often as is scraped; the rules say 30 s.
    const rules = readdirSync(RULES).map((file) => {
      const text = readFileSync(join(RULES, file), 'utf8').replaceAll(/^( *)interval: .*$/gm, '$1interval: 1s')
      return this.#scratch.write(file, text)
    })
    jobs.push(`  - { job_name: prometheus, file_sd_configs: [{ files: ["${this.#scratch.file('prometheus.json')}"] }] }\n`)
    const global = 'global: { scrape_interval: 1s, evaluation_interval: 1s }'
    const configuration = `${global}\nrule_files: ${JSON.stringify(rules)}\nscrape_configs:\n${jobs.join('')}`
    const file = this.#scratch.write('prometheus.yml', configuration)
    const past = TARGETS.flatMap((target) => {
      const added = { job: target.job, instance: this.#instanceOf(target) }
      return pastOf(target, this.#startedMs).map((one) => ({ ...one, labels: { ...one.labels, ...added } }))
    })
    writePast(this.#scratch.file('tsdb'), this.#scratch.file('past.om'), past)
    const prometheus = await Prometheus.prepared(file, this.#scratch.file('tsdb'))
    this.#prometheus = prometheus
    this.#scratch.write('prometheus.json', JSON.stringify([{ targets: [prometheus.url.replace('http://', '')] }]))
    await until('prometheus', () => prometheus.isReady())
  }

  #feed(part: readonly Event[]): void {
    const isRegistry = ({ service }: Event): boolean => service === REGISTRY
    const parts = { app: part.filter((event) => !isRegistry(event)), registry: part.filter(isRegistry) }
    this.#write('app', parts.app)
    this.#write('registry', parts.registry)
    const half = Math.floor(parts.app.length / 2)
    this.#write('rotated', parts.app.slice(0, half))
    renameSync(this.#scratch.file('rotated.log'), this.#scratch.file(`rotated.log.${this.momentsMs.length + 1}`))
    this.#write('rotated', parts.app.slice(half))
  }

  #write(log: LogName, events: readonly Event[]): void {
    this.#events[log].push(...events)
    appendFileSync(this.#scratch.file(`${log}.log`), events.map(lineOf).join(''))
  }

  /** Each target was scraped so often with all lines of its log read. */
  async #scraped(times: number): Promise<void> {
    await this.#untilScrapes(
      `${times} times with all read`,
      (scrapes, { log }) => scrapes.filter(({ lineCount }) => lineCount >= this.#events[log].length).length >= times,
    )
  }

  async #untilScrapes(what: string, isEnough: (scrapes: readonly Scrape[], target: Target) => boolean): Promise<void> {
    await until(`each target is scraped ${what}`, async () => {
      const all = await Promise.all(TARGETS.map(async (target) => isEnough(await this.#scrapesOf(target, Date.now()), target)))
      return all.every(Boolean) || undefined
    })
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#exporters.values(), this.#prometheus].map((running) => running?.stop()))
    this.#scratch.remove()
  }
}
