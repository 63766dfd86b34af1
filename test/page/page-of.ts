/** A mapping and lines → the page of an exporter that read them: real rooms from chunk to page, the clocks given. */

import { PRESET_DIR } from '../../src/cli/shipped.ts'
import { loadConfig } from '../../src/config/load.ts'
import { shapeIssues } from '../../src/config/shape-issues.ts'
import type { Diagnostic } from '../../src/diag/diagnostic.ts'
import { Masks } from '../../src/mask/masks.ts'
import type { PageFacts, SourceFact } from '../../src/page/facts.ts'
import { Gatherer } from '../../src/page/gather.ts'
import { StatusPage } from '../../src/page/status-page.ts'
import { LineApplier } from '../../src/pipeline/line-applier.ts'
import { compilePlan } from '../../src/pipeline/plan.ts'

export const START_MS = Date.UTC(2026, 0, 1, 12)
export const SECRET = 'hunter2'

function findSecret(text: string, add: (start: number, end: number) => void): void {
  for (let at = text.indexOf(SECRET); at >= 0; at = text.indexOf(SECRET, at + 1)) add(at, at + SECRET.length)
}

export interface PageSetup {
  readonly files?: readonly string[]
  readonly presets?: readonly string[]
  readonly changes?: Partial<PageFacts>
  readonly hasCaughtUp?: boolean
}

export class PageOf {
  readonly facts: PageFacts
  readonly gatherer: Gatherer
  readonly page: StatusPage
  readonly clock: { elapsedMs: number }
  readonly #applier: LineApplier

  constructor(facts: PageFacts, clock: { elapsedMs: number }) {
    this.facts = facts
    this.clock = clock
    const { mappings, own, config, sightings, wallClockMs, registry } = facts
    const cleanLabel = (text: string): string => text
    const bounds = { maxValues: config.limits.lineValues, maxDepth: config.limits.lineDepth }
    const onBug = (error: unknown): never => {
      throw error
    }
    const options = {
      source: 'files',
      mapping: mappings.ofSource('files'),
      own,
      bounds,
      cleanLabel,
      wallClockMs,
      onBug,
      sightings,
      births: registry.births,
    }
    this.#applier = new LineApplier(options, ORIGIN)
    this.gatherer = new Gatherer(this.facts)
    this.page = new StatusPage(this.facts)
    own.sourceUp.at('files').value = 1
  }

  /** Texts as they are, everything else as JSON. */
  read(...lines: readonly (string | object)[]): this {
    for (const line of lines) {
      const bytes = Buffer.from(typeof line === 'string' ? line : JSON.stringify(line))
      this.#applier.apply(bytes, 0, bytes.length, ORIGIN)
    }
    this.#applier.endBatch()
    return this
  }

  /** Seconds go by, with a tick in each. */
  wait(seconds: number): this {
    for (let i = 0; i < seconds; i++) {
      this.clock.elapsedMs += 1000
      this.gatherer.tick()
      this.page.tick()
    }
    return this
  }
}

const ORIGIN = { source: 'files', log: 'l', file: '/logs/agent.jsonl', stream: '', fields: {} }
export const FILES: SourceFact = { name: 'files', kind: 'file', patterns: ['/logs/*.jsonl'], problems: () => [] }

export async function pageOf({ files = [], presets = [], changes = {}, hasCaughtUp = true }: PageSetup): Promise<PageOf> {
  const loaded = await loadConfig({ files, presets, presetDir: PRESET_DIR, validate: async (data) => shapeIssues(data) })
  const diagnostics: Diagnostic[] = [...loaded.diagnostics]
  const clock = { elapsedMs: 0 }
  const wallClockMs = () => START_MS + clock.elapsedMs
  const plan = compilePlan(loaded.config, (diagnostic) => void diagnostics.push(diagnostic), undefined, wallClockMs)
  if (diagnostics.some(({ severity }) => severity === 'error')) throw new Error(JSON.stringify(diagnostics))
  const facts: PageFacts = {
    ...plan,
    wallClockMs,
    nowMs: () => clock.elapsedMs,
    startedMs: 0,
    version: '1.2.3',
    telemetryPath: '/metrics',
    sources: [FILES],
    pipeline: { hasCaughtUp, positions: () => [] },
    diagnostics,
    texts: loaded.texts,
    masks: new Masks([findSecret]),
    missingProtection: () => undefined,
    keepsState: false,
    ...changes,
  }
  return new PageOf(facts, clock)
}
