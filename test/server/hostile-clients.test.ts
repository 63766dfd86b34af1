/** Clients that send slowly, send much, or never read: they cost little, and others are served. */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { ask, bothFormats, client, exchange, header, serving, split, until } from './serving.ts'

const HALF_REQUEST = 'GET /metrics HTTP/1.1\r\nHost: x\r\n'
const WHOLE_REQUEST = `${HALF_REQUEST}\r\n`

async function clients(count: number, port: number, bytes: string): Promise<Socket[]> {
  const sockets = await Promise.all(Array.from({ length: count }, () => client(port)))
  for (const socket of sockets) if (bytes !== '' && !socket.destroyed) socket.write(bytes)
  return sockets
}

/** Sockets of this process: those of the server and those of its clients. */
function socketCount(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
}

test('a scrape is answered beside 200 half-open sockets, silent or in the middle of their headers', async () => {
  const { port } = await serving()
  await clients(100, port, '')
  await clients(100, port, HALF_REQUEST)
  const startMs = performance.now()
  expect((await ask(port, 'GET', '/metrics')).status).toBe(200)
  expect(performance.now() - startMs).toBeLessThan(1000)
})

test('half-open sockets are closed 5 to 7 s after they came, even if they go on dripping headers', async () => {
  const { port } = await serving()
  const startMs = performance.now()
  const [silent, half, dripping] = [await client(port), await client(port), await client(port)]
  half.write(HALF_REQUEST)
  dripping.write(HALF_REQUEST)
  const drip = setInterval(() => dripping.write('X: 1\r\n'), 200)
  for (const socket of [silent, half, dripping]) socket.resume()
  await until(() => [silent, half, dripping].every((socket) => socket.closed))
  clearInterval(drip)
  expect(performance.now() - startMs).toBeGreaterThan(4500)
  expect(performance.now() - startMs).toBeLessThan(9000)
})

test('more sockets than allowed are not taken: the idle ones go', async () => {
  const { port } = await serving({ maxConnections: 256 })
  const sockets = await clients(300, port, '')
  for (const socket of sockets) socket.resume()
  await until(() => sockets.filter((socket) => socket.closed).length >= 44)
  expect(sockets.filter((socket) => !socket.closed)).toHaveLength(256)
})

test('100 readers that never read a 20 MB body share one buffer, and are cut off after the write deadline', async () => {
  const body = Buffer.alloc(20_000_000, 'a')
  const metrics = bothFormats({ body: () => body, gzip: async () => body })
  const { port } = await serving({ metrics, writeDeadlineMs: 1000 })
  await until(() => socketCount() === 0) // Those of the tests before.
  const residentBytes = process.memoryUsage().rss
  const readers = await clients(100, port, WHOLE_REQUEST)
  for (const reader of readers) reader.pause()
  expect((await ask(port, 'GET', '/metrics')).body).toHaveLength(20_000_000)
  expect(process.memoryUsage().rss - residentBytes).toBeLessThan(300_000_000)
  await until(() => socketCount() <= 100)
  const received = await Promise.all(readers.slice(0, 5).map(drained))
  for (const byteCount of received) expect(byteCount).toBeLessThan(20_000_000)
})

test('readers that never read keep 16 MB of bodies from being given back at most, the oldest ones are cut off first', async () => {
  let made = 0
  const bodyOf = (): Buffer => Buffer.alloc(5_000_000, made++)
  const { port } = await serving({ metrics: bothFormats({ body: bodyOf, gzip: async () => bodyOf() }) })
  const readers: Socket[] = []
  for (let i = 0; i < 8; i++) {
    const reader = await client(port)
    reader.pause()
    reader.write(i % 2 === 0 ? WHOLE_REQUEST : `${HALF_REQUEST}Accept-Encoding: gzip\r\n\r\n`)
    readers.push(reader)
    await until(() => made === i + 1)
  }
  const received = await Promise.all(readers.map(whole))
  expect(received).toEqual([false, false, false, false, false, true, true, true])
})

test('of bodies too large for that, the newest two are sent to their ends', async () => {
  let made = 0
  const metrics = bothFormats({ body: () => Buffer.alloc(30_000_000, made++), gzip: async () => Buffer.alloc(0) })
  const { port } = await serving({ metrics })
  const readers: Socket[] = []
  for (let i = 0; i < 3; i++) {
    const reader = await client(port)
    reader.pause()
    reader.write(WHOLE_REQUEST)
    readers.push(reader)
    await until(() => made === i + 1)
  }
  expect(await Promise.all(readers.map(whole))).toEqual([false, true, true])
})

/** Whether all that was promised comes, once the reader reads. */
async function whole(socket: Socket): Promise<boolean> {
  let head = ''
  let byteCount = 0
  return new Promise((resolve) => {
    const isWhole = (): boolean => byteCount === head.length + 4 + Number(/content-length: (\d+)/.exec(head)?.[1])
    socket.on('data', (chunk) => {
      if (head === '') head = chunk.toString('latin1').split('\r\n\r\n')[0]!
      byteCount += chunk.length
      if (isWhole()) resolve(true)
    })
    socket.once('close', () => resolve(isWhole()))
    socket.resume()
  })
}

