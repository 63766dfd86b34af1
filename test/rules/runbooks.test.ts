/** The texts beside the rules: a section of the runbooks for each alert, and the library of queries. What they name is there. */
import { expect, test } from 'vitest'
import { knownIn, PRESETS, unknownIn } from './known-names.ts'
import { alerts, QUERIES, RUNBOOKS, records } from './rule-files.ts'

/** Names of lines that the runbooks speak of. */
const EVENTS = ['tool_invocation', 'sandbox_violation']

test('each alert has its section in the runbooks, and each section its alert', () => {
  const sections = RUNBOOKS.split(/^### /m).slice(1)
  const names = [...new Set(alerts.map(({ alert }) => alert!))].sort()
  expect(sections.map((section) => section.split('\n')[0]!).sort()).toEqual(names)
  for (const section of sections)
    for (const part of ['Look first', 'Do', 'False alarm']) expect(section).toContain(`- **${part}:** `)
})

test('runbooks name metrics that there are', async () => {
  const parts = await Promise.all(Object.keys(PRESETS).map(knownIn))
  const families = parts.flatMap((families) => [...families.values()])
  const names = new Set([
    ...families.flatMap(({ name, labels }) => [name, name.replace(/_bucket$/, ''), ...labels]),
    ...records.map(({ record }) => record!),
    ...EVENTS,
  ])
  const named = RUNBOOKS.match(
    /\b(?:agents?|agentlog|agent_name|mcp|mcpworks|http|tool|server|model|sandbox)(?:_\w*)?[_:][\w:]+/g,
  )!
  expect(named.length).toBeGreaterThan(50)
  expect([...new Set(named)].filter((name) => !names.has(name))).toEqual([])
})

test.each(QUERIES.map((query) => [query.name, query] as const))(
  'query %s is whole and names what there is',
  async (_name, query) => {
    expect(Object.keys(query)).toEqual(['name', 'of', 'question', 'expr', 'tells'])
    expect([...Object.keys(PRESETS), 'exporter', 'prometheus']).toContain(query.of)
    expect(query.question).toMatch(/\?$/)
    expect(await unknownIn(query.of, query.expr)).toEqual([])
  },
)

test('queries have names of their own', () => {
  expect(new Set(QUERIES.map(({ name }) => name)).size).toBe(QUERIES.length)
})
