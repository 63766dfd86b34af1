/**
 * Serves while the pipeline reads: server first, so that a taken port ends at once. The end, however it was asked for: what was written
 * up to then is read and committed, then scrapers may take the last numbers (`--web.linger`), then all closes.
 */
import { LastScrape } from '../server/last-scrape.ts'
import type { Ending } from './ending.ts'
import { EXIT } from './exit-codes.ts'
import { openServer, type Run } from './open-server.ts'
import { Reloader, type ReloadOutcome } from './reload.ts'
import type { Serving, Signals } from './serving.ts'

/** Reading to the end may take so long; what is left then is read after the next start. */
const DRAIN_WITHIN_MS = 2000
/** All of the end, lingering aside. Closing connections takes 2 s at most. */
const END_WITHIN_MS = 4500

/** One of `servings` for each path; the first one is the exporter's own, whose page is at `/`. */
export async function serve(servings: readonly Serving[], { hangups, ending }: Signals): Promise<number> {
  const { log, settings, webConfig } = servings[0]!
  const runs = servings.map((serving) => ({
    serving,
    reloader: new Reloader(serving),
    lastScrape: new LastScrape(() => performance.now()),
  }))
  const reload = (): Promise<ReloadOutcome> => reloadAll(webConfig, runs)
  const server = await openServer(runs, { reload, quit: () => ending.ask('/-/quit') })
  if (server === undefined) return EXIT.failed
  hangups.follow(() => void reload())
  void ending.asked.then((cause) => {
    log.info('stopping', { cause })
    setTimeout(giveUp, END_WITHIN_MS + settings.lingerMs, servings[0]!).unref()
  })
  try {
    await Promise.all(runs.map((run) => read(run, ending)))
    server.expire()
    if (settings.lingerMs > 0) await linger(runs)
    return EXIT.ok
  } catch (error) {
    log.error('reading failed', { error: (error as Error).message })
    return EXIT.failed
  } finally {
    await server.close()
    // A timer of the watcher may run for another second, and nobody waits for it. The exit code is set by then.
    setImmediate(() => process.exit())
  }
}

/** The web configuration and the mappings: each is taken or left by itself. */
async function reloadAll(webConfig: Serving['webConfig'], runs: readonly Run[]): Promise<ReloadOutcome> {
  const web = webConfig?.reload().problem
  const mappings = await Promise.all(runs.map(({ reloader }) => reloader.reload()))
  const problems = [web, ...mappings.map(({ problem }) => problem)].filter((problem) => problem !== undefined)
  return problems.length === 0 ? {} : { problem: problems.join('') }
}

/** Until the end is asked for, and then what was written up to then; a last commit holds it all. */
async function read({ serving, reloader }: Run, ending: Ending): Promise<void> {
  const { pipeline, state, wall, inForce, settings } = serving
  const halt = new AbortController()
  const kept = new AbortController()
  const keeping = state?.keep(kept.signal)
  pipeline.run(halt.signal).catch(() => {})
  const caughtUp = Promise.all(inForce.intakes.map(({ source }) => source.caughtUp))
  const failure = Promise.race([pipeline.failure, reloader.failure])
  void caughtUp.then(() => wall.takeAll())
  try {
    await Promise.race([ending.asked, failure, ...(settings.exitsOnEof ? [pipeline.hasEnded] : [])])
    ending.ask('standard input has ended')
    const deadline = setTimeout(() => halt.abort(), DRAIN_WITHIN_MS)
    await Promise.race([reloader.close().then(() => pipeline.drain()), failure])
    clearTimeout(deadline)
  } finally {
    halt.abort()
    wall.close()
  }
  kept.abort()
  await keeping
}

async function linger(runs: readonly Run[]): Promise<void> {
  const { log, settings } = runs[0]!.serving
  log.info('waiting for a last scrape', { seconds: settings.lingerMs / 1000 })
  const haveCome = await Promise.all(runs.map(({ lastScrape }) => lastScrape.wait(settings.lingerMs)))
  if (haveCome.includes(false)) log.warn('not every scraper came for the last numbers')
}

/** Whatever holds the end up: all that was exposed is in the record, and the rest is read again. */
function giveUp({ log }: Serving): void {
  log.warn('the end took too long')
  process.exit(EXIT.ok)
}
