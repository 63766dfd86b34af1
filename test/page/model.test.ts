/** What the page says of a run: each question that a missing metric raises has its answer in the model. */
import { afterAll, expect, test } from 'vitest'
import { keptHtml } from '../../src/page/sections/kept.ts'
import { sourcesHtml } from '../../src/page/sections/sources.ts'
import { codesOf, loaded, scratchFolder } from '../config/loading.ts'
import { FILES, pageOf, SECRET } from './page-of.ts'

const folder = scratchFolder()
afterAll(() => folder.remove())

const MAPPING = `version: 1
input: { event_name: event }
drop:
  - { event: health }
metrics:
  - name: calls_total
    type: counter
    event: tool_invocation
    where: { ok: true }
    labels: { tool: { path: tool, max_values: 2 } }
  - name: tokens_total
    type: counter
    max_series: 10
    event: llm_call
    value: tokens
  - name: runs_total
    type: counter
    event: agent_run_started
`
const file = folder.write('mapping.yaml', MAPPING)
const eventOf = (model: { events: readonly { name: string }[] }, name: string) =>
  model.events.find((event) => event.name === name)

test('an event no rule waits for shows its count, an example and the name it is near to, with its place', async () => {
  const run = (await pageOf({ files: [file] })).read({ event: 'ToolInvocation', n: 1 }, { event: 'ToolInvocation' })
  run.clock.elapsedMs += 3000
  const model = run.gatherer.model()
  expect(eventOf(model, 'ToolInvocation')).toMatchObject({
    state: 'unmapped',
    counts: { mapped: 0, unmatched: 0, unmapped: 2, dropped: 0 },
    ageSeconds: 3,
    near: { name: 'tool_invocation', place: { text: 'mapping.yaml:6', anchor: 'm0-6' } },
    examples: [
      { outcome: 'unmapped', example: { text: '{"event":"ToolInvocation","n":1}', from: '/logs/agent.jsonl', ageSeconds: 3 } },
    ],
  })
  expect(model.status).toMatchObject({ level: 'bad', anchor: 'events' })
})

test('an event on which no condition held says which, rule by rule', async () => {
  const model = (await pageOf({ files: [file] })).read({ event: 'tool_invocation', ok: false, tool: 'x' }).gatherer.model()
  const event = eventOf(model, 'tool_invocation') as (typeof model.events)[number]
  expect(event.state).toBe('unmatched')
  expect(event.reasons).toHaveLength(1)
  expect(event.reasons[0]).toMatchObject({ metric: 'calls_total', place: { anchor: 'm0-6' } })
  expect(event.reasons[0]!.why).toMatch(/ok.*false/)
  expect(model.rules[0]).toMatchObject({ metric: 'calls_total', hits: 0, why: 'the event came, but the condition never held' })
  expect(model.status).toMatchObject({ level: 'bad', sentence: expect.stringContaining('conditions') })
})

test('rules show what they take, how often they did, and why never', async () => {
  const model = (await pageOf({ files: [file] }))
    .read({ event: 'tool_invocation', ok: true, tool: 'x' }, { event: 'llm_call', tokens: 3 }, { event: 'llm_call', tokens: 4 })
    .gatherer.model()
  expect(model.rules.map(({ metric, events, where, hits, why }) => [metric, events, where, hits, why])).toEqual([
    ['calls_total', ['tool_invocation'], '{ok: true}', 1, undefined],
    ['tokens_total', ['llm_call'], undefined, 2, undefined],
    ['runs_total', ['agent_run_started'], undefined, 0, 'this event never came'],
  ])
  expect(eventOf(model, 'agent_run_started')).toMatchObject({ state: 'unseen' })
  expect(model.status.level).toBe('ok')
})

