/** Which path and method answers what. */
import { expect, test } from 'vitest'
import { ask, bothFormats, header, PAGE, serving } from './serving.ts'

const GET_PATHS = [
  '/metrics',
  '/',
  '/page.live',
  '/page.css',
  '/page.js',
  '/page.svg',
  '/-/healthy',
  '/-/ready',
  '/health',
  '/health/live',
  '/health/ready',
  '/v1/health',
]
const OTHER_METHODS = ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']

test('every route answers GET with 200 and exactly one Content-Type and Content-Length', async () => {
  const { port } = await serving()
  for (const path of GET_PATHS) {
    const answer = await ask(port, 'GET', path)
    expect([path, answer.status]).toEqual([path, 200])
    expect(answer.headers.filter(([name]) => name === 'content-type')).toHaveLength(1)
    expect(answer.headers.filter(([name]) => name === 'content-length')).toEqual([
      ['content-length', String(Buffer.byteLength(answer.body))],
    ])
  }
})

test('HEAD has the headers of GET and no body', async () => {
  const { port } = await serving()
  const lasting = (pairs: readonly (readonly [string, string])[]) => pairs.filter(([name]) => name !== 'date')
  for (const path of GET_PATHS) {
    const [get, head] = [await ask(port, 'GET', path), await ask(port, 'HEAD', path)]
    expect([path, head.status, head.body]).toEqual([path, 200, ''])
    expect(lasting(head.headers)).toEqual(lasting(get.headers))
  }
})

test.each(OTHER_METHODS)('%s on a known path is 405 and names what is allowed, with or without a query', async (method) => {
  const { port } = await serving()
  for (const path of [...GET_PATHS, '/metrics?x=1']) {
    const answer = await ask(port, method, path, ['Content-Length: 0'])
    expect([path, answer.status, header(answer, 'allow')]).toEqual([path, 405, 'GET, HEAD'])
  }
})

test('a body does not make a refused method anything else than 405', async () => {
  const { port } = await serving()
  const answer = await ask(port, 'POST', '/metrics', ['Content-Type: application/json', 'Content-Length: 0'])
  expect(answer.status).toBe(405)
})

test.each([
  '/nope',
  '/metrics/',
  '/Metrics',
  '//metrics',
  '/metrics/x',
  '/health/',
  '/../../etc/passwd',
  '/..%2f..%2fetc%2fpasswd',
  '/__proto__',
  '/constructor',
])('%s is 404 in plain text', async (path) => {
  const { port } = await serving()
  const answer = await ask(port, 'GET', path)
  expect([answer.status, header(answer, 'content-type'), answer.body]).toEqual([404, 'text/plain; charset=utf-8', 'Not found.\n'])
})

test.each(['/%ff%00', '/%', '/%zz'])('%s is no URI: 400 in plain text', async (path) => {
  const { port } = await serving()
  const answer = await ask(port, 'GET', path)
  expect([answer.status, header(answer, 'content-type')]).toEqual([400, 'text/plain; charset=utf-8'])
})

test('a query does not matter', async () => {
  const { port } = await serving()
  expect((await ask(port, 'GET', '/metrics?name[]=a&%')).status).toBe(200)
})

test('the metrics live where the flag says, and only there', async () => {
  const { port } = await serving({ telemetryPath: '/telemetry' })
  expect((await ask(port, 'GET', '/telemetry')).body).toBe('# TYPE a counter\na 1\n')
  expect((await ask(port, 'GET', '/metrics')).status).toBe(404)
})

test('answers of every kind tell browsers to guess, load and keep nothing', async () => {
  const { port } = await serving()
  for (const path of [...GET_PATHS, '/nope', '/-/quit']) {
    const answer = await ask(port, 'GET', path)
    expect(header(answer, 'x-content-type-options')).toBe('nosniff')
    expect(header(answer, 'referrer-policy')).toBe('no-referrer')
    expect(header(answer, 'cache-control')).toBe('no-store')
    expect(header(answer, 'content-security-policy')).toMatch(/^default-src 'none';(?!.*unsafe)(?!.*https?:)(?!.*\*)/)
  }
})

test.each(['/-/reload', '/-/quit'])('%s is refused unless lifecycle is enabled, as Prometheus does', async (path) => {
  const { port } = await serving()
  for (const method of ['POST', 'PUT']) {
    const answer = await ask(port, method, path, ['Content-Length: 0'])
    expect([answer.status, answer.body]).toEqual([403, 'Lifecycle API is not enabled: --web.enable-lifecycle\n'])
  }
})

