/** The descriptor of a followed file, which may be given away and got back. Never closes twice: the number may be another file's by then. */
import { closeSync, readlinkSync, realpathSync } from 'node:fs'

const CLOSED = -1

export class Handle {
  #fd: number

  constructor(fd: number) {
    this.#fd = fd
  }

  /** While it is closed, the system refuses what is asked of it. */
  get fd(): number {
    return this.#fd
  }

  get isOpen(): boolean {
    return this.#fd !== CLOSED
  }

  take(fd: number): void {
    this.#fd = fd
  }

  /** The path of the file past all links; where the system does not tell, of what `path` leads to now. */
  realPath(path: string): string {
    return tried(() => readlinkSync(`/proc/self/fd/${this.#fd}`)) ?? tried(() => realpathSync(path)) ?? path
  }

  close(): void {
    if (!this.isOpen) return
    tried(() => {
      closeSync(this.#fd)
    })
    this.#fd = CLOSED
  }
}

/** A network file system may report a late error at the closing: there is nothing left to do then. */
function tried<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}