test('rejected lines and skipped updates come by reason with an example each', async () => {
  const model = (await pageOf({ files: [file] }))
    .read('no json', '{"event":', 'also none', { event: 'llm_call', tokens: -1 }, { event: 'llm_call' })
    .gatherer.model()
  expect(model.rejects.map(({ reason, count, example }) => [reason, count, example?.text])).toEqual([
    ['not_json', 2, 'no json'],
    ['malformed', 1, '{"event":'],
  ])
  expect(model.skips.map(({ metric, reason, count, example }) => [metric, reason, count, example?.text])).toEqual([
    ['tokens_total', 'negative', 1, '{"event":"llm_call","tokens":-1}'],
    ['tokens_total', 'no_value', 1, '{"event":"llm_call"}'],
  ])
  for (const { meaning } of [...model.rejects, ...model.skips]) expect(meaning).not.toBe('')
})

test('the flow agrees with what was read', async () => {
  const model = (await pageOf({ files: [file] }))
    .read(
      '',
      'x',
      { event: 'health' },
      { event: 'other' },
      { event: 'tool_invocation' },
      { event: 'llm_call', tokens: 1 },
      { event: 'llm_call' },
    )
    .gatherer.model()
  expect(model.flow).toMatchObject({
    lines: 7,
    blank: 1,
    rejected: 1,
    events: 5,
    dropped: 1,
    unmapped: 1,
    unmatched: 1,
    mapped: 2,
    skipped: 1,
    series: 2,
  })
})

test('metrics show series, limits and the values that make most of them; past a limit a warning names the metric', async () => {
  const run = await pageOf({ files: [file] })
  for (const tool of ['a', 'b', 'c', 'd', 'd']) run.read({ event: 'tool_invocation', ok: true, tool })
  const model = run.gatherer.model()
  expect(model.metrics.find(({ name }) => name === 'calls_total')).toMatchObject({
    series: 3,
    maxSeries: 2000,
    overflow: 3,
    labels: [
      {
        name: 'tool',
        valueCount: 3,
        top: [
          { text: '_other', series: 1 },
          { text: 'a', series: 1 },
          { text: 'b', series: 1 },
        ],
        isPartial: false,
      },
    ],
  })
  expect(model.warnings[0]).toMatchObject({ level: 'warning', text: expect.stringContaining('calls_total: 3 updates') })
})

test('what is remembered and derived shows how many keys it has, and how many were evicted', async () => {
  const kept = folder.write(
    'kept.yaml',
    `version: 1
limits: { keys: 3 }
remember: { model: { event: begin, path: model } }
derive: [{ pair: run, start: { event: begin, key: id }, end: { event: done, key: id } }]
metrics: [{ name: runs_total, type: counter, derived: run }]
`,
  )
  const run = await pageOf({ files: [kept] })
  for (const id of [1, 2, 3]) run.read({ event: 'begin', model: 'm', id })
  run.read({ event: 'done', id: 3 })
  const model = run.gatherer.model()
  expect(model.kept).toEqual({
    items: [
      { name: 'model', unit: '', kind: 'remember', keys: 1 },
      { name: 'run', unit: '', kind: 'pair', keys: 1 },
    ],
    keys: 2,
    limit: 3,
    evicted: 1,
  })
  expect(keptHtml(model.kept).text).toContain('2 keys, 67 % of limits.keys; 1 were evicted')
})

test('series that are silent are told beside those that are there', async () => {
  const mapping = folder.write(
    'silent.yaml',
    'version: 1\nmetrics: [{ name: calls_total, type: counter, event: call, labels: { tool: tool }, expire: 1h }]\n',
  )
  const run = await pageOf({ files: [mapping] })
  const at = (hour: number): string => new Date(run.facts.wallClockMs() - (5 - hour) * 3_600_000).toISOString()
  for (const [hour, tool] of [0, 2, 3].entries()) run.read({ event: 'call', tool: `t${tool}`, ts: at(hour) })
  expect(run.gatherer.model().metrics).toMatchObject([{ name: 'calls_total', series: 3, hidden: 2 }])
  expect(run.page.document(true)).toContain('2 silent')
})

