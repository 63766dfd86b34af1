/** The shipped rules as promtool sees them: their syntax, their unit tests, the expressions of the query library. */
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { QUERIES, RULE_FILES, RULES, TEST_FILES, TESTS } from '../../rules/rule-files.ts'
import { isMissing, Scratch } from '../workbench.ts'

interface Ended {
  readonly code: number | null
  readonly says: string
}

const scratch = new Scratch()
const results = new Map<string, Ended>()

function promtool(folder: string, ...args: readonly string[]): Promise<Ended> {
  return new Promise((done) => {
    const child = spawn('promtool', args, { cwd: folder })
    let says = ''
    child.stdout.on('data', (text) => (says += text))
    child.stderr.on('data', (text) => (says += text))
    child.on('close', (code) => done({ code, says }))
  })
}

/** The longest first, as many at a time as there are processors: some evaluate a whole day. */
async function runAll(): Promise<void> {
  const waiting = TEST_FILES.toSorted((a, b) => Number(b.includes('-day')) - Number(a.includes('-day')) || b.localeCompare(a))
  const worker = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift())
      results.set(file, await promtool(TESTS, 'test', 'rules', file))
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
}

describe.skipIf(isMissing('promtool'))('promtool', () => {
  let all: Promise<void> | undefined
  afterAll(() => scratch.remove())

  test('every rule file is one that Prometheus loads', async () => {
    const { code, says } = await promtool(RULES, 'check', 'rules', ...RULE_FILES)
    expect(says).not.toMatch(/FAILED|duplicate/i)
    expect(says.match(/SUCCESS: \d+ rules found/g)?.length).toBe(RULE_FILES.length)
    expect(code).toBe(0)
  })

  test.each(TEST_FILES)('%s holds', async (file) => {
    all ??= runAll()
    await all
    expect(results.get(file)).toEqual({ code: 0, says: expect.stringContaining('SUCCESS') })
  })

  test('each rule file has unit tests', () => {
    expect(RULE_FILES.filter((file) => !readdirSync(TESTS).some((name) => name.startsWith(file.replace('.yaml', ''))))).toEqual(
      [],
    )
  })

  test('every query of the library is an expression', async () => {
    const rules = QUERIES.map(({ name, expr }) => ({ record: `query:${name.replaceAll('-', '_')}`, expr }))
    const file = scratch.write('queries.yaml', stringify({ groups: [{ name: 'queries', rules }] }))
    expect(await promtool(join(file, '..'), 'check', 'rules', file)).toEqual({
      code: 0,
      says: expect.stringContaining(`SUCCESS: ${QUERIES.length} rules found`),
    })
  })
})
