/** A descriptor that leads nowhere any more, as on a network file system whose server came back: the log is opened anew by its name. */
import fs, { appendFileSync, type BigIntStats, renameSync, rmSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { afterEach, expect, test } from 'vitest'
import { Following } from './following.ts'

const original = fs.fstatSync
const followings: Following[] = []
afterEach(async () => {
  fs.fstatSync = original
  syncBuiltinESMExports()
  for (const one of followings.splice(0)) await one.stop()
})

function follow(): Following {
  const f = new Following({ patterns: ['a.log*'] })
  followings.push(f)
  return f
}

/** All descriptors that are open on the file of this number now. */
function makeStale(inode: number): void {
  const stale = new Set<number>()
  for (let fd = 3; fd < 1000; fd++) if (inodeOf(fd) === BigInt(inode)) stale.add(fd)
  expect(stale.size).toBeGreaterThan(0)
  const refusing = (fd: number, options: { bigint: true }): BigIntStats => {
    if (stale.has(fd)) throw Object.assign(new Error('ESTALE: stale file handle, fstat'), { code: 'ESTALE', syscall: 'fstat' })
    return original(fd, options)
  }
  fs.fstatSync = refusing as typeof fs.fstatSync
  syncBuiltinESMExports()
  const { closeSync } = fs
  fs.closeSync = (fd) => {
    stale.delete(fd)
    closeSync(fd)
    fs.closeSync = closeSync
    syncBuiltinESMExports()
  }
  syncBuiltinESMExports()
}

function inodeOf(fd: number): bigint | undefined {
  try {
    return original(fd, { bigint: true }).ino
  } catch {
    return undefined
  }
}

test.each([
  ['it is there', () => {}, ['two', 'three']],
  ['it was rotated', (f: Following) => renameSync(f.path('a.log'), f.path('a.log.1')), ['two', 'three']],
  ['it is gone', (f: Following) => rmSync(f.path('a.log')), []],
])('%s', async (_, act, expected) => {
  const f = follow()
  writeFileSync(f.path('a.log'), 'one\n')
  await f.start()
  expect(f.taken()).toEqual(['one'])
  makeStale(fs.statSync(f.path('a.log')).ino)
  appendFileSync(f.path('a.log'), 'two\nthree\n')
  act(f)
  for (let scan = 0; scan < 6; scan++) await f.time.step(1000)
  expect(f.taken()).toEqual(expected)
  expect([f.files('unreadable'), f.origins.length]).toEqual([0, 1])
})
