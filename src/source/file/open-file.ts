/** Opens a path for reading without ever waiting: a pipe or device that took the place of a file is closed again. */
import { type BigIntStats, closeSync, constants, fstatSync, openSync } from 'node:fs'

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
