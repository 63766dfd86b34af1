/**
 * What scrapers get: all families in one body, rendered at most once per `minAgeMs` and for at most a tenth of the time whatever many
 * ask, compressed at most once per body. Knows no HTTP.
 */
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { Registry } from '../registry/registry.ts'
import type { OwnMetrics } from '../telemetry/own-metrics.ts'
import type { ExposedFamily } from './exposed-family.ts'
import type { FamilyWriter, Format, IsNameTaken } from './format.ts'
import { ownFamilies } from './own-families.ts'
import { slotsByLabels } from './series-order.ts'
import { textFormat } from './text-format.ts'
import { TextWriter } from './text-writer.ts'
import { YoungSeries } from './young-series.ts'

const compress = promisify(gzip)
const DEFAULT_MIN_AGE_MS = 10
/** A body that took long to make is given for so many times longer: readers in a rush neither stall the process nor fill memory. */
const AGE_PER_RENDERING = 10
const LONGEST_MIN_AGE_MS = 2000
/** Bodies made for one scraper each, from one body for all. */
const MAX_OWN_BODIES = 4

export interface ExpositionOptions {
  readonly registry: Registry
  /** undefined: they are not exposed. */
  readonly own: OwnMetrics | undefined
  /** Families of others (process, runtime) as they are now. Asked once per rendering. */
  readonly others: () => readonly ExposedFamily[]
  /** Any clock that does not go back. */
  readonly nowMs: () => number
  /** A body younger than this is given again even if numbers have changed. */
  readonly minAgeMs?: number
  /** Called before numbers are rendered: what is exposed is to survive the process. */
  readonly beforeRender?: () => void
  readonly format?: Format
}

/** A body, and its compressed form once somebody asked for it. */
interface Body {
  readonly bytes: Buffer
  gzipped?: Promise<Buffer>
}

/**
 * A body is two parts: mapped families, rendered again only when the registry has changed, and the rest (own, process: some
 * hundred lines), which always changes and is rendered for each new body. Each body is a buffer of its own that nobody writes to
 * again, since slow scrapers may still be reading it.
 */
export class Exposition {
  readonly #options: ExpositionOptions
  readonly #format: Format
  readonly #writers = new Map<string, FamilyWriter>()
  readonly #mapped = new TextWriter()
  readonly #rest = new TextWriter()
  #renderedChanges = Number.NaN
  #renderedDefinitions = 0
  #renderedAtMs = Number.NEGATIVE_INFINITY
  #minAgeMs = 0
  #body: Body = { bytes: Buffer.alloc(0) }
  readonly #young = new YoungSeries()
  /** How many births there were when the body was made. */
  #bornCount = 0
  /** What scrapers have seen, as far as it survives the process. */
  #recordedVisits = 0
  /** By how many births their scrapers have seen. */
  readonly #ownBodies = new Map<number, Body>()
  readonly #isNameTaken: IsNameTaken = (name) => this.#options.registry.families().some((family) => family.spec.name === name)

  constructor(options: ExpositionOptions) {
    this.#options = options
    this.#format = options.format ?? textFormat
  }

  /** Whether who asks now gets the body that was made for others. */
  get isFresh(): boolean {
    return this.#options.nowMs() - this.#renderedAtMs < this.#minAgeMs
  }

  /** Whoever asks next gets what stands then. */
  expire(): void {
    this.#renderedAtMs = Number.NEGATIVE_INFINITY
  }

  /** The body for all who ask now. Not to be written to. */
  body(): Buffer {
    if (!this.isFresh) this.#render()
    return this.#body.bytes
  }

  /**
   * For a scraper that tells who it is: series that a live line bore since it last asked stand at 0 this once. undefined: there are
   * none, or it is new; the body for all is right for it too.
   */
  bodyFor(scraper: string): Buffer | undefined {
    return this.#ownBodyOf(scraper)?.bytes
  }

  /** The body compressed: once, whatever many wait. Rejects if zlib fails. */
  gzip(): Promise<Buffer> {
    if (!this.isFresh) this.#render()
    return this.#compressed(this.#body)
  }

  /** `bodyFor`, compressed. */
  gzipFor(scraper: string): Promise<Buffer> | undefined {
    const own = this.#ownBodyOf(scraper)
    return own === undefined ? undefined : this.#compressed(own)
  }

