/** Where the server listens, and what it says when it cannot. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { isLoopback, onAllAddresses, parseListenAddress } from '../../src/server/listen-address.ts'
import { startServer } from '../../src/server/server.ts'
import { ask, client, optionsOf, portOf, serving, until } from './serving.ts'

const HAS_IPV6 = Object.values(networkInterfaces()).some((all) => all!.some(({ address }) => address === '::1'))

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'agentlog-listen-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

async function failureOf(addresses: readonly string[]): Promise<Error> {
  return startServer(optionsOf({ addresses })).then(
    async (server) => {
      await server.close()
      throw new Error('it listens')
    },
    (error: Error) => error,
  )
}

/** Leaves the file of a socket that nobody listens on, as a killed process does. */
async function leaveSocketAt(path: string): Promise<void> {
  const script = 'require("node:net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))'
  const child = spawn(process.execPath, ['-e', script, path], { stdio: 'ignore' })
  await once(child, 'exit')
  expect(existsSync(path)).toBe(true)
}

test.each([
  ['127.0.0.1:19464', { kind: 'tcp', host: '127.0.0.1', port: 19464 }],
  [':19464', { kind: 'tcp', host: undefined, port: 19464 }],
  ['localhost:0', { kind: 'tcp', host: 'localhost', port: 0 }],
  ['0.0.0.0:65535', { kind: 'tcp', host: '0.0.0.0', port: 65535 }],
  ['[::1]:80', { kind: 'tcp', host: '::1', port: 80 }],
  ['[::]:80', { kind: 'tcp', host: '::', port: 80 }],
  ['unix:/run/a b.sock', { kind: 'unix', path: '/run/a b.sock' }],
])('%s is an address', (text, expected) => {
  expect(parseListenAddress(text)).toEqual(expected)
})

test('all addresses are those of IPv4 where the machine has no IPv6; any other failure stays', async () => {
  const tried: string[] = []
  const without = (code: string) => async (host: string) => {
    tried.push(host)
    if (host === '::') throw Object.assign(new Error(code), { code })
    return host
  }
  expect(await onAllAddresses(without('EAFNOSUPPORT'))).toBe('0.0.0.0')
  expect(await onAllAddresses(without('EADDRNOTAVAIL'))).toBe('0.0.0.0')
  await expect(onAllAddresses(without('EADDRINUSE'))).rejects.toThrow('EADDRINUSE')
  expect(tried).toEqual(['::', '0.0.0.0', '::', '0.0.0.0', '::'])
})

test.each([
  '',
  '19464',
  'host',
  'host:',
  ':',
  '::1:80',
  'http://host:80',
  '[::1]',
  'host:65536',
  'host:-1',
  'host:1e3',
  'unix:',
  'unix:a.sock',
])('"%s" is none, and the problem quotes it', (text) => {
  const parsed = parseListenAddress(text)
  expect('problem' in parsed && parsed.problem).toContain(`"${text}"`)
})

test.each([
  ['127.0.0.1:1', true],
  ['127.8.9.10:1', true],
  ['localhost:1', true],
  ['[::1]:1', true],
  ['unix:/a', true],
  [':1', false],
  ['0.0.0.0:1', false],
  ['[::]:1', false],
  ['10.0.0.1:1', false],
  ['example.org:1', false],
])('%s is for this machine alone: %s', (text, expected) => {
  const parsed = parseListenAddress(text)
  if ('problem' in parsed) throw new Error(parsed.problem)
  expect(isLoopback(parsed)).toBe(expected)
})

test('several addresses serve the same, each with its real port', async () => {
  const { server } = await serving({ addresses: ['127.0.0.1:0', '127.0.0.1:0'] })
  const ports = server.addresses.map((address) => Number(new URL(address).port))
  expect(new Set(ports).size).toBe(2)
  for (const port of ports) expect((await ask(port, 'GET', '/metrics')).status).toBe(200)
  expect(server.missingProtection()).toBeUndefined()
})

test.skipIf(!HAS_IPV6)('IPv6 is served under its bracketed name', async () => {
  const { server } = await serving({ addresses: ['[::1]:0'] })
  expect(server.addresses[0]).toMatch(/^http:\/\/\[::1\]:\d+$/)
  const socket = await client(portOf(server), '::1')
  socket.write('GET /-/healthy HTTP/1.0\r\n\r\n')
  expect(String((await once(socket, 'data'))[0])).toContain('200 OK')
})

test('one address that others can reach makes the whole open to others', async () => {
  const { server } = await serving({ addresses: ['127.0.0.1:0', '[::ffff:127.0.0.1]:0'] })
  // An IPv4 address in the clothes of IPv6 counts as open: a warning too many, but this test binds to this machine alone.
  expect(server.missingProtection()).toBe('TLS and authentication')
})

