/** What becomes of lines that are there at the first start: which are marked as preparing for later ones only, and which are not read. */
import { appendFileSync, chmodSync, renameSync, truncateSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { asNobody, Following } from './following.ts'

const followings: Following[] = []
afterEach(async () => {
  for (const one of followings.splice(0)) await one.stop()
})

function follow(history: 'count' | 'skip' | 'prime', patterns: readonly string[], before?: Following): Following {
  const paths = before === undefined ? patterns : patterns.map((pattern) => before.path(pattern))
  const following = new Following({ patterns: paths, history })
  followings.push(following)
  return following
}

const recordOf = (f: Following) => f.source.positions().map(({ id, checkpoint, note }) => ({ id, checkpoint, note: note() }))

const primedOf = (f: Following): Record<string, number | undefined> =>
  Object.fromEntries(f.origins.map(({ file, primedBytes }) => [file.split('/').at(-1), primedBytes]))

test('prime: all lines that are there are delivered, and those of the first scan are marked', async () => {
  const f = follow('prime', ['*.log'])
  writeFileSync(f.path('a.log'), 'one\ntw')
  await f.start()
  expect(f.taken()).toEqual(['one'])
  appendFileSync(f.path('a.log'), 'o\n')
  writeFileSync(f.path('b.log'), 'three\n')
  await f.settle()
  expect(f.taken()).toEqual(['two', 'three'])
  // "two" ends behind it: it is a later line.
  expect(primedOf(f)).toEqual({ 'a.log': 6, 'b.log': 0 })
})

test('prime: the mark follows the file over a rename and a restart, and goes with its bytes', async () => {
  const f = follow('prime', ['*.log'])
  writeFileSync(f.path('a.log'), 'one\ntwo\n')
  await f.start()
  renameSync(f.path('a.log'), f.path('b.log'))
  await f.drain()
  const record = f.source.positions().map((one) => ({ id: one.id, checkpoint: 4, note: one.note() }))
  const next = follow('prime', ['*.log'], f)
  next.source.restore(record, 0)
  writeFileSync(f.path('new.log'), 'three\n')
  await next.start()
  expect(next.taken()).toEqual(['two', 'three'])
  expect(primedOf(next)).toEqual({ 'b.log': 8, 'new.log': 0 })
  truncateSync(f.path('b.log'))
  appendFileSync(f.path('b.log'), 'x\n')
  await next.settle()
  expect(primedOf(next)['b.log']).toBe(0)
})

test('what cannot be opened at first is history all the same, and no more of it than was there', async () => {
  for (const history of ['skip', 'prime'] as const) {
    for (const isRestarted of [false, true]) {
      const f = follow(history, ['a.log*'])
      writeFileSync(f.path('a.log'), 'one\ntw')
      chmodSync(f.directory, 0o755)
      chmodSync(f.path('a.log'), 0)
      await asNobody(async () => {
        await f.start()
      })
      expect([f.taken(), f.files('unreadable')]).toEqual([[], 1])
      if (isRestarted) await f.kill()
      appendFileSync(f.path('a.log'), 'o\nthree\n')
      renameSync(f.path('a.log'), f.path('a.log.1'))
      writeFileSync(f.path('a.log'), 'four\n')
      chmodSync(f.path('a.log.1'), 0o644)
      const next = isRestarted ? follow(history, ['a.log*'], f) : f
      if (isRestarted) next.source.restore(recordOf(f), 0)
      if (isRestarted) await next.start()
      await next.time.step(10_000)
      await next.settle()
      expect(next.taken().sort()).toEqual(['four', ...(history === 'prime' ? ['one'] : []), 'three', 'two'])
      expect(primedOf(next)['a.log.1']).toBe(history === 'prime' ? 6 : 0)
    }
  }
})

test('a history that could not be read, and is gone, hides nothing of what stands there now', async () => {
  const f = follow('skip', ['a.log'])
  writeFileSync(f.path('a.log'), 'one\ntwo\n')
  chmodSync(f.directory, 0o755)
  chmodSync(f.path('a.log'), 0)
  await asNobody(async () => {
    await f.start()
  })
  truncateSync(f.path('a.log'))
  appendFileSync(f.path('a.log'), 'three\n')
  chmodSync(f.path('a.log'), 0o644)
  await f.time.step(10_000)
  expect(f.taken()).toEqual(['three'])
})

test('an archive that is there at the first scan is history; one that was being primed is so after a restart', async () => {
  const contents = { skip: [], prime: ['one', 'two'] } as const
  for (const history of ['skip', 'prime'] as const) {
    const f = follow(history, ['a.log.gz', 'b.log.gz'])
    writeFileSync(f.path('a.log.gz'), gzipSync('one\ntwo\n'))
    await f.start()
    await f.source.caughtUp
    expect(f.taken()).toEqual(contents[history])
    writeFileSync(f.path('b.log.gz'), gzipSync('three\n'))
    await f.drain()
    expect(f.taken()).toEqual(['three'])
    expect(primedOf(f)).toEqual({ ...(history === 'prime' ? { 'a.log.gz': Number.POSITIVE_INFINITY } : {}), 'b.log.gz': 0 })
  }
  const f = followings.at(-1)!
  const half = f.source.positions().flatMap((one) => (one.id.endsWith(':gz') ? [one.id] : []))
  const next = follow('prime', ['a.log.gz'], f)
  next.source.restore([{ id: half[0]!, checkpoint: 4, note: 'archive that counts nothing' }], 0)
  await next.start()
  await next.source.caughtUp
  expect([next.taken(), primedOf(next)]).toEqual([['two'], { 'a.log.gz': Number.POSITIVE_INFINITY }])
})

test('skip: a log whose first lines are not read is to tell by those that are what it is written in', async () => {
  const f = follow('skip', ['*.log'])
  writeFileSync(f.path('a.log'), 'one\ntw')
  await f.start()
  writeFileSync(f.path('b.log'), 'three\n')
  await f.settle()
  const told = f.origins.map(({ file, resumption }) => [file.split('/').at(-1), resumption])
  expect(told).toEqual([
    ['a.log', { appliedBytes: 4, formats: {} }],
    ['b.log', undefined],
  ])
})
