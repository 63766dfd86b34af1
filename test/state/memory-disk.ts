/** A disk in memory on which any call can be made to fail, or to be the last one before the process dies. */
import type { Disk } from '../../src/state/disk.ts'

/** The process died: nothing of it runs any more. */
export class Killed extends Error {}

type Fault = (call: string, index: number) => 'kill-before' | 'kill-within' | 'kill-after' | string | undefined

export class MemoryDisk implements Disk {
  files = new Map<string, { bytes: Buffer; links: number }>()
  /** Answers what is to happen at the index-th call: an error code, or a death; undefined: it works. */
  fault: Fault = () => undefined
  calls = 0
  readonly #open = new Map<number, { bytes: Buffer; links: number }>()
  #nextFd = 3
  readonly #later: (() => void)[] = []

  /** What a new process finds. */
  reboot(): MemoryDisk {
    const disk = new MemoryDisk()
    disk.files = new Map([...this.files].map(([path, { bytes }]) => [path, { bytes: Buffer.from(bytes), links: 1 }]))
    return disk
  }

  /** Calls back what was promised for later. */
  settle(): void {
    for (const callback of this.#later.splice(0)) callback()
  }

  makeFolder(): void {
    this.#call('makeFolder', () => {})
  }

  list(folder: string): string[] {
    return this.#call('list', () => [...this.files.keys()].map((path) => path.slice(folder.length + 1)))
  }

  read(path: string): Buffer {
    return this.#call('read', () => Buffer.from(this.#at(path).bytes))
  }

  create(path: string): number {
    return this.#call('create', () => {
      if (this.files.has(path)) throw systemError('EEXIST')
      const file = { bytes: Buffer.alloc(0), links: 1 }
      this.files.set(path, file)
      this.#open.set(this.#nextFd, file)
      return this.#nextFd++
    })
  }

  write(fd: number, bytes: Uint8Array, position: number): void {
    const file = this.#open.get(fd)!
    const put = (count: number): void => {
      const length = Math.max(file.bytes.length, position + count)
      const grown = Buffer.alloc(length)
      file.bytes.copy(grown)
      grown.set(bytes.subarray(0, count), position)
      file.bytes = grown
    }
    this.#call(
      'write',
      () => put(bytes.length),
      () => put(Math.floor(bytes.length / 2)),
    )
  }

  cut(fd: number, lengthBytes: number): void {
    const file = this.#open.get(fd)!
    this.#call('cut', () => {
      file.bytes = file.bytes.subarray(0, lengthBytes)
    })
  }

  linkCount(fd: number): number {
    return this.#call('linkCount', () => this.#open.get(fd)!.links)
  }

  sync(): void {
    this.#call('sync', () => {})
  }

  syncLater(_fd: number, done: (error: Error | null) => void): void {
    this.#later.push(() => this.#callBack('syncLater', done))
  }

  syncFolder(): void {
    this.#call('syncFolder', () => {})
  }

  syncFolderLater(_path: string, done: (error: Error | null) => void): void {
    this.#later.push(() => this.#callBack('syncFolderLater', done))
  }

  close(fd: number): void {
    this.#call('close', () => void this.#open.delete(fd))
  }

  rename(from: string, to: string): void {
    this.#call('rename', () => {
      this.files.set(to, this.#at(from))
      this.files.delete(from)
    })
  }

  remove(path: string): void {
    this.#call('remove', () => {
      this.#at(path).links = 0
      this.files.delete(path)
    })
  }

  removeLater(path: string, done: (error: Error | null) => void): void {
    this.#later.push(() => {
      let failure: Error | null = null
      try {
        this.remove(path)
      } catch (error) {
        if (error instanceof Killed) throw error
        failure = error as Error
      }
      done(failure)
    })
  }

  #at(path: string): { bytes: Buffer; links: number } {
    const file = this.files.get(path)
    if (file === undefined) throw systemError('ENOENT')
    return file
  }

  #call<T>(name: string, work: () => T, half: () => void = () => {}): T {
    const fault = this.fault(name, this.calls++)
    if (fault === 'kill-before') throw new Killed(name)
    if (fault === 'kill-within') {
      half()
      throw new Killed(name)
    }
    if (fault !== undefined && fault !== 'kill-after') {
      // A disk that is full takes what fits before it refuses.
      if (fault === 'ENOSPC') half()
      throw systemError(fault)
    }
    const result = work()
    if (fault === 'kill-after') throw new Killed(name)
    return result
  }

  #callBack(name: string, done: (error: Error | null) => void): void {
    let failure: Error | null = null
    try {
      this.#call(name, () => {})
    } catch (error) {
      if (error instanceof Killed) throw error
      failure = error as Error
    }
    done(failure)
  }
}

function systemError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code, syscall: 'test', errno: -1 })
}
