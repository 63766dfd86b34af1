/** Which files, labels, metrics and input are in force for a source. */
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Config, Profile } from '../../src/config/config.ts'
import { compilePlan } from '../../src/pipeline/plan.ts'
import { codesOf, loaded, scratchFolder } from './loading.ts'

const folder = scratchFolder()
afterAll(folder.remove)

const metric = (name: string, event = name) => `metrics: [{ name: ${name}_total, type: counter, event: ${event} }]\n`

async function config(file: string): Promise<Config> {
  const result = await loaded([file])
  expect(result.diagnostics).toEqual([])
  return result.config
}

function profileOf({ sources, profiles }: Config, name: string): Profile {
  const { profile = '' } = sources.find((source) => source.name === name)!
  return profiles.get(profile)!
}

/** Names of the metrics that have rules, each with the files that these stand in. */
function rulesOf({ mapping }: Profile): Record<string, string[]> {
  const rules = mapping.metrics.map(({ name, rules }) => [name, rules.map(({ place }) => place.file.split('/').at(-1)!)] as const)
  return Object.fromEntries(rules.filter(([, files]) => files.length > 0))
}

function folderOf(name: string): (file: string, text: string) => string {
  return (file, text) => folder.write(`${name}/${file}`, `version: 1\n${text}`)
}

test('a unit is the included files, those that the source uses, then the file itself', async () => {
  const write = folderOf('order')
  write('base.yaml', `input: { time_zone: Europe/Oslo, event_name: base }\n${metric('calls', 'called')}`)
  write('claude.yaml', `input: { event_name: claude, event_time: ts }\n${metric('calls', 'tool_use')}`)
  write('codex.yaml', metric('turns'))
  const main = write(
    'main.yaml',
    `include: [./base.yaml]
input: { event_time: at }
sources:
  - { name: a, use: [./claude.yaml], file: { paths: [/a] } }
  - { name: b, use: [./codex.yaml], file: { paths: [/b] } }
  - { name: c, file: { paths: [/c] } }
${metric('calls')}`,
  )
  const made = await config(main)
  expect(['a', 'b', 'c'].map((name) => rulesOf(profileOf(made, name)))).toEqual([
    { calls_total: ['base.yaml', 'claude.yaml', 'main.yaml'] },
    { calls_total: ['base.yaml', 'main.yaml'], turns_total: ['codex.yaml'] },
    { calls_total: ['base.yaml', 'main.yaml'] },
  ])
  expect(['a', 'b'].map((name) => profileOf(made, name).mapping.input)).toMatchObject([
    { timeZone: 'Europe/Oslo', eventName: { spec: 'claude' }, eventTime: { spec: 'at' } },
    { timeZone: 'Europe/Oslo', eventName: { spec: 'base' }, eventTime: { spec: 'at' } },
  ])
  expect(made.metrics.map(({ name, rules }) => [name, rules.length])).toEqual([
    ['calls_total', 3],
    ['turns_total', 1],
  ])
})

test('equal profiles are one; equal units have one key, wherever the folder stands', async () => {
  const write = folderOf('equal')
  write('claude.yaml', metric('calls'))
  write('more/codex.yaml', metric('turns'))
  const main = write(
    'main.yaml',
    `include: [./more/codex.yaml]
sources:
  - { name: a, use: [./claude.yaml], labels: { team: { const: x } }, file: { paths: [/a] } }
  - { name: b, use: [./claude.yaml, ./more/codex.yaml], labels: { team: { const: x } }, only: [], file: { paths: [/b] } }
  - { name: c, use: [./claude.yaml], labels: { team: { const: x } }, input: { envelope: cri }, stdin: {} }
  - { name: d, use: [./more/codex.yaml], file: { paths: [/d] } }
`,
  )
  const made = await config(main)
  expect(made.sources.map(({ profile }) => profile === made.sources[0]!.profile)).toEqual([true, false, true, false])
  expect(['a', 'b', 'c', 'd'].map((name) => profileOf(made, name).unit)).toEqual([
    '[["claude.yaml"]]',
    '[["claude.yaml"]]',
    '[["claude.yaml"]]',
    '',
  ])
  cpSync(join(folder.path, 'equal'), join(folder.path, 'moved'), { recursive: true })
  rmSync(join(folder.path, 'equal'), { recursive: true })
  const moved = await config(join(folder.path, 'moved/main.yaml'))
  expect(moved.sources.map(({ profile }) => profile)).toEqual(made.sources.map(({ profile }) => profile))
})

