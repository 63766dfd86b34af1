/** Files that could be taken for one another: a generation for a copy of a deleted log, a deleted log's copy for a log of its own. */
import { appendFileSync, copyFileSync, linkSync, renameSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { Archives } from '../../src/source/file/archives.ts'
import type { FileSourceOptions } from '../../src/source/file/file-source.ts'
import { fileAt } from '../../src/source/file/folder.ts'
import { Meter } from '../../src/source/file/meter.ts'
import { createOwnMetrics } from '../../src/telemetry/own-metrics.ts'
import { Following } from './following.ts'

const followings: Following[] = []
afterEach(async () => {
  for (const one of followings.splice(0)) await one.stop()
})

type Options = Partial<FileSourceOptions> & { readonly patterns: readonly string[]; readonly goesOnFrom?: Following }

function follow(options: Options): Following {
  const following = new Following(options)
  followings.push(following)
  return following
}

/** What every process of this agent says first: longer than what is compared of the beginning of files. */
const BANNER = `banner ${'='.repeat(1200)}`

/** File systems count in ticks: waits until a file that is made now is younger than this one's last line. */
function untilLater(path: string): void {
  const writtenNs = statSync(path, { bigint: true }).mtimeNs
  for (const probe = `${path}.probe`; ; unlinkSync(probe)) {
    writeFileSync(probe, '')
    if (statSync(probe, { bigint: true }).birthtimeNs > writtenNs) break
  }
}

test.each([
  [BANNER, 'a first kilobyte'],
  ['short', 'a few bytes'],
])(
  'two rotations while nothing ran: the second generation is no copy of the first, though they begin alike (%#)',
  async (banner) => {
    for (const patterns of [['app.log'], ['app.log*']]) {
      const f = follow({ patterns })
      const log = f.path('app.log')
      writeFileSync(log, `${banner}\none\ntwo\nthree\n`)
      await f.start()
      expect(f.taken()).toEqual([banner, 'one', 'two', 'three'])
      await f.kill()
      appendFileSync(log, 'late\n')
      untilLater(log)
      writeFileSync(f.path('app.log.2.gz'), gzipSync(`${banner}\none\ntwo\nthree\nlate\n`))
      rmSync(log)
      writeFileSync(f.path('app.log.1'), `${banner}\nfour\n`)
      writeFileSync(log, `${banner}\nfive\n`)
      const next = follow({ patterns, goesOnFrom: f })
      await next.start()
      await next.source.caughtUp
      await next.settle()
      expect(next.taken().sort()).toEqual([banner, banner, 'five', 'four', 'late'].sort())
    }
  },
)

test('a copy that was made before the last lines were read brings nothing, also after a restart', async () => {
  const f = follow({ patterns: ['app.log'] })
  const [log, copy] = [f.path('app.log'), f.path('app.log.1')]
  writeFileSync(log, `${BANNER}\none\n`)
  await f.start()
  copyFileSync(log, copy)
  untilLater(copy)
  appendFileSync(log, 'two\n')
  await f.settle()
  expect(f.taken()).toEqual([BANNER, 'one', 'two'])
  await f.kill()
  rmSync(log)
  const next = follow({ patterns: ['app.log'], goesOnFrom: f })
  await next.start()
  await next.settle()
  expect(next.taken()).toEqual([])
})

test('the copy of a log that goes on, and is deleted then, is no log of its own', async () => {
  const f = follow({ patterns: ['*.log'], rotateWaitMs: 5000 })
  const [log, copy] = [f.path('app.log'), f.path('kept.log')]
  writeFileSync(log, `${BANNER}\none\n`)
  await f.start()
  copyFileSync(log, copy)
  await f.settle()
  appendFileSync(log, 'two\n')
  await f.settle()
  rmSync(log)
  for (let scan = 0; scan < 10; scan++) await f.time.step(1000)
  expect(f.taken()).toEqual([BANNER, 'one', 'two'])
  appendFileSync(copy, 'three\n')
  await f.settle()
  expect(f.files('copy')).toBe(0)
})

test('a copy that was written anew when its original was deleted is a log of its own', async () => {
  const f = follow({ patterns: ['*.log'] })
  const [log, copy] = [f.path('app.log'), f.path('kept.log')]
  writeFileSync(log, `${BANNER}\none\n`)
  await f.start()
  copyFileSync(log, copy)
  await f.settle()
  expect([f.taken(), f.files('copy')]).toEqual([[BANNER, 'one'], 1])
  rmSync(log)
  writeFileSync(copy, `${BANNER}\n2\n`)
  await f.settle()
  await f.settle()
  expect(f.taken()).toEqual([BANNER, '2'])
})

test('a short log that is copied, truncated and renamed between two looks counts once', async () => {
  const f = follow({ patterns: ['*.log*'] })
  const log = f.path('app.log')
  writeFileSync(log, 'one\ntwo\n')
  await f.start()
  copyFileSync(log, f.path('app.log.1'))
  writeFileSync(log, 'three\n')
  renameSync(log, f.path('moved.log'))
  for (let scan = 0; scan < 4; scan++) await f.settle()
  expect(f.taken()).toEqual(['one', 'two', 'three'])
})

test('a file with the number of a deleted copy is not that copy', async () => {
  const f = follow({ patterns: ['*.log*'] })
  const [log, copy] = [f.path('app.log'), f.path('app.log.1')]
  writeFileSync(log, 'one\ntwo\n')
  copyFileSync(log, copy)
  await f.start()
  expect([f.taken(), f.files('copy')]).toEqual([['one', 'two'], 1])
  const { ino } = statSync(copy)
  rmSync(copy)
  const others = Array.from({ length: 200 }, (_, i) => f.path(`${i}.other`))
  const another = others.find((path) => {
    writeFileSync(path, 'one\ntwo\nthree\n')
    return statSync(path).ino === ino
  })
  if (another === undefined) console.log('this file system gives no number again at once')
  renameSync(another ?? others[0]!, f.path('new.log'))
  rmSync(log)
  await f.settle()
  await f.settle()
  expect(f.taken()).toEqual(['one', 'two', 'three'])
})

test('a copy that grew holds the rest: its packed copy brings nothing more', async () => {
  const f = follow({ patterns: ['app.log'], rotateWaitMs: 5000 })
  const [log, copy] = [f.path('app.log'), f.path('app.log.1')]
  writeFileSync(log, 'one\n')
  await f.start()
  copyFileSync(log, copy)
  writeFileSync(log, '')
  await f.settle()
  appendFileSync(copy, 'two\n')
  await f.settle()
  expect(f.taken()).toEqual(['one', 'two'])
  rmSync(copy)
  for (let scan = 0; scan < 8; scan++) await f.time.step(1000)
  writeFileSync(`${copy}.gz`, gzipSync('one\ntwo\n'))
  for (let scan = 0; scan < 8; scan++) await f.time.step(1000)
  await f.drain()
  expect(f.taken()).toEqual([])
})

test('a deleted log is not let go while its packed copy is being looked into, which begins as a ghost does', async () => {
  const f = follow({ patterns: ['app.log'], rotateWaitMs: 5000 })
  const log = f.path('app.log')
  writeFileSync(log, 'one\n')
  await f.start()
  writeFileSync(log, '')
  await f.settle()
  appendFileSync(log, 'one\ntwo\n')
  await f.settle()
  expect(f.taken()).toEqual(['one', 'one', 'two'])
  renameSync(log, `${log}.1`)
  await f.settle()
  await f.time.step(4000)
  writeFileSync(`${log}.1.gz`, gzipSync('one\ntwo\n'))
  rmSync(`${log}.1`)
  await f.time.step(60_000)
  await f.settle()
  await f.drain()
  expect(f.taken()).toEqual([])
})

test('a log that was rotated while nothing ran, and is still written to, and its successor do not wait for one another', async () => {
  const f = follow({ patterns: ['app.log*'] })
  const log = f.path('app.log')
  writeFileSync(log, 'one\n')
  await f.start()
  await f.kill()
  renameSync(log, `${log}.1`)
  untilLater(`${log}.1`)
  writeFileSync(log, 'two\n')
  untilLater(log)
  appendFileSync(`${log}.1`, 'three\n')
  const next = follow({ patterns: ['app.log*'], goesOnFrom: f })
  await next.start()
  await next.settle()
  expect(next.taken().sort()).toEqual(['three', 'two'])
})

test('the torn last line of a rotated log is taken as it is after a restart, too', async () => {
  for (const patterns of [['app.log'], ['app.log*']]) {
    for (const [isSeen, isSuccessorLate] of [
      [true, false],
      [false, false],
      [false, true],
    ]) {
      const f = follow({ patterns, rotateWaitMs: 5000 })
      const log = f.path('app.log')
      writeFileSync(log, 'one\ntorn')
      await f.start()
      if (!isSeen) await f.kill()
      renameSync(log, `${log}.1`)
      if (!isSuccessorLate) writeFileSync(log, 'two\n')
      if (isSeen) await f.settle()
      if (isSeen) await f.kill()
      const next = follow({ patterns, rotateWaitMs: 5000, goesOnFrom: f })
      await next.start()
      await next.settle()
      if (isSuccessorLate) writeFileSync(log, 'two\n')
      for (let scan = 0; scan < 10; scan++) await next.time.step(1000)
      expect([...f.taken(), ...next.taken()].sort(), `${patterns} ${isSeen} ${isSuccessorLate}`).toEqual(['one', 'torn', 'two'])
    }
  }
})

test('a log that got a second name while nothing ran keeps its torn line for its writer', async () => {
  const f = follow({ patterns: ['app.log*'], rotateWaitMs: 5000 })
  writeFileSync(f.path('app.log'), 'to')
  await f.start()
  await f.kill()
  linkSync(f.path('app.log'), f.path('app.log.0'))
  const next = follow({ patterns: ['app.log.*', 'app.log'], rotateWaitMs: 5000, goesOnFrom: f })
  await next.start()
  for (let scan = 0; scan < 10; scan++) await next.time.step(1000)
  appendFileSync(next.path('app.log'), 'rn\n')
  await next.settle()
  expect(next.taken()).toEqual(['torn'])
})

test('a log whose place stays the same is written again when it becomes a ghost', async () => {
  const f = follow({ patterns: ['app.log'] })
  writeFileSync(f.path('app.log'), 'one\n')
  await f.start()
  await f.kill()
  rmSync(f.path('app.log'))
  const next = follow({ patterns: ['app.log'], goesOnFrom: f })
  const [before] = next.source.positions()
  await next.start()
  const [after] = next.source.positions()
  expect([before!.note(), after!.note()]).toEqual([
    expect.stringContaining('"state":"open"') as string,
    expect.stringContaining('"state":"ghost"') as string,
  ])
  expect([after!.id, after!.checkpoint]).toEqual([before!.id, before!.checkpoint])
  expect(after!.changes).not.toBe(before!.changes)
})

test('an archive that was to be read, and need not be any more, is written to the record again', () => {
  const f = follow({ patterns: [] })
  writeFileSync(f.path('app.log.1.gz'), gzipSync('one\n'))
  const file = fileAt(f.path('app.log.1.gz'))[0]!
  const archives = new Archives({
    open: () => {
      throw new Error('nothing is read here')
    },
    makeOrigin: (path) => ({ source: 's', file: path, stream: '', fields: {} }),
    meter: new Meter('s', createOwnMetrics(), undefined),
    maxLineBytes: 100,
    signal: new AbortController().signal,
    onDone: () => {},
  })
  archives.expect(file)
  const [before] = archives.positions()
  archives.forget(file, true)
  const [after] = archives.positions()
  expect([after!.id, after!.checkpoint]).toEqual([before!.id, before!.checkpoint])
  expect(after!.note()).not.toBe(before!.note())
  expect(after!.changes).not.toBe(before!.changes)
})
