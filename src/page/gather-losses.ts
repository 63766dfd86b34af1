/** Lines that made no event and updates that did not count, by reason, each with what the reason means. */
import type { Sighting } from '../pipeline/sightings.ts'
import type { ExampleReader } from './example-reader.ts'
import { exampleView } from './examples.ts'
import type { PageFacts } from './facts.ts'
import type { LossView } from './model.ts'

const MAX_LOSSES = 50

const REJECTED: Readonly<Record<string, string>> = {
  not_json: 'no JSON on the line: text of another program, or a message before logging was set up',
  malformed: 'starts as the log is written and does not parse: cut off, two lines in one, or written by two writers at once',
  not_logfmt: 'no name=value on the line: text of another program, or another format',
  no_match: 'text that no pattern of input.format fits',
  not_otlp: 'JSON without resourceLogs: spans, metrics, or no export of a collector at all',
  not_object: 'JSON, but a number, text or list: an event is an object',
  too_long: 'longer than limits.line_bytes; such a line is not kept, so there is no example',
  too_many_values: 'more values than limits.line_values',
  too_deep: 'nested deeper than limits.line_depth',
  bad_envelope: 'not wrapped as input.envelope says: cut off, or written by something else than the runtime',
  torn: 'a part of the message or document is gone: its log was rotated away unread, or its end never came',
  poison: 'the process died twice with this line in hand, so it was left out; the log says where it is',
  internal: 'an error of the exporter: please report it',
}

const SKIPPED: Readonly<Record<string, string>> = {
  no_value: 'the rule took the event, but what it counts is not in it or is no number',
  no_key: 'the rule took the event, but a value of the key of its once or rise is not in it',
  forgotten:
    'its key was evicted, since limits.keys is reached: it may have counted, so it does not count; what it rises from here on does',
  nan: 'the value is not a number',
  infinite: 'the value, or the counter with it, is past what a number can hold',
  negative: 'a counter cannot go down',
  unpriced:
    'the price table has no price for the model or for such tokens: nothing is added; agentlog_unpriced_tokens_total has them by model',
  too_much_work: 'expressions, or lists in lists, wanted more work than a line of its length is given, and the rest was missing',
  max_step: 'a step larger than max_step of the metric is not believed',
  series_limit: 'a new series had no room: max_series of the metric or limits.series is reached',
}

export function gatherRejects(facts: PageFacts, reader: ExampleReader): LossView[] {
  const losses = [...facts.sightings.rejects()].map(([reason, sighting]) => ({
    ...lossView(undefined, reason, REJECTED[reason], sighting, facts),
    why: reader.whyRejected(sighting.example, reason),
  }))
  return losses.sort(byCount)
}

export function gatherSkips(facts: PageFacts): LossView[] {
  const losses = facts.sightings
    .skips()
    .map(({ metric, reason, sighting }) => lossView(metric, reason, SKIPPED[reason], sighting, facts))
  return losses.sort(byCount).slice(0, MAX_LOSSES)
}

function lossView(
  metric: string | undefined,
  reason: string,
  meaning: string | undefined,
  { count, example }: Sighting,
  facts: PageFacts,
): LossView {
  return { metric, reason, meaning: meaning ?? '', count, why: undefined, example: exampleView(example, facts) }
}

function byCount(a: LossView, b: LossView): number {
  return b.count - a.count
}
