/** The system calls of the record, behind one type, so that a test can let any of them fail. All throw the system's errors. */
import {
  closeSync,
  constants,
  fstatSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  unlink,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { createOwn, readOwn } from './own-files.ts'

export interface Disk {
  makeFolder(path: string): void
  list(folder: string): string[]
  read(path: string): Buffer
  /** A new file for reading and writing by the owner alone; it must not be there yet. */
  create(path: string): number
  /** Writes all bytes at `position`: a call may take fewer than it was given (ENOSPC shows only at the next). */
  write(fd: number, bytes: Uint8Array, position: number): void
  cut(fd: number, lengthBytes: number): void
  /** Names that lead to the open file: 0 when somebody deleted it. */
  linkCount(fd: number): number
  sync(fd: number): void
  /** Calls back when the bytes are on the medium; the event loop goes on meanwhile. */
  syncLater(fd: number, done: (error: Error | null) => void): void
  syncFolder(path: string): void
  syncFolderLater(path: string, done: (error: Error | null) => void): void
  close(fd: number): void
  rename(from: string, to: string): void
  remove(path: string): void
  /** The same beside the work: a large file takes the file system milliseconds. */
  removeLater(path: string, done: (error: Error | null) => void): void
}

export const nodeDisk: Disk = {
  makeFolder: (path) => void mkdirSync(path, { recursive: true, mode: 0o700 }),
  list: (folder) => readdirSync(folder),
  read: readOwn,
  create: createOwn,
  write: (fd, bytes, position) => {
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(fd, bytes, written, bytes.length - written, position + written)
    }
  },
  cut: (fd, lengthBytes) => ftruncateSync(fd, lengthBytes),
  linkCount: (fd) => fstatSync(fd).nlink,
  sync: (fd) => fsyncSync(fd),
  syncLater: (fd, done) => fsync(fd, done),
  syncFolder: (path) => {
    const fd = openSync(path, constants.O_RDONLY)
    try {
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  },
  syncFolderLater: (path, done) => {
    const fd = openSync(path, constants.O_RDONLY)
    fsync(fd, (error) => {
      closeSync(fd)
      done(error)
    })
  },
  close: (fd) => closeSync(fd),
  rename: (from, to) => renameSync(from, to),
  remove: (path) => unlinkSync(path),
  removeLater: (path, done) => unlink(path, done),
}
