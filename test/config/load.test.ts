/** What a mapping file, its includes and presets come to. Shapes of mistakes are in test/check. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { PRESET_DIR } from '../../src/cli/shipped.ts'
import { type Loaded, loadConfig } from '../../src/config/load.ts'
import { shapeIssues } from '../../src/config/shape-issues.ts'

const scratch = mkdtempSync(join(tmpdir(), 'agentlog-load-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const file = (name: string, text: string | Buffer): string => {
  writeFileSync(join(scratch, name), text)
  return join(scratch, name)
}
const load = (files: string[], presets: string[] = []): Promise<Loaded> =>
  loadConfig({ files, presets, presetDir: PRESET_DIR, validate: async (data) => shapeIssues(data) })
const codes = async (text: string | Buffer): Promise<string[]> => {
  const loaded = await load([file('mapping.yaml', text)])
  return loaded.diagnostics.map((d) => d.code)
}

test('hostile YAML is a diagnostic within a second, never a crash', async () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'.replace(/./g, (c, i: number) => `${c}: &${c} [${Array(9).fill(`*${'abcdefghij'[i]}`).join(',')}]\n`)}version: 1\n`
  const f = async (text: string | Buffer, expected: string): Promise<void> => {
    const start = performance.now()
    expect([text.slice(0, 20), (await codes(text))[0]]).toEqual([text.slice(0, 20), expected])
    expect(performance.now() - start).toBeLessThan(1000)
  }
  await f(bomb, 'yaml-syntax')
  await f(`version: 1\n# ${'x'.repeat(1024 * 1024)}`, 'yaml-syntax')
  await f('['.repeat(10_000), 'yaml-syntax')
  await f(`${'a:\n  '.repeat(1)}${Array.from({ length: 300 }, (_, i) => `${' '.repeat(i * 2)}a:\n`).join('')}`, 'yaml-syntax')
  await f('version: 1\nmetrics:\n\t- name: x\n', 'yaml-syntax')
  await f('version: !!js/function "x"\n', 'yaml-syntax')
  await f(Buffer.from([0xff, 0x00, 0xfe]), 'bad-type')
  await f('', 'bad-type')
  await f('version: 1\n__proto__: { polluted: true }\n', 'yaml-syntax')
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
})

test('CRLF, a byte order mark, x- keys, anchors and merge keys are fine', async () => {
  const text =
    '\ufeffversion: 1\r\nx-label: &l { path: tool }\r\nx-rule: &r { event: e }\r\nmetrics:\r\n  - { <<: *r, name: a_total, type: counter, labels: { tool: *l } }\r\n'
  const loaded = await load([file('crlf.yaml', text)])
  expect(loaded.diagnostics).toEqual([])
  expect(loaded.config.metrics[0]?.rules[0]?.labels[0]).toMatchObject({ name: 'tool', spec: { path: 'tool' } })
})

test('files that are included come first; limits merge by key, the later file wins; lists join; own sources win', async () => {
  file(
    'base.yaml',
    'version: 1\nlimits: { series: 5, keys: 7 }\nsources: [{ stdin: {} }]\ndrop: [{ event: a }]\nmetrics: [{ name: m_total, type: counter, event: e, help: First. }]\n',
  )
  const main = file(
    'main.yaml',
    'version: 1\ninclude: [./base.yaml]\nlimits: { series: 6, line_bytes: 2KiB }\ndrop: [{ event: b }]\nmetrics: [{ name: m_total, type: counter, event: f }]\n',
  )
  const { config, diagnostics } = await load([main])
  expect(diagnostics).toEqual([])
  expect(config.limits).toMatchObject({ series: 6, keys: 7, lineBytes: 2048, lineDepth: 256 })
  expect(config.drop.map((takes) => takes.events)).toEqual([['a'], ['b']])
  expect(config.metrics).toHaveLength(1)
  expect(config.metrics[0]).toMatchObject({ help: 'First.' })
  expect(config.metrics[0]?.rules.map((rule) => rule.events)).toEqual([['e'], ['f']])
  expect(config.sources.map((source) => source.kind)).toEqual(['stdin'])
  const own = file('own.yaml', 'version: 1\ninclude: [./base.yaml]\nsources: [{ file: { paths: [/x] } }]\n')
  expect((await load([own])).config.sources).toMatchObject([{ kind: 'file', name: 'files', paths: ['/x'], history: 'count' }])
})

test('`without` leaves metrics out, defaults belong to their own file', async () => {
  file(
    'two.yaml',
    'version: 1\ndefaults: { labels: { team: { const: a } }, max_series: 9 }\nmetrics: [{ name: a_total, type: counter, event: e }, { name: b_total, type: counter, event: e }]\n',
  )
  const main = file(
    'without.yaml',
    'version: 1\ninclude: [{ file: ./two.yaml, without: [a_total] }]\nmetrics: [{ name: c_total, type: counter, event: e }]\n',
  )
  const { config } = await load([main])
  expect(
    config.metrics.map((metric) => [metric.name, metric.maxSeries, metric.rules[0]?.labels.map((label) => label.name)]),
  ).toEqual([
    ['b_total', 9, ['team']],
    ['c_total', 2000, []],
  ])
})

test('an include must not lead out of its folder through a link', async () => {
  mkdirSync(join(scratch, 'inside'), { recursive: true })
  file('secret.yaml', 'version: 1\n')
  symlinkSync(join(scratch, 'secret.yaml'), join(scratch, 'inside/link.yaml'))
  const main = file('inside/main.yaml', 'version: 1\ninclude: [./link.yaml]\n')
  const { diagnostics } = await load([main])
  expect(diagnostics.map((d) => [d.code, d.message])).toEqual([
    ['bad-value', '"./link.yaml" leads out of the folder through a link'],
  ])
})

test('a preset and a file merge like an include', async () => {
  const main = file('more.yaml', 'version: 1\nmetrics: [{ name: more_total, type: counter, event: tool_invocation }]\n')
  const { config, diagnostics } = await load([main], ['agent'])
  expect(diagnostics).toEqual([])
  expect(config.metrics.map((metric) => metric.name)).toEqual(expect.arrayContaining(['agent_tool_calls_total', 'more_total']))
})
