/** Opens a path for reading without ever waiting: a pipe or device that took the place of a file is closed again. */
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { HEAD_BYTES } from './fingerprint.ts'

export interface OpenedFile {
  readonly fd: number
  /** Of the descriptor, not of the path: between two calls a path can come to mean another file. */
  readonly stat: BigIntStats
}

/** undefined: not a regular file. Throws the system's errors. */
export function openFile(path: string): OpenedFile | undefined {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stat = fstatSync(fd, { bigint: true })
    if (stat.isFile()) return { fd, stat }
  } catch (error) {
    closeSync(fd)
    throw error
  }
  closeSync(fd)
  return undefined
}

export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}

const SCRATCH = Buffer.alloc(HEAD_BYTES)

/** Up to `length` bytes, at most `HEAD_BYTES`, from `offset`; valid until the next call. Throws the system's errors. */
export function bytesOf(fd: number, offset: number, length: number): Buffer {
  return SCRATCH.subarray(0, readSync(fd, SCRATCH, 0, length, offset))
}
