/** Why no line of a case made a series of a metric: which of its rules came nearest, and the first condition that failed. */
import type { Config } from '../config/config.ts'
import { Decoder } from '../decode/decoder.ts'
import { FormatReader } from '../decode/format/choice.ts'
import { Row } from '../decode/row.ts'
import { conditionText, missingText } from '../explain/condition-text.ts'
import { cleanedBy, LogText } from '../explain/log-text.ts'
import { nearestRule } from '../explain/nearest-rule.ts'
import { ValueTeller } from '../explain/tell-value.ts'
import type { Rule, RuleTrace } from '../mapping/rule.ts'
import { compilePlan } from '../pipeline/plan.ts'
import { formatOf, originOf } from './case-source.ts'
import type { ScenarioCase } from './scenario-file.ts'

const MAX_ELEMENTS = 20

/** One sentence; undefined if nothing can be told. */
export function whyMissing(config: Config, { log, ...from }: ScenarioCase, metric: string): string | undefined {
  const { mappings, masks } = compilePlan(config, () => {})
  const origin = originOf(config, from)
  const mapping = mappings.ofSource(origin.source)
  const rules = mapping.rules.filter((rule) => rule.metric === metric)
  if (rules.length === 0) return undefined
  const bounds = { maxValues: config.limits.lineValues, maxDepth: config.limits.lineDepth }
  const formats = new FormatReader(formatOf(config, from), undefined)
  let endOffset = 0
  const decoder = new Decoder(mapping, bounds, () => 0)
  const row = new Row(mapping.slotCount, origin)
  const logText = new LogText(cleanedBy(masks))
  const names = new Set<string>()
  let isAwaited = false
  let dropped: number | undefined
  for (const [i, line] of log.split('\n').entries()) {
    const bytes = Buffer.from(line)
    endOffset += bytes.length + 1
    const format = formats.of(bytes, 0, bytes.length, endOffset)
    if (decoder.decode(bytes, 0, bytes.length, row, undefined, format) !== 'event') continue
    do {
      names.add(row.name === undefined ? '(no name)' : logText.text(row.name))
      if (mapping.trace(row, 1).drop.some((drop) => drop.isTaken)) {
        dropped ??= i + 1
        continue
      }
      const traces = rules.filter((rule) => waitsFor(rule, row.name)).map((rule) => rule.trace(row, MAX_ELEMENTS))
      isAwaited ||= traces.length > 0
      const why = whyNot(traces, new ValueTeller(logText, decoder.event()))
      if (why !== undefined) return `line ${i + 1}: ${why}`
    } while (decoder.next(row))
  }
  if (dropped !== undefined) return `line ${dropped}: a drop rule takes it`
  return isAwaited
    ? undefined
    : `no line is an event that its rules wait for (${waited(rules)}); the lines are: ${listed([...names])}`
}

function waitsFor(rule: Rule, name: string | undefined): boolean {
  return rule.takes.events === undefined || (name !== undefined && rule.takes.events.includes(name))
}

function whyNot(traces: readonly RuleTrace[], values: ValueTeller): string | undefined {
  const taken = traces.find((trace) => trace.isTaken)
  if (taken !== undefined) return whyUncounted(taken, values)
  const failure = nearestRule(traces)?.failure
  if (failure === undefined) return undefined
  if (failure.kind === 'condition') return conditionText(values.condition(failure.failed))
  return `each ${failure.path}: ${failure.found === undefined ? missingText(undefined) : 'no list and no object'}`
}

/** The rule takes the event and yet there is no series: none of its samples counts. */
function whyUncounted({ elements }: RuleTrace, values: ValueTeller): string | undefined {
  const sample = elements.find((element) => element.made !== undefined)?.made?.samples[0]
  if (sample?.value === undefined || sample.refusal === undefined) return undefined
  const { of, like } = values.value(sample.value)
  return sample.refusal === 'no_value' ? `${of}: ${missingText(like)}, so there is no number` : `${of}: ${sample.refusal}`
}

function waited(rules: readonly Rule[]): string {
  return listed([...new Set(rules.flatMap((rule) => rule.takes.events ?? ['any']))])
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none'
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ')
}