test('values are ordered by the series that they make', async () => {
  const mapping = folder.write(
    'two.yaml',
    'version: 1\nmetrics: [{ name: a_total, type: counter, event: e, labels: { x: x, y: y } }]\n',
  )
  const run = await pageOf({ files: [mapping] })
  for (let i = 0; i < 40; i++) run.read({ event: 'e', x: `x${i % 8}`, y: i < 20 ? 'often' : `y${i}` })
  const label = run.gatherer.model().metrics[0]!.labels[1]!
  expect([label.valueCount, label.top[0], label.top.length]).toEqual([21, { text: 'often', series: 8 }, 5])
})

test('events without a name show the fields that may hold one, and a mapping that mends it all is one that loads and counts', async () => {
  const lines = [{ msg: 'tool_invocation', ok: true }, { event: 'llm.call', tokens: 5 }, { event: 'sandbox' }]
  const model = (await pageOf({ files: [file] })).read(...lines).gatherer.model()
  expect(model.nameFields).toEqual([{ path: 'msg', knownName: 'tool_invocation' }])
  expect(model.mending).toEqual({
    lines: ['input:', '  event_name:', '    path: [event, msg]', '    map:', '      llm.call: llm_call'],
    isNewFile: false,
  })
  const mended = folder.write('mended.yaml', MAPPING.replace('input: { event_name: event }', model.mending!.lines.join('\n')))
  const after = (await pageOf({ files: [mended] })).read(...lines).gatherer.model()
  expect(after.flow).toMatchObject({ mapped: 2, unmapped: 1 })
  expect(after.mending).toBeUndefined()
})

test('names that stand elsewhere and are spelled otherwise are mended in one step; an empty name is to be seen', async () => {
  const lines = [{ kind: 'ToolInvocation' }, { kind: 'llm-call', tokens: 5 }, { kind: 'hello' }, { event: '' }]
  const model = (await pageOf({ files: [file] })).read(...lines).gatherer.model()
  expect(model.mending?.lines).toEqual([
    'input:',
    '  event_name:',
    '    path: [event, kind]',
    '    map:',
    '      ToolInvocation: tool_invocation',
    '      llm-call: llm_call',
  ])
  expect(model.events.filter(({ state }) => state === 'unmapped').map(({ name }) => name)).toEqual(['_none', '""'])
})

test('fields of several nameless events are known, not only of the first', async () => {
  const lines = [{ x: 1 }, { msg: 'two words here, no name' }, { action: 'started' }, { data: { kind: 'llm_call' } }]
  const model = (await pageOf({ files: [file] })).read(...lines).gatherer.model()
  expect(model.nameFields).toEqual([{ path: 'data.kind', knownName: 'llm_call' }])
  const more = (await pageOf({ files: [file] })).read({ action: 'started' }, { data: { kind: 'llm_call' } }).gatherer.model()
  expect(more.nameFields).toEqual([
    { path: 'data.kind', knownName: 'llm_call' },
    { path: 'action', knownName: undefined },
  ])
})

test('the mending of a preset is a file of its own that includes it, whatever the names hold', async () => {
  const nasty = { event: 'Tool: "Invocation', tool_name: 'x' }
  const words = { event: 'LLM Call', model: 'm' }
  const model = (await pageOf({ presets: ['agent'] })).read(nasty, words).gatherer.model()
  expect(model.mending?.isNewFile).toBe(true)
  const mended = folder.write('own.yaml', `${model.mending!.lines.join('\n')}\n`)
  expect(codesOf(await loaded([mended]))).toEqual([])
  expect((await pageOf({ files: [mended] })).read(nasty, words).gatherer.model().flow).toMatchObject({ mapped: 2, unmapped: 0 })
})

