/**
 * How the parts of a run stand, for probes: each source, the mapping, the record, the server. A source is down only after it has been so
 * for a while: logs rotate and daemons restart, and nobody is to be taken out of service for that. The record is never down because the
 * disk refuses: live values are served then.
 */
import { shownText } from '../page/examples.ts'
import type { Component, Health } from '../server/health.ts'
import type { Fault } from '../source/fault.ts'
import type { Serving } from './serving.ts'

/** Until then it is degraded. */
export const DOWN_AFTER_MS = 10_000
const MAX_FAULTS = 3
const MAX_DETAIL_LENGTH = 300
const SERVER = 'server'

type HealthFacts = Pick<Serving, 'inForce' | 'state' | 'pipeline' | 'settings'>

/** Of all paths: ready when all are. What stands behind a further path says whose it is; the server is one for all. */
export function healthOf([first, ...others]: readonly HealthWatch[]): Health {
  const main = first!.look()
  const beside = others.map((watch) => ({ ...watch.look(), whose: watch.presets }))
  const components = beside.flatMap(({ components: of, whose }) =>
    of.filter(({ name }) => name !== SERVER).map((one) => ({ ...one, name: `${one.name} (${whose})` })),
  )
  return { isReady: main.isReady && beside.every(({ isReady }) => isReady), components: [...main.components, ...components] }
}

export class HealthWatch {
  readonly #serving: HealthFacts
  readonly #hold: () => string | undefined
  readonly #nowMs: () => number
  /** Since when each fault of each source stands that takes it down. */
  #since = new Map<string, number>()

  /** `hold`: why nothing can be exposed now. */
  constructor(serving: HealthFacts, hold: () => string | undefined, nowMs: () => number) {
    this.#serving = serving
    this.#hold = hold
    this.#nowMs = nowMs
  }

  get presets(): string {
    return this.#serving.settings.presets.join('+')
  }

  /** Looks at the faults. What stands for long is known only if somebody looks meanwhile: once a second. */
  look(): Health {
    const { pipeline, inForce } = this.#serving
    const before = this.#since
    this.#since = new Map()
    const sources = inForce.specs.map(({ name }, i) => this.#sourceOf(name, inForce.intakes[i]?.faults() ?? [], before))
    return { isReady: pipeline.hasCaughtUp, components: [...sources, this.#mapping(), this.#record(), this.#server()] }
  }

  #sourceOf(source: string, faults: readonly Fault[], before: ReadonlyMap<string, number>): Component {
    const { own, masks } = this.#serving.inForce.plan
    const name = `source ${source}`
    if (faults.length === 0) return { name, state: 'ok', detail: `${own.lagBytes.at(source).value} bytes behind` }
    const nowMs = this.#nowMs()
    let isDown = false
    for (const fault of faults.filter((one) => one.isDown)) {
      const key = JSON.stringify([source, fault.what])
      const sinceMs = before.get(key) ?? nowMs
      this.#since.set(key, sinceMs)
      isDown ||= nowMs - sinceMs >= DOWN_AFTER_MS
    }
    // What takes it down is told first.
    const ordered = [...faults.filter((fault) => fault.isDown), ...faults.filter((fault) => !fault.isDown)]
    const told = ordered.slice(0, MAX_FAULTS).map(({ what, why }) => shownText(`${what}: ${why}`, masks, MAX_DETAIL_LENGTH))
    const more = faults.length - told.length
    const detail = `${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}`
    return { name, state: isDown ? 'down' : 'degraded', detail }
  }

  #mapping(): Component {
    const { plan } = this.#serving.inForce
    const name = 'mapping'
    if (plan.own.reloadSuccessful.at().value > 0) return { name, state: 'ok', detail: `${plan.config.metrics.length} metrics` }
    return { name, state: 'degraded', detail: 'what was loaded last has errors; the one before is in force' }
  }

  #record(): Component {
    const { state, inForce } = this.#serving
    const name = 'record'
    if (state === undefined) return { name, state: 'ok', detail: 'none is kept: numbers live in memory' }
    const held = this.#hold()
    if (held !== undefined) return { name, state: 'down', detail: held.trim() }
    if (inForce.plan.own.stateDurable.at().value > 0) return { name, state: 'ok' }
    return { name, state: 'degraded', detail: 'it cannot be written, so numbers live in memory; the own log says why' }
  }

  #server(): Component {
    const { own, masks } = this.#serving.inForce.plan
    const refused = [...own.webConfigSuccessful.cells()].find(([, isTaken]) => isTaken === 0)
    if (refused === undefined) return { name: SERVER, state: 'ok' }
    const file = shownText(refused[0][0]!, masks, MAX_DETAIL_LENGTH)
    return {
      name: SERVER,
      state: 'degraded',
      detail: `${file} was not taken when it was last read; the one before is in force`,
    }
  }
}
