/**
 * Hints that something happened in a directory, by chokidar: a hint makes reading sooner, its absence or failure only slower.
 * One watch per directory and none per file; directories with many entries are left to the scan, since chokidar lists them anew
 * at each event.
 */
import { realpath } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type FSWatcher, watch } from 'chokidar'

/** `change`: the content of a file. `entry`: a name came, went or moved. */
export type Hint = 'change' | 'entry'

const MAX_ENTRIES = 500
const MAX_DIRECTORIES = 500

export class DirectoryWatch {
  readonly #onHint: (path: string, hint: Hint) => void
  readonly #onFailure: (error: Error) => void
  /** Real path → the path under which the source knows it. */
  readonly #watched = new Map<string, string>()
  /** Real paths whose watch the system refused. */
  readonly #refused = new Set<string>()
  #following = new Set<string>()
  #watcher: FSWatcher | undefined = undefined
  #isClosed = false

  constructor(onHint: (path: string, hint: Hint) => void, onFailure: (error: Error) => void) {
    this.#onHint = onHint
    this.#onFailure = onFailure
  }

  /** How many directories give hints, as far as known. */
  get count(): number {
    return this.#watched.size - this.#refused.size
  }

  /** Watches these directories (absolute, with their number of entries) and no others. Never throws. */
  async follow(directories: ReadonlyMap<string, number>): Promise<void> {
    const wanted = new Set<string>()
    for (const [directory, entries] of directories) {
      if (entries <= MAX_ENTRIES && wanted.size < MAX_DIRECTORIES) wanted.add(directory)
    }
    const before = this.#following
    this.#following = wanted
    for (const [real, known] of this.#watched) if (!wanted.has(known)) this.#drop(real)
    for (const directory of wanted) if (!before.has(directory)) await this.#add(directory)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#watcher?.close()
    this.#watcher = undefined
  }

  async #add(directory: string): Promise<void> {
    try {
      const real = await realpath(directory)
      if (this.#isClosed) return
      this.#watched.set(real, directory)
      this.#watcher ??= this.#start()
      this.#watcher.add(real)
    } catch (error) {
      // It is gone, or not for us: looked for again when the scan finds it anew.
      if (!isFileError(error)) this.#onFailure(error as Error)
    }
  }

  #drop(real: string): void {
    this.#watched.delete(real)
    this.#refused.delete(real)
    this.#watcher?.unwatch(real)
  }

  #forget(real: string): void {
    const known = this.#watched.get(real)
    if (known === undefined) return
    this.#drop(real)
    this.#following.delete(known)
  }

  #start(): FSWatcher {
    const watcher = watch([], {
      ignoreInitial: true,
      followSymlinks: false,
      depth: 0,
      // All but the directories themselves: chokidar would watch each file too.
      ignored: (path) => !this.#watched.has(resolve(path)),
    })
    watcher.on('raw', (event, name, details) => this.#hint(event, name, details))
    // Its name may come back as another directory: the next scan finds and adds that.
    watcher.on('unlinkDir', (real) => this.#forget(real))
    watcher.on('error', (error) => {
      const { path } = error as NodeJS.ErrnoException
      if (path !== undefined && this.#watched.has(path)) this.#refused.add(path)
      this.#onFailure(error as Error)
    })
    return watcher
  }

  #hint(event: string, name: unknown, details: unknown): void {
    const real = (details as { watchedPath?: unknown } | undefined)?.watchedPath
    const known = typeof real === 'string' ? this.#watched.get(real) : undefined
    if (known === undefined || this.#isClosed) return
    this.#onHint(typeof name === 'string' ? join(known, name) : known, event === 'change' ? 'change' : 'entry')
  }
}

function isFileError(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES' || code === 'ELOOP'
}
