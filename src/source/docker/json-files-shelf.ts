/**
 * The folders of a daemon's containers and what is known of each: from its `config.v2.json`, or from a daemon that is asked where that is not for us.
 * A container that is gone is remembered: its log may still be read by its descriptor.
 */
import { accessSync, constants, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ContainerInfo } from '../containers.ts'
import { isContainerId } from '../containers.ts'
import { type ContainerConfig, readConfig } from './json-files-config.ts'

/** `none`: there is no log yet, or never will be. */
type LogState = 'none' | 'refused' | 'there'

export interface ShelvedContainer {
  readonly id: string
  /** undefined: nothing could be learned yet. */
  info: ContainerInfo | undefined
  /** Whether it ever ran; undefined: not known. */
  wasStarted: boolean | undefined
  /** What is wrong with its description. */
  problem: string | undefined
  log: LogState
  isGone: boolean
}

/** As the system told of a description when it was read. */
interface Slot extends ShelvedContainer {
  seen: string
}

/** More are not looked at. */
const MAX_CONTAINERS = 10_000
/** More that are gone are not remembered. */
const MAX_GONE = 1000

export class Shelf {
  readonly #root: string
  readonly #slots = new Map<string, Slot>()
  #problem: NodeJS.ErrnoException | undefined = undefined
  #changes = 0

  constructor(root: string) {
    this.#root = root
  }

  /** Grows when something is other than at the look before. */
  get changes(): number {
    return this.#changes
  }

  /** Why the root cannot be listed. */
  get problem(): NodeJS.ErrnoException | undefined {
    return this.#problem
  }

  get all(): Iterable<ShelvedContainer> {
    return this.#slots.values()
  }

  of(id: string): ShelvedContainer | undefined {
    return this.#slots.get(id)
  }

  logPath(id: string): string {
    return join(this.#root, id, `${id}-json.log`)
  }

  look(): void {
    const ids = this.#list()
    if (ids === undefined) return
    for (const id of ids) this.#lookAt(this.#slots.get(id) ?? this.#add(id))
    const there = new Set(ids)
    for (const slot of this.#slots.values()) {
      if (slot.isGone === !there.has(slot.id)) continue
      slot.isGone = !there.has(slot.id)
      this.#changes++
    }
    this.#forget()
  }

  /** What a daemon says of containers whose descriptions are not for us. */
  learn(infos: readonly ContainerInfo[]): void {
    for (const info of infos) {
      const slot = this.#slots.get(info.id)
      if (slot?.problem === undefined || sameText(slot.info, info)) continue
      slot.info = info
      this.#changes++
    }
  }

  #list(): readonly string[] | undefined {
    try {
      const folders = readdirSync(this.#root, { withFileTypes: true }).filter((entry) => entry.isDirectory())
      if (this.#problem !== undefined) this.#changes++
      this.#problem = undefined
      return folders
        .map(({ name }) => name)
        .filter(isContainerId)
        .slice(0, MAX_CONTAINERS)
    } catch (error) {
      if (this.#problem === undefined) this.#changes++
      this.#problem = error as NodeJS.ErrnoException
      return undefined
    }
  }

  #add(id: string): Slot {
    const slot: Slot = { id, info: undefined, wasStarted: undefined, problem: undefined, log: 'none', isGone: false, seen: '' }
    this.#slots.set(id, slot)
    this.#changes++
    return slot
  }

  #lookAt(slot: Slot): void {
    const path = join(this.#root, slot.id, 'config.v2.json')
    const seen = seenAt(path)
    if (seen !== slot.seen || slot.seen === '') this.#read(slot, path)
    slot.seen = seen
    const log = slot.log === 'there' ? slot.log : logState(this.logPath(slot.id))
    if (log !== slot.log) this.#changes++
    slot.log = log
  }

  /** A description that cannot be read leaves what is known as it is. */
  #read(slot: Slot, path: string): void {
    const read = readConfig(path, slot.id)
    const before = JSON.stringify([slot.info, slot.problem, slot.wasStarted])
    if ('problem' in read) slot.problem = read.problem
    else {
      slot.problem = undefined
      slot.wasStarted = read.wasStarted
      if (!sameText(slot.info, infoOf(read))) slot.info = infoOf(read)
    }
    if (JSON.stringify([slot.info, slot.problem, slot.wasStarted]) !== before) this.#changes++
  }

  #forget(): void {
    const gone = [...this.#slots.values()].filter(({ isGone }) => isGone)
    for (const { id } of gone.slice(0, Math.max(0, gone.length - MAX_GONE))) this.#slots.delete(id)
  }
}

function infoOf({ wasStarted: _, ...info }: ContainerConfig): ContainerInfo {
  return info
}

function sameText(before: ContainerInfo | undefined, now: ContainerInfo): boolean {
  return JSON.stringify(before) === JSON.stringify(now)
}

/** Text that is another if the file is; empty: not there. */
function seenAt(path: string): string {
  try {
    const stat = lstatSync(path, { bigint: true })
    return `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`
  } catch {
    return ''
  }
}

function logState(path: string): LogState {
  try {
    accessSync(path, constants.R_OK)
    return 'there'
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'none' : 'refused'
  }
}
