/** Events by name: what became of them, and for those that count nowhere why, as far as it can be told. */
import { type Mending, mendingOf } from '../explain/mending.ts'
import type { NameField as NameFieldOfLog } from '../explain/name-fields.ts'
import { type NearName, nearEventName } from '../explain/near-name.ts'
import { NAMELESS, type NameSightings, type Sighting } from '../pipeline/sightings.ts'
import { OVERFLOW } from '../telemetry/tally.ts'
import type { ExampleReader } from './example-reader.ts'
import { exampleView, shownText } from './examples.ts'
import type { PageFacts } from './facts.ts'
import type { EventView, NameField, PageModel } from './model.ts'
import type { RuleTable } from './rule-table.ts'

/** Shown of the names that no rule waits for; those that rules wait for are the mapping's. */
const MAX_UNMAPPED = 25
const MAX_EVENTS = 200
const MAX_FIELDS = 5
const ORDER: readonly EventView['state'][] = ['unmapped', 'unmatched', 'mapped', 'dropped', 'unseen']

export class EventGatherer {
  readonly #facts: PageFacts
  readonly #rules: RuleTable
  readonly #reader: ExampleReader
  /** Names of the log are bounded by what is sighted. */
  readonly #near = new Map<string, NearName | undefined>()

  constructor(facts: PageFacts, rules: RuleTable, reader: ExampleReader) {
    this.#facts = facts
    this.#rules = rules
    this.#reader = reader
  }

  /** Those that count nowhere first. */
  events(): Pick<PageModel, 'events' | 'hiddenEvents' | 'mending'> {
    const views = [...this.#facts.sightings.names()].map(([name, seen], i) =>
      this.#view(name, name === OVERFLOW ? OVERFLOW : String(i), seen),
    )
    const weight = (view: EventView): number => view.counts[view.state === 'unseen' ? 'mapped' : view.state]
    views.sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || weight(b) - weight(a) || (a.name < b.name ? -1 : 1))
    const unmapped = views.filter((view) => view.state === 'unmapped').slice(0, MAX_UNMAPPED)
    const events = [...unmapped, ...views.filter((view) => view.state !== 'unmapped')].slice(0, MAX_EVENTS)
    return { events, hiddenEvents: views.length - events.length, mending: this.#mending() }
  }

  /** Where the name of events without a name may stand. A field name of the log is shown as masked as any text of it. */
  nameFields(): NameField[] {
    return this.#fields().map(({ path, value, isKnown }) => ({
      path: shownText(path, this.#facts.masks),
      knownName: isKnown ? value : undefined,
    }))
  }

  /** Of all examples, each path once, those with a known name first. */
  #fields(): NameFieldOfLog[] {
    const found = this.#foundFields()
    const byPath = new Map(found.filter(({ isKnown }) => !isKnown).map((field) => [field.path, field]))
    const known = new Map(found.filter(({ isKnown }) => isKnown).map((field) => [field.path, field]))
    for (const path of known.keys()) byPath.delete(path)
    return [...known.values(), ...byPath.values()].slice(0, MAX_FIELDS)
  }

  #foundFields(): NameFieldOfLog[] {
    return this.#facts.sightings.nameless().flatMap((example) => this.#reader.nameFields(example))
  }

  /** Only of texts that may be shown as they stand: a masked one would map nothing. */
  #mending(): Mending | undefined {
    const { masks, config, texts } = this.#facts
    const isShown = (text: string): boolean => shownText(text, masks) === text
    const paths = new Set<string>()
    const near = new Map(this.#near)
    for (const { path, value, isKnown } of this.#foundFields().filter((field) => isShown(field.path))) {
      const meant = isKnown ? undefined : nearEventName(value, this.#facts.mappings.eventNames)
      if (meant?.isSpelling === true) near.set(value, meant)
      if (isKnown || meant?.isSpelling === true) paths.add(path)
    }
    const names = [...near].flatMap(([from, to]) => (to?.isSpelling === true && isShown(from) ? [[from, to.name] as const] : []))
    return mendingOf(config.input.eventName.spec, { names, paths: [...paths] }, [...texts.keys()])
  }

  #view(name: string, key: string, seen: NameSightings): EventView {
    const state = stateOf(seen)
    const isAwaited = this.#rules.firstOf(name) !== undefined
    const near = state === 'unmapped' && name !== NAMELESS ? this.#nearest(name) : undefined
    const examples = this.#examples(seen)
    return {
      key,
      name: isAwaited ? name : shownText(name, this.#facts.masks) || '""',
      state,
      isNameless: name === NAMELESS,
      isOthers: name === OVERFLOW,
      counts: countsOf(seen),
      ageSeconds: examples.reduce<number | undefined>(
        (least, { example }) => Math.min(least ?? Number.POSITIVE_INFINITY, example.ageSeconds),
        undefined,
      ),
      near: near && { name: near.name, place: this.#rules.firstOf(near.name)?.place },
      reasons: state === 'unmatched' ? this.#reasons(name, seen.unmatched) : [],
      examples,
    }
  }

  #examples(seen: NameSightings): EventView['examples'] {
    return (['unmapped', 'unmatched', 'mapped', 'dropped'] as const).flatMap((outcome) => {
      const example = exampleView(seen[outcome].example, this.#facts)
      return example === undefined ? [] : [{ outcome, example }]
    })
  }

  #nearest(name: string): NearName | undefined {
    if (!this.#near.has(name)) this.#near.set(name, nearEventName(name, this.#facts.mappings.eventNames))
    return this.#near.get(name)
  }

  #reasons(name: string, sighting: Sighting): EventView['reasons'] {
    const why = this.#reader.whyUnmatched(sighting.example)
    const rules = this.#rules.waitingFor(name).filter(({ spec }) => why?.has(spec.place) ?? true)
    return rules
      .slice(0, 5)
      .map(({ metric, place, spec }) => ({ metric, place, why: why?.get(spec.place) ?? 'its conditions do not hold' }))
  }
}

function stateOf(seen: NameSightings): EventView['state'] {
  if (seen.unmapped.count > 0) return 'unmapped'
  if (seen.mapped.count > 0) return 'mapped'
  if (seen.unmatched.count > 0) return 'unmatched'
  return seen.dropped.count > 0 ? 'dropped' : 'unseen'
}

function countsOf(seen: NameSightings): EventView['counts'] {
  const { mapped, unmatched, unmapped, dropped } = seen
  return { mapped: mapped.count, unmatched: unmatched.count, unmapped: unmapped.count, dropped: dropped.count }
}
