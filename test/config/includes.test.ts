/** Where includes are looked for, and where they may not lead. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { codesOf, loaded, scratchFolder } from './loading.ts'

const folder = scratchFolder()
afterAll(folder.remove)
const METRIC = 'version: 1\nmetrics: [{ name: a_total, type: counter, event: e }]\n'

test('files that include each other, or themselves, are told once, with the way', async () => {
  const main = folder.write('cycle/a.yaml', 'version: 1\ninclude: [./b.yaml]\n')
  folder.write('cycle/b.yaml', 'version: 1\ninclude: [./a.yaml]\n')
  const own = folder.write('cycle/own.yaml', 'version: 1\ninclude: [./own.yaml]\n')
  expect(codesOf(await loaded([main]))).toEqual(['include-cycle'])
  expect((await loaded([main])).diagnostics[0]?.message).toContain('a.yaml → ')
  expect(codesOf(await loaded([own]))).toEqual(['include-cycle'])
})

test('a file counts once, under however many names; a cycle through a link is one', async () => {
  folder.write('names/metric.yaml', METRIC)
  folder.write('names/sub/inner.yaml', 'version: 1\ninclude: [../metric.yaml]\n')
  symlinkSync('metric.yaml', join(folder.path, 'names/link.yaml'))
  const main = folder.write('names/main.yaml', 'version: 1\ninclude: [./link.yaml, ./sub/../metric.yaml, sub/inner.yaml]\n')
  const { config, diagnostics } = await loaded([main])
  expect([diagnostics, config.metrics.map(({ rules }) => rules.length)]).toEqual([[], [1]])
  const own = folder.write('names/own.yaml', 'version: 1\ninclude: [./again.yaml]\n')
  symlinkSync('own.yaml', join(folder.path, 'names/again.yaml'))
  expect((await loaded([own])).diagnostics).toMatchObject([
    {
      code: 'include-cycle',
      message: expect.stringMatching(/own\.yaml → .*again\.yaml$/),
      place: { file: own, path: ['include', 0] },
    },
  ])
})

test('what never ends, is no file or is too large is told at once', async () => {
  execFileSync('mkfifo', [join(folder.path, 'pipe.yaml')])
  folder.write('large.yaml', `version: 1\n# ${'x'.repeat(600_000)}\n`)
  const main = folder.write('endless.yaml', 'version: 1\ninclude: [/dev/zero, ./pipe.yaml, ./large.yaml]\n')
  const { diagnostics } = await loaded([main])
  expect(diagnostics.map(({ code, message }) => [code, message.replace(/^cannot read \S+: /, '')])).toEqual([
    ['file-unreadable', 'it is no file'],
    ['file-unreadable', 'it is no file'],
    ['yaml-syntax', 'the file is larger than 524288 bytes'],
  ])
  expect(codesOf(await loaded(['/dev/zero']))).toEqual(['yaml-syntax'])
})

test('levels, files and bytes of all that is included are bounded', async () => {
  const chain = Array.from({ length: 30 }, (_, i) => folder.write(`levels/${i}.yaml`, `version: 1\ninclude: [./${i + 1}.yaml]\n`))
  expect((await loaded([chain[0]!])).diagnostics).toMatchObject([
    { code: 'bad-value', message: 'files include each other more than 16 levels deep', place: { file: chain[16] } },
  ])
  for (let i = 0; i < 250; i++) folder.write(`many/${i}.yaml`, 'version: 1\n')
  const many = folder.write('many/main.yaml', `version: 1\ninclude: [${Array.from({ length: 250 }, (_, i) => `./${i}.yaml`)}]\n`)
  const { diagnostics } = await loaded([many])
  expect([diagnostics.length, diagnostics[0]!.message]).toEqual([50, 'this mapping has more than 200 files'])
  for (let i = 0; i < 8; i++) folder.write(`bytes/${i}.yaml`, `version: 1\n# ${'x'.repeat(500_000)}\n`)
  const bytes = folder.write('bytes/main.yaml', `version: 1\ninclude: [${Array.from({ length: 8 }, (_, i) => `./${i}.yaml`)}]\n`)
  expect(codesOf(await loaded([bytes]))).toEqual(['bad-value', 'bad-value', 'bad-value'])
})

test('files that include each other in many ways are read once each', async () => {
  const width = 12
  for (let i = 0; i < width; i++) {
    const below = Array.from({ length: width - i - 1 }, (_, n) => `{ file: ./${i + n + 1}.yaml, without: [m${width - 1}_total] }`)
    folder.write(
      `dag/${i}.yaml`,
      `version: 1\ninclude: [${below}]\n${METRIC.slice('version: 1\n'.length).replace('a_total', `m${i}_total`)}`,
    )
  }
  const { config, diagnostics } = await loaded([join(folder.path, 'dag/0.yaml')])
  expect([diagnostics, config.metrics.length]).toEqual([[], width - 1])
})

test('an include is looked for beside the file that names it, not in the working directory', async () => {
  folder.write('deep/inner/metric.yaml', METRIC)
  folder.write('deep/inner/list.yaml', 'version: 1\ninclude: [./metric.yaml]\n')
  const main = folder.write('deep/main.yaml', 'version: 1\ninclude: [inner/list.yaml]\n')
  const { config, diagnostics } = await loaded([main])
  expect([diagnostics, config.metrics.map((metric) => metric.name)]).toEqual([[], ['a_total']])
})

test('what cannot be read is told where it is named; a mistake in an included file where it stands', async () => {
  const main = folder.write('faulty/main.yaml', 'version: 1\ninclude: [./gone.yaml, ./wrong.yaml, .]\n')
  const wrong = folder.write('faulty/wrong.yaml', 'version: 1\nmetrixx: []\n')
  const told = (await loaded([main])).diagnostics.map((d) => [d.code, d.place.file])
  expect(told).toEqual([
    ['file-unreadable', main],
    ['unknown-key', wrong],
    ['file-unreadable', main],
  ])
})

test('an unknown preset is told with the nearest; a name with slashes reads no other file', async () => {
  const main = folder.write('preset.yaml', 'version: 1\ninclude: ["preset:agnet", "preset:../presets/agent"]\n')
  const { diagnostics } = await loaded([main])
  expect(diagnostics.map((d) => d.code)).toEqual(['unknown-preset', 'unknown-preset'])
  expect(diagnostics[0]?.hint).toContain('agent')
})

test('leaving out a metric that is not there is told with the nearest name', async () => {
  folder.write('without/base.yaml', METRIC.replace('a_total', 'calls_total'))
  folder.write('without/inner.yaml', 'version: 1\ninclude: [./base.yaml]\n')
  const main = folder.write(
    'without/main.yaml',
    'version: 1\ninclude: [{ file: ./inner.yaml, without: [calls_total, cals_total] }]\n',
  )
  const { diagnostics, config } = await loaded([main])
  expect(diagnostics).toMatchObject([
    { code: 'unknown-name', place: { file: main, path: ['include', 0, 'without', 1] }, hint: 'did you mean "calls_total"?' },
  ])
  expect(config.metrics).toEqual([])
})

test('a link to a folder elsewhere leads out too; a link beside the file does not', async () => {
  folder.write('outside/x.yaml', METRIC)
  folder.write('linked/real.yaml', METRIC)
  mkdirSync(join(folder.path, 'linked'), { recursive: true })
  symlinkSync('../outside', join(folder.path, 'linked/sub'))
  symlinkSync('real.yaml', join(folder.path, 'linked/link.yaml'))
  const main = folder.write('linked/main.yaml', 'version: 1\ninclude: [sub/x.yaml]\n')
  const fine = folder.write('linked/fine.yaml', 'version: 1\ninclude: [./link.yaml]\n')
  expect(codesOf(await loaded([main]))).toEqual(['bad-value'])
  expect(codesOf(await loaded([fine]))).toEqual([])
})

test('files of a Kubernetes ConfigMap (links through ..data) include each other', async () => {
  folder.write('map/..2026_01/main.yaml', 'version: 1\ninclude: [./team.yaml]\n')
  folder.write('map/..2026_01/team.yaml', METRIC)
  symlinkSync('..2026_01', join(folder.path, 'map/..data'))
  for (const name of ['main.yaml', 'team.yaml']) symlinkSync(`..data/${name}`, join(folder.path, 'map', name))
  expect(codesOf(await loaded([join(folder.path, 'map/main.yaml')]))).toEqual([])
})