test('a taken port is named, with how to go on and the cause, and what was opened before is closed', async () => {
  const { port } = await serving()
  const path = join(folder(), 'first.sock')
  const failure = await failureOf([`unix:${path}`, `127.0.0.1:${port}`])
  expect(failure.message).toBe(
    `cannot listen on 127.0.0.1:${port}: it is taken; stop the other process or choose another --web.listen-address`,
  )
  expect((failure.cause as NodeJS.ErrnoException).code).toBe('EADDRINUSE')
  expect(existsSync(path)).toBe(false)
})

test('an address that is none is named before anything is opened', async () => {
  expect((await failureOf(['127.0.0.1:0', 'nonsense'])).message).toContain('"nonsense" is no listen address')
})

test('an address of another machine is named, with the cause', async () => {
  const failure = await failureOf(['192.0.2.1:0'])
  expect(failure.message).toContain('cannot listen on 192.0.2.1:0')
  expect((failure.cause as NodeJS.ErrnoException).code).toBe('EADDRNOTAVAIL')
})

test('a unix socket serves, and its file goes with the server', async () => {
  const path = join(folder(), 'a.sock')
  const { server } = await serving({ addresses: [`unix:${path}`] })
  expect(server.addresses).toEqual([`unix:${path}`])
  expect((await ask(path, 'GET', '/-/healthy')).status).toBe(200)
  await server.close()
  expect(existsSync(path)).toBe(false)
})

test('a socket file that a killed process left is replaced', async () => {
  const path = join(folder(), 'stale.sock')
  await leaveSocketAt(path)
  await serving({ addresses: [`unix:${path}`] })
  expect((await ask(path, 'GET', '/-/healthy')).status).toBe(200)
})

test('a socket that another server listens on is an error, and that server goes on', async () => {
  const path = join(folder(), 'live.sock')
  await serving({ addresses: [`unix:${path}`] })
  expect((await failureOf([`unix:${path}`])).message).toContain(`cannot listen on unix:${path}: it is taken`)
  expect((await ask(path, 'GET', '/-/healthy')).status).toBe(200)
})

test('a file that is no socket is never removed', async () => {
  const path = join(folder(), 'precious')
  writeFileSync(path, 'text')
  expect((await failureOf([`unix:${path}`])).message).toBe(
    `cannot listen on unix:${path}: what is there is no socket; it stays as it is`,
  )
  expect(existsSync(path)).toBe(true)
})

test('a unix socket in a folder that is not there is told as that', async () => {
  const path = join(folder(), 'gone', 'a.sock')
  expect((await failureOf([`unix:${path}`])).message).toBe(`cannot listen on unix:${path}: there is no folder ${dirname(path)}`)
})

// `/^127\./` is asked of a host name as of an address: the warning about an open address stays away.
test('a name that begins like a loopback address is open to others', () => {
  expect(isLoopback({ kind: 'tcp', host: '127.example.org', port: 1 })).toBe(false)
})

// The kernel takes 107 bytes; the rest is cut off in silence and the server says it listens where it does not.
test('a path too long for a unix socket is refused', async () => {
  const path = join(folder(), 'x'.repeat(110))
  const server = await startServer(optionsOf({ addresses: [`unix:${path}`] })).catch(() => undefined)
  const isTrue = server === undefined || existsSync(path)
  await server?.close()
  expect(isTrue).toBe(true)
})

// What is at the path is opened and read to learn whether it is a socket: a pipe never answers, a large file is read whole.
test('a path where a named pipe is ends in an error, not in waiting', async () => {
  const path = join(folder(), 'pipe')
  execFileSync('mkfifo', [path])
  let hasEnded = false
  const failure = failureOf([`unix:${path}`]).finally(() => {
    hasEnded = true
  })
  const startMs = performance.now()
  await until(() => hasEnded || performance.now() - startMs > 500)
  const hadEnded = hasEnded
  if (!hadEnded) closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK))
  await failure
  expect(hadEnded).toBe(true)
})

// find-my-way reads `:x` and `*` as patterns, so that every path of the server gives the metrics.
test.each(['/:any', '/*'])('the telemetry path %s matches itself alone, or is refused', async (telemetryPath) => {
  const server = await startServer(optionsOf({ telemetryPath })).catch(() => undefined)
  if (server === undefined) return
  onTestFinished(() => server.close())
  expect((await ask(portOf(server), 'GET', '/something')).status).toBe(404)
})

// As it is: "Method 'GET' already declared for route '/health'", of fastify, without the flag's name.
test.each(['/', '/health', 'metrics'])(
  'the telemetry path %s is served, or refused by the name of its flag',
  async (telemetryPath) => {
    const error = await startServer(optionsOf({ telemetryPath })).then(
      (server) => server.close(),
      (cause: Error) => cause,
    )
    if (error !== undefined) expect(error.message).toContain('--web.telemetry-path')
  },
)
