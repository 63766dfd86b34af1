/** What is kept of what came: counts of all of it, examples of few of it, nothing without a bound. */
import { expect, test } from 'vitest'
import { Row } from '../../src/decode/row.ts'
import type { Outcome } from '../../src/mapping/mapping.ts'
import { NAMELESS, Sightings } from '../../src/pipeline/sightings.ts'

const ORIGIN = { source: 's', log: 'l', file: '/f', stream: '', fields: {} }

class Seen extends Sightings {
  readonly row = new Row(0, ORIGIN)

  line(text: string, name: string | undefined, outcome: Outcome, nameIndex = -1): void {
    const bytes = Buffer.from(`before ${text} after`)
    this.enter(bytes, 7, bytes.length - 6, ORIGIN)
    this.row.name = name
    this.row.nameIndex = nameIndex
    this.event(this.row, outcome)
    this.leave()
  }

  exampleOf(name: string, outcome: Outcome): string | undefined {
    return this.names().get(name)?.[outcome].example?.bytes.toString()
  }
}

test('each name and outcome is counted, and its first line kept with where and when it came', () => {
  const seen = new Seen(['a', 'b'], () => 5000)
  seen.line('one', 'b', 'mapped', 1)
  seen.line('two', 'b', 'mapped', 1)
  seen.line('three', 'b', 'unmatched', 1)
  seen.line('four', undefined, 'unmapped')
  expect([...seen.names().keys()]).toEqual(['a', 'b', NAMELESS])
  expect(seen.names().get('b')?.mapped).toMatchObject({
    count: 2,
    example: { source: 's', file: '/f', atMs: 5000, lineBytes: 3 },
  })
  expect([seen.exampleOf('b', 'mapped'), seen.exampleOf('b', 'unmatched'), seen.exampleOf(NAMELESS, 'unmapped')]).toEqual([
    'one',
    'three',
    'four',
  ])
})

test('a newer example is kept after renew, once', () => {
  const seen = new Seen([], () => 0)
  for (const text of ['one', 'two']) seen.line(text, 'x', 'unmapped')
  expect(seen.exampleOf('x', 'unmapped')).toBe('one')
  seen.renew()
  for (const text of ['three', 'four']) seen.line(text, 'x', 'unmapped')
  expect(seen.exampleOf('x', 'unmapped')).toBe('three')
})

test('of events without a name several examples are kept, also if all come at once', () => {
  const seen = new Seen([], () => 0)
  for (let i = 1; i <= 1000; i++) seen.line(`line ${i}`, undefined, 'unmapped')
  const kept = seen.nameless().map(({ bytes }) => bytes.toString())
  expect(kept).toEqual([4, 8, 16, 32, 64, 128, 256, 512].map((i) => `line ${i}`))
})

test('only the head of a long line is kept, as a copy', () => {
  const seen = new Seen([], () => 0)
  const bytes = Buffer.from('x'.repeat(100_000))
  seen.enter(bytes, 0, bytes.length, ORIGIN)
  seen.reject('malformed')
  bytes.fill('y')
  const example = seen.rejects().get('malformed')?.example
  expect([example?.bytes.toString(), example?.lineBytes]).toEqual(['x'.repeat(2048), 100_000])
  expect(example?.bytes.buffer.byteLength).toBe(2048)
})

test('what is seen between two lines has no example', () => {
  const seen = new Seen([], () => 0)
  seen.line('one', 'x', 'mapped')
  seen.reject('too_long')
  expect(seen.rejects().get('too_long')).toMatchObject({ count: 1, example: undefined })
})

test('names without end share one place, and names that rules wait for never do', () => {
  const seen = new Seen(['late'], () => 0)
  for (let i = 0; i < 250; i++) seen.line(`line ${i}`, `name ${i}`, 'unmapped')
  seen.line('here', 'late', 'mapped', 0)
  expect(seen.names().size).toBe(102)
  expect(seen.names().get('_other')?.unmapped.count).toBe(150)
  expect(seen.names().get('late')?.mapped.count).toBe(1)
})

test('a name as long as a line is kept short', () => {
  const seen = new Seen([], () => 0)
  for (const end of ['a', 'b']) seen.line('one', 'n'.repeat(100_000) + end, 'unmapped')
  const [name] = [...seen.names().keys()]
  expect(name).toBe(`${'n'.repeat(127)}…`)
  expect(seen.names().get(name!)?.unmapped.count).toBe(2)
})

test('skipped updates are told apart by metric and reason, up to a bound', () => {
  const seen = new Seen([], () => 0)
  for (let i = 0; i < 500; i++) seen.skip(`metric_${i}`, 'nan')
  seen.skip('metric_1', 'nan')
  expect(seen.skips()).toHaveLength(200)
  expect(seen.skips()[1]).toMatchObject({ metric: 'metric_1', reason: 'nan', sighting: { count: 2 } })
})
