/** The poison rule: only a line that was in hand at two deaths is left out, and nothing is looked at where no process has died. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isPoison, knownIn, openSuspects, type Suspects } from '../../src/state/suspects.ts'

let folder: string
let poison: number[]
let errors: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agentlog-suspects-'))
  poison = []
  errors = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const ORIGIN = { source: 'files', log: '1:2:3', file: 'a.log' }

function open(followsDeath: boolean): Suspects | undefined {
  return openSuspects({
    folder,
    followsDeath,
    onError: (what, error) => errors.push(`${what} ${error.code}`),
    onPoison: (_, endOffset) => poison.push(endOffset),
  })
}

/** A process that follows one that died; it applies lines of ten bytes, which end at these offsets, and dies in the last one. */
function dieIn(...endOffsets: number[]): boolean[] {
  const suspects = open(true)!
  return endOffsets.map((endOffset) => suspects.enter(ORIGIN, line(endOffset), endOffset))
}

const line = (endOffset: number): Buffer => Buffer.from(String(endOffset).padStart(10))

test('where no process has died there is nothing to do and nothing is written', () => {
  expect(open(false)).toBeUndefined()
  expect(readdirSync(folder)).toEqual([])
})

test('a line that is in hand at two deaths is left out at the third start, and no other', () => {
  expect(dieIn(10, 20, 30)).toEqual([true, true, true])
  expect(dieIn(10, 20, 30)).toEqual([true, true, true])
  expect(poison).toEqual([])
  expect(dieIn(10, 20, 30, 40)).toEqual([true, true, false, true])
  expect(poison).toEqual([30])
  // Also after a process that ended by itself, should the log be read again.
  open(true)!.close()
  expect(open(false)!.enter(ORIGIN, line(30), 30)).toBe(false)
})

test('a suspect that is survived is cleared: two deaths elsewhere and later do not add up', () => {
  dieIn(10, 20)
  dieIn(20, 30)
  expect(knownIn(folder).map(({ endOffset, deaths }) => [endOffset, deaths])).toEqual([[30, 1]])
  dieIn(10, 20)
  const suspects = open(true)!
  expect(suspects.enter(ORIGIN, line(30), 30)).toBe(true)
  suspects.leave()
  expect(knownIn(folder).map(({ endOffset }) => endOffset)).toEqual([20])
})

test('a process that dies between two batches leaves nobody under suspicion', () => {
  const suspects = open(true)!
  suspects.enter(ORIGIN, line(10), 10)
  suspects.leave()
  expect(knownIn(folder)).toEqual([])
})

test('a line is its place and its content, in its log', () => {
  dieIn(10)
  dieIn(10)
  const suspects = open(true)!
  expect(suspects.enter(ORIGIN, Buffer.from('other text'), 10)).toBe(true)
  expect(suspects.enter({ ...ORIGIN, log: '1:2:4' }, line(10), 10)).toBe(true)
  expect(suspects.enter({ ...ORIGIN, source: 'others' }, line(10), 10)).toBe(true)
  expect(suspects.enter(ORIGIN, line(10), 10)).toBe(false)
  expect(knownIn(folder).filter(isPoison)).toHaveLength(1)
})

test('what stands in the files is not believed, nor worth a start that fails', () => {
  writeFileSync(join(folder, 'suspects'), '{"a":1}')
  writeFileSync(join(folder, 'in-hand'), '["files","1:2:3",10')
  expect(knownIn(folder)).toEqual([])
  expect(open(true)!.enter(ORIGIN, line(10), 10)).toBe(true)
})

test('a disk that refuses leaves it without marks, and known poison is left out all the same', () => {
  dieIn(10)
  dieIn(10)
  writeFileSync(join(folder, 'suspects'), JSON.stringify(knownIn(folder)))
  rmSync(join(folder, 'in-hand'))
  // A folder stands where the next list is to be written.
  mkdirSync(join(folder, 'suspects.tmp'))
  const suspects = open(true)!
  expect(errors).toEqual([expect.stringContaining('suspects') as string])
  expect(suspects.enter(ORIGIN, line(10), 10)).toBe(false)
  expect(suspects.enter(ORIGIN, line(20), 20)).toBe(true)
  suspects.leave()
  suspects.close()
  expect(readdirSync(folder).sort()).toEqual(['suspects', 'suspects.tmp'])
})

test('only the owner may read the files, and they stay small', () => {
  for (let death = 0; death < 130; death++) dieIn(10 * (death + 1))
  expect(knownIn(folder)).toHaveLength(100)
  for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
  expect(readFileSync(join(folder, 'suspects')).length).toBeLessThan(20_000)
})
