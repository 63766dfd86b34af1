/** What a request meets before it is answered: the limit, headers, the login; on every path, and not on Unix sockets. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ENDPOINTS } from '../../../src/server/endpoints.ts'
import { ask, client, exchange, header, PAGE, until } from '../serving.ts'
import { askTls, guarded, login, TLS, USERS } from './guarded.ts'

test('every path asks for a login, whatever is at it, and every method', async () => {
  const { port, own } = await guarded(USERS)
  const paths = [...ENDPOINTS.map(([path]) => path), '/nothing', '/page.css', '/%ff', '*', '//']
  for (const path of paths) expect([path, (await ask(port, 'GET', path)).status]).toEqual([path, 401])
  for (const method of ['HEAD', 'POST', 'PUT', 'OPTIONS', 'DELETE', 'PROPFIND'])
    expect([method, (await ask(port, method, '/metrics')).status]).toEqual([method, 401])
  expect(own.webAuthFailures.at('missing').value).toBe(paths.length + 6)
})

test('a login opens them, and says how to log in before', async () => {
  const { port, comparer } = await guarded(USERS)
  const refused = await ask(port, 'GET', '/metrics')
  expect([refused.status, header(refused, 'www-authenticate'), refused.body]).toEqual([
    401,
    'Basic realm="agentlog-exporter", charset="UTF-8"',
    'Unauthorized.\n',
  ])
  expect((await ask(port, 'GET', '/metrics', [login('alice', 'secret')])).status).toBe(200)
  expect((await ask(port, 'GET', '/nothing', [login('alice', 'secret')])).status).toBe(404)
  expect((await ask(port, 'GET', '/metrics', [login('alice', 'Secret')])).status).toBe(401)
  expect((await ask(port, 'GET', '/metrics', [login('alice', 'secret'), login('alice', 'x')])).status).toBe(200)
  expect(comparer.asked).toHaveLength(2)
})

test('failures are counted by reason; past ten the address waits, is told how long, and is logged once without a name', async () => {
  const { port, own, told, wait } = await guarded(USERS)
  await ask(port, 'GET', '/', ['Authorization: Basic !'])
  for (let i = 0; i < 10; i++) await ask(port, 'GET', '/', [login('hunter2', `x${i}`)])
  const throttled = await ask(port, 'GET', '/', [login('hunter2', 'x')])
  expect([throttled.status, header(throttled, 'retry-after'), header(throttled, 'www-authenticate')]).toEqual([
    429,
    '6',
    undefined,
  ])
  await ask(port, 'GET', '/', [login('hunter2', 'y')])
  const counts = Object.fromEntries([...own.webAuthFailures.cells()].map(([[reason], count]) => [reason, count]))
  expect(counts).toEqual({ missing: 0, malformed: 1, wrong: 10, throttled: 2, busy: 0 })
  expect(told).toEqual([
    { level: 'warn', message: 'too many failed logins; the address waits', fields: { address: '127.0.0.1', untold_requests: 0 } },
  ])
  expect(JSON.stringify(told)).not.toContain('hunter2')
  wait(6000)
  expect((await ask(port, 'GET', '/', [login('alice', 'secret')])).status).toBe(200)
})

test('headers of the file are in every answer and win over ours; an empty one takes ours away', async () => {
  const { port } = await guarded(
    `${USERS}http_server_config:\n  headers:\n    Strict-Transport-Security: max-age=1\n    Content-Security-Policy: ""\n    X-XSS-Protection: |\n      a\n      ä\n`,
  )
  for (const headers of [[], [login('alice', 'secret')]]) {
    const answer = await ask(port, 'GET', '/metrics', headers)
    expect(header(answer, 'strict-transport-security')).toBe('max-age=1')
    expect(header(answer, 'content-security-policy')).toBeUndefined()
    expect(header(answer, 'x-xss-protection')).toBe('a ?')
    expect(header(answer, 'x-content-type-options')).toBe('nosniff')
  }
})

test('they are in answers to what is over the limit, and to what is no request', async () => {
  const { port } = await guarded(
    'http_server_config: { headers: { Strict-Transport-Security: a, Content-Security-Policy: "" } }\nrate_limit: { interval: 1h }\n',
  )
  const asked = [
    await ask(port, 'GET', '/metrics'),
    await ask(port, 'GET', '/\u00ff'),
    await ask(port, 'GET', '/', ['X: \u0000']),
  ]
  const long = await ask(port, 'GET', '/', [`X: ${'a'.repeat(20_000)}`])
  expect([...asked, long].map(({ status, body }) => `${status} ${body}`)).toEqual([
    '429 Too Many Requests.\n',
    '400 Bad Request.\n',
    '400 Bad Request.\n',
    '431 Request Header Fields Too Large.\n',
  ])
  for (const answer of [...asked, long]) {
    expect(header(answer, 'strict-transport-security')).toBe('a')
    expect(header(answer, 'content-security-policy')).toBeUndefined()
    expect(header(answer, 'x-content-type-options')).toBe('nosniff')
  }
})

test('the limit is for all together and before the login', async () => {
  const { port, comparer, own, wait, write } = await guarded(`${USERS}rate_limit:\n  interval: 10s\n  burst: 3\n`)
  const statusOf = async (): Promise<number> => (await ask(port, 'GET', '/metrics', [login('bob', 'x')])).status
  expect([await statusOf(), await statusOf(), await statusOf(), await statusOf()]).toEqual([401, 401, 401, 429])
  const limited = await ask(port, 'GET', '/metrics', [login('alice', 'secret')])
  expect([limited.status, header(limited, 'retry-after')]).toEqual([429, '10'])
  expect([comparer.asked.length, own.webRateLimited.at().value]).toEqual([1, 2])
  wait(10_000)
  expect([await statusOf(), await statusOf()]).toEqual([401, 429])
  // Another file with the same limit does not fill the bucket.
  write('web.yml', `# again\n${USERS}rate_limit: { interval: 10s, burst: 3 }\n`)
  wait(1000)
  expect(await statusOf()).toBe(429)
  write('web.yml', USERS)
  wait(1000)
  expect(await statusOf()).toBe(401)
})

test('a Unix socket beside is not guarded, and only its owner may open it', async () => {
  const { port, folder } = await guarded(TLS + USERS, ['127.0.0.1:0', 'unix:FOLDER/a.sock'])
  const path = join(folder, 'a.sock')
  expect((await askTls(port))?.status).toBe(401)
  expect((await ask(path, 'GET', '/metrics')).status).toBe(200)
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('lines of the log are for who logged in by TLS, and else for who is near', async () => {
  const page = { ...PAGE, document: (withLines: boolean) => `lines: ${withLines}` }
  const far = ['Host: exporter.example']
  const { port, ca } = await guarded(TLS + USERS, undefined, { page })
  expect((await askTls(port, { ca, path: '/', headers: [...far, login('alice', 'secret')] }))?.body).toBe('lines: true')
  const open = await guarded(TLS, undefined, { page })
  expect((await askTls(open.port, { ca: open.ca, path: '/', headers: far }))?.body).toBe('lines: false')
  expect((await askTls(open.port, { ca: open.ca, path: '/', headers: ['Host: localhost'] }))?.body).toBe('lines: true')
  const plain = await guarded(USERS, undefined, { page })
  expect((await ask(plain.port, 'GET', '/', [...far, login('alice', 'secret')])).body).toBe('lines: false')
  const byCertificate = await guarded(
    `${TLS}  client_auth_type: VerifyClientCertIfGiven\n  client_ca_file: ca.pem\n`,
    undefined,
    { page },
  )
  const client = byCertificate.ca.issue({ name: 'known' })
  const asked = { ca: byCertificate.ca, path: '/', headers: far }
  expect((await askTls(byCertificate.port, { ...asked, client }))?.body).toBe('lines: true')
  expect((await askTls(byCertificate.port, asked))?.body).toBe('lines: false')
})

test('what is missing between others and an open address is named', async () => {
  const verified = '  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n'
  const missing = async (yaml: string, address = '[::ffff:127.0.0.1]:0'): Promise<string | undefined> =>
    (await guarded(yaml, [address])).server.missingProtection()
  expect(await missing('')).toBe('TLS and authentication')
  expect(await missing(TLS)).toBe('authentication')
  expect(await missing(USERS)).toBe('TLS')
  expect(await missing(TLS + USERS)).toBeUndefined()
  expect(await missing(TLS + verified)).toBeUndefined()
  expect(await missing(`${TLS}  client_auth_type: RequireAnyClientCert\n`)).toBe('authentication')
  expect(await missing(USERS, '127.0.0.1:0')).toBeUndefined()
})

test('whoever speaks no TLS gets no answer, and is counted; closing waits for no handshake', async () => {
  const { port, own, server } = await guarded(TLS)
  expect(await exchange(port, 'GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toBe('')
  expect(own.webConnectionsRefused.at('handshake').value).toBe(1)
  const silent = await client(port)
  const startMs = performance.now()
  await server.close()
  await until(() => silent.closed)
  // A handshake may take five seconds.
  expect(performance.now() - startMs).toBeLessThan(4000)
})
