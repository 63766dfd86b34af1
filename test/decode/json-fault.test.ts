/** Faults are found where JSON.parse finds one, and told in words that name the cause. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonFault } from '../../src/decode/json-fault.ts'

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test('a text is faulty exactly if JSON.parse refuses it, whatever is done to valid JSON', () => {
  const pieces = [...'{}[],:"\\e.-0 \'é\n\u0001', '\\u00', 'tru', 'null', '\ud800']
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.nat(6), fc.constantFrom(...pieces), (json, where, cut, piece) => {
      const at = where % (json.length + 1)
      for (const text of [json, json.slice(0, at), json.slice(0, at) + piece + json.slice(at + cut)])
        expect([text, jsonFault(text) === undefined]).toEqual([text, isJson(text)])
    }),
    { numRuns: 2000 },
  )
})

test('a fault stands where the first wrong character is, and is told with what was expected and the usual cause', () => {
  const f = (text: string, at: number, message: string, hint?: string): void => {
    const fault = jsonFault(text)!
    expect([text, fault.at, fault.message]).toEqual([text, at, message])
    expect([text, fault.hint ?? '']).toEqual([text, hint === undefined ? '' : expect.stringContaining(hint)])
  }
  f('{"a":1 "b":2}', 7, `expected "," or "}" after a value, found '"'`)
  f('{"a":1,}', 7, `expected a name in double quotes, found '}'`, 'no comma before a closing bracket')
  f("{'a': 1}", 1, `expected a name in double quotes, or "}", found '''`, 'double quotes only')
  f('{"a": None}', 6, 'expected a value, found "None"', 'Python')
  f('{"a": NaN}', 6, 'expected a value, found "NaN"', 'allow_nan')
  f('{"a": truest}', 6, 'expected a value, found "truest"')
  f('{"a": 01}', 7, `expected "," or "}" after a value, found '1'`)
  f('{"a": -x}', 7, 'expected a digit, found "x"')
  f('{"a" 1}', 5, `expected ":" after a name, found '1'`)
  f('{"a":[1 2]}', 8, `expected "," or "]" after an element, found '2'`)
  f('{"a":1} {"b":2}', 8, `expected nothing more after the value, found '{'`, 'one line is one object')
  f('{"a":"b', 7, 'the line ends inside a string that began at column 6', 'cut off')
  f('{"a":{"b":[1', 12, 'the line ends with 3 brackets still open', 'cut off')
  f('{', 1, 'the line ends with 1 bracket still open', 'next line')
  f('{"a":"x\ty"}', 7, 'a raw control character in a string', '\\t')
  f('{"a":"C:\\dir"}', 8, 'a backslash in a string with nothing that JSON escapes', '\\\\')
  f('', 0, 'the line ends where a value should stand', 'cut off')
})

test('mebibytes of open brackets cost milliseconds and no stack', () => {
  const started = performance.now()
  expect(jsonFault('[{"a":'.repeat(2 ** 19))?.message).toContain('1048576 brackets')
  expect(jsonFault(`{"${'\\'.repeat(2 ** 21 + 1)}`)?.at).toBe(2 ** 21 + 2)
  expect(performance.now() - started).toBeLessThan(2000)
})
