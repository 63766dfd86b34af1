/** The rooms of a run, once for each path of metrics → the HTTP server over them. */
import { Exposition } from '../exposition/exposition.ts'
import type { Format } from '../exposition/format.ts'
import { openMetricsFormat } from '../exposition/open-metrics-format.ts'
import { textFormat } from '../exposition/text-format.ts'
import { Guard } from '../server/guard/guard.ts'
import { WorkerComparer } from '../server/guard/worker-comparer.ts'
import type { LastScrape } from '../server/last-scrape.ts'
import type { Lifecycle } from '../server/lifecycle.ts'
import type { Metrics } from '../server/metrics.ts'
import { type RunningServer, startServer } from '../server/server.ts'
import { ProcessMetrics } from '../telemetry/process-metrics.ts'
import { descriptorShares } from './descriptor-shares.ts'
import { HealthWatch, healthOf } from './health.ts'
import { type RunningPage, startPage } from './page.ts'
import type { Reloader } from './reload.ts'
import type { Serving } from './serving.ts'

const MOST_HOLD_MS = 60_000
const LOOK_MS = 1000

/** What stands behind one path. */
export interface Run {
  readonly serving: Serving
  readonly reloader: Reloader
  readonly lastScrape: LastScrape
}

export interface OpenedServer extends RunningServer {
  /** Whoever scrapes from now on gets what stands then. */
  expire(): void
}

/** undefined: an address could not be taken, which the log says. `runs`: the first one's page is at `/`. */
export async function openServer(runs: readonly Run[], lifecycle: Lifecycle): Promise<OpenedServer | undefined> {
  const [{ serving: first }] = runs as [Run]
  const { settings, log } = first
  const servings = runs.map(({ serving }) => serving)
  let missing: () => string | undefined = () => undefined
  // They tell of the process, so they stand once, whatever many paths there are.
  const processMetrics = settings.withExporterMetrics ? new ProcessMetrics() : undefined
  const exposed = runs.map((run, i) => {
    const page = startPage(run.serving, servings, () => missing())
    return expose(run, page, i === 0 ? processMetrics : undefined)
  })
  const [main, ...others] = exposed as [Exposed, ...Exposed[]]
  try {
    const server = await startServer({
      addresses: settings.addresses,
      telemetryPath: settings.telemetryPath,
      lifecycle: settings.isLifecycleEnabled ? lifecycle : undefined,
      pathPrefix: settings.pathPrefix,
      guard: guardOf(first),
      maxConnections: descriptorShares().connections,
      page: main.page.texts,
      metrics: main.metrics,
      beside: others.map(({ metrics, page }, i) => ({
        path: servings[i + 1]!.settings.telemetryPath!,
        metrics,
        page: page.texts,
      })),
      health: watchHealth(exposed.map(({ health }) => health)),
    })
    missing = server.missingProtection
    for (const address of server.addresses) tellAddress(address, servings)
    const lacking = missing()
    if (lacking !== undefined) log.warn(`the address is open to other machines, without ${lacking}`)
    return { ...server, expire: () => exposed.forEach((one) => void one.expire()) }
  } catch (error) {
    log.error((error as Error).message)
    return undefined
  }
}

function tellAddress(address: string, [first, ...others]: readonly Serving[]): void {
  const { telemetryPath } = first!.settings
  first!.log.info('serving', { address, metrics: telemetryPath === undefined ? 'none' : `${address}${telemetryPath}` })
  for (const { settings, log } of others)
    log.info('serving beside it', { presets: settings.presets.join(' '), metrics: `${address}${settings.telemetryPath}` })
}

interface Exposed {
  readonly metrics: Metrics
  readonly page: RunningPage
  readonly health: HealthWatch
  expire(): void
}

function expose({ serving, reloader, lastScrape }: Run, page: RunningPage, processMetrics: ProcessMetrics | undefined): Exposed {
  const formats = expositionsOf(serving, processMetrics)
  const expire = (): void => {
    for (const exposition of Object.values(formats)) exposition.expire()
  }
  reloader.onSwap = () => {
    page.renew()
    expire()
  }
  const hold = holdOf(serving)
  const prepare = async (): Promise<void> => processMetrics?.refresh()
  const metrics = { prepare, hold, onScrape: (scraper: string | undefined) => lastScrape.began(scraper), formats }
  return { metrics, page, health: new HealthWatch(serving, hold, () => performance.now()), expire }
}

function guardOf({ webConfig, log, inForce }: Serving): Guard | undefined {
  if (webConfig === undefined) return undefined
  const { own } = inForce.plan
  return new Guard({ file: webConfig, log, own, comparer: new WorkerComparer(), nowMs: () => performance.now() })
}

/** A format that nobody asks for renders nothing and holds no memory. */
function expositionsOf({ settings, state, wall, inForce }: Serving, processMetrics: ProcessMetrics | undefined) {
  // A reload keeps both.
  const { registry, own } = inForce.plan
  const exposed = (format: Format): Exposition =>
    new Exposition({
      registry,
      own: settings.withExporterMetrics ? own : undefined,
      others: () => processMetrics?.families() ?? [],
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

/** Looks once a second too: how long something has stood is known only to who looks meanwhile. */
function watchHealth(watches: readonly HealthWatch[]) {
  const look = () => healthOf(watches)
  setInterval(look, LOOK_MS).unref()
  return look
}
