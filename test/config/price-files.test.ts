/** Price tables in files of their own: beside the mapping that names them, YAML or JSON, with places in them. */
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { codesOf, loaded, scratchFolder } from './loading.ts'

const folder = scratchFolder()
afterAll(folder.remove)

const mapping = (table: string): string =>
  `version: 1\nmetrics: [{ name: a_usd_total, type: counter, event: e, value: { price: { model: m, input: i, table: ${table} } } }]\n`

async function definitionOf(file: string): Promise<string> {
  const { config, diagnostics } = await loaded([file])
  expect(diagnostics).toEqual([])
  return JSON.stringify([...config.priceFiles!.values()].map((tables) => [...tables]))
}

test('a table is found beside the file that names it, also if that is included', async () => {
  folder.write('sub/prices.json', '{"gpt*": {"input": 2}}')
  folder.write('sub/inner.yaml', mapping('./prices.json'))
  const outer = folder.write('outer.yaml', 'version: 1\ninclude: [./sub/inner.yaml]\n')
  expect(await definitionOf(outer)).toContain('{"gpt*":{"input":2}}')
})

test('a link must not lead out of the folder', async () => {
  folder.write('secret.yaml', 'password: 5\n')
  folder.write('linked/m.yaml', mapping('./out.yaml'))
  symlinkSync(join(folder.path, 'secret.yaml'), join(folder.path, 'linked/out.yaml'))
  const { diagnostics } = await loaded([join(folder.path, 'linked/m.yaml')])
  expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
    'bad-value "./out.yaml" leads out of the folder through a link',
  ])
})

test.each([
  ['a: {', 'yaml-syntax'],
  ['a: 1\na: 2', 'yaml-syntax'],
  ['[]', 'bad-type'],
  ['', 'bad-type'],
  ['{}', 'bad-type'],
  [`x: &x [${'1,'.repeat(50)}]\ny: [${'*x,'.repeat(3000)}]`, 'yaml-syntax'],
])('a broken table is told with its place: %s', async (text, code) => {
  folder.write('table.yaml', text)
  const result = await loaded([folder.write('m.yaml', mapping('./table.yaml'))])
  expect(new Set(codesOf(result))).toEqual(new Set([code]))
  expect(result.diagnostics[0]!.place.file).toContain('table.yaml')
})
