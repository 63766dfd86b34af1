/** Containers of a Docker daemon as its interface or its files name them, and which of them a source wants. Both ways of reading share this. */
import { anyOf } from './file/glob.ts'
import type { Container } from './source.ts'

export interface ContainerInfo extends Container {
  /** 64 hex digits: the only text of which paths are made. */
  readonly id: string
  /** Driver of its log: `json-file`, `local`, `journald`, `none` …; empty where it is not known. */
  readonly logDriver: string
  /** As the daemon names it, which may stand beside a container of its own and see other paths; empty: none, or not known. */
  readonly logPath: string
  /** One stream without parts instead of two; undefined: not known. */
  readonly isTty: boolean | undefined
  /** undefined: not known. */
  readonly isRunning: boolean | undefined
  /** In milliseconds since the epoch; missing: not known. */
  readonly createdMs?: number
}

/** Who can tell which containers there are. */
export interface ContainerLister {
  /** All, running or not. Rejects while nobody answers. */
  containers(): Promise<readonly ContainerInfo[]>
}

export interface Selection {
  /** Globs; none: all. */
  readonly names: readonly string[]
  readonly withLabels: Readonly<Record<string, string>>
}

export type Select = (container: Pick<Container, 'name' | 'labels'>) => boolean

const ID = /^[0-9a-f]{64}$/

export function isContainerId(text: string): boolean {
  return ID.test(text)
}

/** Names compare as files do; a label must be there with this very text. */
export function selector({ names, withLabels }: Selection): Select {
  const isNamed = names.length === 0 ? () => true : anyOf(names)
  const wanted = Object.entries(withLabels)
  return ({ name, labels }) => isNamed(name) && wanted.every(([key, text]) => labels[key] === text)
}

/** Why a source that reads once has nothing to read. */
export function noneWanted(count: number): string {
  return count === 0 ? 'no container is there' : `none of the ${count} containers has a name and labels that are wanted`
}
