/** The rooms of a run → the HTTP server over them. */
import { Exposition } from '../exposition/exposition.ts'
import type { Format } from '../exposition/format.ts'
import { openMetricsFormat } from '../exposition/open-metrics-format.ts'
import { textFormat } from '../exposition/text-format.ts'
import { Guard } from '../server/guard/guard.ts'
import { WorkerComparer } from '../server/guard/worker-comparer.ts'
import type { Health } from '../server/health.ts'
import type { LastScrape } from '../server/last-scrape.ts'
import type { Lifecycle } from '../server/lifecycle.ts'
import { type RunningServer, startServer } from '../server/server.ts'
import { ProcessMetrics } from '../telemetry/process-metrics.ts'
import { descriptorShares } from './descriptor-shares.ts'
import { HealthWatch } from './health.ts'
import { startPage } from './page.ts'
import type { Reloader } from './reload.ts'
import type { Serving } from './serving.ts'

const MOST_HOLD_MS = 60_000
const LOOK_MS = 1000

export interface ServerParts {
  readonly lifecycle: Lifecycle
  readonly lastScrape: LastScrape
  readonly reloader: Pick<Reloader, 'onSwap'>
}

export interface OpenedServer extends RunningServer {
  /** Whoever scrapes from now on gets what stands then. */
  expire(): void
}

/** undefined: an address could not be taken, which the log says. */
export async function openServer(serving: Serving, parts: ServerParts): Promise<OpenedServer | undefined> {
  const { settings, log } = serving
  let missing: () => string | undefined = () => undefined
  const page = startPage(serving, () => missing())
  const processMetrics = new ProcessMetrics()
  const hold = holdOf(serving)
  const expositions = expositionsOf(serving, processMetrics)
  const expire = (): void => {
    for (const exposition of Object.values(expositions)) exposition.expire()
  }
  parts.reloader.onSwap = () => {
    page.renew()
    expire()
  }
  try {
    const server = await startServer({
      addresses: settings.addresses,
      telemetryPath: settings.telemetryPath,
      lifecycle: settings.isLifecycleEnabled ? parts.lifecycle : undefined,
      pathPrefix: settings.pathPrefix,
      guard: guardOf(serving),
      maxConnections: descriptorShares().connections,
      page: page.texts,
      metrics: {
        prepare: () => processMetrics.refresh(),
        hold,
        onScrape: (scraper) => parts.lastScrape.began(scraper),
        formats: expositions,
      },
      health: healthOf(serving, hold),
    })
    missing = server.missingProtection
    for (const address of server.addresses) log.info('serving', { address, metrics: `${address}${settings.telemetryPath}` })
    const lacking = missing()
    if (lacking !== undefined) log.warn(`the address is open to other machines, without ${lacking}`)
    return { ...server, expire }
  } catch (error) {
    log.error((error as Error).message)
    return undefined
  }
}

function guardOf({ webConfig, log, inForce }: Serving): Guard | undefined {
  if (webConfig === undefined) return undefined
  const { own } = inForce.plan
  return new Guard({ file: webConfig, log, own, comparer: new WorkerComparer(), nowMs: () => performance.now() })
}

/** A format that nobody asks for renders nothing and holds no memory. */
function expositionsOf({ settings, state, wall, inForce }: Serving, processMetrics: ProcessMetrics) {
  // A reload keeps both.
  const { registry, own } = inForce.plan
  const exposed = (format: Format): Exposition =>
    new Exposition({
      registry,
      own,
      others: () => processMetrics.families(),
      nowMs: () => performance.now(),
      beforeRender: () => {
        wall.move()
        registry.settle()
        state?.commit()
      },
      format,
    })
  return { text: exposed(textFormat), openmetrics: exposed(openMetricsFormat({ withCreated: settings.withCreated })) }
}

/** While something that was exposed is missing: until the logs have been read again, but no longer than a minute. */
function holdOf({ state, pipeline }: Serving): () => string | undefined {
  const untilMs = performance.now() + MOST_HOLD_MS
  return () => {
    if (state?.isBehind !== true || pipeline.hasCaughtUp || performance.now() > untilMs) return undefined
    return 'Part of the durable record was lost; the logs are being read again.\n'
  }
}

function healthOf(serving: Serving, hold: () => string | undefined): () => Health {
  const watch = new HealthWatch(serving, hold, () => performance.now())
  setInterval(() => watch.look(), LOOK_MS).unref()
  return () => watch.look()
}
