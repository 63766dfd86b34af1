/**
 * Links to logs of pods and what each leads to: a log of a pod's folder, or one that Docker writes. Links to anything else are refused: whoever may make
 * links there must not make us read. What a link led to stays known when the link is gone, since its log is read to the end.
 */
import { lstatSync, readlinkSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Pod } from '../source.ts'
import { dockerIdOf, isPodLog, podOfFolder, readLinkName, withoutRotation } from './pod-paths.ts'

export interface Linked {
  /** Where the link is. */
  readonly from: string
  readonly pod: Pod
  readonly id: string | undefined
  isGone: boolean
}

/** More links are not followed, and more that are gone are not remembered. */
const MAX_LINKED = 10_000
const MAX_GONE = 1000
/** More are refused unnamed. */
const MAX_REFUSED = 100

export class PodLinks {
  /** By the log that it leads to. */
  readonly #linked = new Map<string, Linked>()
  readonly #refused = new Map<string, string>()
  #changes = 0

  /** Grows when another log is led to, or none to one. */
  get changes(): number {
    return this.#changes
  }

  /** Links that are not followed, with the reason. */
  get refused(): ReadonlyMap<string, string> {
    return this.#refused
  }

  /** Logs that links lead to now. */
  get targets(): string[] {
    return [...this.#linked].filter(([, { isGone }]) => !isGone).map(([path]) => path)
  }

  /** Of a log, or of a rotation of one, that a link leads to or led to. */
  of(path: string): Linked | undefined {
    return this.#linked.get(withoutRotation(path))
  }

  look(): void {
    for (const linked of this.#linked.values()) if (!linked.isGone && !isLink(linked.from)) this.#lose(linked)
    const gone = [...this.#linked].filter(([, { isGone }]) => isGone)
    for (const [path] of gone.slice(0, Math.max(0, gone.length - MAX_GONE))) this.#linked.delete(path)
    for (const path of this.#refused.keys()) if (!isLink(path)) this.#refused.delete(path)
  }

  /** A link in the folder of links; `isWanted` is asked of what its name says. */
  followNamed(path: string, isWanted: (pod: Pod) => boolean): void {
    const name = readLinkName(path)
    const target = name !== undefined && isWanted(name.pod) ? targetOf(path) : undefined
    if (name === undefined || target === undefined) return
    const pod = isPodLog(target) ? podOfFolder(dirname(target)) : undefined
    const isOfPod = pod !== undefined && isSame(pod, name.pod)
    if (isOfPod) this.#add(target, { from: path, pod, id: name.id, isGone: false })
    else if (dockerIdOf(target) === name.id) this.#add(target, { from: path, ...name, isGone: false })
    else this.#refuse(path, `a link to ${target}, which is no log of this pod: not read`)
    // The log of the pod's folder may be a link itself.
    if (isOfPod && isLink(target)) this.followLog(target, pod, name.id)
  }

  /** A log in a pod's folder that is a link. */
  followLog(path: string, pod: Pod, id: string | undefined): void {
    const target = targetOf(path)
    const dockerId = target === undefined ? undefined : dockerIdOf(target)
    if (target === undefined) return
    if (dockerId === undefined || (id !== undefined && id !== dockerId))
      this.#refuse(path, `a link to ${target}, which is no log of this container: not read`)
    else this.#add(target, { from: path, pod, id: dockerId, isGone: false })
  }

  #refuse(path: string, why: string): void {
    if (this.#refused.size < MAX_REFUSED) this.#refused.set(path, why)
  }

  #add(target: string, linked: Linked): void {
    const known = this.#linked.get(target)
    const isKnown = known !== undefined && !known.isGone && known.id === linked.id
    if (isKnown || (known === undefined && this.#linked.size >= MAX_LINKED)) return
    this.#linked.set(target, linked)
    this.#changes++
  }

  #lose(linked: Linked): void {
    linked.isGone = true
    this.#changes++
  }
}

export function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
  } catch {
    return false
  }
}

/** One step: absolute, whether anything is there or not. */
function targetOf(path: string): string | undefined {
  try {
    return resolve(dirname(path), readlinkSync(path))
  } catch {
    return undefined
  }
}

function isSame(a: Pod, b: Pod): boolean {
  return a.namespace === b.namespace && a.name === b.name && a.container === b.container
}
