/** Panels of one family: what it tells → which questions a graph answers. */
import { Expressions } from './expressions.ts'
import { type Panel, type PanelSpec, type Query, RATE_RANGE, stat, type Thresholds, table, timeseries } from './grafana.ts'
import type { LabelFacts, Outcome } from './labels.ts'
import type { FamilyFacts, Unit } from './model.ts'
import { titleOf } from './names.ts'
import type { Scope } from './promql.ts'

const UNITS: Readonly<Record<Unit, string>> = {
  seconds: 's',
  bytes: 'bytes',
  ratio: 'percentunit',
  dollars: 'currencyUSD',
  tokens: 'short',
  none: 'short',
}
const RATES: Readonly<Record<Unit, string>> = { ...UNITS, seconds: 'percentunit', bytes: 'Bps', none: 'reqps', ratio: 'short' }
export const FAILURES: Thresholds = ['green', [0.05, 'yellow'], [0.2, 'red']]
/** Any at all is too much; `increase` may say a bit less than 1. */
const NEVER: Thresholds = ['green', [0.5, 'red']]

export interface Asking {
  readonly family: FamilyFacts
  readonly scope: Scope
  readonly sharedWordCount: number
}

/** One or two panels. */
export function panelsOf(asking: Asking): Panel[] {
  const { family } = asking
  switch (family.tells) {
    case 'events':
      return family.isAlarming ? [alarming(asking)] : [rates(asking), ...failures(asking)]
    case 'amount':
      return [rates(asking)]
    case 'distribution':
      return distribution(asking)
    case 'quantiles':
      return [quantiles(asking)]
    case 'info':
      return [info(asking)]
    case 'moment':
      return [panel(asking, 's', [ofLines(asking, (ask, labels) => ask.age(labels))], ', time since')]
    default:
      return [level(asking)]
  }
}

/** The one number that stands in the overview; undefined: this family has none that matters to all. */
export function overviewOf(asking: Asking): Panel | undefined {
  const { family } = asking
  const ask = new Expressions(family, asking.scope)
  const shown = (unit: string, expr: string, words: string, thresholds?: Thresholds): Panel =>
    stat({
      ...spec(asking, unit, [{ expr, legend: titleOfFamily(asking) }], words),
      ...(thresholds ? { thresholds } : {}),
    })
  if (family.isAlarming) return shown('short', ask.increase([], '$__range'), '', NEVER)
  if (family.outcome !== undefined)
    return shown('percentunit', ask.failureRatio(family.outcome, [], RATE_RANGE), ' that failed', FAILURES)
  if (family.tells === 'amount' && (family.unit === 'dollars' || family.unit === 'tokens'))
    return shown(UNITS[family.unit], ask.increase([], '$__range'), '')
  return undefined
}

/** What lines of a panel are told apart by: at most one label whose texts are the log's, which may be many, and one of a known few. */
export function linesOf(labels: readonly LabelFacts[], without = ''): string[] {
  const telling = labels.filter((label) => label.name !== without && !isConstant(label))
  const open = telling.findLast(({ isClosed }) => !isClosed)
  const closed = telling.findLast(({ isClosed }) => isClosed)
  return telling.filter((label) => label === open || label === closed).map(({ name }) => name)
}

export function isConstant({ isClosed, texts }: LabelFacts): boolean {
  return isClosed && texts.length <= 1
}

function titleOfFamily({ family, sharedWordCount }: Asking): string {
  return titleOf(family.name, sharedWordCount)
}

function spec(asking: Asking, unit: string, queries: readonly Query[], words = ''): PanelSpec {
  const { name, help } = asking.family
  return { title: titleOfFamily(asking) + words, description: `${literally(help)}\n\n\`${name}\``.trim(), unit, queries }
}

/** Descriptions are Markdown in which variables are replaced, and words of a mapping are neither variables nor markup. */
function literally(help: string): string {
  return help.replace(/[$[\]<>&]/g, (char) => `&#${char.codePointAt(0)};`)
}

function panel(asking: Asking, unit: string, queries: readonly Query[], words = '', thresholds?: Thresholds): Panel {
  return timeseries({ ...spec(asking, unit, queries, words), ...(thresholds ? { thresholds } : {}) })
}

function legend(asking: Asking, labels: readonly string[], before = ''): string {
  const text = [before, ...labels.map((label) => `{{${label}}}`)].filter((part) => part !== '').join(' ')
  return text === '' ? titleOfFamily(asking) : text
}