test('every state of the sources has its sentence', async () => {
  const down = await pageOf({
    files: [file],
    changes: { sources: [{ ...FILES, problems: () => ['/logs/*.jsonl: no file matches'] }] },
  })
  down.facts.own.sourceUp.at('files').value = 0
  expect(down.gatherer.model()).toMatchObject({
    status: { level: 'bad', sentence: 'No source can be read, so there are no numbers.' },
    sources: [{ state: 'down', problems: ['/logs/*.jsonl: no file matches'] }],
  })
  expect(down.gatherer.model().warnings[0]).toMatchObject({ level: 'bad', text: 'Source files: /logs/*.jsonl: no file matches.' })
  expect((await pageOf({ files: [file], hasCaughtUp: false })).gatherer.model().status.sentence).toContain('at the start')
  expect((await pageOf({ files: [file] })).gatherer.model().status.sentence).toContain('no line has come')
  const rejected = (await pageOf({ files: [file] })).read('x')
  expect(rejected.gatherer.model().status).toMatchObject({ level: 'bad', anchor: 'rejected' })
})

test('a source that reads, catches up or is quiet says so, with its rate and its last event', async () => {
  const run = await pageOf({ files: [file] })
  const state = () => run.gatherer.model().sources[0]
  run.read(...Array.from({ length: 100 }, () => ({ event: 'llm_call', tokens: 1, ts: '2026-01-01T11:59:00Z' }))).wait(10)
  expect(state()).toMatchObject({ state: 'reading', rate10: 10, lines: 100, lastEventMs: Date.UTC(2026, 0, 1, 11, 59) })
  run.facts.own.lagBytes.at('files').value = 5
  expect(state()).toMatchObject({ state: 'behind', lagBytes: 5 })
  run.facts.own.lagBytes.at('files').value = 0
  run.wait(61)
  expect(state()).toMatchObject({ state: 'idle', rate10: 0 })
})

test('when most of what comes counts nowhere, the sentence says so', async () => {
  const run = (await pageOf({ files: [file] })).read({ event: 'llm_call', tokens: 1 }, { event: 'x' })
  expect(run.gatherer.model().status).toMatchObject({ level: 'ok', anchor: 'events' })
  expect(run.read({ event: 'x' }).gatherer.model().status).toMatchObject({ level: 'note', anchor: 'events' })
})

test('an open address, warnings of the mapping and the memory are told', async () => {
  const warned = folder.write(
    'warned.yaml',
    'version: 1\nmetrics: [{ name: a_total, type: counter, event: e, labels: { x: { path: x, one_of: [yes, no] } } }]\n',
  )
  const model = (
    await pageOf({ files: [warned], changes: { missingProtection: () => 'TLS and authentication' } })
  ).gatherer.model()
  expect(model.warnings.map(({ level, place }) => [level, place?.text])).toEqual([
    ['warning', 'warned.yaml:2'],
    ['warning', 'warned.yaml:2'],
    ['warning', undefined],
    ['note', undefined],
  ])
})

test('a web configuration that was not taken is told until one is', async () => {
  const run = await pageOf({ files: [file] })
  const told = (): string[] =>
    run.gatherer
      .model()
      .warnings.map(({ text }) => text)
      .filter((text) => text.includes('web.yml'))
  run.facts.own.webConfigSuccessful.at('web.yml').value = 1
  expect(told()).toEqual([])
  run.facts.own.webConfigSuccessful.at('web.yml').value = 0
  expect(told()).toEqual(['The web configuration web.yml was not taken when it was last read; the one before is in force.'])
})

test('a mapping that was not taken when it was last read says so until one is', async () => {
  const run = await pageOf({ files: [file] })
  const told = () => run.gatherer.model().warnings.filter(({ anchor }) => anchor === 'mapping')
  const { reloadSuccess, reloadSuccessful } = run.facts.own
  reloadSuccess.at().value = 1_700_000_000
  expect(told()).toMatchObject([{ level: 'warning', text: expect.stringContaining('the one before is in force') }])
  reloadSuccessful.at().value = 1
  expect(told()).toEqual([])
})

test('names without end are bounded and the rest is counted', async () => {
  const run = await pageOf({ files: [file] })
  for (let i = 0; i < 1000; i++) run.read({ event: `unknown ${i}` })
  const model = run.gatherer.model()
  expect(model.events.filter(({ state }) => state === 'unmapped')).toHaveLength(25)
  expect(model.events[0]).toMatchObject({ isOthers: true, counts: { unmapped: 900 } })
  expect(model.hiddenEvents).toBe(76)
})

