/** What a source says that keeps it from being read, while files come, go, are renamed and cannot be read. */
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { asNobody, Following } from './following.ts'

let following: Following | undefined

function follow(...patterns: readonly string[]): Following {
  following = new Following({ patterns, rotateWaitMs: 60_000 })
  return following
}

afterEach(async () => {
  await following?.stop()
  following = undefined
})

/** By somebody who may not read everything. */
function started(f: Following): Promise<void> {
  chmodSync(f.directory, 0o755)
  return asNobody(async () => void (await f.start()))
}

const told = ({ source, directory }: Following): string[] =>
  source.faults.map(({ what, why, isDown }) => `${isDown ? 'down' : 'degraded'} ${what.replace(`${directory}/`, '')}: ${why}`)

test('a named file that is not there takes the source down, until it comes', async () => {
  const f = follow('a.log', 'b.log')
  writeFileSync(f.path('a.log'), 'one\n')
  await f.start()
  expect(told(f)).toEqual(['down b.log: no such file'])
  writeFileSync(f.path('b.log'), 'one\n')
  await f.settle()
  expect(told(f)).toEqual([])
})

test('a named file that is deleted takes it down', async () => {
  const f = follow('a.log')
  writeFileSync(f.path('a.log'), 'one\n')
  await f.start()
  rmSync(f.path('a.log'))
  await f.settle()
  expect(told(f)).toEqual(['down a.log: no such file'])
})

test('so does one that is deleted while an older generation of it is read on', async () => {
  const f = follow('a.log')
  writeFileSync(f.path('a.log'), 'one\n')
  await f.start()
  renameSync(f.path('a.log'), f.path('a.log.1'))
  writeFileSync(f.path('a.log'), 'two\n')
  await f.settle()
  rmSync(f.path('a.log'))
  await f.settle()
  expect([told(f), f.files('rotated')]).toEqual([['down a.log: no such file'], 2])
})

test('one that was renamed leaves it degraded until another stands there, or until it is let go', async () => {
  const f = follow('a.log')
  writeFileSync(f.path('a.log'), 'one\n')
  await f.start()
  renameSync(f.path('a.log'), f.path('a.log.1'))
  await f.settle()
  const degraded = ['degraded a.log: was renamed and is read on; no other stands there yet']
  expect(told(f)).toEqual(degraded)
  renameSync(f.path('a.log.1'), f.path('a.log.2'))
  await f.settle()
  expect(told(f)).toEqual(degraded)
  writeFileSync(f.path('a.log'), 'two\n')
  await f.settle()
  expect(told(f)).toEqual([])
  renameSync(f.path('a.log'), f.path('elsewhere'))
  await f.settle()
  expect(told(f)).toEqual(degraded)
  for (let i = 0; i < 12; i++) await f.time.step(60_000)
  expect(told(f)).toEqual(['down a.log: no such file'])
})

test('a pattern waits for its first file', async () => {
  const f = follow('*.log', 'sub/*.log')
  await f.start()
  expect(told(f)).toEqual(['degraded *.log: no file matches', 'degraded sub/*.log: no file matches'])
})

test('a folder that cannot be listed takes down what has no other file', async () => {
  const f = follow('*/*.log')
  mkdirSync(f.path('closed'))
  writeFileSync(f.path('closed/a.log'), 'one\n')
  mkdirSync(f.path('open'))
  chmodSync(f.path('closed'), 0o000)
  await started(f)
  expect(told(f)).toEqual(['down closed: cannot be listed: EACCES'])
  writeFileSync(f.path('open/a.log'), 'one\n')
  await asNobody(() => f.settle())
  expect(told(f)).toEqual(['degraded closed: cannot be listed: EACCES'])
  chmodSync(f.path('closed'), 0o700)
})

test('files that cannot be read take it down if there is no other', async () => {
  const f = follow('*.log')
  for (const name of ['a.log', 'b.log']) {
    writeFileSync(f.path(name), 'one\n')
    chmodSync(f.path(name), 0o000)
  }
  await started(f)
  expect(told(f)).toEqual(['down 2 files: cannot be read; the own log says which'])
  writeFileSync(f.path('c.log'), 'one\n')
  chmodSync(f.path('c.log'), 0o644)
  await asNobody(() => f.settle())
  expect(told(f)).toEqual(['degraded 2 files: cannot be read; the own log says which'])
})
