/** The end: at once if nobody is being served, bounded otherwise. */
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { startServer } from '../../src/server/server.ts'
import { bothFormats, client, optionsOf, portOf, serving, until } from './serving.ts'

async function closeMs(server: { close(): Promise<void> }): Promise<number> {
  const startMs = performance.now()
  await server.close()
  return performance.now() - startMs
}

test('an idle kept-alive connection does not hold the end up', async () => {
  const { server, port } = await serving()
  const socket = await client(port)
  socket.write('GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(socket, 'data')
  expect(await closeMs(server)).toBeLessThan(500)
  await until(() => socket.closed)
})

test('a reader that hangs and a half-sent request are cut off after 2 s', async () => {
  const body = Buffer.alloc(20_000_000, 'a')
  let askedCount = 0
  const counted = (): Buffer => {
    askedCount++
    return body
  }
  const { server, port } = await serving({ metrics: bothFormats({ body: counted, gzip: async () => Buffer.alloc(0) }) })
  const [reader, half] = [await client(port), await client(port)]
  reader.pause()
  half.resume()
  reader.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n')
  half.write('GET /metr')
  await until(() => askedCount === 1)
  const tookMs = await closeMs(server)
  expect(tookMs).toBeGreaterThan(1500)
  expect(tookMs).toBeLessThan(3500)
  await until(() => half.closed)
})

test('an answer that is on its way when the end comes is sent whole', async () => {
  let answer = (_: Buffer): void => undefined
  const gzip = (): Promise<Buffer> =>
    new Promise((resolve) => {
      answer = resolve
    })
  let isAsked = false
  const metrics = bothFormats({
    body: () => Buffer.alloc(0),
    gzip: () => {
      isAsked = true
      return gzip()
    },
  })
  const { server, port } = await serving({ metrics })
  const socket = await client(port)
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk
  })
  socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n')
  await until(() => isAsked)
  const closing = closeMs(server)
  answer(Buffer.from('whole'))
  expect(await closing).toBeLessThan(500)
  await until(() => socket.closed)
  expect(text).toMatch(/^HTTP\/1\.1 200 [\s\S]*\r\n\r\nwhole$/)
})

test('after the end nobody is taken, and ending twice does no harm', async () => {
  const server = await startServer(optionsOf())
  await server.close()
  await server.close()
  const socket = await client(portOf(server))
  expect(socket.destroyed).toBe(true)
})
