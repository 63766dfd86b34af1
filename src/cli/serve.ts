/** Serves while the pipeline reads: server first, so that a taken port ends at once; SIGTERM or SIGINT stops both, a second SIGINT at once. */
import { Exposition } from '../exposition/exposition.ts'
import type { Format } from '../exposition/format.ts'
import { openMetricsFormat } from '../exposition/open-metrics-format.ts'
import { textFormat } from '../exposition/text-format.ts'
import type { Health } from '../server/health.ts'
import { type RunningServer, startServer } from '../server/server.ts'
import type { OwnMetrics } from '../telemetry/own-metrics.ts'
import { ProcessMetrics } from '../telemetry/process-metrics.ts'
import { descriptorShares } from './descriptor-shares.ts'
import { EXIT } from './exit-codes.ts'
import { startPage } from './page.ts'
import type { Serving } from './serving.ts'

const MOST_HOLD_MS = 60_000

export async function serve(serving: Serving): Promise<number> {
  const { pipeline, log } = serving
  const stop = new AbortController()
  // Before the address is announced: who reads it may send a signal at once.
  const forget = onSignals((signal) => {
    log.info('stopping', { signal })
    stop.abort()
  })
  const server = await open(serving)
  if (server === undefined) {
    forget()
    return EXIT.failed
  }
  try {
    const stopped = new Promise<void>((resolve) => {
      if (stop.signal.aborted) resolve()
      else stop.signal.addEventListener('abort', () => resolve())
    })
    const reading = pipeline.run(stop.signal)
    const kept = new AbortController()
    const keeping = serving.state?.keep(kept.signal)
    await (serving.endsWithSources ? reading : Promise.all([reading, stopped]))
    // The sources have stopped: what is applied by now is all, and a last commit holds it.
    kept.abort()
    await keeping
    return EXIT.ok
  } catch (error) {
    log.error('reading failed', { error: (error as Error).message })
    return EXIT.failed
  } finally {
    stop.abort()
    await server.close()
    forget()
  }
}

async function open(serving: Serving): Promise<RunningServer | undefined> {
  const { plan, settings, log, pipeline, specs } = serving
  const processMetrics = new ProcessMetrics()
  const exposed = (format: Format): Exposition =>
    new Exposition({
      registry: plan.registry,
      own: plan.own,
      others: () => processMetrics.families(),
      nowMs: () => performance.now(),
      beforeRender: () => serving.state?.commit(),
      format,
    })
  // A format that nobody asks for renders nothing and holds no memory.
  const metrics = {
    prepare: () => processMetrics.refresh(),
    hold: holdOf(serving),
    formats: { text: exposed(textFormat), openmetrics: exposed(openMetricsFormat({ withCreated: settings.withCreated })) },
  }
  let isOpenToOthers = false
  const page = startPage(serving, () => isOpenToOthers)
  try {
    const server = await startServer({
      addresses: settings.addresses,
      telemetryPath: settings.telemetryPath,
      isLifecycleEnabled: settings.isLifecycleEnabled,
      pathPrefix: settings.pathPrefix,
      maxConnections: descriptorShares().connections,
      page,
      metrics,
      health: () =>
        healthOf(
          pipeline,
          plan.own,
          specs.map((spec) => spec.name),
        ),
    })
    isOpenToOthers = server.isOpenToOthers
    for (const address of server.addresses) log.info('serving', { address, metrics: `${address}${settings.telemetryPath}` })
    if (server.isOpenToOthers) log.warn('the address is open to other machines, without TLS and authentication')
    return server
  } catch (error) {
    log.error((error as Error).message)
    return undefined
  }
}

/** While something that was exposed is missing: until the logs have been read again, but no longer than a minute. */
function holdOf({ state, pipeline }: Serving): () => string | undefined {
  const untilMs = performance.now() + MOST_HOLD_MS
  return () => {
    if (state?.isBehind !== true || pipeline.hasCaughtUp || performance.now() > untilMs) return undefined
    return 'Part of the durable record was lost; the logs are being read again.\n'
  }
}

function healthOf(pipeline: Serving['pipeline'], own: OwnMetrics, sourceNames: readonly string[]): Health {
  const components = sourceNames.map((name) => {
    const isUp = own.sourceUp.at(name).value > 0
    return {
      name: `source ${name}`,
      state: isUp ? ('ok' as const) : ('down' as const),
      detail: `${own.lagBytes.at(name).value} bytes behind`,
    }
  })
  return { isReady: pipeline.hasCaughtUp, components }
}

/** The first SIGTERM or SIGINT stops; a second SIGINT ends the process at once. Answers how to stop listening. */
function onSignals(stop: (signal: string) => void): () => void {
  let isStopping = false
  const handle = (signal: NodeJS.Signals): void => {
    if (isStopping && signal === 'SIGINT') process.exit(EXIT.interrupted)
    if (!isStopping) stop(signal)
    isStopping = true
  }
  process.on('SIGINT', handle)
  process.on('SIGTERM', handle)
  return () => {
    process.off('SIGINT', handle)
    process.off('SIGTERM', handle)
  }
}
