/** The scrape: content type, compression by negotiation. */
import { request } from 'node:http'
import { gunzipSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { acceptsGzip, type Metrics } from '../../src/server/metrics.ts'
import { ask, bothFormats, header, serving } from './serving.ts'

const TEXT = '# HELP a_total Ä.\n# TYPE a_total counter\na_total 1\n'

function metrics(): Metrics {
  const body = Buffer.from(TEXT)
  return bothFormats({ body: () => body, gzip: async () => gzipSync(body) })
}

interface Scrape {
  readonly headers: Readonly<Record<string, unknown>>
  readonly bytes: Buffer
}

function scrape(port: number, method: string, acceptEncoding: string): Promise<Scrape> {
  return new Promise((resolve, reject) => {
    const headers = { 'accept-encoding': acceptEncoding }
    const sent = request({ port, host: '127.0.0.1', path: '/metrics', method, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => resolve({ headers: answer.headers, bytes: Buffer.concat(chunks) }))
    })
    sent.on('error', reject).end()
  })
}

test('each format has its body and its Content-Type, once, letter by letter', async () => {
  const body = (text: string) => ({ body: () => Buffer.from(text), gzip: async () => gzipSync(text) })
  const [text0, open0] = [bothFormats(body(TEXT)).formats.text, bothFormats(body('# EOF\n')).formats.text]
  const formats = { text: text0, openmetrics: open0 }
  const { port } = await serving({ metrics: { prepare: async () => {}, formats } })
  const typeOf = async (accept: string): Promise<unknown> => {
    const answer = await ask(port, 'GET', '/metrics', [`Accept: ${accept}`])
    return [answer.headers.filter(([name]) => name === 'content-type'), answer.body]
  }
  const text = 'text/plain; version=0.0.4; charset=utf-8'
  expect(await typeOf('*/*')).toEqual([[['content-type', text]], TEXT])
  const openMetrics = 'application/openmetrics-text; version=1.0.0; charset=utf-8'
  const asked = 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5'
  expect(await typeOf(asked)).toEqual([[['content-type', openMetrics]], '# EOF\n'])
})

test('a client that does not ask for gzip gets plain bytes, and caches learn what decides', async () => {
  const { port } = await serving({ metrics: metrics() })
  for (const accepted of ['identity', 'gzip;q=0', 'br, deflate', '*;q=0']) {
    const { headers, bytes } = await scrape(port, 'GET', accepted)
    expect([headers['content-encoding'], headers.vary, bytes.toString()]).toEqual([undefined, 'Accept, Accept-Encoding', TEXT])
  }
})

test('a client that asks for gzip gets it, with the length of the compressed bytes', async () => {
  const { port } = await serving({ metrics: metrics() })
  for (const accepted of ['gzip', 'GZip', 'br;q=1.0, gzip;q=0.1', '*']) {
    const { headers, bytes } = await scrape(port, 'GET', accepted)
    expect([headers['content-encoding'], headers.vary]).toEqual(['gzip', 'Accept, Accept-Encoding'])
    expect(headers['content-length']).toBe(String(bytes.length))
    expect(gunzipSync(bytes).toString()).toBe(TEXT)
  }
})

test('HEAD with gzip tells the length of the compressed bytes and sends none', async () => {
  const { port } = await serving({ metrics: metrics() })
  const { headers, bytes } = await scrape(port, 'HEAD', 'gzip')
  expect([headers['content-encoding'], headers['content-length']]).toEqual(['gzip', String(gzipSync(TEXT).length)])
  expect(bytes).toHaveLength(0)
})

test('each scrape asks for the body once', async () => {
  let askedCount = 0
  const body = (): Buffer => Buffer.from(String(++askedCount))
  const { port } = await serving({ metrics: bothFormats({ body, gzip: async () => body() }) })
  expect((await ask(port, 'GET', '/metrics')).body).toBe('1')
  expect((await ask(port, 'GET', '/metrics')).body).toBe('2')
  expect(header(await ask(port, 'HEAD', '/metrics'), 'content-length')).toBe('1')
})

test.each([
  [undefined, false],
  ['', false],
  ['gzip', true],
  ['GZIP', true],
  ['x-gzip', false],
  ['gzip;q=0', false],
  ['gzip ; q=0.000', false],
  ['gzip;q=0.001', true],
  ['gzip;Q=0', false],
  ['gzip;q=nonsense', false],
  ['deflate, gzip;q=0.5', true],
  ['*', true],
  ['*;q=0', false],
  ['gzip;q=0, *', false],
  ['*;q=0, gzip', true],
  ['identity', false],
] as const)('Accept-Encoding %s: gzip %s', (text, expected) => {
  expect(acceptsGzip(text)).toBe(expected)
})

test('a header of commas costs little', () => {
  const startMs = performance.now()
  for (let i = 0; i < 10; i++) acceptsGzip(','.repeat(16_000))
  expect(performance.now() - startMs).toBeLessThan(500)
})

// Known bug: `split(/\s*;\s*/)` tries every start of a run of spaces: 16 KB of them block the process for 160 ms per request.
test('a header of spaces costs little', () => {
  const costMs = (spaceCount: number): number => {
    const startMs = performance.now()
    acceptsGzip(`a${' '.repeat(spaceCount)}b`)
    return performance.now() - startMs
  }
  costMs(100)
  expect(costMs(16_000)).toBeLessThan(20)
})

test('a scraper that says so may have a body of its own, compressed if it asks; others and HEAD have the one for all', async () => {
  const asked: string[] = []
  const shared = bothFormats({ body: () => Buffer.from(TEXT), gzip: async () => gzipSync(TEXT) }).formats.text
  const bodyFor = (scraper: string): Buffer | undefined => {
    asked.push(scraper)
    return asked.length % 2 === 1 ? Buffer.from('own\n') : undefined
  }
  const one = { ...shared, bodyFor, compress: async (bytes: Buffer) => gzipSync(bytes) }
  const { port } = await serving({ metrics: { prepare: async () => {}, formats: { text: one, openmetrics: one } } })
  const says = ['X-Prometheus-Scrape-Timeout-Seconds: 10', 'User-Agent: Prometheus/2.42.0']
  expect((await ask(port, 'GET', '/metrics', says)).body).toBe('own\n')
  expect((await ask(port, 'GET', '/metrics', says)).body).toBe(TEXT)
  expect((await ask(port, 'GET', '/metrics')).body).toBe(TEXT)
  await ask(port, 'HEAD', '/metrics', says)
  expect(asked).toEqual(['127.0.0.1 Prometheus/2.42.0', '127.0.0.1 Prometheus/2.42.0'])
  expect(header(await ask(port, 'GET', '/metrics', [...says, 'Accept-Encoding: gzip']), 'content-encoding')).toBe('gzip')
})
