/**
 * Loaded before the program (`--import kill-points.mjs?folder=…&point=…&nth=…&diary=…`): the process kills itself when it reaches a point
 * between two system calls for the nth time, or with half of one done. It writes the point into its diary first. The program
 * itself knows nothing of it.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { basename, dirname, resolve } from 'node:path'
import { isMainThread } from 'node:worker_threads'

const { searchParams } = new URL(import.meta.url)
const folder = resolve(searchParams.get('folder'))
const point = searchParams.get('point')
const original = { ...fs }
let left = Number(searchParams.get('nth'))
const pathOf = new Map()

/** Whether this is the time. */
function isDue(name) {
  return name === point && --left === 0
}

function die() {
  original.appendFileSync(searchParams.get('diary'), `${point}\n`)
  process.kill(process.pid, 'SIGKILL')
}

function reach(name) {
  if (isDue(name)) die()
}

/** What an open file is to the record. */
function kindOf(fd) {
  const path = pathOf.get(fd)
  if (path === undefined) return undefined
  if (path === folder) return 'folder'
  if (dirname(path) !== folder) return undefined
  return /^(journal|snapshot|lock)/.exec(basename(path))?.[1]
}

function isOfRecord(path) {
  return dirname(resolve(String(path))) === folder
}

/** Snapshots are synced at once when the program starts, and beside its work later. */
function watchSyncs(when) {
  return { snapshot: `${when}: before the snapshot is synced`, folder: `${when}: before the folder is synced` }
}
const AT_START = watchSyncs('at the start')
const LATER = watchSyncs('later')
let isLater = false

const replaced = {
  openSync(path, ...rest) {
    const fd = original.openSync(path, ...rest)
    if (typeof path === 'string') pathOf.set(fd, resolve(path))
    return fd
  },
  closeSync(fd) {
    pathOf.delete(fd)
    return original.closeSync(fd)
  },
  readSync(fd, ...rest) {
    const got = original.readSync(fd, ...rest)
    if (got > 0 && pathOf.get(fd)?.startsWith(`${folder}/`) === false) reach('after a reading of the log')
    return got
  },
  writeSync(fd, buffer, offset, length, position) {
    const kind = kindOf(fd)
    if (kind === 'journal') reach('before a journal append')
    if (kind === 'lock' && isDue('inside the lock')) {
      original.writeSync(fd, buffer.slice(0, buffer.length / 2))
      die()
    }
    if (kind !== undefined && isDue(`inside a ${kind} append`)) {
      original.writeSync(fd, buffer, offset, Math.ceil(length / 2), position)
      die()
    }
    const written = original.writeSync(fd, buffer, offset, length, position)
    if (kind === 'journal') reach('after a journal append')
    return written
  },
  fsyncSync(fd) {
    reach(AT_START[kindOf(fd)])
    return original.fsyncSync(fd)
  },
  fsync(fd, done) {
    if (kindOf(fd) === 'snapshot') isLater = true
    reach(LATER[kindOf(fd)])
    return original.fsync(fd, done)
  },
  renameSync(from, to) {
    const when = isLater ? 'later' : 'at the start'
    const isSnapshot = isOfRecord(to) && basename(to).startsWith('snapshot')
    if (isSnapshot) reach(`${when}: before the rename`)
    original.renameSync(from, to)
    if (isSnapshot) reach(`${when}: after the rename`)
  },
  lutimesSync(path, ...times) {
    if (isOfRecord(path) && basename(path) === 'lock') reach('before the lock is renewed')
    original.lutimesSync(path, ...times)
  },
  unlink(path, done) {
    original.unlink(path, (error) => {
      const isOld = isOfRecord(path) && /^(journal|snapshot)-\d+$/.test(basename(path))
      if (isOld) reach(isLater ? 'later: after an old file is removed' : 'at the start: after an old file is removed')
      done(error)
    })
  },
}

if (isMainThread) {
  Object.assign(fs, replaced)
  syncBuiltinESMExports()
}
