/**
 * What scrapers get: all families in one body, rendered at most once per `minAgeMs` whatever many ask, compressed at most once per
 * body. Knows no HTTP.
 */
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { Bearer, Birth } from '../registry/births.ts'
import type { Registry } from '../registry/registry.ts'
import type { OwnMetrics } from '../telemetry/own-metrics.ts'
import type { ExposedFamily } from './exposed-family.ts'
import type { FamilyWriter, Format, IsNameTaken } from './format.ts'
import { ownFamilies } from './own-families.ts'
import { slotsByLabels } from './series-order.ts'
import { textFormat } from './text-format.ts'
import { TextWriter } from './text-writer.ts'

const compress = promisify(gzip)
const DEFAULT_MIN_AGE_MS = 10

export interface ExpositionOptions {
  readonly registry: Registry
  readonly own: OwnMetrics
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
  #body: Buffer = Buffer.alloc(0)
  #gzipped: Promise<Buffer> | undefined
  readonly #isNameTaken: IsNameTaken = (name) => this.#options.registry.families().some((family) => family.spec.name === name)

  constructor(options: ExpositionOptions) {
    this.#options = options
    this.#format = options.format ?? textFormat
  }

  /** The body for all who ask now. Not to be written to. */
  body(): Buffer {
    const nowMs = this.#options.nowMs()
    if (nowMs - this.#renderedAtMs < (this.#options.minAgeMs ?? DEFAULT_MIN_AGE_MS)) return this.#body
    this.#options.beforeRender?.()
    const hasNewNumbers = this.#renderMapped()
    this.#renderRest()
    this.#renderedAtMs = nowMs
    if (hasNewNumbers || !this.#endsWithRest()) this.#join()
    return this.#body
  }

  /**
   * For a scraper that tells who it is: series that a live line bore since it last asked stand at 0 this once. undefined: there are
   * none, or it is new; the body for all is right for it too.
   */
  bodyFor(scraper: string): Buffer | undefined {
    const { births } = this.#options.registry
    this.#options.beforeRender?.()
    const seen = births.scrapers.visit(scraper, births.count)
    const born = seen === undefined || seen === births.count ? [] : births.after(seen)
    return born.length === 0 ? undefined : this.#renderAtZero(born)
  }

  /** A body that is nobody else's, compressed. */
  compress(body: Buffer): Promise<Buffer> {
    return this.#compress(body)
  }

  /** The body compressed: once, whatever many wait. Rejects if zlib fails. */
  gzip(): Promise<Buffer> {
    const body = this.body()
    this.#gzipped ??= this.#compress(body)
    return this.#gzipped
  }

  /** The mapped families for people, series sorted by labels; `withOwn` adds the exporter's own. */
  mappedText({ withOwn = false }: { withOwn?: boolean } = {}): string {
    const out = new TextWriter()
    const isTaken = this.#isNameTaken
    for (const family of this.#options.registry.families()) this.#format.mapped(family, isTaken)(out, slotsByLabels(family.store))
    if (withOwn) for (const family of ownFamilies(this.#options.own)) this.#format.exposed(family, out, isTaken)
    out.write(this.#format.end)
    return out.bytes().toString()
  }

  /** Nothing else happens between the first line and the last: what stands at 0 meanwhile, nobody sees. */
  #renderAtZero(born: readonly Birth[]): Buffer {
    const undo = born.map(({ family, slot }) => hide(family, slot))
    const out = new TextWriter()
    for (const family of this.#options.registry.families()) this.#format.mapped(family, this.#isNameTaken)(out)
    for (const putBack of undo.reverse()) putBack()
    // The body for all is older than what this scraper sees now: it must not be given to it next.
    this.#renderedAtMs = Number.NEGATIVE_INFINITY
    this.#renderRest()
    return Buffer.concat([out.bytes(), this.#rest.bytes()])
  }

  async #compress(body: Buffer): Promise<Buffer> {
    try {
      // The lowest level: a scraper waits for it.
      return await compress(body, { level: constants.Z_BEST_SPEED })
    } catch (cause) {
      this.#gzipped = undefined
      throw new Error(`compressing ${body.length} bytes failed`, { cause })
    }
  }

  /** Answers whether anything was new. */
  #renderMapped(): boolean {
    const { registry } = this.#options
    if (registry.changes === this.#renderedChanges) return false
    this.#mapped.clear()
    if (registry.definitions !== this.#renderedDefinitions) this.#writers.clear()
    this.#renderedDefinitions = registry.definitions
    for (const family of registry.families())
      this.#writerOf(family.spec.name, () => this.#format.mapped(family, this.#isNameTaken))(this.#mapped)
    this.#renderedChanges = registry.changes
    return true
  }

  #renderRest(): void {
    this.#rest.clear()
    for (const family of ownFamilies(this.#options.own)) this.#format.exposed(family, this.#rest, this.#isNameTaken)
    for (const family of this.#options.others()) this.#format.exposed(family, this.#rest, this.#isNameTaken)
    this.#rest.write(this.#format.end)
  }

  #writerOf(name: string, make: () => FamilyWriter): FamilyWriter {
    const writer = this.#writers.get(name) ?? make()
    this.#writers.set(name, writer)
    return writer
  }

  #endsWithRest(): boolean {
    const mappedBytes = this.#mapped.bytes().length
    return this.#body.subarray(mappedBytes).equals(this.#rest.bytes())
  }

  #join(): void {
    this.#body = Buffer.concat([this.#mapped.bytes(), this.#rest.bytes()])
    this.#gzipped = undefined
  }
}

/** The series at 0, without exemplars, until the answer is called. */
function hide(family: Bearer, slot: number): () => void {
  const { store, exemplars } = family
  const start = slot * store.cellCount
  const cells = store.cells.slice(start, start + store.cellCount)
  store.cells.fill(0, start, start + store.cellCount)
  family.exemplars = undefined
  return () => {
    store.cells.set(cells, start)
    family.exemplars = exemplars
  }
}
