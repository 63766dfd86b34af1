/** The server on real sockets: routes, methods, negotiation, limits, addresses, closing. */
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync, gzip } from 'node:zlib'
import { afterAll, afterEach, expect, test } from 'vitest'
import { parseListenAddress } from '../../src/server/listen-address.ts'
import { acceptsGzip } from '../../src/server/metrics.ts'
import { type RunningServer, type ServerOptions, startServer } from '../../src/server/server.ts'
import { bothFormats, PAGE } from './serving.ts'

const TYPE = 'text/plain; version=0.0.4; charset=utf-8'
const scratch = mkdtempSync(join(tmpdir(), 'agentlog-server-'))
const servers: RunningServer[] = []
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) await server.close()
})
afterAll(() => rmSync(scratch, { recursive: true }))

async function start(more: Partial<ServerOptions> = {}, body = Buffer.from('a_total 1\n')): Promise<string> {
  const metrics = bothFormats({ body: () => body, gzip: () => promisify(gzip)(body) })
  const health = () => ({ isReady: true, components: [{ name: 'source', state: 'ok' as const }] })
  const server = await startServer({
    addresses: ['127.0.0.1:0'],
    telemetryPath: '/metrics',
    metrics,
    health,
    page: PAGE,
    ...more,
  })
  servers.push(server)
  return server.addresses[0]!
}

/** What comes back for raw bytes, until the server ends the connection. */
function raw(url: string, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname, () => socket.write(bytes))
    sockets.push(socket)
    let answer = ''
    socket.on('data', (data) => {
      answer += data
    })
    socket.on('error', () => resolve(answer))
    socket.on('close', () => resolve(answer))
  })
}

test('metrics come with exactly one Content-Type, compressed only when asked', async () => {
  const url = await start()
  const plain = await fetch(`${url}/metrics`, { headers: { 'accept-encoding': 'identity' } })
  expect([plain.status, plain.headers.get('content-type'), plain.headers.get('content-encoding'), await plain.text()]).toEqual([
    200,
    TYPE,
    null,
    'a_total 1\n',
  ])
  const answer = await new Promise<{ headers: object; bytes: Buffer }>((resolve) =>
    request(`${url}/metrics`, { headers: { 'accept-encoding': 'gzip' } }, (response) => {
      const chunks: Buffer[] = []
      response
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => resolve({ headers: response.headers, bytes: Buffer.concat(chunks) }))
    }).end(),
  )
  expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip', 'content-type': TYPE, vary: 'Accept, Accept-Encoding' })
  expect(gunzipSync(answer.bytes).toString()).toBe('a_total 1\n')
})

test('Accept-Encoding is read with its weights', () => {
  const f = (header: string | undefined, expected: boolean): void =>
    expect([header, acceptsGzip(header)]).toEqual([header, expected])
  f(undefined, false)
  f('', false)
  f('gzip', true)
  f('br, GZIP;q=0.5', true)
  f('gzip;q=0', false)
  f('gzip;q=0, *', false)
  f('*', true)
  f('identity, deflate', false)
})

