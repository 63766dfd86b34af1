/** Who goes on from where a log stands that nobody reads. */
import { appendFileSync, writeFileSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import type { FileSourceOptions } from '../../src/source/file/file-source.ts'
import { LeftLogs } from '../../src/source/left-logs.ts'
import { StdinSource } from '../../src/source/stdin.ts'
import { createOwnMetrics } from '../../src/telemetry/own-metrics.ts'
import { Following } from './following.ts'

const followings: Following[] = []
afterEach(async () => {
  for (const one of followings.splice(0)) await one.stop()
})

/** A source in the folder of the first one. */
function follow(name: string, patterns: readonly string[], options: Partial<FileSourceOptions> = {}): Following {
  const folder = followings[0]?.directory
  const paths = folder === undefined ? patterns : patterns.map((pattern) => `${folder}/${pattern}`)
  const following = new Following({ ...options, name, patterns: paths })
  followings.push(following)
  return following
}

/** A source that has read a.log and b.log, a line of each, and ended; and what it left. */
async function leftBehind(name = 's'): Promise<{ path: (name: string) => string; left: LeftLogs }> {
  const first = follow(name, ['*.log'])
  for (const log of ['a.log', 'b.log']) writeFileSync(first.path(log), 'old\n')
  await first.start()
  await first.drain()
  const left = new LeftLogs()
  left.take(first.source)
  return { path: (log) => first.path(log), left }
}

const idsOf = (left: LeftLogs): number => left.all.length

test('a source of the same name goes on, and nothing is left', async () => {
  const { path, left } = await leftBehind()
  const next = follow('s', ['*.log'])
  left.giveTo([next.source])
  expect(idsOf(left)).toBe(0)
  appendFileSync(path('a.log'), 'new\n')
  await next.start()
  expect(next.taken()).toEqual(['new'])
})

test('what it does not look after any more stays, until somebody does', async () => {
  const { path, left } = await leftBehind()
  const [narrow, other] = [follow('s', ['a.log']), follow('t', ['b.*'])]
  left.giveTo([narrow.source])
  expect(idsOf(left)).toBe(1)
  for (const log of ['a.log', 'b.log']) appendFileSync(path(log), `new ${log}\n`)
  await narrow.start()
  await narrow.settle()
  expect(narrow.taken()).toEqual(['new a.log'])
  left.giveTo([other.source])
  expect(idsOf(left)).toBe(0)
  await other.start()
  expect(other.taken()).toEqual(['new b.log'])
})

test('a source of another name takes only what it names, and not what it knows better', async () => {
  const { path, left } = await leftBehind('before')
  const [unlike, renamed] = [follow('unlike', ['c.log']), follow('after', ['*.log'])]
  left.giveTo([unlike.source])
  expect(idsOf(left)).toBe(2)
  const known = left.all.map(({ position }) => ({ source: 'after', position: { ...position, checkpoint: 0 } }))
  left.add(known, 0)
  left.giveTo([renamed.source])
  expect(left.all.map(({ source }) => source)).toEqual(['before', 'before'])
  appendFileSync(path('a.log'), 'new\n')
  await renamed.start()
  expect(renamed.taken().sort()).toEqual(['new', 'old', 'old'])
})

test('history matters to a source that finds nothing of its own, and to no other', async () => {
  const { path, left } = await leftBehind()
  writeFileSync(path('c.log'), 'old\n')
  const [known, fresh] = [follow('s', ['c.log'], { history: 'skip' }), follow('t', ['c.log'], { history: 'skip' })]
  left.giveTo([known.source, fresh.source])
  for (const one of [known, fresh]) await one.start()
  expect([known.taken(), fresh.taken()]).toEqual([['old'], []])
})

test('a generation that was being read is taken by who names its log', async () => {
  const { left } = await leftBehind()
  const [{ source, position }] = left.all as [(typeof left.all)[0]]
  const note = JSON.stringify({ ...(JSON.parse(position.note) as object), path: followings[0]!.path('a.log.1') })
  const generation = new LeftLogs()
  generation.add([{ source, position: { ...position, note } }], 0)
  generation.giveTo([follow('s', ['b.log']).source])
  expect(idsOf(generation)).toBe(1)
  generation.giveTo([follow('s', ['a.log']).source])
  expect(idsOf(generation)).toBe(0)
})

test('standard input takes nothing away from others; the newest place of a log counts', async () => {
  const { left } = await leftBehind()
  left.giveTo([new StdinSource({ name: 's', input: process.stdin, telemetry: createOwnMetrics() })])
  expect(idsOf(left)).toBe(2)
  const newer = left.all.map(({ source, position }) => ({ source, position: { ...position, checkpoint: 9 } }))
  left.add(newer, 0)
  expect(left.all).toMatchObject(newer)
})
