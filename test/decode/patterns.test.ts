import { expect, test } from 'vitest'
import type { LineFormat } from '../../src/decode/format/line-format.ts'
import { lineFormatOf, linePatternProblem } from '../../src/select/line-format.ts'

const BOUNDS = { maxValues: 1000, maxDepth: 20 }

function reader(...regex: string[]) {
  const lines = (lineFormatOf({ regex }) as LineFormat).newReader(BOUNDS, false)
  return (text: string | Buffer): unknown => {
    const bytes = Buffer.from(text as string)
    const outcome = lines.read(bytes, 0, bytes.length)
    return outcome ?? { ...(lines.body as object) }
  }
}

test('named groups that took part are fields; the first pattern that fits gives them', () => {
  const read = reader('^(?<level>\\w+): (?<msg>.*?)(?: took (?P<ms>\\d+))?$', '(?<word>\\w+)')
  expect(read('info: called')).toEqual({ level: 'info', msg: 'called' })
  expect(read('info: called took 12\r')).toEqual({ level: 'info', msg: 'called', ms: '12' })
  expect(read('?? text')).toEqual({ word: 'text' })
  expect(read('??')).toBe('no_match')
  expect(read(' \u0000\t')).toBe('blank')
})

test('patterns see the line without byte order mark, NULs before it and colours, with its blanks', () => {
  const read = reader('^(?<blanks> *)(?<rest>.*)$')
  expect(read('\u0000\ufeff  \u001b[31mred\u001b[0m ')).toEqual({ blanks: '  ', rest: 'red ' })
})

test('a group may be called as objects call something of themselves', () => {
  const lines = (lineFormatOf({ regex: ['(?<__proto__>x)(?<constructor>y)'] }) as LineFormat).newReader(BOUNDS, false)
  lines.read(Buffer.from('xy'), 0, 2)
  expect(Object.entries(lines.body as object)).toEqual([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ])
})

test('a pattern that the engine refuses, or that names nothing, is told', () => {
  expect(linePatternProblem('(?<a>x)(?=y)')).toContain('(?=')
  expect(linePatternProblem('(x)')).toContain('no named group')
  expect(linePatternProblem('(?<a>x)')).toBeUndefined()
})

test('a pattern that kills others is linear on a hostile line', () => {
  const read = reader('^(?<a>(x+x+)+y)$')
  const started = performance.now()
  expect(read('x'.repeat(1_000_000))).toBe('no_match')
  expect(performance.now() - started).toBeLessThan(2000)
})