test('HEAD has the headers of GET and no body', async () => {
  const url = await start()
  const answer = await raw(url, 'HEAD /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  expect(answer).toContain('200 OK')
  expect(answer.toLowerCase()).toContain('content-length: 10')
  expect(answer.endsWith('\r\n\r\n')).toBe(true)
})

test('every route answers GET; other methods are 405, other paths 404, broken ones 400', async () => {
  const url = await start()
  const f = async (method: string, path: string, status: number): Promise<void> => {
    const answer = await raw(url, `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    expect([method, path, Number(answer.split(' ')[1])]).toEqual([method, path, status])
  }
  for (const path of ['/', '/metrics', '/-/healthy', '/-/ready', '/health', '/health/live', '/health/ready', '/v1/health']) {
    await f('GET', path, 200)
    await f('POST', path, 405)
    await f('DELETE', path, 405)
  }
  await f('GET', '/metrics?x=1', 200)
  await f('GET', '/METRICS', 404)
  await f('GET', '/metrics/', 404)
  await f('GET', '/../../etc/passwd', 404)
  await f('GET', '/%ff%00', 400)
  await f('POST', '/-/quit', 403)
  await f('POST', '/-/reload', 403)
})

test('not ready is 503 for probes of readiness only', async () => {
  const url = await start({ health: () => ({ isReady: false, components: [] }) })
  const status = async (path: string): Promise<number> => (await fetch(url + path)).status
  expect(await Promise.all(['/-/ready', '/health/ready', '/-/healthy', '/health/live', '/health'].map(status))).toEqual([
    503, 503, 200, 200, 200,
  ])
})

test('headers too large or too many are refused, and the next request is answered', async () => {
  const url = await start()
  const large = await raw(url, `GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`)
  expect(large).toContain('431')
  expect((await fetch(`${url}/metrics`)).status).toBe(200)
})

test('two hundred half-open requests do not keep a scrape waiting', async () => {
  const url = await start()
  const { hostname, port } = new URL(url)
  for (let i = 0; i < 200; i++) {
    const socket = connect(Number(port), hostname, () => socket.write('GET /metrics HTTP/1.1\r\nHo'))
    socket.on('error', () => {})
    sockets.push(socket)
  }
  expect((await fetch(`${url}/metrics`)).status).toBe(200)
})

test('readers that never read share one buffer and are cut off', async () => {
  const url = await start({ writeDeadlineMs: 300 }, Buffer.alloc(20_000_000, 'a'))
  const before = process.memoryUsage().rss
  const { hostname, port } = new URL(url)
  const closed = Array.from({ length: 50 }, () => {
    const socket = connect(Number(port), hostname, () => socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'))
    socket.pause()
    socket.on('error', () => {})
    sockets.push(socket)
    return new Promise((resolve) => socket.on('close', resolve))
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(process.memoryUsage().rss - before).toBeLessThan(300_000_000)
  for (const socket of sockets) setTimeout(() => socket.resume(), 1500)
  await Promise.all(closed)
})

test('a taken port, an unreadable address: an error that names it and what to do', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const address = `127.0.0.1:${(other.address() as { port: number }).port}`
  await expect(start({ addresses: [address] })).rejects.toThrow(
    `cannot listen on ${address}: it is taken; stop the other process or choose another --web.listen-address`,
  )
  await new Promise((resolve) => other.close(resolve))
  await expect(start({ addresses: ['nonsense'] })).rejects.toThrow('expected HOST:PORT')
})

test('several addresses and a unix socket; a left-over socket file is replaced, a live one is not', async () => {
  const path = join(scratch, 'a.sock')
  await start({ addresses: ['127.0.0.1:0', `unix:${path}`] })
  const status = await new Promise((resolve) =>
    request({ socketPath: path, path: '/metrics' }, (response) => resolve(response.statusCode)).end(),
  )
  expect(status).toBe(200)
  await expect(start({ addresses: [`unix:${path}`] })).rejects.toThrow('it is taken')
})

test('listen addresses as users write them', () => {
  const f = (text: string, expected: object): void =>
    expect([text, parseListenAddress(text)]).toEqual([text, expect.objectContaining(expected)])
  f('127.0.0.1:19464', { kind: 'tcp', host: '127.0.0.1', port: 19464 })
  f(':9', { kind: 'tcp', host: undefined, port: 9 })
  f('[::1]:9', { kind: 'tcp', host: '::1', port: 9 })
  f('unix:/run/x', { kind: 'unix', path: '/run/x' })
  for (const text of ['x', '1.2.3.4:70000', '::1:9', 'unix:x', '']) f(text, { problem: expect.any(String) })
})

test('closing ends a connection that hangs', async () => {
  const url = await start({}, Buffer.alloc(20_000_000, 'a'))
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname, () => socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'))
  socket.pause()
  socket.on('error', () => {})
  await new Promise((resolve) => socket.on('readable', resolve))
  await servers.pop()!.close()
})