  /** The mapped families for people, series sorted by labels; `withOwn` adds the exporter's own. */
  mappedText({ withOwn = false }: { withOwn?: boolean } = {}): string {
    const out = new TextWriter()
    const isTaken = this.#isNameTaken
    this.#options.registry.settle()
    for (const family of this.#options.registry.families()) {
      const { opening, writeSeries } = this.#format.mapped(family, isTaken)
      out.write(opening)
      for (const slot of slotsByLabels(family.store)) writeSeries(slot, out)
    }
    if (withOwn) for (const family of this.#own()) this.#format.exposed(family, out, isTaken)
    out.write(this.#format.end)
    return out.bytes().toString()
  }

  /** It has now seen all births that the body shows, and no other: whoever asks gets numbers of one moment. */
  #ownBodyOf(scraper: string): Body | undefined {
    const all = this.body()
    const { scrapers } = this.#options.registry.births
    const seen = scrapers.visit(scraper, this.#bornCount)
    const own = seen === undefined || seen >= this.#bornCount ? undefined : this.#bodyAtZero(all, seen)
    // Who sees more than 0 must not be shown 0 by a process after this one.
    if (own === undefined && scrapers.changes !== this.#recordedVisits) this.#record()
    return own
  }

  #bodyAtZero(all: Buffer, seen: number): Body | undefined {
    const known = this.#ownBodies.get(seen)
    if (known !== undefined || this.#ownBodies.size >= MAX_OWN_BODIES) return known
    const bytes = this.#young.atZero(all, seen)
    if (bytes === undefined) return undefined
    const own = { bytes }
    this.#ownBodies.set(seen, own)
    return own
  }

  #compressed(body: Body): Promise<Buffer> {
    // The lowest level: a scraper waits for it.
    body.gzipped ??= compress(body.bytes, { level: constants.Z_BEST_SPEED }).catch((cause: unknown) => {
      delete body.gzipped
      throw new Error(`compressing ${body.bytes.length} bytes failed`, { cause })
    })
    return body.gzipped
  }

  #render(): void {
    const { nowMs, minAgeMs = DEFAULT_MIN_AGE_MS } = this.#options
    const startMs = nowMs()
    this.#record()
    const hasNewNumbers = this.#renderMapped()
    this.#renderRest()
    if (hasNewNumbers || !this.#endsWithRest()) this.#join()
    this.#renderedAtMs = nowMs()
    const tookMs = this.#renderedAtMs - startMs
    if (hasNewNumbers) this.#minAgeMs = Math.max(minAgeMs, Math.min(tookMs * AGE_PER_RENDERING, LONGEST_MIN_AGE_MS))
  }

  #record(): void {
    this.#options.beforeRender?.()
    this.#recordedVisits = this.#options.registry.births.scrapers.changes
  }

  /** Answers whether anything was new. */
  #renderMapped(): boolean {
    const { registry } = this.#options
    registry.settle()
    if (registry.changes === this.#renderedChanges) return false
    this.#mapped.clear()
    if (registry.definitions !== this.#renderedDefinitions) this.#writers.clear()
    this.#renderedDefinitions = registry.definitions
    this.#bornCount = registry.births.count
    this.#young.begin(registry.births.after(Math.min(registry.births.scrapers.leastSeen, this.#bornCount)))
    for (const family of registry.families()) {
      const { opening, writeSeries } = this.#writerOf(family.spec.name, () => this.#format.mapped(family, this.#isNameTaken))
      this.#mapped.write(opening)
      this.#young.write(family, writeSeries, this.#mapped)
    }
    this.#renderedChanges = registry.changes
    return true
  }

  #renderRest(): void {
    this.#rest.clear()
    for (const family of this.#own()) this.#format.exposed(family, this.#rest, this.#isNameTaken)
    for (const family of this.#options.others()) this.#format.exposed(family, this.#rest, this.#isNameTaken)
    this.#rest.write(this.#format.end)
  }

  #own(): ExposedFamily[] {
    return this.#options.own === undefined ? [] : ownFamilies(this.#options.own)
  }

  #writerOf(name: string, make: () => FamilyWriter): FamilyWriter {
    const writer = this.#writers.get(name) ?? make()
    this.#writers.set(name, writer)
    return writer
  }

  #endsWithRest(): boolean {
    const mappedBytes = this.#mapped.bytes().length
    return this.#body.bytes.subarray(mappedBytes).equals(this.#rest.bytes())
  }

  #join(): void {
    this.#body = { bytes: Buffer.concat([this.#mapped.bytes(), this.#rest.bytes()]) }
    this.#ownBodies.clear()
  }
}
