/** Alerts and recorded ratios that follow from what the metrics of a mapping tell. Each says how to tune it. */
import { type Alert, about, type Recording, where } from './alerts.ts'
import { Expressions } from './expressions.ts'
import type { Outcome } from './labels.ts'
import type { FamilyFacts } from './model.ts'
import { camelOf, wordsOf } from './names.ts'
import { isConstant } from './panels.ts'
import type { Scope } from './promql.ts'

const MOST_LABELS = 3
const FAILURE_RATIO = 0.1
/** Fewer say nothing about a ratio or a quantile. */
const FEWEST = 10
const COST_FACTOR = 2
const COST_FLOOR_USD = 1
const COST_BUDGET_USD = 10
const TOKEN_FACTOR = 4
const TOKEN_FLOOR = 100_000
/** Its busiest part is the measure: whoever works a few hours a day is far above the mean of it in each of them. */
const DAY_BEFORE = 'The day ended six hours ago, so that what rises is no measure of itself.'
const STUCK_MINUTES = 30
const SILENT_SECONDS = 1800
/** A time that rises as long as all is well; a start or an end stands still. */
const MOVES_ON = /(?:^|_)(?:last|latest|newest|seen|activity|heartbeat)(?:_|$)/

/** One family's. */
export interface Rules {
  readonly recordings: readonly Recording[]
  readonly alerts: readonly Alert[]
}

const NONE: Rules = { recordings: [], alerts: [] }

/** What an alert says itself. Two series that such a label alone tells apart would be the same alert twice, which Prometheus refuses: it fires for none. */
const OF_ALERTS = ['alertname', 'alertstate', 'component', 'severity']

export function rulesOf(all: FamilyFacts, scope: Scope): Rules {
  const family = { ...all, labels: all.labels.filter(({ name }) => !OF_ALERTS.includes(name)) }
  const ask = new Expressions(family, scope)
  if (family.isAlarming) return { ...NONE, alerts: [alarm(family, ask)] }
  if (family.outcome !== undefined) return failing(family, family.outcome, ask, scope)
  const total = family.tells === 'amount' || family.tells === 'distribution' || family.tells === 'quantiles'
  if (total && family.unit === 'dollars') return { ...NONE, alerts: [...costs(family, ask)] }
  if (total && family.unit === 'tokens') return { ...NONE, alerts: [tokens(family, ask)] }
  if (family.tells === 'distribution' && family.unit === 'seconds') return { ...NONE, alerts: slow(family, ask) }
  if (family.tells === 'in_flight') return { ...NONE, alerts: [stuck(all, ask, scope)] }
  if (family.tells === 'silent') return { ...NONE, alerts: [quiet(family, ask)] }
  if (family.tells === 'moment' && MOVES_ON.test(family.name)) return { ...NONE, alerts: [silent(family, ask)] }
  return NONE
}

/** What an alert says of where it happened: what is always the same costs nothing, of the rest the last, which are most about the thing itself. */
function told({ labels }: FamilyFacts, without = ''): string[] {
  const varying = labels.filter((label) => label.name !== without && !isConstant(label)).slice(-MOST_LABELS)
  return labels.filter((label) => isConstant(label) || varying.includes(label)).map(({ name }) => name)
}

/** Who spends: the first label, which mappings give to agents. */
function payer({ labels }: FamilyFacts): string[] {
  const first = labels.find((label) => !label.isClosed)
  return labels.filter((label) => isConstant(label) || label === first).map(({ name }) => name)
}

function alarm(family: FamilyFacts, ask: Expressions): Alert {
  const labels = family.labels.map(({ name }) => name)
  const runbook = runbookOfAlarm(family.name)
  // Who calls the same tool three times wastes money and attacks nobody: as with the shipped rules, nobody is woken.
  const isWaste = runbook === 'agentloopsuspected'
  return {
    name: `${camelOf(family.name)}Seen`,
    comment: [
      isWaste
        ? 'Should never happen, so one is told. Where some are normal, raise the 0.'
        : 'Must never happen, so one is enough. Where some are normal, raise the 0 or make it a warning.',
    ],
    expr: `${ask.increase(labels, '5m')} > 0`,
    severity: isWaste ? 'warning' : 'critical',
    component: isWaste ? 'performance' : 'security',
    summary: `${family.name} rose.`,
    description: `{{ printf "%.0f" $value }} in 5 minutes${where(labels)}. ${about(family)}`,
    runbook,
  }
}

