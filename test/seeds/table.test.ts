/** Every published capability has a row, every row a command or a reason, and every test of `shown` a row that runs it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commandsOf, ROOT, readTable, STATES, TABLE_FILE } from './table.ts'

/** How many capabilities each of the five has, in the order of their prefixes. */
const COUNTS = [49, 32, 53, 25, 46]
const rows = readTable()

test('each capability of the five systems has one row, in order', () => {
  const wanted = COUNTS.flatMap((count, system) =>
    Array.from({ length: count }, (_, index) => `S${system + 1}-${String(index + 1).padStart(2, '0')}`),
  )
  expect(rows.map(({ id }) => id)).toEqual(wanted)
})

test('each row says how it is met, and has a command unless it is left', () => {
  for (const { id, state, how, command } of rows) {
    expect(STATES, id).toContain(state)
    expect([id, how.length > 0, command !== '']).toEqual([id, true, state !== 'left'])
  }
})

test('no command is one that cannot fail', () => {
  const idle = [...commandsOf(rows).keys()].filter(
    (command) => /^(?:true|:|echo\b.*)$/.test(command) || /\|\| *(?:true|:)\s*$/.test(command),
  )
  expect(idle).toEqual([])
})

test('each test that shows rows is run by a row', () => {
  const text = [...commandsOf(rows).keys()].join('\n')
  const files = readdirSync(join(ROOT, 'test/seeds/shown')).filter((name) => name.endsWith('.test.ts'))
  expect(
    files.filter((name) => !text.split(/[\n;]/).some((part) => part.trim() === `shown ${name.replace('.test.ts', '')}`)),
  ).toEqual([])
})

test('each mistake that a row is repaired for is told, and there are 73', () => {
  const text = readFileSync(TABLE_FILE, 'utf8')
  const told = [...text.matchAll(/^\| (ERR-(?:X|S\d)-\d\d) \|/gm)].map((match) => match[1]!)
  const named = rows.flatMap(({ how }) => [...how.matchAll(/ERR-(?:X|S\d)-\d\d/g)].map((match) => match[0]))
  expect(new Set(told).size).toBe(73)
  expect(named.filter((mistake) => !told.includes(mistake))).toEqual([])
})

test('a table is read as it is written', () => {
  const line = '| S1-01 | two \\| parts | met | by `st` | `` st x; metric `a` \\| wc `` |'
  expect(readTable(`text\n${line}\n| S9 | no row |`)).toEqual([
    { id: 'S1-01', what: 'two | parts', state: 'met', how: 'by `st`', command: 'st x; metric `a` | wc' },
  ])
  expect(() => readTable('| S1-01 | too few |')).toThrow('five cells are wanted, 2 found')
})