test('no text of a log or a mapping leaves without its mask', async () => {
  const secret = folder.write(
    'secret.yaml',
    `version: 1\n# ${SECRET}\nmetrics:\n  - { name: a_total, type: counter, event: e, where: { k: ${SECRET} }, labels: { x: x }, value: v }\n`,
  )
  const run = (await pageOf({ files: [secret] })).read(
    `${SECRET} no json`,
    { event: `x${SECRET}`, p: SECRET },
    { event: 'e', k: `not ${SECRET}` },
    { event: 'e', k: SECRET, x: SECRET, v: SECRET },
    { event: 'e', k: SECRET, x: SECRET, v: 1 },
    { [SECRET]: 'e' },
  )
  expect(JSON.stringify(run.gatherer.model())).not.toContain(SECRET)
  expect(JSON.stringify(run.gatherer.mappingFiles())).not.toContain(SECRET)
  expect(run.page.document(true)).not.toContain(SECRET)
  expect(run.gatherer.mappingFiles()[0]!.lines[1]).toBe('# [masked]')
  const unmatched = (await pageOf({ files: [secret] })).read({ event: 'e', k: `not ${SECRET}` }).gatherer.model()
  expect(unmatched.events[0]!.reasons).toHaveLength(1)
  expect(JSON.stringify(unmatched)).not.toContain(SECRET)
})

test('what a condition found under the name of a secret is not told', async () => {
  const mapping = folder.write(
    'password.yaml',
    'version: 1\nmetrics: [{ name: a_total, type: counter, event: e, where: { password: known } }]\n',
  )
  const model = (await pageOf({ files: [mapping] })).read({ event: 'e', password: 'other words' }).gatherer.model()
  const [event] = model.events
  expect(event!.reasons[0]!.why).toContain('password')
  expect(JSON.stringify(event!.reasons)).not.toContain('other words')
})

test('a secret of several lines in a mapping is hidden line by line, and lines keep their numbers', async () => {
  const key = '-----BEGIN RSA PRIVATE KEY-----\n# aaa\n# bbb\n# -----END RSA PRIVATE KEY-----'
  const text = `version: 1\n# ${key}\nmetrics: [{ name: a_total, type: counter, event: e }]\n`
  const run = await pageOf({ files: [folder.write('pem.yaml', text)] })
  expect(run.gatherer.mappingFiles()[0]!.lines).toEqual([
    'version: 1',
    '# [masked]',
    '[masked]',
    '[masked]',
    '[masked]',
    'metrics: [{ name: a_total, type: counter, event: e }]',
  ])
})

test('of each log it says what its lines are wrapped in and written in, and why', async () => {
  const origin = (name: string) => ({ source: 'files', log: name, file: `/logs/${name}`, stream: '', fields: {} })
  const position = (name: string, envelope?: string, format?: { name: string; why?: string }) => ({
    origin: origin(name),
    id: name,
    checkpoint: 10,
    changes: 1,
    envelope,
    format: () => format,
    note: () => '',
  })
  const why = 'its first line that tells begins so'
  const positions = () => [
    position('a', 'cri', { name: 'json', why }),
    position('b', 'none', { name: 'logfmt', why }),
    position('c', undefined, { name: 'otlp' }),
    position('d', 'mixed'),
  ]
  const run = await pageOf({ files: [file], changes: { pipeline: { hasCaughtUp: true, positions } } })
  const [source] = run.gatherer.model().sources
  expect(source!.streams.map(({ envelope }) => envelope)).toEqual(['cri', undefined, undefined, 'mixed'])
  expect(sourcesHtml(run.gatherer.model().sources, 0).text).toContain('10 B read, in a Kubernetes runtime&#39;s lines<')
  expect(sourcesHtml(run.gatherer.model().sources, 0).text).toContain(`10 B read, logfmt (found out: ${why})<`)
  expect(sourcesHtml(run.gatherer.model().sources, 0).text).toContain('10 B read, a collector&#39;s export<')
})