function runbookOfAlarm(name: string): string {
  const words = wordsOf(name)
  if (words.some((word) => word.startsWith('injection'))) return 'agentpromptinjection'
  return words.some((word) => word.startsWith('loop')) ? 'agentloopsuspected' : 'agentsandboxviolation'
}

function failing(family: FamilyFacts, outcome: Outcome, ask: Expressions, scope: Scope): Rules {
  const labels = told(family, outcome.label)
  const record = `${[...scope.kept, ...labels].join('_')}:${family.name.replace(/_total$/, '')}:failure_ratio_rate15m`
  const failures = outcome.failures.length > 0 ? `is ${listed(outcome.failures)}` : 'says error, failed, timeout or 5xx'
  return {
    recordings: [{ record, comment: [`Failed: ${outcome.label} ${failures}.`], expr: ask.failureRatio(outcome, labels, '15m') }],
    alerts: [
      {
        name: `${camelOf(family.name)}Failing`,
        comment: [`Tune: the share of ${FAILURE_RATIO}, and the ${FEWEST} in 15 minutes below which a share says nothing.`],
        expr: `${record} > ${FAILURE_RATIO}\nand\n${ask.count(labels, '15m')} >= ${FEWEST}`,
        for: '5m',
        severity: 'warning',
        component: 'errors',
        summary: `Many of ${family.name} fail.`,
        description: `{{ $value | humanizePercentage }} failed in 15 minutes${where(labels)}. ${about(family)}`,
        runbook: 'agenttoolfailing',
      },
    ],
  }
}

function listed(texts: readonly string[]): string {
  return texts.length === 1 ? texts[0]! : `${texts.slice(0, -1).join(', ')} or ${texts.at(-1)}`
}

/** Above its highest bucket a quantile cannot tell: the limit is the bound below. */
function slow(family: FamilyFacts, ask: Expressions): Alert[] {
  const { buckets } = family
  if (buckets.length === 0) return []
  const labels = told(family)
  const limit = buckets.length === 1 ? `>= ${buckets[0]}` : `> ${buckets.at(-2)}`
  return [
    {
      name: `${camelOf(family.name)}Slow`,
      comment: [
        `Tune: the limit in seconds, which is here the bucket before the last; it must stay ${buckets.length === 1 ? 'at' : 'below'} ${buckets.at(-1)}, past which buckets tell nothing.`,
      ],
      expr: `${ask.quantile(0.95, labels, '15m')} ${limit}\nand\n${ask.count(labels, '15m')} >= ${FEWEST}`,
      for: '10m',
      severity: 'warning',
      component: 'performance',
      summary: `The slowest of ${family.name} are slow.`,
      description: `One in twenty takes {{ $value | humanizeDuration }} or more${where(labels)}. ${about(family)}`,
      runbook: 'agenttoolslow',
    },
  ]
}

function costs(family: FamilyFacts, ask: Expressions): Alert[] {
  const labels = payer(family)
  const hour = ask.increase(labels, '1h')
  const common = { severity: 'warning', component: 'cost' } as const
  return [
    {
      ...common,
      name: `${camelOf(family.name)}Anomaly`,
      comment: [
        `Tune: the factor ${COST_FACTOR} against the busiest hour of a day, and the floor of ${COST_FLOOR_USD} dollar an hour.`,
        `${DAY_BEFORE} Without a day before it is silent; the budget below is not.`,
      ],
      expr: `${hour} > ${COST_FACTOR} * max_over_time(${hour}[1d:1h] offset 6h)\nand\n${hour} > ${COST_FLOOR_USD}\nand\n${wasThere(labels, ask)}`,
      for: '15m',
      summary: `${family.name} rises much faster than yesterday.`,
      description: `{{ printf "%.2f" $value }} dollars in an hour${where(labels)}, more than ${COST_FACTOR} times the busiest hour of the day before. ${about(family)}`,
      runbook: 'agentcostspike',
    },
    {
      ...common,
      name: `${camelOf(family.name)}OverBudget`,
      comment: [`Tune: the budget of ${COST_BUDGET_USD} dollars an hour, of all together.`],
      expr: `${ask.increase([], '1h')} > ${COST_BUDGET_USD}`,
      for: '5m',
      summary: `${family.name} is over its budget of an hour.`,
      description: `{{ printf "%.2f" $value }} dollars in an hour, of ${COST_BUDGET_USD}. ${about(family)}`,
      runbook: 'agentbudgetburn',
    },
  ]
}

