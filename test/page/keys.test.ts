/** What the page says of keys that are remembered between events. */
import { afterAll, expect, test } from 'vitest'
import type { Html } from '../../src/page/html.ts'
import { keysHtml } from '../../src/page/sections/keys.ts'
import { scratchFolder } from '../config/loading.ts'
import { pageOf } from './page-of.ts'

const folder = scratchFolder()
afterAll(folder.remove)

const MAPPING = `version: 1
limits: { keys: 4 }
metrics: [{ name: calls_total, type: counter, event: call, once: id }]
`

test('a mapping that remembers nothing has no table of keys', async () => {
  const file = folder.write('none.yaml', 'version: 1\nmetrics: [{ name: calls_total, type: counter, event: call }]\n')
  const page = await pageOf({ files: [file] })
  expect(page.gatherer.model().keys).toEqual([])
  expect(keysHtml([])).toBe(false)
})

test('keys are shown with their bound, and evictions are a warning with a cure', async () => {
  const page = await pageOf({ files: [folder.write('m.yaml', MAPPING)] })
  const keys = () => page.gatherer.model().keys
  const warned = () => page.gatherer.model().warnings.filter(({ text }) => text.startsWith('marks'))
  page.read({ event: 'call', id: 1 }, { event: 'call', id: 2 }, { event: 'call', id: 2 })
  expect([keys(), warned()]).toEqual([[{ table: 'marks', keys: 2, limit: 4, evictions: 0 }], []])
  for (let id = 3; id <= 6; id++) page.read({ event: 'call', id })
  expect(keys()).toEqual([{ table: 'marks', keys: 4, limit: 4, evictions: 2 }])
  expect(warned()).toMatchObject([{ level: 'warning', text: 'marks: 2 keys went, since 4 are there (limits.keys).' }])
  expect((keysHtml(keys()) as Html).text).toContain('value="4"')
  // The key is known again, so of two times only the first is told.
  page.read({ event: 'call', id: 1 }, { event: 'call', id: 1 })
  expect(page.gatherer.model().skips).toMatchObject([{ metric: 'calls_total', reason: 'forgotten', count: 1 }])
})