/** What was asked for, in order. */
function lifecycleOf(asked: string[], problem?: string) {
  return {
    reload: async () => {
      asked.push('reload')
      return problem === undefined ? {} : { problem }
    },
    quit: () => void asked.push('quit'),
  }
}

test('with lifecycle enabled POST and PUT reload and quit', async () => {
  const asked: string[] = []
  const { port } = await serving({ lifecycle: lifecycleOf(asked) })
  for (const method of ['POST', 'PUT']) {
    const answers = [await ask(port, method, '/-/reload'), await ask(port, method, '/-/quit', ['Content-Length: 0'])]
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [200, 'Reloaded.\n'],
      [200, 'Stopping.\n'],
    ])
  }
  expect(asked).toEqual(['reload', 'quit', 'reload', 'quit'])
})

test('what a request says of a body that it does not have is not asked about', async () => {
  const { port } = await serving({ lifecycle: lifecycleOf([]) })
  for (const type of ['application/x-www-form-urlencoded', 'application/json', 'text/plain']) {
    const answer = await ask(port, 'POST', '/-/reload', [`Content-Type: ${type}`, 'Content-Length: 0'])
    expect([type, answer.status]).toEqual([type, 200])
  }
})

test('a reload that fails is 500 with the reason in plain text', async () => {
  const { port } = await serving({ lifecycle: lifecycleOf([], 'line 3: no\n') })
  const answer = await ask(port, 'POST', '/-/reload')
  expect([answer.status, header(answer, 'content-type'), answer.body]).toEqual([500, 'text/plain; charset=utf-8', 'line 3: no\n'])
})

test('a page of another site cannot reload or quit', async () => {
  const asked: string[] = []
  const { port } = await serving({ lifecycle: lifecycleOf(asked) })
  for (const path of ['/-/reload', '/-/quit'])
    for (const told of ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Site: same-site', 'Origin: http://evil.example', 'Origin: null'])
      expect([told, (await ask(port, 'POST', path, [told])).status]).toEqual([told, 403])
  expect(asked).toEqual([])
  for (const told of ['Sec-Fetch-Site: same-origin', 'Origin: http://x', 'User-Agent: curl'])
    expect([told, (await ask(port, 'POST', '/-/reload', [told])).status]).toEqual([told, 200])
})

test.each(['/-/reload', '/-/quit'])('%s does nothing on GET, enabled or not', async (path) => {
  const asked: string[] = []
  for (const lifecycle of [undefined, lifecycleOf(asked)]) {
    const { port } = await serving({ lifecycle })
    const answer = await ask(port, 'GET', path)
    expect([answer.status, header(answer, 'allow')]).toEqual([405, 'POST, PUT'])
  }
  expect(asked).toEqual([])
})

test('what fails inside is 500 without a word of the reason', async () => {
  const fail = (): never => {
    throw new Error('secret')
  }
  const metrics = bothFormats({ body: fail, gzip: () => Promise.reject(new Error('secret')) })
  const { port } = await serving({ metrics, health: fail, page: { ...PAGE, document: fail } })
  for (const path of ['/metrics', '/health', '/', '/-/ready']) {
    const answer = await ask(port, 'GET', path, ['Accept-Encoding: gzip'])
    expect([path, answer.status, header(answer, 'content-encoding')]).toEqual([path, 500, undefined])
    expect(answer.body).not.toContain('secret')
  }
  expect((await ask(port, 'GET', '/-/healthy')).status).toBe(200)
})

test('a malformed URI is answered with the security headers too', async () => {
  const { port } = await serving()
  expect(header(await ask(port, 'GET', '/%ff'), 'x-content-type-options')).toBe('nosniff')
})

test('an unknown path is 404 whatever body is announced', async () => {
  const { port } = await serving()
  expect((await ask(port, 'POST', '/nope', ['Content-Type: text/plain', 'Content-Length: 5'])).status).toBe(404)
})

test('DELETE of a lifecycle path is 405, since the path is known', async () => {
  const { port } = await serving()
  expect((await ask(port, 'DELETE', '/-/quit', ['Content-Length: 0'])).status).toBe(405)
})