/** Somebody new has no day before. */
function wasThere(labels: readonly string[], ask: Expressions): string {
  return `${ask.sumOf(labels, ' offset 1d')} >= 0`
}

function tokens(family: FamilyFacts, ask: Expressions): Alert {
  const labels = payer(family)
  const now = ask.increase(labels, '15m')
  return {
    name: `${camelOf(family.name)}Spike`,
    comment: [
      `Tune: the factor ${TOKEN_FACTOR} against the busiest 15 minutes of a day, and the floor of ${TOKEN_FLOOR} in 15 minutes.`,
      DAY_BEFORE,
    ],
    expr: `${now} > ${TOKEN_FACTOR} * max_over_time(${now}[1d:15m] offset 6h)\nand\n${now} > ${TOKEN_FLOOR}\nand\n${wasThere(labels, ask)}`,
    for: '5m',
    severity: 'warning',
    component: 'cost',
    summary: `${family.name} rises much faster than the day before.`,
    description: `{{ $value | humanize }} in 15 minutes${where(labels)}, more than ${TOKEN_FACTOR} times the busiest 15 of the day before. ${about(family)}`,
    runbook: 'agenttokenspike',
  }
}

/** Nothing began and nothing ended; where the mapping counts ends, what ends and begins again between two scrapes is no alarm. */
function stuck(family: FamilyFacts, ask: Expressions, scope: Scope): Alert {
  const { timeoutSeconds = Number.POSITIVE_INFINITY } = family
  const minutes = Math.max(1, Math.min(STUCK_MINUTES, Math.floor(timeoutSeconds / 120)))
  const names = family.labels.map(({ name }) => name)
  const labels = names.filter((label) => !OF_ALERTS.includes(label))
  const ends = family.endedIn === undefined ? '' : `\nunless on (job, instance)\n${ask.endsOf(family.endedIn, `${minutes}m`)} > 0`
  const expr = `${ask.overTime('min_over_time', `${minutes}m`)} > 0\nand\n${ask.overTime('changes', `${minutes}m`)} == 0${ends}`
  return {
    name: `${camelOf(family.name)}Stuck`,
    comment: [
      `Tune: the ${minutes} minutes${Number.isFinite(timeoutSeconds) ? `; after ${timeoutSeconds} s the mapping takes it for ended` : ''}.`,
    ],
    expr: names.length === labels.length ? expr : `max without (${OF_ALERTS.join(', ')}) (\n${expr}\n)`,
    severity: 'warning',
    component: 'performance',
    summary: `${family.name} has not moved.`,
    description: `{{ $value }} for ${minutes} minutes, and nothing began or ended${where(labels.filter((label) => !scope.kept.includes(label)))}. ${about(family)}`,
    runbook: 'agenttoolslow',
  }
}

function quiet(family: FamilyFacts, ask: Expressions): Alert {
  const labels = family.labels.map(({ name }) => name)
  return {
    name: `${camelOf(family.name)}Silent`,
    comment: ['Tune: how long is silent, in the mapping; how long it may stay so, here.'],
    expr: `${ask.level(labels)} > 0`,
    for: '5m',
    severity: 'warning',
    component: 'availability',
    summary: `${family.name} is not 0.`,
    description: `{{ $value }} fell silent${where(labels)}. ${about(family)}`,
    runbook: 'agentsilent',
  }
}

function silent(family: FamilyFacts, ask: Expressions): Alert {
  const labels = told(family)
  return {
    name: `${camelOf(family.name)}Silent`,
    comment: [`Tune: the ${SILENT_SECONDS} seconds. Who was as silent at this time yesterday is not missed.`],
    expr: `${ask.age(labels)} > ${SILENT_SECONDS}\nand\n${ask.age(labels, ' offset 1d')} < ${86_400 + SILENT_SECONDS}`,
    for: '5m',
    severity: 'info',
    component: 'availability',
    summary: 'Nothing was heard for long.',
    description: `Nothing for {{ $value | humanizeDuration }}${where(labels)}, and at this time yesterday it was active. ${about(family)}`,
    runbook: 'agentsilent',
  }
}

/** Names of alerts are told apart by number where two metrics come to one name. */
export function withOwnNames(alerts: readonly Alert[]): Alert[] {
  const seen = new Map<string, number>()
  return alerts.map((alert) => {
    const count = (seen.get(alert.name) ?? 0) + 1
    seen.set(alert.name, count)
    return count === 1 ? alert : { ...alert, name: `${alert.name}${count}` }
  })
}