function ofLines(asking: Asking, expr: (ask: Expressions, by: readonly string[]) => string, before = ''): Query {
  const by = linesOf(asking.family.labels)
  return { expr: expr(new Expressions(asking.family, asking.scope), by), legend: legend(asking, by, before) }
}

function by(labels: readonly string[]): string {
  return labels.length === 0 ? '' : ` by ${labels.join(' and ')}`
}

function rates(asking: Asking): Panel {
  const { family, scope } = asking
  const labels = family.outcome === undefined ? linesOf(family.labels) : [family.outcome.label]
  const perHour = family.unit === 'dollars'
  const rate = new Expressions(family, scope).rate(labels, RATE_RANGE)
  const query = { expr: perHour ? `${rate} * 3600` : rate, legend: legend(asking, labels) }
  const words = `${perHour ? ' per hour' : family.tells === 'amount' ? ' per second' : ''}${by(labels)}`
  return timeseries(spec(asking, RATES[family.unit], [query], words), true)
}

function failures(asking: Asking): Panel[] {
  const { family, scope } = asking
  const { outcome } = family
  if (outcome === undefined) return []
  const labels = failingLabels(family.labels, outcome)
  const expr = new Expressions(family, scope).failureRatio(outcome, labels, RATE_RANGE)
  const query = { expr, legend: legend(asking, labels, labels.length === 0 ? 'failed' : '') }
  return [
    timeseries({
      ...spec(asking, 'percentunit', [query], ` that failed${by(labels)}`),
      description: `${literally(family.help)}\n\nThe share of \`${family.name}\` that failed; nothing where nothing came.`,
      thresholds: FAILURES,
      max: 1,
    }),
  ]
}

/** The one that is most about the thing itself: tools before agents, as mappings name them. */
function failingLabels(labels: readonly LabelFacts[], { label }: Outcome): string[] {
  const open = labels.findLast((one) => one.name !== label && !isConstant(one))
  return open === undefined ? [] : [open.name]
}

function alarming(asking: Asking): Panel {
  const query = ofLines(asking, (ask, labels) => ask.increase(labels, RATE_RANGE))
  return panel(asking, 'short', [query], by(linesOf(asking.family.labels)), NEVER)
}

function distribution(asking: Asking): Panel[] {
  const { family, scope } = asking
  const ask = new Expressions(family, scope)
  const unit = UNITS[family.unit]
  const all = [0.5, 0.95, 0.99].map((quantile) => ({
    expr: ask.quantile(quantile, [], RATE_RANGE),
    legend: `p${quantile * 100}`,
  }))
  const labels = linesOf(family.labels)
  const whole = panel(asking, unit, all, ', p50, p95 and p99')
  if (labels.length === 0) return [whole]
  const apart = { expr: ask.quantile(0.95, labels, RATE_RANGE), legend: legend(asking, labels) }
  return [whole, panel(asking, unit, [apart], `, p95${by(labels)}`)]
}

/** Quantiles of several series cannot be put together: the highest is shown, and the mean, which can. */
function quantiles(asking: Asking): Panel {
  const labels = linesOf(asking.family.labels)
  const ask = new Expressions(asking.family, asking.scope)
  const lines = [
    ...(asking.family.quantiles.length === 0
      ? []
      : [{ expr: ask.level([...labels, 'quantile']), legend: legend(asking, labels, 'q{{quantile}}') }]),
    { expr: ask.mean(labels, RATE_RANGE), legend: legend(asking, labels, 'mean') },
  ]
  return panel(asking, UNITS[asking.family.unit], lines, ', mean and highest quantiles')
}

function info(asking: Asking): Panel {
  const { family, scope } = asking
  const labels = family.labels.map(({ name }) => name)
  return table(spec(asking, 'short', [{ expr: new Expressions(family, scope).level(labels), legend: '' }]))
}

function level(asking: Asking): Panel {
  const { name, unit } = asking.family
  const query = ofLines(asking, (ask, labels) => ask.level(labels))
  const lines = linesOf(asking.family.labels)
  const shown = spec(asking, UNITS[unit], [query], by(lines))
  if (!name.endsWith('_up')) return timeseries(shown)
  return timeseries({ ...shown, words: { 0: { text: 'down', color: 'red' }, 1: { text: 'up', color: 'green' } }, max: 1 })
}
