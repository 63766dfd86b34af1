/** The page's routes and policy, and the path under which others reach the exporter. */
import { expect, test } from 'vitest'
import { parseExternalUrl } from '../../src/server/external-url.ts'
import { ask, exchange, header, serving, split } from './serving.ts'

test('the page and its parts come with their types and under a policy that allows only its own', async () => {
  const { port } = await serving()
  const types = {
    '/': 'text/html',
    '/page.live': 'text/html',
    '/page.css': 'text/css',
    '/page.js': 'text/javascript',
    '/page.svg': 'image/svg+xml',
  }
  for (const [path, type] of Object.entries(types)) {
    const answer = await ask(port, 'GET', path)
    expect([path, header(answer, 'content-type'), answer.body]).toEqual([path, `${type}; charset=utf-8`, `body of ${path}`])
    expect(header(answer, 'content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    )
    expect([header(answer, 'x-content-type-options'), header(answer, 'cache-control')]).toEqual(['nosniff', 'no-store'])
  }
})

test('under the path of the external URL everything answers as without it, and the bare path leads to the page', async () => {
  const { port } = await serving({ pathPrefix: '/team/agentlog' })
  for (const path of ['/', '/metrics', '/page.js', '/-/healthy', '/-/ready'])
    expect((await ask(port, 'GET', `/team/agentlog${path}`)).body).toBe((await ask(port, 'GET', path)).body)
  const bare = await ask(port, 'GET', '/team/agentlog')
  expect([bare.status, header(bare, 'location')]).toEqual([302, '/team/agentlog/'])
  expect((await ask(port, 'POST', '/team/agentlog/metrics', ['Content-Length: 0'])).status).toBe(405)
  for (const path of ['/team', '/team/agentlogs/metrics', '/team/agentlog/team/agentlog/metrics'])
    expect([path, (await ask(port, 'GET', path)).status]).toEqual([path, 404])
})

test('a prefix that is one of our own paths does no harm', async () => {
  const { port } = await serving({ pathPrefix: '/health' })
  expect((await ask(port, 'GET', '/health')).status).toBe(200)
  expect((await ask(port, 'GET', '/health/metrics')).status).toBe(200)
})

test.each([
  ['http://localhost:19464', ''],
  ['https://example.org/', ''],
  ['https://example.org/agentlog/', '/agentlog'],
  ['https://example.org/a/b-c.d~e_f', '/a/b-c.d~e_f'],
])('the external URL %s has the path "%s"', (url, path) => {
  expect(parseExternalUrl(url)).toBe(path)
})

test.each([
  'agentlog',
  '/agentlog',
  'ftp://example.org/',
  'https://example.org/?x',
  'https://example.org/#x',
  'https://example.org/:id',
  'https://example.org/*',
  'https://example.org/a b',
])('the external URL %s is refused with an example or what is expected', (url) => {
  expect(parseExternalUrl(url)).toEqual({ problem: expect.stringMatching(/^--web\.external-url ".*": expected /) })
})

test.each([
  [['Host: localhost:19464'], true],
  [['Host: LOCALHOST'], true],
  [['Host: 127.0.0.1:1'], true],
  [['Host: [::1]:1'], true],
  [['Host: evil.example'], false],
  [['Host: localhost.evil.example'], false],
  [['Host: 127.0.0.1.evil.example'], false],
  [['Host: 10.0.0.1'], false],
  [['Host: localhost', 'X-Forwarded-For: 10.0.0.1'], false],
  [['Host: localhost', 'Forwarded: for=10.0.0.1'], false],
  [['Host: localhost', 'X-Forwarded-Host: example.org'], false],
  [['Host: localhost', 'X-Forwarded-Proto: https'], false],
  [['Host: localhost', 'X-Real-IP: 10.0.0.1'], false],
  [['Host: localhost', 'Via: 1.1 proxy'], false],
  [['Host: localhost', 'CF-Connecting-IP: 10.0.0.1'], false],
  [['Host: localhost', 'Accept: text/html', 'X-Requested-With: x'], true],
])('who asks with %s may see lines of the log: %s', async (headers, expected) => {
  const asked: boolean[] = []
  const text = (withLines: boolean): string => {
    asked.push(withLines)
    return ''
  }
  const { port } = await serving({ page: { document: text, live: text, style: '', script: '', icon: '' } })
  for (const path of ['/', '/page.live'])
    split(await exchange(port, [`GET ${path} HTTP/1.1`, ...headers, 'Connection: close', '', ''].join('\r\n')))
  expect(asked).toEqual([expected, expected])
})

test('a proxy that adds nothing but speaks HTTP/1.0, as nginx does, is told from a browser', async () => {
  const asked: boolean[] = []
  const text = (withLines: boolean): string => {
    asked.push(withLines)
    return ''
  }
  const { port } = await serving({ page: { document: text, live: text, style: '', script: '', icon: '' } })
  split(await exchange(port, ['GET / HTTP/1.0', 'Host: 127.0.0.1:19464', 'Connection: close', '', ''].join('\r\n')))
  expect(asked).toEqual([false])
})
