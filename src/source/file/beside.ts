/**
 * Files beside the logs of ghosts, named as their generations: one may be a copy that holds what was not read, under a name that the
 * patterns do not have. A folder is listed when it has changed, or when a log is asked for that was not before.
 */
import { dirname } from 'node:path'
import { isArchive } from './archive.ts'
import { type FoundFile, fileAt, namesIn, statOrNothing } from './folder.ts'
import { logPathsOf, pathAndLogsOf } from './generation-names.ts'
import type { PastFiles } from './past-files.ts'
import type { Unseen } from './unseen.ts'

export interface FoundBeside {
  readonly plain: readonly FoundFile[]
  readonly packed: readonly FoundFile[]
}

/** An agent may create folders and files without end. */
const MAX_FOLDERS = 16
const MAX_NAMES = 10_000

const NOTHING: FoundBeside = { plain: [], packed: [] }

export class Beside {
  readonly #past: PastFiles
  readonly #unseen: Unseen
  #listed = ''
  #folders: readonly string[] = []
  #changesListed = ''
  #paths: readonly string[] = []

  constructor(past: PastFiles, unseen: Unseen) {
    this.#past = past
    this.#unseen = unseen
  }

  /** `packed`: paths of `.gz` files that the patterns name. `others`: absolute paths of logs to be looked beside as well. */
  look(packed: readonly string[], others: Iterable<string>): FoundBeside {
    const ghosts = [...this.#past.ghosts].flatMap(({ path }) => pathAndLogsOf(path))
    const logs = new Set([...others, ...this.#unseen.logs, ...ghosts])
    if (logs.size === 0) return NOTHING
    this.#folders = [...new Set([...logs].map((path) => dirname(path)))].slice(0, MAX_FOLDERS)
    const changes = this.#changes()
    const state = [...logs, changes].join('\n')
    if (state !== this.#listed) this.#paths = this.#folders.flatMap((folder) => generationsIn(folder, logs))
    this.#listed = state
    this.#changesListed = changes
    const files = [...new Set([...this.#paths, ...packed])].flatMap(fileAt)
    return { plain: files.filter(({ path }) => !isArchive(path)), packed: files.filter(({ path }) => isArchive(path)) }
  }

  /** Whether no name has come, gone or moved since the last look. */
  isSteady(): boolean {
    return this.#changes() === this.#changesListed
  }

  #changes(): string {
    return this.#folders.map((folder) => `${folder} ${statOrNothing(folder)?.mtimeNs}`).join('\n')
  }
}

function generationsIn(folder: string, logs: ReadonlySet<string>): string[] {
  const paths = namesIn(folder).map((name) => `${folder}/${name}`)
  return paths.filter((path) => logPathsOf(path).some((log) => logs.has(log))).slice(0, MAX_NAMES)
}
