/**
 * Guides a file source through the logs that the kubelet keeps of the pods of its node, in the folders of pods or in the folder of links to them. A link
 * is taken for what it leads to, and that is read under its own name: so each log is read once however many names it has, and its rotations are
 * found beside it.
 */
import { readdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { anyOf, literal } from '../file/glob.ts'
import type { Guide } from '../file/guide.ts'
import type { Origin, Pod } from '../source.ts'
import { isLink, PodLinks } from './pod-links.ts'
import { dockerIdOf, isPodLog, podOfFolder } from './pod-paths.ts'

export interface PodLogsOptions {
  /** Of the pods' folders, or of the links to their logs. */
  readonly root: string
  /** Globs; none: all. */
  readonly namespaces: readonly string[]
  readonly pods: readonly string[]
  readonly containers: readonly string[]
}

/** Names that the first look takes at most. */
const MAX_NAMES = 100_000
/** `<root>/<pod>/<container>/<log>`. */
const LEVELS = 3

export class PodLogs implements Guide {
  /** The kubelet renames and packs. */
  readonly hasCopies = false
  readonly #root: string
  readonly #isWanted: (pod: Pod) => boolean
  readonly #links = new PodLinks()
  readonly #base: readonly string[]
  #patterns: readonly string[]
  #patternsOf = 0
  #hasLooked = false

  constructor({ root, namespaces, pods, containers }: PodLogsOptions) {
    const [isNamespace, isPod, isContainer] = [anyOrAll(namespaces), anyOrAll(pods), anyOrAll(containers)]
    this.#root = resolve(root)
    this.#isWanted = ({ namespace, name, container }) => isNamespace(namespace) && isPod(name) && isContainer(container)
    const at = literal(root)
    this.#base = [`${at}/*/*/*.log`, `${at}/*/*/*.log.2*`, `${at}/*.log`]
    this.#patterns = this.#base
  }

  get changes(): number {
    return this.#links.changes
  }

  get patterns(): readonly string[] {
    if (this.#patternsOf !== this.changes)
      this.#patterns = [...this.#base, ...new Set(this.#links.targets.flatMap(patternsBeside))]
    this.#patternsOf = this.changes
    return this.#patterns
  }

  /** The first look follows all links: places of an earlier process are of the logs that they lead to. */
  look(): void {
    this.#links.look()
    if (!this.#hasLooked) this.#walk(this.#root, 1, { names: 0 })
    this.#hasLooked = true
  }

  /** Follows a link, and does not read it: what it leads to has a name of its own. */
  wants(path: string): boolean {
    const folder = dirname(path)
    if (resolve(folder) === this.#root) {
      if (isLink(path)) this.#links.followNamed(path, this.#isWanted)
      return false
    }
    const linked = this.#links.of(path)
    const pod = linked?.pod ?? podOfFolder(folder)
    if (pod === undefined || !this.#isWanted(pod) || isLink(folder) || isLink(dirname(folder))) return false
    if (dockerIdOf(path) !== undefined) return linked !== undefined && !isLink(path)
    if (!isPodLog(path)) return false
    if (!isLink(path)) return true
    this.#links.followLog(path, pod, linked?.id)
    return false
  }

  mayWant(path: string): boolean {
    return this.wants(path)
  }

  about(path: string): Partial<Pick<Origin, 'container' | 'pod' | 'envelope'>> {
    const linked = this.#links.of(path)
    const isDocker = dockerIdOf(path) !== undefined
    const pod = linked?.pod ?? (isDocker ? undefined : podOfFolder(dirname(path)))
    if (pod === undefined) return {}
    const container = linked?.id === undefined ? undefined : { id: linked.id, name: pod.container, image: '', labels: {} }
    return { envelope: isDocker ? 'docker' : 'cri', pod, ...(container === undefined ? {} : { container }) }
  }

  problems(found: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
    const patterns = new Set(this.patterns)
    const refused = [...found].filter(([what]) => !patterns.has(what))
    const problems = new Map(refused.map(([what, why]) => [what, /EACCES|EPERM/.test(why) ? `${why}; ${this.#cure}` : why]))
    const isEmpty = this.#base.every((pattern) => found.has(pattern)) && this.#links.targets.length === 0
    if (isEmpty && problems.size === 0) problems.set(this.#root, this.#nothingToRead())
    for (const [path, why] of this.#links.refused) problems.set(path, why)
    return problems
  }

  get isShut(): boolean {
    return this.#rootProblem() !== undefined
  }

  cure(code: string): string | undefined {
    return code === 'EACCES' || code === 'EPERM' ? this.#cure : undefined
  }

  get #cure(): string {
    const ids = `uid ${process.getuid?.() ?? '?'}, gid ${process.getgid?.() ?? '?'}`
    return `pods' logs belong to root with mode 0640, and this process is ${ids}: give it group 0 (securityContext: { runAsGroup: 0 }), which may read them`
  }

  #walk(folder: string, level: number, seen: { names: number }): void {
    for (const entry of entriesIn(folder)) {
      if (seen.names++ >= MAX_NAMES) return
      const path = join(folder, entry.name)
      if (entry.isSymbolicLink() && path.endsWith('.log')) this.wants(path)
      else if (entry.isDirectory() && level < LEVELS) this.#walk(path, level + 1, seen)
    }
  }

  #nothingToRead(): string {
    return this.#rootProblem() ?? 'no log of a pod that is wanted is there'
  }

  #rootProblem(): string | undefined {
    try {
      if (statSync(this.#root).isDirectory()) return undefined
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'ENOENT' && code !== 'ENOTDIR') return `cannot be looked into: ${code}`
    }
    return 'no such folder; on a node it is /var/log/pods: mount it here read-only, or set root'
  }
}

function anyOrAll(globs: readonly string[]): (text: string) => boolean {
  return globs.length === 0 ? () => true : anyOf(globs)
}

function patternsBeside(log: string): string[] {
  const folder = literal(dirname(log))
  return dockerIdOf(log) === undefined ? [`${folder}/*.log`, `${folder}/*.log.2*`] : [`${folder}/*-json.log*`]
}

function entriesIn(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}
