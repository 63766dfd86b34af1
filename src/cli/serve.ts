/**
 * Serves while the pipeline reads: server first, so that a taken port ends at once. The end, however it was asked for: what was written
 * up to then is read and committed, then scrapers may take the last numbers (`--web.linger`), then all closes.
 */
import { LastScrape } from '../server/last-scrape.ts'
import type { Ending } from './ending.ts'
import { EXIT } from './exit-codes.ts'
import { openServer } from './open-server.ts'
import { Reloader, type ReloadOutcome } from './reload.ts'
import type { Serving, Signals } from './serving.ts'

/** Reading to the end may take so long; what is left then is read after the next start. */
const DRAIN_WITHIN_MS = 2000
/** All of the end, lingering aside. Closing connections takes 2 s at most. */
const END_WITHIN_MS = 4500

export async function serve(serving: Serving, { hangups, ending }: Signals): Promise<number> {
  const { log, settings } = serving
  const reloader = new Reloader(serving)
  const lastScrape = new LastScrape(() => performance.now())
  const reload = (): Promise<ReloadOutcome> => reloadAll(serving, reloader)
  const lifecycle = { reload, quit: () => ending.ask('/-/quit') }
  const server = await openServer(serving, { lifecycle, lastScrape, reloader })
  if (server === undefined) return EXIT.failed
  hangups.follow(() => void reload())
  void ending.asked.then((cause) => {
    log.info('stopping', { cause })
    setTimeout(giveUp, END_WITHIN_MS + settings.lingerMs, serving).unref()
  })
  try {
    await read(serving, ending, reloader)
    server.expire()
    if (settings.lingerMs > 0) await linger(serving, lastScrape)
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

/** The web configuration and the mapping: each is taken or left by itself. */
async function reloadAll({ webConfig }: Serving, reloader: Reloader): Promise<ReloadOutcome> {
  const web = webConfig?.reload().problem
  const { problem } = await reloader.reload()
  return web === undefined && problem === undefined ? {} : { problem: `${web ?? ''}${problem ?? ''}` }
}

/** Until the end is asked for, and then what was written up to then; a last commit holds it all. */
async function read({ pipeline, state, wall, inForce, settings }: Serving, ending: Ending, reloader: Reloader): Promise<void> {
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

async function linger({ log, settings }: Serving, lastScrape: LastScrape): Promise<void> {
  log.info('waiting for a last scrape', { seconds: settings.lingerMs / 1000 })
  if (!(await lastScrape.wait(settings.lingerMs))) log.warn('not every scraper came for the last numbers')
}

/** Whatever holds the end up: all that was exposed is in the record, and the rest is read again. */
function giveUp({ log }: Serving): void {
  log.warn('the end took too long')
  process.exit(EXIT.ok)
}