test('`without` belongs to the unit: another source has the metric, and it is defined for all', async () => {
  const write = folderOf('without')
  write('claude.yaml', metric('calls'))
  const main = write(
    'main.yaml',
    `sources:
  - { name: a, use: [{ file: ./claude.yaml, without: [calls_total] }], file: { paths: [/a] } }
  - { name: b, use: [./claude.yaml], file: { paths: [/b] } }
`,
  )
  const made = await config(main)
  expect(['a', 'b'].map((name) => rulesOf(profileOf(made, name)))).toEqual([{}, { calls_total: ['claude.yaml'] }])
  expect(made.metrics.map(({ name }) => name)).toEqual(['calls_total'])
  expect(profileOf(made, 'a').unit).not.toBe(profileOf(made, 'b').unit)
})

test('sources of an included file count, and what they use is looked for beside that file', async () => {
  const write = folderOf('included')
  write('team/claude.yaml', metric('calls'))
  write('team/sources.yaml', 'sources: [{ name: a, use: [./claude.yaml], file: { paths: [/a] } }]\n')
  const main = write('main.yaml', `include: [team/sources.yaml]\n${metric('turns')}`)
  expect(rulesOf(profileOf(await config(main), 'a'))).toEqual({ calls_total: ['claude.yaml'], turns_total: ['main.yaml'] })
})

test('`only` leaves rules of all other metrics out; an unknown name is told with the nearest', async () => {
  const write = folderOf('only')
  write('base.yaml', metric('calls'))
  const main = write(
    'main.yaml',
    `include: [./base.yaml]\nsources: [{ name: a, only: [turns_total], stdin: {} }]\n${metric('turns')}`,
  )
  expect(rulesOf(profileOf(await config(main), 'a'))).toEqual({ turns_total: ['main.yaml'] })
  const wrong = write('wrong.yaml', `sources: [{ only: [calls_total, call_total], stdin: {} }]\n${metric('calls')}`)
  expect((await loaded([wrong])).diagnostics).toMatchObject([
    { code: 'unknown-name', place: { path: ['sources', 0, 'only', 1] }, hint: 'did you mean "calls_total"?' },
  ])
})

test('a label of a source is a constant or a name of ours', async () => {
  const write = folderOf('labels')
  const codes = async (value: string) =>
    codesOf(await loaded([write('main.yaml', `sources: [{ labels: { team: ${value} }, stdin: {} }]\n${metric('calls')}`)]))
  for (const value of [
    '{ const: x }',
    '5',
    'true',
    '$source',
    '$path.project',
    '{ path: [$pod.namespace, $container.name], lower: true, default: "" }',
  ])
    expect([value, await codes(value)]).toEqual([value, []])
  for (const value of [
    'team',
    '$',
    '$.team',
    '$."team"',
    'null',
    '{ path: [$source, team] }',
    '{ expr: "event.team" }',
    '{ length: $ }',
    '$kept.team',
    '{ const: 1, plus: team }',
    '{ const: 1, minus: team }',
  ])
    expect([value, await codes(value)]).toEqual([value, ['bad-value']])
  expect(await codes('$sauce')).toEqual(['unknown-name'])
})

test('a label of a source and a split by it do not go together', async () => {
  const main = folderOf('split')(
    'main.yaml',
    `sources: [{ labels: { kind: { const: x } }, stdin: {} }]
metrics: [{ name: calls_total, type: counter, event: e, split: { kind: { in: a, out: b } } }]
`,
  )
  expect((await loaded([main])).diagnostics).toMatchObject([
    { code: 'conflict', place: { path: ['sources', 0, 'labels', 'kind'] }, notes: [{ place: { path: ['metrics', 0] } }] },
  ])
})

