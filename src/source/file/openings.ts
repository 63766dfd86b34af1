/** Opens files that a scan has found. What cannot be opened now is tried again: when a descriptor is free, or some time after a refusal. */
import { closeSync } from 'node:fs'
import type { Descriptors } from './descriptors.ts'
import type { Meter } from './meter.ts'
import type { OpenedFile } from './open-file.ts'
import { Refusals } from './refusals.ts'
import type { Tail } from './tail.ts'

export class Openings {
  readonly #descriptors: Descriptors
  readonly #meter: Meter
  readonly #maxFiles: number
  readonly #refusals = new Refusals()
  /** Paths that wait for a descriptor, as of the last scan. */
  readonly #waiting = new Set<string>()

  constructor(descriptors: Descriptors, meter: Meter, maxFiles: number) {
    this.#descriptors = descriptors
    this.#meter = meter
    this.#maxFiles = maxFiles
  }

  get refusedCount(): number {
    return this.#refusals.count
  }

  get waitingCount(): number {
    return this.#waiting.size
  }

  /** Forgets what is not there any more. */
  keep(paths: { has(path: string): boolean }): void {
    this.#refusals.keep(paths)
    for (const path of this.#waiting) if (!paths.has(path)) this.#waiting.delete(path)
  }

  /** `take` answers nothing for a file that is not to be followed: it is closed then. `later`: it is there, and cannot be read now. */
  open(
    path: string,
    nowMs: number,
    followed: number,
    take: (opened: OpenedFile) => Tail | undefined,
  ): Tail | 'later' | undefined {
    if (!this.#refusals.mayTry(path, nowMs)) return 'later'
    try {
      if (followed >= this.#maxFiles) throw new Error(`more than ${this.#maxFiles} files are followed`)
      const opened = this.#descriptors.open(path)
      if (opened === 'full') return this.#wait(path)
      this.#waiting.delete(path)
      if (opened === undefined) return undefined
      this.#refusals.remove(path)
      const tail = take(opened)
      if (tail === undefined) closeSync(opened.fd)
      return tail
    } catch (error) {
      const { code, syscall } = error as NodeJS.ErrnoException
      if (code === 'ENOENT') return undefined
      if (syscall === undefined && followed < this.#maxFiles) throw error
      this.#refusals.add(path, nowMs)
      this.#meter.refused(code ?? (error as Error).message, path)
      return 'later'
    }
  }

  /** The next scan finds it again. */
  #wait(path: string): 'later' {
    this.#waiting.add(path)
    this.#meter.warn('all file descriptors are held by deleted logs, which are read first; others wait, this one first:', path)
    return 'later'
  }
}
