/** A checked config → everything a run needs of it: the compiled mappings, their registry, and numbers about ourselves. */
import { Clocks } from '../clock/clocks.ts'
import type { Config, Profile } from '../config/config.ts'
import { freshKeys, type OpenKeys } from '../derive/open-keys.ts'
import { type Diagnostic, distinct, type Place, type Report } from '../diag/diagnostic.ts'
import { compileMapping, defineFamilies } from '../mapping/compile.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { Mappings } from '../mapping/mappings.ts'
import type { UpdateWatch } from '../mapping/rule.ts'
import { SEED_WORDS } from '../marks/key-hash.ts'
import { Marks } from '../marks/marks.ts'
import type { Masks } from '../mask/masks.ts'
import { Registry } from '../registry/registry.ts'
import { type CleanLabel, labelCleaner } from '../select/label-text.ts'
import { compileMasks } from '../select/mask-patterns.ts'
import { createOwnMetrics, type OwnMetrics } from '../telemetry/own-metrics.ts'
import { NAMELESS, Sightings } from './sightings.ts'

export interface Plan {
  readonly config: Config
  readonly mappings: Mappings
  readonly registry: Registry
  /** What is remembered and derived, by key. */
  readonly keys: OpenKeys
  readonly marks: Marks
  readonly own: OwnMetrics
  /** Of all logs; where the mapping needs none there are none. */
  readonly clocks: Clocks
  /** For all text of a log, and of our own, that leaves the process. */
  readonly masks: Masks
  readonly cleanLabel: CleanLabel
  readonly sightings: Sightings
}

/**
 * For the sources that the config has. A fresh one each time: series and counts start at nothing. `watch` sees each update of a rule. What no
 * source uses is compiled aside, for its problems.
 */
export function compilePlan(config: Config, tell: Report, watch?: UpdateWatch, wallClockMs: () => number = Date.now): Plan {
  const own = createOwnMetrics()
  const report = distinct(tell)
  const clocks = new Clocks()
  const masking = maskingOf(config, report)
  const registry = new Registry({ maxSeries: config.limits.series, own, clocks, cleanLabel: masking.cleanLabel })
  const keys = freshKeys(config.limits.keys)
  keys.cellsOf = (table) => ({ keys: own.keys.at(table), evictions: own.keysEvicted.at(table) })
  const marks = createMarks(config.limits.keys, own)
  const plan = {
    ...masking,
    ...compiled(config, { own, registry, clocks, marks, keys }, { watch, report, wallClockMs, cleanLabel: masking.cleanLabel }),
    config,
    registry,
    marks,
    keys,
    own,
    clocks,
  }
  compileAside(config, plan.mappings, report)
  return plan
}

/**
 * Takes over from the plan before: numbers about ourselves go on, and so do series and marks of every metric that is defined as it was.
 * The config must have been compiled without errors before. The plan before must not be used any more.
 */
export function takeOver(
  config: Config,
  { own, registry, clocks, marks, keys }: Plan,
  wallClockMs: () => number = Date.now,
): Plan {
  const report = ({ message }: Diagnostic): never => {
    throw new Error(`compiled before without it: ${message}`)
  }
  const masking = maskingOf(config, report)
  keys.limit = config.limits.keys
  const compile = () =>
    compiled(config, { own, registry, clocks, marks, keys }, { report, wallClockMs, cleanLabel: masking.cleanLabel })
  const limits = { maxSeries: config.limits.series, cleanLabel: masking.cleanLabel }
  const made = marks.redefine(config.limits.keys, () => registry.redefine(limits, compile))
  return { ...masking, ...made, config, registry, marks, keys, own, clocks }
}

interface Compiling {
  readonly watch?: UpdateWatch | undefined
  readonly report: Report
  readonly wallClockMs: () => number
  readonly cleanLabel: CleanLabel
}

function compiled(
  config: Config,
  { own, registry, clocks, marks, keys }: Pick<Plan, 'own' | 'registry' | 'clocks' | 'marks' | 'keys'>,
  { watch, report, wallClockMs, cleanLabel }: Compiling,
) {
  const countSkip = (metric: string, reason: string): void => {
    own.skippedUpdates.at(metric, reason).value++
    sightings.skip(metric, reason)
  }
  const countUnpriced = (metric: string, model: string, tokens: number): void => {
    own.unpricedTokens.at(metric, model === '' ? NAMELESS : cleanLabel(model)).value += tokens
  }
  const profiles = [...config.profiles.values()]
  const families = defineFamilies(
    config.metrics,
    profiles.map(({ mapping }) => mapping),
    registry,
  )
  const nameIndices = new Map<string, number>()
  const options = { registry, keys, cleanLabel, families, nameIndices, countSkip, countUnpriced, watch, report, clocks, marks }
  const { priceFiles = new Map() } = config
  const byProfile = new Map(
    profilesInUse(config).map(({ key, unit, mapping }): [string, Mapping] => [
      key,
      compileMapping({ ...mapping, priceFiles }, { ...options, unit }),
    ]),
  )
  const bySource = config.sources.map(({ name, profile = '' }): [string, Mapping] => [name, byProfile.get(profile)!])
  const mappings = new Mappings([...byProfile.values()], new Map(bySource), [...nameIndices.keys()])
  registry.showOpen = () => keys.show()
  const plain = profilesInUse(config).flatMap(({ key, labels, only }) => (labels.length === 0 && only === undefined ? [key] : []))
  keys.consumerOf = (source, owner) => mappings.readerOf(source, owner, () => plain.map((key) => byProfile.get(key)!))?.consumer
  keys.keep(new Set(mappings.all.flatMap(({ owners }) => owners)))
  const sightings = new Sightings(mappings.eventNames, wallClockMs)
  return { mappings, sightings }
}

/** Of the sources; without one, the mapping's own. */
function profilesInUse({ sources, profiles }: Config): Profile[] {
  const keys = new Set(sources.map(({ profile = '' }) => profile))
  return (keys.size === 0 ? [''] : [...keys]).map((key) => profiles.get(key)!)
}

/** What no source in use has is compiled too, into nothing, so that its mistakes are told. */
function compileAside(config: Config, mappings: Mappings, report: Report): void {
  const compiledAt = new Set(mappings.all.flatMap((mapping) => mapping.places))
  const isLeft = ({ place }: { readonly place: Place }): boolean => !compiledAt.has(place)
  const whole = new Set(profilesInUse(config).flatMap(({ unit, ownInput }) => (ownInput.length === 0 ? [unit] : [])))
  for (const [key, unit] of config.units) {
    const metrics = unit.metrics.map((metric) => ({ ...metric, rules: metric.rules.filter(isLeft) }))
    if (whole.has(key) && metrics.every(({ rules }) => rules.length === 0)) continue
    const { limits, priceFiles = new Map() } = config
    const own = createOwnMetrics()
    const registry = new Registry({ maxSeries: limits.series, own, cleanLabel: (text) => text })
    const options = { registry, countSkip: () => {}, report }
    for (const place of compileMapping({ ...unit, metrics, priceFiles }, options).places) compiledAt.add(place)
  }
}

function createMarks(limit: number, own: OwnMetrics): Marks {
  const cells = () => ({ keys: own.keys.at('marks'), evictions: own.keysEvicted.at('marks') })
  return new Marks({ limit, seed: crypto.getRandomValues(new Int32Array(SEED_WORDS)), cells })
}

function maskingOf(config: Config, report: Report) {
  const masks = compileMasks(config.mask, report)
  return { masks, cleanLabel: labelCleaner(masks, config.limits.labelLength) }
}