test('a mistake in a used file is told once, however many sources use it, and also where no source is in force', async () => {
  const write = folderOf('once')
  write('claude.yaml', 'metrics: [{ name: calls_total, type: counter, event: e, labels: { a: "x..y" } }]\n')
  const main = write(
    'main.yaml',
    `sources:
  - { name: a, use: [./claude.yaml], labels: { team: { const: a } }, stdin: {} }
  - { name: b, use: [./claude.yaml], labels: { team: { const: b } }, file: { paths: [/b] } }
`,
  )
  expect(codesOf(await loaded([main]))).toEqual(['bad-path'])
  const touched = write('touched.yaml', 'sources: [{ use: [./claude.yaml], only: [], stdin: {} }]\n')
  expect(codesOf(await loaded([touched]))).toEqual(['bad-path'])
})

test('what is used may not use the mapping again, and leads nowhere else', async () => {
  const write = folderOf('cycle')
  write('claude.yaml', 'include: [./main.yaml]\n')
  const main = write('main.yaml', 'sources: [{ use: [./claude.yaml, ./gone.yaml, "preset:agnet"], stdin: {} }]\n')
  expect((await loaded([main])).diagnostics.map(({ code, place }) => [code, place.path])).toEqual([
    ['include-cycle', ['include', 0]],
    ['file-unreadable', ['sources', 0, 'use', 1]],
    ['unknown-preset', ['sources', 0, 'use', 2]],
  ])
})

test('sources with thousands of mappings of their own are refused at once', async () => {
  const metrics = Array.from({ length: 400 }, (_, i) => `  - { name: m${i}_total, type: counter, event: e${i} }\n`).join('')
  const sources = Array.from({ length: 300 }, (_, i) => `  - { labels: { n: ${i} }, file: { paths: [/${i}] } }\n`).join('')
  const main = folder.write('many.yaml', `version: 1\nmetrics:\n${metrics}sources:\n${sources}`)
  const startMs = performance.now()
  const { diagnostics } = await loaded([main])
  expect(diagnostics[0]).toMatchObject({ code: 'bad-value', place: { path: ['sources', 25] } })
  expect(diagnostics[0]!.message).toContain('more than 10000 rules together')
  expect(performance.now() - startMs).toBeLessThan(10_000)
})

test('included files may not call two sources the same', async () => {
  const write = folderOf('names')
  const one = write('one.yaml', 'sources: [{ name: a, stdin: {} }]\n')
  const two = write('two.yaml', 'sources: [{ name: a, file: { paths: [/a] } }]\n')
  const main = write('main.yaml', 'include: [./one.yaml, ./two.yaml]\n')
  expect((await loaded([main])).diagnostics).toMatchObject([
    { code: 'conflict', place: { file: two, path: ['sources', 0, 'name'] }, notes: [{ place: { file: one } }] },
  ])
})

test('a label of a source has a name that labels may have, and is not what a type itself uses', async () => {
  const write = folderOf('label-names')
  const codes = async (label: string) =>
    codesOf(
      await loaded([
        write(
          'main.yaml',
          `sources: [{ labels: { ${label}: { const: x } }, stdin: {} }]
metrics: [{ name: s_seconds, type: histogram, event: e, value: s }, { name: c_total, type: counter, event: e, split: { kind: { a: a } } }]
`,
        ),
      ]),
    )
  expect([await codes('team'), await codes('9'), await codes('__x'), await codes('le'), await codes('kind')]).toEqual([
    [],
    ['bad-name'],
    ['reserved-name'],
    ['conflict'],
    ['conflict'],
  ])
})

