/** `dashboard`: a Grafana dashboard for the metrics of a mapping, as JSON for a file or an import. */
import { dashboardOf } from '../monitor/dashboard.ts'
import { configMapText } from '../monitor/kubernetes.ts'
import { EXIT } from './exit-codes.ts'
import type { FlagValues } from './flags.ts'
import type { Io } from './io.ts'
import { loadMonitored } from './monitored.ts'

/** What Grafana takes as uid. */
const UID = /^[A-Za-z0-9_-]{1,40}$/

/** Exit 2 for a bad mapping, or one without metrics. */
export async function dashboard(named: readonly string[], flags: FlagValues, io: Io): Promise<number> {
  const uid = flags.value('uid') as string | undefined
  if (uid !== undefined && !UID.test(uid)) {
    io.stderr(`--uid "${uid}": expected at most 40 letters, digits, - and _\n`)
    return EXIT.usage
  }
  const monitored = await loadMonitored('dashboard', named, flags, io)
  if (monitored === undefined) return EXIT.usage
  const { model, of, slug } = monitored
  const title = (flags.value('title') as string | undefined) ?? `Agent logs: ${of}`
  const json = `${JSON.stringify(dashboardOf(model, { uid: uid ?? `agentlog-of-${slug}`, title, of }), null, 2)}\n`
  io.stdout(flags.value('kubernetes') === true ? configMapText(`agentlog-${slug}`, json) : json)
  return EXIT.ok
}
