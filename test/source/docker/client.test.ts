/** A daemon, or who pretends to be one, that misbehaves: every question ends in time, in little memory, and leads nowhere else. */
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { DockerClient } from '../../../src/source/docker/client.ts'
import { endpointOf } from '../../../src/source/docker/endpoint.ts'
import { Engine } from '../../../src/source/docker/engine.ts'

const LIMITS = { headMs: 200, wholeMs: 400, wholeBytes: 100_000 }
const never = new AbortController().signal
const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

/** Answers each connection by hand: `serve` gets what was asked. */
async function clientOf(serve: (socket: Socket, request: string) => void): Promise<DockerClient> {
  const folder = mkdtempSync(join(tmpdir(), 'agentlog-client-'))
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', (data) => serve(socket, data.toString()))
  })
  const path = join(folder, 's.sock')
  await new Promise<void>((done) => server.listen(path, done))
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
    rmSync(folder, { recursive: true })
  })
  return new DockerClient({ kind: 'socket', path }, LIMITS)
}

describe('a question', () => {
  test('is a GET, and its answer is read whole', async () => {
    let asked = ''
    const client = await clientOf((socket, request) => {
      asked = request
      socket.end('HTTP/1.1 200 OK\r\nDate: Sat, 21 Nov 2026 10:00:00 GMT\r\nContent-Length: 8\r\n\r\n{"a": 1}')
    })
    const date = Date.UTC(2026, 10, 21, 10)
    expect(await client.whole('/info', { a: 'b c' }, never)).toEqual({ value: { a: 1 }, dateMs: date })
    expect(asked.split('\r\n')[0]).toBe('GET /info?a=b+c HTTP/1.1')
  })

  test('follows no redirect', async () => {
    let count = 0
    const client = await clientOf((socket) => {
      count++
      socket.end('HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest\r\nContent-Length: 0\r\n\r\n')
    })
    await expect(client.whole('/info', {}, never)).rejects.toThrow(
      '302 a redirect to http://169.254.169.254/latest, which is not followed',
    )
    expect(count).toBe(1)
  })

  test('says what the daemon said when it refuses, cut to a line', async () => {
    const client = await clientOf((socket) => socket.end(`HTTP/1.1 500 Oops\r\n\r\n{"message": "${'no '.repeat(20_000)}"}`))
    const refusal = await client.whole('/info', {}, never).catch((error: Error) => error.message)
    expect(refusal).toMatch(/^500 no no /)
    expect((refusal as string).length).toBeLessThan(320)
  })

  test('takes no body without end', async () => {
    let written = 0
    const client = await clientOf((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
      const block = `4000\r\n${'x'.repeat(0x4000)}\r\n`
      const pump = (): void => {
        while (!socket.destroyed && socket.write(block)) written += 0x4000
        socket.once('drain', pump)
      }
      pump()
    })
    await expect(client.whole('/info', {}, never)).rejects.toThrow('more than 100000 bytes')
    expect(written).toBeLessThan(10_000_000)
  })

  test('takes no head without end', async () => {
    const client = await clientOf((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${Array.from({ length: 2000 }, (_, i) => `x-${i}: ${'y'.repeat(50)}\r\n`).join('')}`)
    })
    await expect(client.whole('/info', {}, never)).rejects.toThrow(/overflow/i)
  })

  test.each([
    ['that never comes', '', 'no answer within 200 ms'],
    ['whose head never ends', 'HTTP/1.1 200 OK\r\n', 'no answer within 200 ms'],
    ['whose refusal never ends', 'HTTP/1.1 500 Oops\r\nContent-Length: 10\r\n\r\n{', '500'],
    ['whose body never ends', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{', 'no whole answer within 400 ms'],
  ])('waits for no answer %s', async (_, text, problem) => {
    const client = await clientOf((socket) => socket.write(text))
    await expect(client.whole('/info', {}, never)).rejects.toThrow(problem)
  })

  test('about a log names a container by 64 hex digits only', async () => {
    const asked: string[] = []
    const client = await clientOf((socket, request) => {
      asked.push(request.split(' ')[1]!)
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    })
    const engine = new Engine(client)
    const request = { since: '01800000000000000007', isFollowed: true, streams: ['stderr'] as const }
    for (const id of ['', 'web', '../info', `${'a'.repeat(63)}/`, 'A'.repeat(64), `${'a'.repeat(64)}?x=`]) {
      await expect(engine.openLog({ id, ...request }, never)).rejects.toThrow('64 hex digits')
    }
    await engine.openLog({ id: 'a'.repeat(64), ...request }, never)
    const query = 'follow=1&stdout=0&stderr=1&timestamps=1&since=1800000000.000000007'
    expect(asked).toEqual([`/containers/${'a'.repeat(64)}/logs?${query}`])
  })
})

describe('the address of a daemon', () => {
  const of = (address: string, certFolder?: string) => endpointOf({ address, certFolder })

  test.each([
    ['unix:///run/docker.sock', undefined, { kind: 'socket', path: '/run/docker.sock' }],
    ['/run/docker.sock', undefined, { kind: 'socket', path: '/run/docker.sock' }],
    ['tcp://127.0.0.1', undefined, { kind: 'plain', host: '127.0.0.1', port: 2375 }],
    ['tcp://[::1]:2000', undefined, { kind: 'plain', host: '::1', port: 2000 }],
    ['http://socket-proxy:2375', undefined, { kind: 'plain', host: 'socket-proxy', port: 2375 }],
    ['http://socket-proxy', undefined, { kind: 'plain', host: 'socket-proxy', port: 80 }],
    ['tcp://engine', '/certs', { kind: 'tls', host: 'engine', port: 2376, certFolder: '/certs' }],
    ['https://engine', undefined, { kind: 'tls', host: 'engine', port: 443, certFolder: undefined }],
  ])('%s is understood', (address, certFolder, endpoint) => {
    expect(of(address, certFolder)).toEqual({ endpoint })
  })

  test.each([
    ['tcp://socket-proxy:2375', 'write http://socket-proxy:2375 if plain HTTP is meant'],
    ['tcp://127.0.0.1.example.org:2375', 'needs TLS'],
    ['npipe:////./pipe/docker_engine', 'npipe:// is a way to a Docker daemon that this exporter does not go'],
    ['ssh://me@host', 'ssh:// is a way'],
    ['unix://run/docker.sock', 'unix:///run/docker.sock'],
    ['tcp://me:secret@host:1', 'DOCKER_CERT_PATH'],
    ['http://host:1/v1.41', 'only host and port can be told of a Docker daemon, not /v1.41'],
    ['docker.sock', 'no address of a Docker daemon'],
    ['', 'no address of a Docker daemon'],
  ])('%s is refused', (address, words) => {
    expect(of(address)).toEqual({ problem: expect.stringContaining(words) })
  })
})

test('a daemon that is not there is told by its code', async () => {
  const client = new DockerClient({ kind: 'socket', path: '/nowhere/docker.sock' }, LIMITS)
  await expect(client.whole('/info', {}, never)).rejects.toMatchObject({ code: 'ENOENT' })
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  const plain = new DockerClient({ kind: 'plain', host: '127.0.0.1', port }, LIMITS)
  await expect(plain.whole('/info', {}, never)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})
