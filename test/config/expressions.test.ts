/** The parser of expressions is loaded for a mapping that has one, and not before. */
import { afterAll, expect, test } from 'vitest'
import { parseExpression } from '../../src/select/cel/parser.ts'
import { codesOf, loaded, scratchFolder } from './loading.ts'

const folder = scratchFolder()
afterAll(folder.remove)

test('a mapping without expressions does not load their parser', async () => {
  const plain = folder.write(
    'plain.yaml',
    'version: 1\nmetrics: [{ name: a_total, type: counter, event: e, where: { $.expr: x } }]\n',
  )
  expect(codesOf(await loaded([plain]))).toEqual([])
  expect(() => parseExpression('1')).toThrow('not loaded')
  const deep =
    'version: 1\nmetrics: [{ name: a_total, type: counter, event: e, where: { any: [{ none: [{ expr: "event.a > 1" }] }] } }]\n'
  expect(codesOf(await loaded([folder.write('deep.yaml', deep)]))).toEqual([])
  expect(parseExpression('1').ok).toBe(true)
})
