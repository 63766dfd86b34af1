/** The HTML: the same structure whatever texts the model holds, and nothing in it that the policy would refuse. */
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { documentHtml, liveHtml } from '../../src/page/document.ts'
import type { MappingFileView, PageModel } from '../../src/page/model.ts'
import { mappingHtml } from '../../src/page/sections/mapping.ts'
import { scratchFolder } from '../config/loading.ts'
import { pageOf } from './page-of.ts'

const folder = scratchFolder()
afterAll(() => folder.remove())

const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(1)</script>',
  "' onload='alert(1)",
  '</pre></td></details><style>*{display:none}</style>',
  '<!-- --> ]]> &lt; &#60; {{x}} ${x}',
  '\u202e\u2066\u0000\u001b[31m\u200f\ufeff',
  '__proto__',
  'x'.repeat(100_000),
  'javascript:alert(1)',
]

/** A model in which every part stands at least once. */
async function fullModel(): Promise<{ model: PageModel; files: MappingFileView[] }> {
  const mapping = `version: 1
metrics:
  - { name: a_total, type: counter, event: [known_event, never], where: { ok: true }, labels: { x: { path: x, max_values: 1 } } }
  - { name: b_total, type: counter, event: items, each: { it: items }, value: v }
  - { name: c_total, type: counter, event: other, where: { ok: true } }
`
  const file = folder.write('m.yaml', mapping)
  const sources = [{ name: 'files', kind: 'file', patterns: ['*'], problems: () => ['p: no file matches'] }]
  const positions = () => [
    { origin: { source: 'files', log: '', file: '/f', stream: '', fields: {} }, identity: 'i', checkpoint: 9 },
  ]
  const run = await pageOf({ files: [file], changes: { sources, missingProtection: () => 'TLS and authentication' } })
  Object.assign(run.facts.pipeline, { positions })
  run.read(
    'x',
    '{',
    { event: 'KnownEvent' },
    { event: 'other' },
    { type_: 1, msg: 'known_event' },
    { event: 'items', items: [{}] },
  )
  run.facts.own.sourceFiles.at('files', 'waiting').value = 2
  for (const x of ['a', 'b', 'c']) run.read({ event: 'known_event', ok: true, x })
  run.wait(3)
  return { model: run.gatherer.model(), files: run.gatherer.mappingFiles() }
}

const OURS = new Set(['level', 'state', 'kind', 'outcome', 'anchor', 'type', 'key', 'reason', 'telemetryPath'])

/** The model with `text` at every place that a log, a mapping or a file system can fill. */
function filledWith(value: unknown, text: string, key = ''): unknown {
  if (typeof value === 'string') return OURS.has(key) ? value : text
  if (Array.isArray(value)) return value.map((part) => filledWith(part, text, key))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, filledWith(part, text, name)]))
}

function rendered(model: PageModel, files: readonly MappingFileView[]): string {
  return documentHtml(liveHtml(model), mappingHtml(files), model).text
}

/** Tags with the names of their attributes, in order; throws at what is neither a tag of this form nor text. */
function skeleton(markup: string): string[] {
  const tags: string[] = []
  const TAG = /<(\/?[a-zA-Z][a-z0-9]*|!doctype html)((?:\s+[a-zA-Z-]+(?:="[^"<>]*")?)*)\s*\/?>/y
  for (let at = 0; at < markup.length; ) {
    TAG.lastIndex = at
    const tag = TAG.exec(markup)
    if (tag) {
      tags.push(`${tag[1]} ${[...tag[2]!.matchAll(/([a-zA-Z-]+)(?:="[^"]*")?/g)].map((match) => match[1]).join(' ')}`)
      at += tag[0].length
    } else {
      if (/[<>]/.test(markup[at]!)) throw new Error(`markup at ${markup.slice(at, at + 60)}`)
      at++
    }
  }
  return tags.filter((tag) => tag !== 'wbr ')
}

test('a hostile text at every place changes no tag and no attribute', async () => {
  const { model, files } = await fullModel()
  const plain = skeleton(rendered(filledWith(model, 'plain') as PageModel, filledWith(files, 'plain') as MappingFileView[]))
  expect(plain.length).toBeGreaterThan(300)
  for (const text of HOSTILE) {
    const markup = rendered(filledWith(model, text) as PageModel, filledWith(files, text) as MappingFileView[])
    expect(skeleton(markup)).toEqual(plain)
    expect(markup).not.toMatch(/[\u0000-\u0008\u001b\u200f\u202e\u2066\ufeff]/)
  }
})

test('no text at all changes a tag or an attribute', async () => {
  const { model, files } = await fullModel()
  const plain = skeleton(rendered(filledWith(model, 'plain') as PageModel, filledWith(files, 'plain') as MappingFileView[]))
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }), (text) => {
      expect(skeleton(rendered(filledWith(model, text) as PageModel, filledWith(files, text) as MappingFileView[]))).toEqual(
        plain,
      )
    }),
    { numRuns: 30 },
  )
})

test('the parts that the full model is to have are there', async () => {
  const { model, files } = await fullModel()
  const markup = rendered(model, files)
  for (const text of [
    'Did you mean',
    'Why no rule took',
    'may hold the name',
    'To count these',
    'no file matches',
    '2 waiting',
    '2 files not read yet, for want of file descriptors',
    'Other machines',
    'and none has come',
  ])
    expect([text, markup.includes(text)]).toEqual([text, true])
})

test('nothing is inline, nothing comes from elsewhere, every link is relative and every anchor has its target', async () => {
  const { model, files } = await fullModel()
  const markup = rendered(model, files)
  expect(markup).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:|https?:|\/\/\w|<base|<iframe|<form/i)
  expect(markup.match(/<script/g)).toHaveLength(1)
  const links = [...markup.matchAll(/(?:href|src)="([^"]*)"/g)].map((match) => match[1]!)
  expect(links.filter((link) => !link.startsWith('#') && !link.startsWith('./'))).toEqual([])
  const ids = [...markup.matchAll(/\sid="([^"]*)"/g)].map((match) => match[1]!)
  expect(new Set(ids).size).toBe(ids.length)
  const anchors = links.filter((link) => link.startsWith('#')).map((link) => link.slice(1))
  expect(anchors.filter((anchor) => !ids.includes(anchor))).toEqual([])
  expect(anchors).toContain('m0-3')
})

test('keys are unique among their siblings, so that a refresh finds each item again', async () => {
  const { model } = await fullModel()
  const keys = [...liveHtml(model).text.matchAll(/data-key="([^"]*)"/g)].map((match) => match[1]!)
  expect(keys.length).toBeGreaterThan(20)
  expect(new Set(keys).size).toBe(keys.length)
})

test('the page is made once a second, whatever many ask', async () => {
  const run = await pageOf({ presets: ['agent'] })
  run.read({ event: 'one' })
  const first = run.page.live(true)
  run.read({ event: 'two' })
  run.clock.elapsedMs += 999
  expect(run.page.live(true)).toBe(first)
  expect(run.page.document(true)).toContain(first)
  run.clock.elapsedMs += 1
  expect(run.page.live(true)).not.toBe(first)
  expect(run.page.live(true)).toContain('two')
})
