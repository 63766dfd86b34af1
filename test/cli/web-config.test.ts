/** The program with --web.config.file: what it says at the start, logins through the real worker, reloads, and its health check. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { selfSigned, TestCa } from '../server/certificates.ts'
import { askTls, login, TLS, USERS } from '../server/guard/guarded.ts'
import { HASH } from '../server/web-config/verdicts.ts'
import { Children } from './children.ts'
import { finish, type Served, until } from './program.ts'

const scratch = mkdtempSync(join(tmpdir(), 'agentlog-web-config-'))
const children = new Children()
afterEach(() => children.kill())
afterAll(() => rmSync(scratch, { recursive: true }))
const write = (name: string, text: string): string => {
  writeFileSync(join(scratch, name), text)
  return join(scratch, name)
}
const ca = new TestCa('ca')
const pair = selfSigned({ name: 'localhost' })
write('server.pem', pair.cert)
write('server.key', pair.key)
write('ca.pem', ca.cert)
const log = write('a.jsonl', '')
const portOf = ({ url }: Served): number => Number(new URL(url).port)

test('the shipped example serves by TLS, and nobody knows its password; with another hash its user logs in', async () => {
  const text = readFileSync(join(import.meta.dirname, '../../config/examples/web-config.yaml'), 'utf8')
  write('tls.crt', pair.cert)
  write('tls.key', pair.key)
  const { port, file } = await serving('example.yml', text)
  expect((await askTls(port, { headers: [login('prometheus', 'prometheus')] }))?.status).toBe(401)
  writeFileSync(file, text.replace(/prometheus: \S+/, `prometheus: ${HASH}`))
  const asked = () => askTls(port, { headers: [login('prometheus', 'secret')] })
  const answer = await until(asked, (given) => given?.status === 200)
  expect(answer?.headers['strict-transport-security']).toBe('max-age=31536000')
})

async function serving(name: string, yaml: string, ...more: string[]): Promise<Served & { file: string; port: number }> {
  const file = write(name, yaml)
  const served = await children.start(['--web.config.file', file, ...more, log])
  return { ...served, file, port: portOf(served) }
}

test('a file with errors does not start: each with its place, the line, and no password', async () => {
  const file = write('bad.yml', 'basic_auth_user:\n  alice: hunter2\nhttp_server_config: { http3: true }\n')
  const { code, stdout, stderr } = await finish(['run', '--state.dir', 'none', '--web.config.file', file, log])
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toBe(`${file}:1:1: error[unknown-key]: unknown key "basic_auth_user"
1 | basic_auth_user:
  | ^^^^^^^^^^^^^^^
  = hint: did you mean "basic_auth_users"?

${file}:3:23: error[unknown-key]: unknown key "http3"
3 | http_server_config: { http3: **** }
  |                       ^^^^^
  = hint: did you mean "http2"?
`)
  const gone = await finish(['run', '--state.dir', 'none', '--web.config.file', join(scratch, 'gone.yml'), log])
  expect([gone.code, gone.stderr]).toEqual([
    2,
    `${join(scratch, 'gone.yml')}:1:1: error[file-unreadable]: cannot be read: ENOENT\n`,
  ])
})

test('TLS and a login: the worker compares, metrics count, the warning of an open address is away', async () => {
  const { port, url, out } = await serving('web.yml', TLS + USERS, '--web.listen-address', '0.0.0.0:0')
  expect(url).toMatch(/^https:/)
  expect(await askTls(port, { headers: [login('alice', 'wrong')] })).toMatchObject({ status: 401 })
  expect(await askTls(port, { headers: [login('bob', 'secret')] })).toMatchObject({ status: 401 })
  const answer = await askTls(port, { headers: [login('alice', 'secret')] })
  expect(answer?.status).toBe(200)
  expect(answer?.body).toContain('agentlog_web_auth_failures_total{reason="wrong"} 2\n')
  expect(answer?.body).toContain('agentlog_web_password_checks_total{user="known"} 2\n')
  expect(answer?.body).toContain('agentlog_web_password_checks_total{user="unknown"} 1\n')
  expect(out.stderr).not.toContain('open to other machines')
})

test('what is missing on an open address is told', async () => {
  const { out } = await serving('users.yml', USERS, '--web.listen-address', '0.0.0.0:0')
  await until(
    async () => out.stderr,
    (text) => text.includes('open to other machines, without TLS"'),
  )
})

test('SIGHUP and /-/reload read it again, and say what is wrong', async () => {
  const { child, port, file, out } = await serving('again.yml', USERS, '--web.enable-lifecycle')
  const headers = { Authorization: login('alice', 'secret').slice('Authorization: '.length) }
  const reload = (): Promise<Response> => fetch(`http://127.0.0.1:${port}/-/reload`, { method: 'POST', headers })
  expect((await reload()).status).toBe(200)
  writeFileSync(file, `${USERS}rate_limt: {}\n`)
  const refused = await reload()
  expect([refused.status, await refused.text()]).toEqual([
    500,
    `${file}: line 3, column 1: unknown key "rate_limt"; the web configuration before stays in force\n`,
  ])
  child.kill('SIGHUP')
  await until(
    async () => out.stderr.match(/unknown key/g)?.length,
    (count) => count === 2,
  )
})

test('check tells of a web configuration what the start would, with and without a mapping', async () => {
  const good = write('good.yml', TLS + USERS)
  const bad = write('typo.yml', 'rate_limits: {}\n')
  expect(await finish(['check', '--web.config.file', good])).toEqual({
    code: 0,
    stdout: 'ok: the web configuration asks for TLS, logins\n',
    stderr: '',
  })
  const refused = await finish(['check', '--preset', 'agent', '--web.config.file', bad])
  expect(refused.code).toBe(2)
  expect(refused.stdout).toContain(`${bad}:1:1: error[unknown-key]: unknown key "rate_limits"`)
  expect(refused.stdout).toMatch(/ok: \d+ metrics, .*\n\n1 problem: this web configuration does not start\n$/)
})

const VERIFIED = `${TLS}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n`

test.each([
  ['TLS', TLS, '200 OK', true],
  ['TLS and a login', TLS + USERS, '401 Unauthorized (it lives)', false],
  ['a login', USERS, '401 Unauthorized (it lives)', false],
  ['a certificate', VERIFIED, 'TLS, and no word without a certificate (it lives)', false],
  ['a limit', 'rate_limit: { interval: 1h, burst: 0 }\n', '429 Too Many Requests (it lives)', false],
])('the health check finds it behind %s, and knows readiness by a Unix socket', async (what, yaml, says, isReadyKnown) => {
  const check = (...args: string[]) => finish(['healthcheck', ...args])
  const socket = `unix:${join(scratch, what.replaceAll(' ', '-'))}`
  const { child, port, file, ended } = await serving('health.yml', yaml, '--web.listen-address', socket)
  const address = `127.0.0.1:${port}`
  const args = ['--web.config.file', file, '--web.listen-address', address]
  await until(
    () => check('--ready', ...args, '--web.listen-address', socket),
    ({ stdout }) => stdout === `${socket} /-/ready: 200 OK\n`,
  )
  const [alive, ready] = await Promise.all([check(...args), check('--ready', ...args)])
  expect(alive).toEqual({ code: 0, stdout: `${address} /-/healthy: ${says}\n`, stderr: '' })
  expect(ready.code).toBe(isReadyKnown ? 0 : 1)
  child.kill()
  await ended
  expect((await check(...args)).code).toBe(1)
})
