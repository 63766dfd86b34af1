/**
 * Guides a file source through the logs that a Docker daemon's `json-file` driver writes, `<root>/<id>/<id>-json.log` and their rotations: which
 * containers are wanted by name and label, what their lines come from, and what cannot be read and why. Keyed by id: a rename changes the name alone.
 */
import { lstatSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { OwnMetrics } from '../../telemetry/own-metrics.ts'
import { type ContainerLister, noneWanted, type Select } from '../containers.ts'
import { literal } from '../file/glob.ts'
import type { Guide } from '../file/guide.ts'
import type { Container } from '../source.ts'
import { AskedNames } from './json-files-names.ts'
import { rootProblem } from './json-files-problems.ts'
import { Shelf, type ShelvedContainer } from './json-files-shelf.ts'

export interface JsonFilesOptions {
  readonly source: string
  /** Folder of the daemon's containers; a link is followed. */
  readonly root: string
  readonly select: Select
  readonly streams: readonly ('stdout' | 'stderr')[]
  /** Whether a container without a known name or labels is wanted: nothing was asked of them. */
  readonly takesUnknown: boolean
  readonly telemetry: OwnMetrics
  /** Tells names where the containers' own descriptions cannot be read. */
  readonly lister?: ContainerLister
}

/** `waiting`: never ran, so that there is no log. `unknown`: it cannot be told whether it is wanted. */
export type ContainerState = 'reading' | 'waiting' | 'unreadable' | 'unknown'
const STATES: readonly ContainerState[] = ['reading', 'waiting', 'unreadable', 'unknown']

const LOG = /^([0-9a-f]{64})-json\.log(?:\.\d+)?(?:\.gz)?$/

export class JsonFiles implements Guide {
  /** Docker renames and packs. Agents that log one long text again and again make logs that begin alike. */
  readonly hasCopies = false
  readonly patterns: readonly string[]
  readonly #options: JsonFilesOptions
  readonly #shelf: Shelf
  readonly #names: AskedNames
  /** Who only asks whether there is something to read shows nothing. */
  #shownOf = -1
  readonly #known = new WeakMap<ShelvedContainer, Container>()

  constructor(options: JsonFilesOptions) {
    this.#options = options
    this.#shelf = new Shelf(options.root)
    this.#names = new AskedNames(options.lister, this.#shelf)
    this.patterns = [`${literal(options.root)}/*/*-json.log*`]
  }

  get changes(): number {
    return this.#shelf.changes + this.#names.changes
  }

  look(nowMs: number): void {
    this.#shelf.look()
    this.#names.look(nowMs)
    if (this.changes !== this.#shownOf) this.#showStates()
    this.#shownOf = this.changes
  }

  wants(path: string): boolean {
    return this.#judge(path) === true
  }

  mayWant(path: string): boolean {
    return this.#judge(path) !== false
  }

  /** undefined: it cannot be told. */
  #judge(path: string): boolean | undefined {
    const id = LOG.exec(basename(path))?.[1]
    const folder = dirname(path)
    if (id === undefined || basename(folder) !== id || isLink(path) || isLink(folder)) return false
    if (resolve(folder, '..') !== resolve(this.#options.root)) return false
    const container = this.#shelf.of(id)
    // One that was removed while nobody looked has left nothing but its place.
    if (container === undefined) return this.#shelf.problem !== undefined || isThere(folder) ? undefined : true
    return this.#isWanted(container)
  }

  about(path: string): { container?: Container; envelope?: 'docker'; streams?: JsonFilesOptions['streams'] } {
    const { streams } = this.#options
    const container = this.#shelf.of(basename(dirname(path)))
    return {
      envelope: 'docker',
      ...(streams.length === 1 ? { streams } : {}),
      ...(container === undefined ? {} : { container: this.#named(container) }),
    }
  }

  problems(): ReadonlyMap<string, string> {
    const { root } = this.#options
    const problems = new Map<string, string>()
    if (this.#shelf.problem !== undefined) problems.set(root, rootProblem(root, this.#shelf.problem))
    for (const container of this.#shelf.all) {
      const problem = container.isGone ? undefined : this.#problemOf(container)
      if (problem !== undefined) problems.set(`container ${nameOf(container)}`, problem)
    }
    if (problems.size === 0 && this.counts().reading === 0) problems.set(root, this.#nothingToRead())
    return problems
  }

  get isShut(): boolean {
    return this.#shelf.problem !== undefined
  }

  cure(code: string): string | undefined {
    return code === 'EACCES' || code === 'EPERM' ? CURE : undefined
  }

  /** Why logs that are wanted cannot be read here, by a look now; undefined: they can, as far as there are any. */
  whyNot(): string | undefined {
    this.#shelf.look()
    const { root } = this.#options
    if (this.#shelf.problem !== undefined) return `${root}: ${rootProblem(root, this.#shelf.problem)}`
    const wanted = [...this.#shelf.all].filter((container) => this.#isWanted(container) !== false)
    if (wanted.some(({ log }) => log === 'there')) return undefined
    const closed = wanted.find((container) => container.log === 'refused' || this.#isOfOtherDriver(container))
    return closed && `container ${nameOf(closed)}: ${this.#closedProblem(closed)}`
  }

  /** Containers by state, those that are gone left out. */
  counts(): Readonly<Record<ContainerState, number>> {
    const counts = { reading: 0, waiting: 0, unreadable: 0, unknown: 0 }
    for (const container of this.#shelf.all) {
      const state = container.isGone ? undefined : this.#stateOf(container)
      if (state !== undefined) counts[state]++
    }
    return counts
  }

  /** undefined: it cannot be told. */
  #isWanted({ id, info }: ShelvedContainer): boolean | undefined {
    if (info !== undefined) return this.#options.select(info)
    return this.#options.takesUnknown && !this.#names.isAwaited(id) ? true : undefined
  }

  /** undefined: not wanted. */
  #stateOf(container: ShelvedContainer): ContainerState | undefined {
    const isWanted = this.#isWanted(container)
    if (isWanted === undefined) return 'unknown'
    if (!isWanted) return undefined
    if (container.log === 'there') return 'reading'
    if (container.log === 'refused' || this.#isOfOtherDriver(container)) return 'unreadable'
    return 'waiting'
  }

  /** The description of a container names no driver: only `json-file` has a path. */
  #isOfOtherDriver({ info, wasStarted }: ShelvedContainer): boolean {
    if (info === undefined || info.logDriver === 'json-file') return false
    return info.logDriver !== '' || (wasStarted === true && info.logPath === '')
  }

  #problemOf(container: ShelvedContainer): string | undefined {
    const state = this.#stateOf(container)
    if (state === 'unknown') return `it is not known whether it is wanted: its config.v2.json ${container.problem}`
    return state === 'unreadable' ? this.#closedProblem(container) : undefined
  }

  #closedProblem(container: ShelvedContainer): string {
    if (container.log === 'refused') return `its log cannot be read; ${CURE}`
    const isLocal = isThere(join(this.#options.root, container.id, 'local-logs'))
    const driver = container.info?.logDriver || (isLocal ? 'local' : 'not json-file')
    if (driver === 'none') return 'its log driver is none: nothing is kept that could be read'
    return `its log driver is ${driver}, which writes no file that can be read here: start it with --log-driver json-file, or set read: api`
  }

  #nothingToRead(): string {
    if (this.counts().waiting > 0) return 'no container that is wanted has run yet'
    const count = [...this.#shelf.all].filter(({ isGone }) => !isGone).length
    return noneWanted(count)
  }

  /** The same object as long as it says the same. */
  #named(container: ShelvedContainer): Container {
    const known = this.#known.get(container)
    const { id, name = '', image = '', labels = {} } = container.info ?? { id: container.id }
    if (known !== undefined && known.name === name && known.image === image && known.labels === labels) return known
    const named = { id, name, image, labels }
    this.#known.set(container, named)
    return named
  }

  #showStates(): void {
    const { telemetry, source } = this.#options
    const counts = this.counts()
    for (const state of STATES) telemetry.dockerContainers.at(source, state).value = counts[state]
  }
}

const CURE = 'it takes uid 0 or CAP_DAC_READ_SEARCH to read these logs, or set read: api'

function nameOf({ id, info }: ShelvedContainer): string {
  return info?.name ? `${info.name} (${id.slice(0, 12)})` : id.slice(0, 12)
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
  } catch {
    return false
  }
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    return true
  }
}
