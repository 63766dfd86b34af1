/** A file that somebody named, read without ever waiting: a pipe or device in its place, or a file without end, is a problem. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'

/** All of it, or why not, in the words behind its name. */
export function readWhole(path: string, maxBytes: number): Buffer | { readonly problem: string } {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const stat = fstatSync(fd)
      if (stat.isDirectory()) return { problem: 'cannot be read: EISDIR' }
      if (!stat.isFile()) return { problem: 'is not a regular file' }
      return stat.size > maxBytes ? { problem: `is larger than ${maxBytes} bytes` } : readFileSync(fd)
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    return { problem: `cannot be read: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}` }
  }
}
