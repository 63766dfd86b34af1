/** The page at `/`: what it shows, and that nothing in it is markup but ours. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { escapeHtml } from '../../src/server/landing.ts'
import { ask, header, serving } from './serving.ts'

test('the page names product, version, links and components, as HTML', async () => {
  const components = [{ name: 'source claude', state: 'down' as const, detail: '12 bytes behind' }]
  const { port } = await serving({ version: '1.2.3', health: () => ({ isReady: false, components }) })
  const answer = await ask(port, 'GET', '/')
  expect(header(answer, 'content-type')).toBe('text/html; charset=utf-8')
  for (const text of ['agentlog-exporter 1.2.3', 'source claude', '>down<', '12 bytes behind', 'Reading the first backlog'])
    expect(answer.body).toContain(text)
})

test('every link and style of the page answers', async () => {
  const { port } = await serving({ telemetryPath: '/telemetry' })
  const { body } = await ask(port, 'GET', '/')
  const targets = [...body.matchAll(/href="([^"]+)"/g)].map((match) => match[1]!)
  expect(targets).toContain('/telemetry')
  for (const target of targets) expect([target, (await ask(port, 'GET', target)).status]).toEqual([target, 200])
})

test('the page runs no script and carries no inline style, as its policy demands', async () => {
  const { port } = await serving()
  const { body } = await ask(port, 'GET', '/')
  expect(body).not.toMatch(/<script|<style|\sstyle=|\son\w+=|javascript:/i)
})

test('text of others cannot become markup', async () => {
  const hostile = '<img src=x onerror=alert(1)>"\'&amp;\u202e\u2066\u0085\u0007'
  const health = () => ({ isReady: true, components: [{ name: hostile, state: 'ok' as const, detail: hostile }] })
  const { port } = await serving({ version: hostile, health })
  const { body } = await ask(port, 'GET', '/')
  expect(body).not.toContain('<img')
  expect(body).not.toMatch(/[\u202e\u2066\u0085\u0007]/)
  expect(body.split('&#60;img src=x onerror=alert(1)&#62;&#34;&#39;&#38;amp;')).toHaveLength(4)
})

test('escaped text holds no character that HTML or a terminal acts on', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(escapeHtml(text)).not.toMatch(/[<>"'\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
      expect(escapeHtml(text).replace(/&#\d+;/g, '')).not.toContain('&')
    }),
  )
})
