/** The metrics: per format one shared buffer for all scrapers, compressed once if asked for; the exact Content-Type of what was asked. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HeldBodies } from './held-bodies.ts'
import { type Negotiated, negotiate } from './negotiate.ts'

/** What the server needs of an exposition. */
export interface MetricsBody {
  /** Whether who asks now gets what was made for others. */
  readonly isFresh: boolean
  body(): Buffer
  gzip(): Promise<Buffer>
  /** For one scraper, where the body for all is not right for it. */
  bodyFor(scraper: string): Buffer | undefined
  gzipFor(scraper: string): Promise<Buffer> | undefined
}

export interface Metrics {
  /** Brings up to date what is only read on demand (the process's own numbers). Never rejects. */
  prepare(): Promise<void>
  /** Why nothing can be exposed now; undefined: it can. */
  readonly hold?: () => string | undefined
  /** Numbers are rendered now for a scraper (undefined: for who did not say that it is one); the answer is called when they were taken. */
  readonly onScrape?: (scraper: string | undefined) => (isWhole: boolean) => void
  readonly formats: Readonly<Record<Negotiated['format'], MetricsBody>>
}

/** All that readers keep from being given back, over all listeners. */
const MAX_HELD_BYTES = 16_000_000

export function heldBodies(): HeldBodies {
  return new HeldBodies(MAX_HELD_BYTES)
}

export function addMetricsRoute(app: FastifyInstance, path: string, metrics: Metrics, held: HeldBodies): void {
  const { prepare, hold, onScrape, formats } = metrics
  app.get(path, async (request: FastifyRequest, reply: FastifyReply) => {
    const reason = hold?.()
    if (reason !== undefined) return reply.code(503).header('content-type', 'text/plain; charset=utf-8').send(reason)
    const { format, contentType } = negotiate(request.headers.accept)
    reply.header('content-type', contentType).header('vary', 'Accept, Accept-Encoding')
    const body = formats[format]
    if (!body.isFresh) await prepare()
    const scraper = scraperOf(request)
    const taken = request.method === 'GET' ? onScrape?.(scraper) : undefined
    if (acceptsGzip(request.headers['accept-encoding'])) {
      const own = scraper === undefined ? undefined : body.gzipFor(scraper)
      const compressed = await (own ?? body.gzip())
      held.hold(compressed, reply.raw)
      reply.raw.once('finish', () => taken?.(own === undefined))
      return reply.header('content-encoding', 'gzip').send(compressed)
    }
    const own = scraper === undefined ? undefined : body.bodyFor(scraper)
    const bytes = own ?? body.body()
    held.hold(bytes, reply.raw)
    reply.raw.once('finish', () => taken?.(own === undefined))
    return reply.send(bytes)
  })
}

const MAX_SCRAPER_LENGTH = 200

/** Prometheus says that it scrapes; whoever only looks, a person or HEAD, is no scraper. */
function scraperOf({ method, headers, ip }: FastifyRequest): string | undefined {
  if (method !== 'GET' || headers['x-prometheus-scrape-timeout-seconds'] === undefined) return undefined
  return `${ip} ${headers['user-agent'] ?? ''}`.slice(0, MAX_SCRAPER_LENGTH)
}

/** Whether `Accept-Encoding` names gzip (or `*`) with a weight above 0; a name wins over `*`. */
export function acceptsGzip(header: string | string[] | undefined): boolean {
  const weights = new Map<string, number>()
  for (const part of String(header ?? '').split(',')) {
    // Not split at /\s*;\s*/, which tries every start of a run of spaces: 160 ms for 16 KB of them.
    const [name, ...parameters] = part
      .toLowerCase()
      .split(';')
      .map((text) => text.trim())
    const weight = parameters.find((parameter) => parameter.startsWith('q='))
    if (name) weights.set(name, weight === undefined ? 1 : Number(weight.slice(2)) || 0)
  }
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0
}