test('a rule on something remembered or derived is left out of units that lack it', async () => {
  const write = folderOf('lacking')
  write('model.yaml', 'remember: { model: { event: turn, path: model } }\n')
  write('runs.yaml', 'derive: [{ pair: run, start: { event: call, key: id }, end: { event: result, key: id } }]\n')
  write(
    'silent.yaml',
    'derive: [{ silence: quiet, event: call, key: $kept.model, after: 5m }]\nmetrics: [{ name: quiet_total, type: counter, derived: quiet }]\n',
  )
  const main = write(
    'main.yaml',
    `include: [./silent.yaml]
drop: [{ event: call, where: { expr: 'kept.model == "x"' } }]
sources:
  - { name: model, use: [./model.yaml], file: { paths: [/a] } }
  - { name: runs, use: [./runs.yaml], file: { paths: [/b] } }
  - { name: both, use: [./model.yaml, ./runs.yaml], file: { paths: [/c] } }
metrics:
  - name: calls_total
    type: counter
    rules:
      - { event: call }
      - { event: result, labels: { model: $kept.model } }
      - { derived: run }
      - { derived: run, where: { key: { not: $kept.model } } }
  - { name: open_runs, type: gauge, open: run }
`,
  )
  const made = await config(main)
  const told = (name: string) => {
    const { mapping } = profileOf(made, name)
    const rules = mapping.metrics.map(({ name, rules }) => [name, rules.length])
    return { ...Object.fromEntries(rules), drop: mapping.drop.length, derive: mapping.derive?.map(({ name }) => name) }
  }
  expect(told('model')).toEqual({ quiet_total: 1, calls_total: 2, drop: 1, derive: ['quiet'] })
  expect(told('runs')).toEqual({ calls_total: 3, open_runs: 1, drop: 0, derive: ['run'] })
  expect(told('both')).toEqual({ quiet_total: 1, calls_total: 4, open_runs: 1, drop: 1, derive: ['quiet', 'run'] })
})

test('one that all units lack is an error where it says so', async () => {
  const write = folderOf('all-lack')
  write('model.yaml', 'remember: { model: { event: turn, path: model } }\n')
  const main = write(
    'main.yaml',
    `sources:
  - { name: a, use: [./model.yaml], file: { paths: [/a] } }
  - { name: b, file: { paths: [/b] } }
metrics:
  - { name: calls_total, type: counter, event: call, labels: { model: $kept.modle } }
  - { name: runs_total, type: counter, derived: run }
`,
  )
  expect((await loaded([main])).diagnostics.map(({ severity, code, place }) => [severity, code, place.path])).toEqual([
    ['error', 'unknown-name', ['metrics', 1, 'derived']],
    ['error', 'unknown-name', ['metrics', 0, 'labels', 'model']],
  ])
})

test('what only sources that are not in force remember is no mistake', async () => {
  const write = folderOf('not-in-force')
  write('model.yaml', 'remember: { model: { event: turn, path: model } }\n')
  const metrics = 'metrics: [{ name: calls_total, type: counter, event: call, labels: { model: $kept.model } }]\n'
  const source = 'use: [./model.yaml], file: { paths: [/a] }'
  const main = write('main.yaml', `sources: [{ ${source} }, { ${source}, only: [] }]\n${metrics}`)
  const result = await loaded([main])
  const found: unknown[] = [...result.diagnostics]
  compilePlan({ ...result.config, sources: [{ kind: 'stdin', name: 'stdin' }] }, (diagnostic) => found.push(diagnostic))
  expect(found).toEqual([])
  expect(codesOf(await loaded([write('only.yaml', `sources: [{ ${source}, only: [] }]\n${metrics}`)]))).toEqual([])
})

test('a name that is remembered or derived twice in one unit is an error that names both; in two units it is two things', async () => {
  const write = folderOf('twice')
  const state = `remember: { model: { event: turn, path: model } }
derive: [{ pair: run, start: { event: call, key: id }, end: { event: result, key: id } }]
`
  const one = write('one.yaml', state)
  const two = write('two.yaml', state)
  const named = write('named.yaml', state.replace('pair: run', 'pair: model'))
  expect(codesOf(await loaded([named]))).toEqual(['conflict'])
  const source = (name: string, use: string) => `  - { name: ${name}, use: [${use}], file: { paths: [/${name}] } }\n`
  const main = write('main.yaml', `sources:\n${source('a', './one.yaml')}${source('b', './two.yaml')}`)
  expect((await loaded([main])).diagnostics).toEqual([])
  const both = write('both.yaml', `sources:\n${source('a', './one.yaml, ./two.yaml')}${source('b', './one.yaml, ./two.yaml')}`)
  expect((await loaded([both])).diagnostics).toMatchObject([
    { code: 'conflict', place: { file: two, path: ['remember', 'model'] }, notes: [{ place: { file: one } }] },
    { code: 'conflict', place: { file: two, path: ['derive', 0] }, notes: [{ place: { file: one } }] },
  ])
})
