/** The rules as the user wrote them, in the order of the mapping: what stays is worked out once, hits are read when asked. */
import type { RuleSpec } from '../mapping/spec.ts'
import { shownText } from './examples.ts'
import type { PageFacts } from './facts.ts'
import type { PlaceView, RuleView } from './model.ts'
import type { Places } from './places.ts'

const MAX_RULES = 500
const MAX_EVENTS_SHOWN = 6
const MAX_WHERE_LENGTH = 200

interface Row {
  readonly spec: RuleSpec
  readonly metric: string
  readonly type: string
  readonly events: readonly string[] | undefined
  readonly place: PlaceView
  readonly where: string | undefined
  readonly each: string | undefined
}

export class RuleTable {
  readonly #facts: PageFacts
  readonly #rows: readonly Row[]

  constructor(facts: PageFacts, places: Places) {
    this.#facts = facts
    this.#rows = facts.config.metrics.flatMap(({ name, type, rules }) =>
      rules.map((rule) => ({
        spec: rule,
        metric: name,
        type,
        events: rule.events,
        place: places.view(rule.place),
        where: shownText(whereText(rule), facts.masks, MAX_WHERE_LENGTH) || undefined,
        each: rule.each.map((each) => `$${each.name} in ${each.spec}`).join(', ') || undefined,
      })),
    )
  }

  /** Rules that wait for events of this name, in their order. */
  waitingFor(name: string): Row[] {
    return this.#rows.filter(({ events }) => events === undefined || events.includes(name))
  }

  /** The first rule that names this event. */
  firstOf(name: string): Row | undefined {
    return this.#rows.find(({ events }) => events?.includes(name))
  }

  rules(): RuleView[] {
    return this.#rows.slice(0, MAX_RULES).map(({ spec, ...row }) => ({
      metric: row.metric,
      type: row.type,
      place: row.place,
      events: (row.events ?? []).slice(0, MAX_EVENTS_SHOWN),
      hiddenEvents: Math.max(0, (row.events?.length ?? 0) - MAX_EVENTS_SHOWN),
      where: row.where,
      each: row.each,
      hits: this.#facts.mappings.hitsAt(spec.place),
      why: this.#facts.mappings.hitsAt(spec.place) === 0 ? this.#whyNever(row) : undefined,
    }))
  }

  #whyNever({ events, where, each }: Omit<Row, 'spec'>): string {
    const names = this.#facts.sightings.names()
    const seen = [...names].filter(([name]) => events === undefined || events.includes(name))
    const came = seen.reduce((sum, [, { mapped, unmatched }]) => sum + mapped.count + unmatched.count, 0)
    if (came === 0)
      return events === undefined ? 'no event came' : events.length > 1 ? 'none of these events came' : 'this event never came'
    if (where !== undefined) return 'the event came, but the condition never held'
    return each === undefined ? 'the event came before this rule' : 'the event came without elements'
  }
}

function whereText(rule: RuleSpec): string {
  return rule.where === undefined
    ? ''
    : JSON.stringify(rule.where.spec)
        .replace(/"([\w$.]+)":/g, '$1: ')
        .replaceAll(',', ', ')
}
