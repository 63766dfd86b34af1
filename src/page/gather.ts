/** The rooms of a running exporter → what the page shows, as plain data. Bounded work whatever the log holds. */

import { ExampleReader } from './example-reader.ts'
import { shownText } from './examples.ts'
import type { PageFacts } from './facts.ts'
import { flowOf } from './flow.ts'
import { EventGatherer } from './gather-events.ts'
import { gatherKept } from './gather-kept.ts'
import { gatherKeys } from './gather-keys.ts'
import { gatherRejects, gatherSkips } from './gather-losses.ts'
import { gatherMetrics } from './gather-metrics.ts'
import { gatherSources } from './gather-sources.ts'
import type { MappingFileView, PageModel } from './model.ts'
import { Places } from './places.ts'
import { RateSampler } from './rate-sampler.ts'
import { RuleTable } from './rule-table.ts'
import { statusOf } from './status.ts'
import { warningsOf } from './warnings.ts'

const MAX_SPEC_LENGTH = 100

export class Gatherer {
  readonly #facts: PageFacts
  readonly #places: Places
  readonly #sampler: RateSampler
  readonly #rules: RuleTable
  readonly #reader: ExampleReader
  readonly #events: EventGatherer

  constructor(facts: PageFacts) {
    this.#facts = facts
    this.#places = new Places(facts.texts)
    this.#reader = new ExampleReader(facts)
    this.#rules = new RuleTable(facts, this.#places)
    this.#events = new EventGatherer(facts, this.#rules, this.#reader)
    this.#sampler = new RateSampler(
      facts.own,
      facts.sources.map((source) => source.name),
      facts.nowMs,
    )
  }

  /** Once a second: rates come from it, and newer examples. */
  tick(): void {
    this.#sampler.tick()
    this.#facts.sightings.renew()
  }

  model(): PageModel {
    const facts = this.#facts
    const sources = gatherSources(facts, this.#sampler)
    const metrics = gatherMetrics(facts)
    const keys = gatherKeys(facts)
    const warnings = warningsOf({ facts, places: this.#places, sampler: this.#sampler, sources, metrics, keys })
    const named = this.#events.events()
    const flow = flowOf(facts, sources)
    return {
      version: facts.version,
      atMs: facts.wallClockMs(),
      uptimeSeconds: (facts.nowMs() - facts.startedMs) / 1000,
      telemetryPath: facts.telemetryPath,
      status: statusOf({ sources, flow, events: named.events, warnings, isReady: facts.pipeline.hasCaughtUp }),
      flow,
      warnings,
      sources,
      ...named,
      nameFields: this.#events.nameFields(),
      eventNameSpec: shownText(specText(facts.config.input.eventName.spec), facts.masks, MAX_SPEC_LENGTH),
      rules: this.#rules.rules(),
      rejects: gatherRejects(facts, this.#reader),
      skips: gatherSkips(facts),
      metrics,
      keys,
      kept: gatherKept(facts),
    }
  }

  mappingFiles(): MappingFileView[] {
    return this.#places.files(this.#facts.masks)
  }
}

function specText(spec: unknown): string {
  if (typeof spec === 'string') return spec
  const { path } = spec as { path?: unknown }
  return typeof path === 'string' ? path : Array.isArray(path) ? path.join(', ') : JSON.stringify(spec)
}
