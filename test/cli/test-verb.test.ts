/** The verb `test` as a user runs it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { finish } from './program.ts'

const scratch = mkdtempSync(join(tmpdir(), 'agentlog-test-verb-'))
afterAll(() => rmSync(scratch, { recursive: true }))

function write(name: string, text: string): string {
  writeFileSync(join(scratch, name), text)
  return join(scratch, name)
}

const mapping = write('m.yaml', 'version: 1\nmetrics:\n  - { name: calls_total, type: counter, event: call }\n')
const cases = (count: number): string =>
  `mapping: ./m.yaml\ncases:\n  - name: one\n    lines: '{"event":"call"}'\n    expect: |\n      calls_total ${count}\n`

test('exit 0, 1 and 2 say what came of it, and every file is run', async () => {
  const good = write('good.test.yaml', cases(1))
  const bad = write('bad.test.yaml', cases(2))
  const broken = write('broken.test.yaml', 'mapping: ./none.yaml\ncases: [{ name: a, lines: "", absent: [a] }]\n')
  expect(await finish(['test', good])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('1 of 1 cases passed') as string,
  })
  const both = await finish(['test', bad, good])
  expect(both.code).toBe(1)
  expect(both.stdout).toContain('- calls_total 2\n       | + calls_total 1\n')
  expect(both.stdout).toContain(`${good}: 1 of 1 cases passed`)
  const none = await finish(['test', broken, good])
  expect(none.code).toBe(2)
  expect(none.stderr).toContain('cannot read')
  expect(none.stdout).toContain(`${good}: 1 of 1 cases passed`)
  expect(await finish(['test'])).toMatchObject({ code: 2, stderr: expect.stringContaining('agentlog-exporter test') as string })
  expect(await finish(['test', '--filter', 'two', good])).toMatchObject({ code: 2 })
  expect(await finish(['test', join(scratch, 'nowhere.yaml')])).toMatchObject({ code: 2 })
})

test('--update writes what was found, --format json is for tools', async () => {
  const file = write('update.test.yaml', cases(5))
  const json = await finish(['test', '--format', 'json', file])
  expect(json.code).toBe(1)
  expect(JSON.parse(json.stdout)).toMatchObject({ failed: 1, rules: [{ file: mapping, line: 3, hits: 1 }] })
  expect((await finish(['test', '--update', file])).code).toBe(0)
  expect(readFileSync(file, 'utf8')).toBe(cases(1))
})

test('--update keeps Windows line ends, and says what it leaves to the author', async () => {
  const file = write('crlf.test.yaml', cases(5).replaceAll('\n', '\r\n'))
  expect((await finish(['test', '--update', file])).code).toBe(0)
  expect(readFileSync(file, 'utf8')).toBe(cases(1).replaceAll('\n', '\r\n'))
  const quoted = write('quoted.test.yaml', cases(5).replace('expect: |\n      calls_total 5\n', 'expect: "calls_total 5"\n'))
  const { code, stderr } = await finish(['test', '--update', quoted])
  expect([code, stderr]).toEqual([1, expect.stringContaining('left as they are: "one"')])
})
