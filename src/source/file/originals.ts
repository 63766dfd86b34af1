/** The files that are followed, looked up by name and by how they begin: an unknown file may be a copy of one. Valid during one scan. */
import { basename, resolve } from 'node:path'
import { HEAD_BYTES } from './fingerprint.ts'
import { logPathsOf } from './generation-names.ts'
import { bytesOf, type OpenedFile } from './open-file.ts'
import type { Tail } from './tail.ts'

/** Who writes the logs may make any number of them begin alike. */
const MAX_ALIKE = 16

export class Originals {
  readonly #byKey = new Map<string, Tail[]>()
  readonly #names = new Set<string>()

  constructor(tails: Iterable<Tail>) {
    for (const tail of tails) this.#add(tail, firstBytesOf(tail))
  }

  /** One that this scan found: others that it finds, and that begin alike, came together with it and are logs of their own. */
  add(tail: Tail): void {
    this.#add(tail, tail.head)
  }

  /** Whether it has the name that a copy of one would get, in whatever folder. */
  names(path: string): boolean {
    return logPathsOf(path).some((log) => this.#names.has(basename(log)))
  }

  #add(tail: Tail, head: Buffer): void {
    this.#names.add(basename(tail.origin.file))
    this.#put(`path ${resolve(tail.origin.file)}`, tail)
    // It may have been copied before it was renamed.
    if (tail.isRotated) this.#put(`path ${resolve(tail.formerPath)}`, tail)
    if (head.length === HEAD_BYTES) this.#put(headKey(head), tail)
  }

  /** Those of which the file may be a copy, by its name or by its first bytes. */
  of(path: string, { fd, stat }: OpenedFile): Tail[] {
    const keys = logPathsOf(path).map((log) => `path ${log}`)
    if (stat.size >= HEAD_BYTES) keys.push(headKey(bytesOf(fd, 0, HEAD_BYTES)))
    return [...new Set(keys.flatMap((key) => this.#byKey.get(key) ?? []))]
  }

  #put(key: string, tail: Tail): void {
    const tails = this.#byKey.get(key)
    if (tails === undefined) this.#byKey.set(key, [tail])
    else if (tails.length < MAX_ALIKE) tails.push(tail)
  }
}

/** None of one that cannot be read now. */
function firstBytesOf(tail: Tail): Buffer {
  try {
    return tail.firstBytes()
  } catch {
    return tail.head
  }
}

function headKey(head: Buffer): string {
  return `head ${head.toString('latin1')}`
}
