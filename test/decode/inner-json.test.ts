/** JSON inside texts: read once for all paths that go through it, and never kept beyond the line that was long. */
import { expect, test } from 'vitest'
import { forgetInnerJson, innerJson } from '../../src/decode/inner-json.ts'
import { type Json, parsePath, readSteps } from '../../src/decode/path.ts'

const read = (event: Json, path: string): Json => {
  const parsed = parsePath(path)
  if (!parsed.ok) throw new Error(parsed.problem.message)
  return readSteps(event, parsed.path.steps)
}

test('paths through the same texts read them once, also where texts stand in texts', () => {
  const inner = { list: [{ n: 1 }], text: JSON.stringify({ deep: [{ n: 2 }] }) }
  const event = { a: JSON.stringify(inner), b: JSON.stringify({ list: [{ n: 3 }] }) }
  const first = ['a.$json.list', 'b.$json.list', 'a.$json.text.$json.deep'].map((path) => read(event, path))
  expect(first).toEqual([[{ n: 1 }], [{ n: 3 }], [{ n: 2 }]])
  const again = ['a.$json.text.$json.deep', 'a.$json.list', 'b.$json.list'].map((path) => read(event, path))
  for (const [i, value] of [first[2], first[0], first[1]].entries()) expect(again[i]).toBe(value)
})

test('what is no JSON is missing each time, and another text is another value', () => {
  for (let i = 0; i < 20; i++) {
    expect(innerJson(`{"n":${i}}`)).toEqual({ n: i })
    expect(innerJson('{broken')).toBeUndefined()
  }
})

test('what was kept is let go', () => {
  const before = innerJson('{"n":1}')
  expect(innerJson('{"n":1}')).toBe(before)
  forgetInnerJson()
  expect(innerJson('{"n":1}')).not.toBe(before)
})
