/** `rules`: alerts and recorded ratios for the metrics of a mapping, as a rule file of Prometheus. */
import { prometheusRuleText } from '../monitor/kubernetes.ts'
import { header, type RulesOptions, ruleGroups, rulesText } from '../monitor/rules.ts'
import { EXIT } from './exit-codes.ts'
import type { FlagValues } from './flags.ts'
import type { Io } from './io.ts'
import { loadMonitored } from './monitored.ts'

/** Exit 2 for a bad mapping, or one without metrics. */
export async function rules(named: readonly string[], flags: FlagValues, io: Io): Promise<number> {
  const runbooks = flags.value('runbook-url') as string | undefined
  if (runbooks !== undefined && !/^https?:\/\/\S+$/.test(runbooks)) {
    io.stderr(
      `--runbook-url "${runbooks}": expected what stands before an alert's name, such as https://wiki.example.org/runbooks#\n`,
    )
    return EXIT.usage
  }
  const job = flags.value('job') as string | undefined
  if (job === '') {
    io.stderr('--job "": expected the name of a scrape job, such as agentlog; no series has an empty one\n')
    return EXIT.usage
  }
  const monitored = await loadMonitored(named, flags, io)
  if (monitored === undefined) return EXIT.usage
  const { model, of, slug } = monitored
  const options: RulesOptions = { slug, of, job, runbooks }
  const isForKubernetes = flags.value('kubernetes') === true
  io.stdout(
    isForKubernetes
      ? header(options) + prometheusRuleText(`agentlog-${slug}`, ruleGroups(model, options))
      : rulesText(model, options),
  )
  return EXIT.ok
}
