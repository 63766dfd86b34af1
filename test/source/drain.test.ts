/** The end of a file source in good order: what was written up to then is delivered, and nothing is waited for. */
import { appendFileSync, closeSync, openSync, renameSync, truncateSync, unlinkSync, writeFileSync, writeSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { Following } from './following.ts'

let following: Following | undefined
function follow(...args: ConstructorParameters<typeof Following>): Following {
  following = new Following(...args)
  return following
}
afterEach(async () => {
  await following?.stop()
  following = undefined
})

test('what was written since the last look is delivered, new files and new generations too; then the run is over', async () => {
  const f = follow({ patterns: ['*.log'] })
  writeFileSync(f.path('a.log'), 'one\n')
  await f.start()
  appendFileSync(f.path('a.log'), 'two\n')
  renameSync(f.path('a.log'), f.path('b.log'))
  writeFileSync(f.path('a.log'), 'three\nunfinished')
  writeFileSync(f.path('new.log'), 'four\n')
  await f.drain()
  expect(f.taken().sort()).toEqual(['four', 'one', 'three', 'two'])
  expect(
    f.source
      .positions()
      .map(({ checkpoint }) => checkpoint)
      .sort(),
  ).toEqual([5, 6, 8])
  appendFileSync(f.path('a.log'), ' after all\n')
  expect(f.taken()).toEqual([])
})

test('a long line whose end was only just written is delivered whole', async () => {
  const f = follow({ patterns: ['a.log'] })
  writeFileSync(f.path('a.log'), 'x'.repeat(300_000))
  await f.start()
  appendFileSync(f.path('a.log'), `${'x'.repeat(300_000)}\nlast\n`)
  await f.drain()
  expect(f.lines.map((line) => line.length)).toEqual([600_000, 4])
})

test('a file that has no name any more is read to its very end: nobody will open it again', async () => {
  const f = follow({ patterns: ['a.log'] })
  const fd = openSync(f.path('a.log'), 'a')
  writeSync(fd, 'one\n')
  await f.start()
  writeSync(fd, 'two\nthree')
  unlinkSync(f.path('a.log'))
  await f.drain()
  closeSync(fd)
  expect(f.taken()).toEqual(['one', 'two', 'three'])
})

test('a truncation is seen at the end too', async () => {
  const f = follow({ patterns: ['a.log'] })
  writeFileSync(f.path('a.log'), 'one\ntwo\n')
  await f.start()
  truncateSync(f.path('a.log'))
  appendFileSync(f.path('a.log'), 'new\n')
  await f.drain()
  expect(f.taken()).toEqual(['one', 'two', 'new'])
})

test('asked for before it began, it reads what is there and ends', async () => {
  const f = follow({ patterns: ['a.log'] })
  writeFileSync(f.path('a.log'), 'one\n')
  f.source.drain()
  await f.run()
  expect(f.taken()).toEqual(['one'])
})

test('an abort ends it at once, whatever is left', async () => {
  const f = follow({ patterns: ['a.log'] })
  writeFileSync(f.path('a.log'), 'one\n')
  await f.start()
  appendFileSync(f.path('a.log'), 'x\n'.repeat(2_000_000))
  const draining = f.drain()
  while (f.lines.length < 2) await new Promise((resolve) => setImmediate(resolve))
  f.abort()
  await draining
  expect(f.lines.length).toBeLessThan(2_000_000)
})
