/** One owner per folder: a living one is named, a dead one replaced, also one that nobody has waited for. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type HeldLock, takeLock } from '../../src/state/lock.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agentlog-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const path = (): string => join(folder, 'lock')
const owner = (): Record<string, unknown> => JSON.parse(readFileSync(path(), 'utf8')) as Record<string, unknown>

async function take(): Promise<HeldLock> {
  const lock = await takeLock(folder)
  if ('heldBy' in lock) throw new Error(lock.heldBy)
  return lock
}

test('a living owner is named; what it releases is free', async () => {
  const lock = await take()
  expect(await takeLock(folder)).toEqual({ heldBy: expect.stringContaining(`process ${process.pid} (`) as string })
  lock.release()
  ;(await take()).release()
})

test('the lock of a process that is gone, or of another one with its number, is taken', async () => {
  await take()
  writeFileSync(path(), JSON.stringify({ ...owner(), pid: 4_194_300 }))
  await take()
  writeFileSync(path(), JSON.stringify({ ...owner(), started: '1' }))
  expect(owner().pid).toBe(process.pid)
  await take()
  writeFileSync(path(), '{"pid":')
  await take()
})

test('the lock of a zombie is taken', async () => {
  // A program that does not wait for its child, which dies once the shell that would have waited is that program.
  const script = 'head -c 1 <&3 >/dev/null & echo $!; exec sleep 60'
  const parent = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore', 'pipe'] })
  const pid = await new Promise<number>((resolve) => parent.stdout!.once('data', (text) => resolve(Number(text))))
  const turn = () => new Promise((resolve) => setTimeout(resolve, 5))
  while (readFileSync(`/proc/${parent.pid}/comm`, 'utf8') !== 'sleep\n') await turn()
  ;(parent.stdio[3] as Writable).write('x')
  const stat = (): string[] => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  while (stat()[0] !== 'Z') await turn()
  await take()
  writeFileSync(path(), JSON.stringify({ ...owner(), pid, started: stat()[19] }))
  await take()
  parent.kill()
})

test('an owner out of sight is alive while it renews, and dead when it does not', async () => {
  const lock = await take()
  const foreign = JSON.stringify({ ...owner(), seenFrom: 'another container' })
  writeFileSync(path(), foreign)
  const renewing = setInterval(() => lock.renew(), 50)
  expect(await takeLock(folder)).toHaveProperty('heldBy')
  clearInterval(renewing)
  expect(readFileSync(path(), 'utf8')).toBe(foreign)
  await take()
  expect(lock.renew()).toBe(true)
})

test('a lock that somebody removed is written again, and whoever lost the folder is told', async () => {
  const lock = await take()
  rmSync(path())
  expect(lock.renew()).toBe(true)
  const mine = owner()
  expect(mine.pid).toBe(process.pid)
  expect(lock.renew()).toBe(true)
  rmSync(path())
  writeFileSync(path(), JSON.stringify({ ...mine, pid: 4_194_300 }))
  expect(lock.renew()).toBe(false)
})
