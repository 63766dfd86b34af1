/**
 * Births over deaths, as scrapers see them: a log of lines, a record of numbers and of how many lines they hold, deaths at any moment. For
 * each scraper the rises of each series that was born under its eyes come to the series' value.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Exposition } from '../../src/exposition/exposition.ts'
import { BirthsPart } from '../../src/registry/births-part.ts'
import type { Family } from '../../src/registry/family.ts'
import { restoreSeries, SeriesPart } from '../../src/registry/series-part.ts'
import { DurableRecord } from '../../src/state/durable-record.ts'
import { MapPart } from '../state/map-part.ts'
import { Killed, MemoryDisk } from '../state/memory-disk.ts'
import { registryOf } from './registry-of.ts'

const HISTORY = 3

/** A process: goes on from the record, and applies the lines that the record does not hold. */
class Life {
  readonly exposition: Exposition
  readonly record: DurableRecord
  readonly #counter: Family
  readonly #positions = new MapPart()
  readonly #births: ReturnType<typeof registryOf>['registry']['births']
  #nowMs = 0

  constructor(disk: MemoryDisk, lines: readonly string[]) {
    const world = registryOf()
    this.#births = world.registry.births
    this.#counter = world.family('counter', ['tool'], { name: 'calls_total', maxSeries: 1000 })
    const series = new SeriesPart()
    const births = new BirthsPart(this.#births)
    this.record = new DurableRecord({
      disk,
      folder: '/state',
      parts: [series, this.#positions, births],
      program: 'test',
      leastJournalBytes: 400,
      onError: (what, error) => {
        throw new Error(`${what}: ${error.code}`)
      },
    })
    const restored = this.record.restore()
    restoreSeries(series.recorded, [this.#counter])
    if (!restored.isBroken) births.restore(series.recorded, [this.#counter])
    series.keep([this.#counter])
    this.exposition = new Exposition({
      registry: world.registry,
      own: world.own,
      others: () => [],
      nowMs: () => this.#nowMs,
      beforeRender: () => this.record.commit(),
    })
    for (const [i, line] of [...lines.entries()].slice(this.#positions.values.get('lines') ?? 0)) this.apply(i, line)
  }

  apply(i: number, tool: string): void {
    this.#births.isLive = i >= HISTORY
    this.#counter.recorder()(this.#counter.site([undefined]).series([tool]), 1)
    this.#positions.set('lines', i + 1)
  }

  /** So that the next scraper gets a body of its own time. */
  pass(): void {
    this.#nowMs += 1000
  }

  /** Some scrapers share a body. */
  scrapedBy(scraper: string): Map<string, number> {
    this.#nowMs += 40
    const text = (this.exposition.bodyFor(scraper) ?? this.exposition.body()).toString()
    return new Map([...text.matchAll(/^calls_total\{tool="(\w+)"\} (\d+)$/gm)].map(([, tool, value]) => [tool!, Number(value)]))
  }
}

/** What Prometheus would have: rises between its samples; the first sample of a series is no rise. */
class Scraper {
  readonly rises = new Map<string, number>()
  readonly #last = new Map<string, number>()
  readonly #atFirst = new Map<string, number>()

  take(samples: ReadonlyMap<string, number>): void {
    for (const [tool, value] of samples) {
      const last = this.#last.get(tool)
      if (last === undefined) this.#atFirst.set(tool, value)
      if (last !== undefined && value < last) throw new Error(`${tool} fell from ${last} to ${value}`)
      this.rises.set(tool, (this.rises.get(tool) ?? 0) + value - (last ?? value))
      this.#last.set(tool, value)
    }
  }

  /** Series that it has never seen at 0. */
  get unseenBirths(): string[] {
    return [...this.#atFirst].filter(([, value]) => value > 0).map(([tool]) => tool)
  }
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ line: fc.nat(12).map((n) => `t${n}`) }) },
  { weight: 4, arbitrary: fc.record({ scrape: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.constant('commit' as const) },
  { weight: 2, arbitrary: fc.constant('slice' as const) },
  { weight: 2, arbitrary: fc.constant('die' as const) },
  { weight: 1, arbitrary: fc.constant('die in a commit' as const) },
)

test('for each scraper the rises of a series come to its value, whenever the process dies', () => {
  let deathsWithPending = 0
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps) => {
      let disk = new MemoryDisk()
      const lines = ['old', 'old', 'older']
      let life = new Life(disk, lines)
      const scrapers = [new Scraper(), new Scraper()]
      const scrape = (i: number): void => scrapers[i]!.take(life.scrapedBy(`scraper ${i}`))
      const bornBefore = [0, 1].map((i) => {
        scrape(i)
        return new Set(lines)
      })
      let hasPending = false
      for (const one of steps) {
        if (typeof one === 'object' && 'line' in one) {
          hasPending ||= !lines.includes(one.line)
          lines.push(one.line)
          life.apply(lines.length - 1, one.line)
        } else if (typeof one === 'object') {
          scrape(one.scrape)
          hasPending = false
        } else if (one === 'commit') life.record.commit()
        else if (one === 'slice') {
          life.record.writeSlice(100)
          disk.settle()
        } else {
          if (hasPending) deathsWithPending++
          if (one === 'die in a commit') {
            disk.fault = (call) => (call === 'write' ? 'kill-within' : undefined)
            try {
              life.record.commit()
            } catch (error) {
              if (!(error instanceof Killed)) throw error
            }
          }
          disk = disk.reboot()
          life = new Life(disk, lines)
        }
      }
      for (const i of [0, 1, 0, 1]) {
        life.pass()
        scrape(i)
      }
      const truth = new Map<string, number>()
      for (const line of lines) truth.set(line, (truth.get(line) ?? 0) + 1)
      for (const [i, scraper] of scrapers.entries()) {
        expect(scraper.unseenBirths.sort()).toEqual([...bornBefore[i]!].sort())
        for (const [tool, value] of truth)
          if (!bornBefore[i]!.has(tool)) expect([tool, scraper.rises.get(tool)]).toEqual([tool, value])
      }
    }),
    { numRuns: 200, seed: 5 },
  )
  expect(deathsWithPending).toBeGreaterThan(100)
})

test('a record that is broken remembers no scraper: nothing falls to 0 that was seen above', () => {
  const disk = new MemoryDisk()
  const lines = ['old', 'old', 'older']
  const life = new Life(disk, lines)
  life.scrapedBy('a')
  lines.push('new')
  life.apply(3, 'new')
  life.record.commit()
  const journal = [...disk.files.keys()].find((path) => path.includes('journal'))!
  const lengthBytes = disk.files.get(journal)!.bytes.length
  life.pass()
  expect(life.scrapedBy('a').get('new')).toBe(0)
  life.pass()
  expect(life.scrapedBy('a').get('new')).toBe(1)
  const after = disk.reboot()
  // The entry that says what the scraper has seen is spoilt.
  after.files.get(journal)!.bytes[lengthBytes + 12]! ^= 1
  expect(new Life(after, lines).scrapedBy('a').get('new')).toBe(1)
})
