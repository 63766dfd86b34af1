/**
 * Files of the record's folder: regular, ours alone, and never reached through a link that somebody planted. Throws the system's errors;
 * a folder in which others could have put something is an `UnsafeFolder`.
 */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'

const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants
const OURS = /^(lock|in-hand|suspects|(snapshot|journal)-\d+)(\.tmp)?$/
const OTHERS_MAY_WRITE = 0o002
const STICKY = 0o1000

/** Somebody else has a hand in the folder: nothing of it is read or written. */
export class UnsafeFolder extends Error {
  override readonly name = 'UnsafeFolder'
}

/** Throws `UnsafeFolder` with what is wrong and how to mend it. */
export function checkFolder(folder: string): void {
  const link = lstatSync(folder)
  if (link.isSymbolicLink() && !isTrusted(link)) throw new UnsafeFolder(`it is a symbolic link that user ${link.uid} made`)
  const stat = statSync(folder)
  if (!isTrusted(stat))
    throw new UnsafeFolder(
      `it belongs to user ${stat.uid}, and this is user ${process.geteuid?.()}; chown it, or name another folder`,
    )
  if ((stat.mode & OTHERS_MAY_WRITE) !== 0 && (stat.mode & STICKY) === 0)
    throw new UnsafeFolder('anyone may write in it; chmod o-w it, or name a folder below it, which is made for you alone')
  for (const name of readdirSync(folder)) if (OURS.test(name)) checkFile(name, lstatSync(join(folder, name)))
}

function checkFile(name: string, stat: Stats): void {
  if (stat.isSymbolicLink())
    throw new UnsafeFolder(`${name} in it is a symbolic link; this program makes none: look who did, and remove it`)
  if (!stat.isFile())
    throw new UnsafeFolder(`${name} in it is no file; this program makes none such: look who did, and remove it`)
  if (!isTrusted(stat))
    throw new UnsafeFolder(`${name} in it belongs to user ${stat.uid}, and this is user ${process.geteuid?.()}`)
}

/** Root could do anything anyway. Where there are no users, all are trusted. */
function isTrusted({ uid }: Stats): boolean {
  const me = process.geteuid?.()
  return me === undefined || uid === me || uid === 0
}

export function readOwn(path: string): Buffer {
  const fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    if (!fstatSync(fd).isFile()) throw Object.assign(new Error(`${path} is no file`), { code: 'EINVAL', syscall: 'open' })
    return readFileSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** A new file for reading and writing by the owner alone; it must not be there yet. */
export function createOwn(path: string): number {
  return openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
}

/** Whoever reads the file finds it as it was, or with this text. */
export function replaceOwn(path: string, text: string): void {
  const next = `${path}.tmp`
  removeOwn(next)
  const fd = createOwn(next)
  try {
    const bytes = Buffer.from(text)
    for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written)
  } finally {
    closeSync(fd)
  }
  renameSync(next, path)
}

/** No matter whether it is there. */
export function removeOwn(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