async function drained(socket: Socket): Promise<number> {
  let byteCount = 0
  socket.on('data', (chunk) => {
    byteCount += chunk.length
  })
  socket.resume()
  if (!socket.closed) await once(socket, 'close')
  return byteCount
}

test('headers of 20 KB are 431 and end the connection', async () => {
  const { port } = await serving()
  expect(split(await exchange(port, `${HALF_REQUEST}X: ${'a'.repeat(20_000)}\r\n\r\n`)).status).toBe(431)
})

test('headers past the 64th are ignored', async () => {
  const { port } = await serving()
  const fillers = (count: number): string[] => Array.from({ length: count }, (_, i) => `X-${i}: 1`)
  // `Host` and `Connection` come first: 61 fillers leave room for one more, 62 do not.
  const encodingAfter = async (count: number) =>
    header(await ask(port, 'GET', '/metrics', [...fillers(count), 'Accept-Encoding: gzip']), 'content-encoding')
  expect(await encodingAfter(61)).toBe('gzip')
  expect(await encodingAfter(62)).toBe(undefined)
  expect(await encodingAfter(1000)).toBe(undefined)
})

test.each([
  ['no HTTP', 'NONSENSE\r\n\r\n'],
  ['no Host', 'GET /metrics HTTP/1.1\r\n\r\n'],
  [
    'length and chunks at once',
    `POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  ['two lengths', `POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`],
  ['a bare line feed in a header', 'GET /metrics HTTP/1.1\r\nHost: x\r\nX: a\n b\x00\r\n\r\n'],
])('%s is 400 and ends the connection; the next client is served', async (_, bytes) => {
  const { port } = await serving()
  expect(split(await exchange(port, bytes)).status).toBe(400)
  expect((await ask(port, 'GET', '/metrics')).status).toBe(200)
})

test('CONNECT and requests to upgrade open nothing', async () => {
  const { port } = await serving()
  expect(await exchange(port, 'CONNECT example:443 HTTP/1.1\r\nHost: x\r\n\r\n')).toBe('')
  const upgrade = ['Upgrade: websocket']
  expect((await ask(port, 'GET', '/metrics', upgrade)).status).toBe(200)
})

test('pipelined requests are answered in order', async () => {
  const { port } = await serving()
  const paths = ['/-/healthy', '/nope', '/metrics', '/-/ready']
  const requests = paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n`).join('\r\n')
  const text = await exchange(port, `${requests}Connection: close\r\n\r\n`)
  const bodies = ['alive', 'Not found', '# TYPE a counter', 'is ready'].map((body) => text.indexOf(body))
  expect(bodies.every((position) => position > 0)).toBe(true)
  expect(bodies).toEqual([...bodies].sort((a, b) => a - b))
})

// As many half-open sockets as are allowed, opened anew every 5 s, keep every scraper out for as long as one likes.
test('a scrape is answered beside more half-open sockets than are allowed', async () => {
  const { port } = await serving({ maxConnections: 256 })
  await clients(300, port, HALF_REQUEST)
  expect((await ask(port, 'GET', '/metrics')).status).toBe(200)
})

// All that one read from a socket holds is worked on, though nobody takes the answers: 100 such sockets with 3 MB of requests each
// grew the process from 65 MB to 1.7 GB.
test('a socket that never reads is not worked for without end', async () => {
  const body = Buffer.alloc(65_536, 'a')
  let askedCount = 0
  const countedBody = (): Buffer => {
    askedCount++
    return body
  }
  const { port } = await serving({ metrics: bothFormats({ body: countedBody, gzip: async () => Buffer.alloc(0) }) })
  const socket = await client(port)
  socket.pause()
  socket.write(WHOLE_REQUEST.repeat(1500))
  await until(() => askedCount > 0)
  await ask(port, 'GET', '/-/healthy')
  expect(askedCount).toBeLessThan(200)
})

// The deadline counts from the last byte taken, not from the start: a reader of one small piece at a time holds its socket for ever.
test('a reader that takes a little at a time is cut off too', async () => {
  const body = Buffer.alloc(80_000_000, 'a')
  const { port } = await serving({
    metrics: bothFormats({ body: () => body, gzip: async () => Buffer.alloc(0) }),
    writeDeadlineMs: 1000,
  })
  const socket = await client(port)
  socket.on('data', () => {
    socket.pause()
    setTimeout(() => socket.resume(), 5)
  })
  socket.write(WHOLE_REQUEST)
  const startMs = performance.now()
  await until(() => socket.closed || performance.now() - startMs > 3500)
  expect(socket.closed).toBe(true)
})
