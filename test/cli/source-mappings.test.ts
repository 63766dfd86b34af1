/** The built program with a mapping per source: what arguments keep of it, what explain and the page tell of it, what a reload changes. */
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { Children } from './children.ts'
import { finish, until } from './program.ts'

const root = mkdtempSync(join(tmpdir(), 'agentlog-source-mappings-'))
let scratch = ''
const children = new Children()
beforeEach(() => {
  scratch = mkdtempSync(join(root, 'test-'))
})
afterEach(() => children.kill())
afterAll(() => rmSync(root, { recursive: true }))

const file = (name: string): string => join(scratch, name)
const CALLS = 'metrics: [{ name: calls_total, type: counter, event: call }, { name: turns_total, type: counter, event: turn }]\n'

function mapping(...sources: readonly string[]): string {
  writeFileSync(file('used.yaml'), `version: 1\n${CALLS}`)
  writeFileSync(file('new.yaml'), `version: 1\nsources:\n${sources.map((one) => `  - { ${one} }\n`).join('')}`)
  renameSync(file('new.yaml'), file('m.yaml'))
  return file('m.yaml')
}

const samplesOf = (text: string): string[] => text.split('\n').filter((line) => /^\w/.test(line))

test('arguments take the place of an only source, and its files, labels, metrics and input stay', async () => {
  writeFileSync(file('other.log'), '{"kind":"call"}\n{"kind":"turn"}\n{"event":"call"}\n')
  const own = 'use: [./used.yaml], labels: { team: { const: a } }, only: [calls_total], input: { event_name: kind }'
  const one = mapping(`${own}, file: { paths: [/nowhere/*.log] }`)
  const { code, stdout } = await finish(['run', '--once', '-c', one, file('other.log')])
  expect([code, samplesOf(stdout)]).toEqual([0, ['calls_total{team="a"} 1']])
  const stdin = await finish(['run', '--once', '-c', one, '-'], '{"kind":"call"}\n')
  expect(samplesOf(stdin.stdout)).toEqual(['calls_total{team="a"} 1'])
})

test('of several sources none is kept: the mapping itself is in force', async () => {
  writeFileSync(file('other.log'), '{"event":"call"}\n')
  const two = mapping('use: [./used.yaml], stdin: {}', 'labels: { team: { const: a } }, file: { paths: [/nowhere/*.log] }')
  const { code, stdout } = await finish(['run', '--once', '-c', two, file('other.log')])
  expect([code, samplesOf(stdout)]).toEqual([0, []])
})

test('explain tells of each line what is special about the mapping of its source, and of all in the summary', async () => {
  writeFileSync(file('a.log'), '{"event":"call"}\n')
  writeFileSync(file('b.log'), '{"event":"call"}\n')
  const map = mapping(
    `name: a, use: [./used.yaml], labels: { team: { const: a } }, only: [calls_total], file: { paths: [${file('a.log')}] }`,
    `name: b, file: { paths: [${file('b.log')}] }`,
  )
  const lines = await finish(['explain', '-c', map])
  expect(lines.stdout).toContain(`a.log:1 mapped: "call", 1 sample`)
  expect(lines.stdout).toContain(`  map   source a: uses ${file('used.yaml')}; labels team; touches only calls_total\n`)
  expect(lines.stdout).toContain('b.log:1 unmapped: "call"')
  expect(lines.stdout).toContain('no rule waits for "call" in the mapping of this source; in that of a there is')
  expect(lines.stdout).not.toContain('source b')
  const summary = await finish(['explain', '-c', map, '--summary', '--format', 'json'])
  expect(JSON.parse(summary.stdout)).toMatchObject({
    sources: [{ name: 'a', is: [`uses ${file('used.yaml')}`, 'labels team', 'touches only calls_total'] }],
    outcomes: { mapped: 1, unmapped: 1 },
    rules: [{ metric: 'calls_total', hits: 1 }],
  })
})

test('another mapping of a source is in force from the next line on; nothing is read again', async () => {
  writeFileSync(file('a.log'), '{"event":"call"}\n{"event":"turn"}\n')
  const source = `name: a, use: [./used.yaml], file: { paths: [${file('a.log')}] }`
  const served = await children.start(['--web.enable-lifecycle', '-c', mapping(source)])
  const scrape = async (): Promise<string> => (await fetch(`${served.url}/metrics`)).text()
  const reaches = (line: string): Promise<string> => until(scrape, (text) => text.split('\n').includes(line))
  await reaches('turns_total 1')
  mapping(`${source}, only: [turns_total]`)
  expect((await fetch(`${served.url}/-/reload`, { method: 'POST' })).status).toBe(200)
  appendFileSync(file('a.log'), '{"event":"call"}\n{"event":"turn"}\n')
  expect(await reaches('turns_total 2')).toContain('\ncalls_total 1\n')
  const page = await (await fetch(`${served.url}/`)).text()
  expect(page).toMatch(/touches only turns_total/)
  mapping(`${source}, labels: { team: { const: x } }`)
  expect((await fetch(`${served.url}/-/reload`, { method: 'POST' })).status).toBe(200)
  appendFileSync(file('a.log'), '{"event":"call"}\n')
  const text = await reaches('calls_total{team="x"} 1')
  expect(text).toContain('\nturns_total{team="x"} 0\n')
  expect(text).not.toContain('\nturns_total 2\n')
})
