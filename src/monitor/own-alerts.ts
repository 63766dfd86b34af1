/** Alerts on the exporter itself: whether the numbers of all other alerts can be believed. Names as in the shipped rules, so that runbooks are theirs. */
import { OWN_METRICS } from '../telemetry/own-metrics.ts'
import type { Alert } from './alerts.ts'
import { promString, type Scope, select } from './promql.ts'

type OwnAlert = Omit<Alert, 'component' | 'runbook' | 'comment'> & { readonly comment?: readonly string[] }

/** `job`: of the scrape job; undefined: found by what it exposes. */
export function ownAlerts(scope: Scope, job: string | undefined, isPriced: boolean): Alert[] {
  const own = (key: keyof typeof OWN_METRICS, ...more: readonly string[]): string =>
    select(scope, OWN_METRICS[key].name, [], ...more)
  const alerts = [...processAlerts(own, job), ...sourceAlerts(own), ...(isPriced ? [unpriced(own)] : [])]
  return alerts.map((alert) => ({ comment: [], ...alert, component: 'monitoring', runbook: alert.name.toLowerCase() }))
}

type Own = (key: keyof typeof OWN_METRICS, ...more: readonly string[]) => string

function processAlerts(own: Own, job: string | undefined): OwnAlert[] {
  const target = '{{ $labels.instance }} of job {{ $labels.job }}'
  return [
    {
      name: 'AgentlogExporterDown',
      comment:
        job === undefined
          ? [
              'Whatever was an exporter within the day. With --job NAME it is up{job="NAME"}, which also tells of one that never answered.',
            ]
          : [],
      expr:
        job === undefined
          ? `up == 0\nand on (job, instance)\nlast_over_time(${own('buildInfo')}[1d])`
          : `up{job=${promString(job)}} == 0\nor\nabsent(up{job=${promString(job)}})`,
      for: '2m',
      severity: 'critical',
      summary: 'The exporter cannot be scraped.',
      description: `The exporter ${target} does not answer: no other alert of these can fire. See whether the process runs, and its last words.`,
    },
    {
      name: 'AgentlogNotDurable',
      comment: ['Silent for who keeps numbers in memory by choice: it never was durable, and refuses nothing.'],
      expr: `${own('stateDurable')} == 0\nand ignoring (outcome) (\n  max_over_time(${own('stateDurable')}[1d]) == 1\n  or ignoring (outcome)\n  increase(${own('stateCommits', 'outcome="failed"')}[15m]) > 0\n)`,
      for: '5m',
      severity: 'warning',
      summary: 'What the exporter counts would not survive it.',
      description: `The exporter ${target} cannot write its durable record. See whether the disk of its state directory is full or read-only.`,
    },
    {
      name: 'AgentlogSeriesOverflow',
      expr: `sum by (job, instance, metric) (increase(${own('seriesOverflow')}[15m])) > 0\nor\nsum by (job, instance, metric) (${own('seriesOverflow')} unless ${own('seriesOverflow')} offset 15m) > 0`,
      severity: 'warning',
      summary: 'A metric has more series than it may.',
      description:
        '{{ printf "%.0f" $value }} updates of {{ $labels.metric }} went to its series _other in 15 minutes on {{ $labels.instance }}. See which label has so many values.',
    },
  ]
}

function sourceAlerts(own: Own): OwnAlert[] {
  const source = 'source {{ $labels.source }} on {{ $labels.instance }}'
  const by = 'sum by (job, instance, source)'
  return [
    {
      name: 'AgentlogSourceDown',
      expr: `${own('sourceUp')} == 0`,
      for: '5m',
      severity: 'warning',
      summary: 'Nothing of a source can be read.',
      description: `Nothing of ${source} can be read. See on the status page whether no file was found or none may be read.`,
    },
    {
      name: 'AgentlogSourceStalled',
      expr: `min_over_time(${own('lagBytes')}[10m]) > 0\nand on (job, instance, source)\n${by} (increase(${own('lines')}[10m])) == 0`,
      for: '5m',
      severity: 'critical',
      summary: 'A source has unread bytes and nothing is read.',
      description: `There is something to read of ${source} for 10 minutes, and not one line was read. See whether its last line lacks its end.`,
    },
    {
      name: 'AgentlogSourceSilent',
      comment: ['Tune: the 30 minutes. A source that brought nothing at this time yesterday either is not missed.'],
      expr: `${by} (increase(${own('lines')}[30m])) == 0\nand\n${by} (increase(${own('lines')}[30m] offset 1d)) > 0`,
      for: '5m',
      severity: 'info',
      summary: 'A source that brought lines is silent.',
      description: `No line of ${source} in 30 minutes, and some at this time yesterday. See whether who writes it lives.`,
    },
    {
      name: 'AgentlogSourceLag',
      comment: ['Tune: the 60 seconds.'],
      expr: `${own('lagSeconds')} > 60`,
      for: '5m',
      severity: 'warning',
      summary: 'Numbers are behind the log.',
      description: `The numbers of ${source} are {{ $value | humanizeDuration }} behind its log.`,
    },
    {
      name: 'AgentlogNothingMapped',
      expr: `${by} (increase(${own('events', 'outcome=~"unmapped|unmatched"')}[15m])) > 10\nand\n${by} (increase(${own('events', 'outcome="mapped"')}[15m])) == 0`,
      for: '15m',
      severity: 'warning',
      summary: 'Events of a source reach no metric.',
      description: `{{ printf "%.0f" $value }} events of ${source} came in 15 minutes and no rule took one: the agent may call things otherwise now.`,
    },
  ]
}

function unpriced(own: Own): OwnAlert {
  const by = 'sum by (job, metric, model)'
  return {
    name: 'AgentUnpricedTokens',
    expr: `${by} (increase(${own('unpricedTokens')}[1h])) > 0\nor\n${by} (${own('unpricedTokens')} unless ${own('unpricedTokens')} offset 1h) > 0`,
    for: '5m',
    severity: 'warning',
    summary: 'Costs are too low because a model has no price.',
    description:
      '{{ $value | humanize }} tokens of model {{ $labels.model }} in an hour are not in {{ $labels.metric }}. Add the model to the price table of the mapping.',
  }
}
