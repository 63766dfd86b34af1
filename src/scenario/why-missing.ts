/** Why no line of a case made a series of a metric: which of its rules came nearest, and the first condition that failed. */
import type { Config } from '../config/config.ts'
import { Decoder } from '../decode/decoder.ts'
import { Wrapping } from '../decode/envelope/wrapping.ts'
import type { LineFormat } from '../decode/format/line-format.ts'
import { MessageStream } from '../decode/message-stream.ts'
import { Row } from '../decode/row.ts'
import { conditionText, missingText } from '../explain/condition-text.ts'
import { cleanedBy, LogText } from '../explain/log-text.ts'
import { nearestRule } from '../explain/nearest-rule.ts'
import { ValueTeller } from '../explain/tell-value.ts'
import { LineFramer } from '../frame/line-framer.ts'
import type { Rule, RuleTrace } from '../mapping/rule.ts'
import { compilePlan, type Plan } from '../pipeline/plan.ts'
import { envelopeOf, formatOf, originOf } from './case-source.ts'
import type { CaseLog, ScenarioCase } from './scenario-file.ts'

const MAX_ELEMENTS = 20

/** One sentence, of the log that came nearest; undefined if nothing can be told. */
export function whyMissing(config: Config, { further, ...first }: ScenarioCase, metric: string): string | undefined {
  const plan = compilePlan(config, () => {})
  const whys = [first, ...further].flatMap((log) => whyIn(log, plan, metric) ?? [])
  return (whys.find(({ isNear }) => isNear) ?? whys[0])?.text
}

interface Why {
  readonly text: string
  /** It is about a line that a rule waits for. */
  readonly isNear: boolean
}

function whyIn({ log, ...from }: CaseLog, { config, mappings, masks }: Plan, metric: string): Why | undefined {
  const origin = originOf(config, from)
  const mapping = mappings.ofSource(origin.source)
  const rules = mapping.rules.filter((rule) => rule.metric === metric)
  if (rules.length === 0) return undefined
  const bounds = { maxValues: config.limits.lineValues, maxDepth: config.limits.lineDepth }
  const decoder = new Decoder(mapping, bounds, () => 0)
  const row = new Row(mapping.slotCount, origin)
  const logText = new LogText(cleanedBy(masks))
  const names = new Set<string>()
  let isAwaited = false
  let dropped: number | undefined
  for (const { bytes, number, wrapping, format } of messagesOf(config, { log, ...from })) {
    if (decoder.decode(bytes, 0, bytes.length, row, wrapping, format) !== 'event') continue
    do {
      names.add(row.name === undefined ? '(no name)' : logText.text(row.name))
      if (mapping.trace(row, 1).drop.some((drop) => drop.isTaken)) {
        dropped ??= number
        continue
      }
      const traces = rules.filter((rule) => waitsFor(rule, row.name)).map((rule) => rule.trace(row, MAX_ELEMENTS))
      isAwaited ||= traces.length > 0
      const why = whyNot(traces, new ValueTeller(logText, decoder.event()))
      if (why !== undefined) return { text: `line ${number}: ${why}`, isNear: true }
    } while (decoder.next(row))
  }
  if (dropped !== undefined) return { text: `line ${dropped}: a drop rule takes it`, isNear: true }
  if (isAwaited) return undefined
  const text = `no line is an event that its rules wait for (${waited(rules)}); the lines are: ${listed([...names])}`
  return { text, isNear: false }
}

interface Message {
  readonly bytes: Buffer
  /** Of the line that ended it, from 1. */
  readonly number: number
  readonly wrapping: Wrapping | undefined
  readonly format: LineFormat
}

function messagesOf(config: Config, { log, ...from }: CaseLog): readonly Message[] {
  const messages: Message[] = []
  const stream = new MessageStream({
    origin: originOf(config, from),
    envelope: envelopeOf(config, from),
    format: formatOf(config, from),
    maxLineBytes: config.limits.lineBytes,
    createFramer: (options) => new LineFramer(options),
    onMessage: (buffer, start, end, _endOffset, around, format) => {
      const wrapping = around && new Wrapping()
      if (around !== undefined) wrapping?.copyFrom(around)
      messages.push({ bytes: Buffer.from(buffer.subarray(start, end)), number: stream.lineCount, wrapping, format })
    },
    onReject: () => {},
  })
  const buffer = Buffer.from(log)
  const at = stream.push({ buffer, start: 0, end: buffer.length, offset: 0 })
  stream.end({ buffer, start: at, end: buffer.length, offset: at })
  return messages
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
