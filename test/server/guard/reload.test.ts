/** A web configuration that changes while it is in force: taken at once, or left with the reason if it is broken or opens the door. */
import { renameSync, rmSync, symlinkSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ask } from '../serving.ts'
import { HASH } from '../web-config/verdicts.ts'
import { askTls, type Guarded, guarded, login, TLS, USERS } from './guarded.ts'

const reloads = ({ own }: Guarded): readonly number[] => [
  own.webConfigReloads.at('ok').value,
  own.webConfigReloads.at('failed').value,
  [...own.webConfigSuccessful.cells()][0]![1],
]
const verified = `${TLS}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n`
const optional = `${TLS}  client_auth_type: VerifyClientCertIfGiven\n  client_ca_file: ca.pem\n`

test('another pair is shown to the next connection, and nothing is read while nothing changes', async () => {
  const given = await guarded(TLS)
  const { port, ca, writePair, wait } = given
  for (let i = 0; i < 5; i++) {
    expect((await askTls(port, { ca }))?.certificateOf).toBe('first')
    wait(1000)
  }
  expect(reloads(given)).toEqual([1, 0, 1])
  writePair(ca.issue({ name: 'second', alternativeNames: ['IP:127.0.0.1'] }))
  wait(1000)
  expect((await askTls(port, { ca }))?.certificateOf).toBe('second')
  expect(reloads(given)).toEqual([2, 0, 1])
})

test('the files are looked at ten times a second at most', async () => {
  const { port, ca, writePair, wait } = await guarded(TLS)
  expect((await askTls(port, { ca }))?.certificateOf).toBe('first')
  writePair(ca.issue({ name: 'second', alternativeNames: ['IP:127.0.0.1'] }))
  wait(99)
  expect((await askTls(port, { ca }))?.certificateOf).toBe('first')
  wait(1)
  expect((await askTls(port, { ca }))?.certificateOf).toBe('second')
})

test('a broken pair keeps the last good one, is told once, and is over when it is whole', async () => {
  const given = await guarded(TLS)
  const { port, ca, write, wait, told } = given
  const second = ca.issue({ name: 'second', alternativeNames: ['IP:127.0.0.1'] })
  write('server.pem', second.cert)
  for (let i = 0; i < 3; i++) {
    wait(1000)
    expect((await askTls(port, { ca }))?.certificateOf).toBe('first')
  }
  expect(reloads(given)).toEqual([1, 1, 0])
  expect(told.map(({ level, message }) => [level, message.replace(given.folder, '')])).toEqual([
    [
      'error',
      '/web.yml: line 3, column 13: this private key does not belong to the certificate; the web configuration before stays in force',
    ],
  ])
  write('server.key', second.key)
  wait(1000)
  expect((await askTls(port, { ca }))?.certificateOf).toBe('second')
  expect(reloads(given)).toEqual([2, 1, 1])
})

test.each(['', 'junk', '-----BEGIN CERTIFICATE-----\n'])(
  'a certificate that becomes %j keeps the last good one',
  async (text) => {
    const given = await guarded(TLS)
    given.write('server.pem', text)
    given.wait(1000)
    expect((await askTls(given.port, { ca: given.ca }))?.certificateOf).toBe('first')
    rmSync(join(given.folder, 'server.pem'))
    given.wait(1000)
    expect((await askTls(given.port, { ca: given.ca }))?.certificateOf).toBe('first')
    expect(reloads(given)).toEqual([1, 2, 0])
  },
)

test('a pair behind links that are turned at once, as Kubernetes does, is taken', async () => {
  const given = await guarded(
    'tls_server_config:\n  cert_file: data/server.pem\n  key_file: data/server.key\n',
    undefined,
    {},
    (folder, { mkdir, write, issue }) => {
      for (const name of ['first', 'second']) {
        const pair = issue(name)
        mkdir(name)
        write(`${name}/server.pem`, pair.cert)
        write(`${name}/server.key`, pair.key)
      }
      symlinkSync('first', join(folder, 'data'))
    },
  )
  expect((await askTls(given.port, { ca: given.ca }))?.certificateOf).toBe('first')
  symlinkSync('second', join(given.folder, 'new'))
  renameSync(join(given.folder, 'new'), join(given.folder, 'data'))
  given.wait(1000)
  expect((await askTls(given.port, { ca: given.ca }))?.certificateOf).toBe('second')
  expect(reloads(given)).toEqual([2, 0, 1])
})

test('users follow the file', async () => {
  const { port, write, wait } = await guarded(USERS)
  const statusOf = async (user: string): Promise<number> => (await ask(port, 'GET', '/metrics', [login(user, 'secret')])).status
  expect([await statusOf('alice'), await statusOf('bob')]).toEqual([200, 401])
  write('web.yml', `basic_auth_users:\n  bob: ${HASH}\n`)
  wait(1000)
  expect([await statusOf('alice'), await statusOf('bob')]).toEqual([401, 200])
})

test.each([
  ['an empty file', TLS + USERS, '', 'TLS and logins'],
  ['the head of the file', TLS + USERS, TLS, 'logins'],
  ['no users', USERS, 'basic_auth_users: {}\n', 'logins'],
  ['no TLS', TLS + USERS, USERS, 'TLS'],
  ['another mode', verified, `${TLS}  client_auth_type: RequestClientCert\n`, 'client certificates and a client CA'],
  ['no CA', verified, `${TLS}  client_auth_type: RequireAndVerifyClientCert\n`, 'a client CA'],
  ['optional certificates of any CA', optional, `${TLS}  client_auth_type: VerifyClientCertIfGiven\n`, 'a client CA'],
  ['no names', `${verified}  client_allowed_sans: [a]\n`, verified, 'names of client certificates'],
])('%s does not open the door', async (_, before, after, lost) => {
  const given = await guarded(before)
  given.write('web.yml', after)
  given.wait(1000)
  given.file.current()
  expect(reloads(given)).toEqual([1, 1, 0])
  expect(given.told.at(-1)?.message).toContain(`it would take away ${lost}, which only a restart does`)
  if (before.includes('alice')) {
    const asked = before.startsWith('tls') ? await askTls(given.port) : await ask(given.port, 'GET', '/metrics')
    expect(asked?.status).toBe(401)
  }
})

test('a reload that is asked for reads it whatever its time says, and answers with the reason', async () => {
  const given = await guarded(TLS)
  expect(given.file.reload()).toEqual({})
  given.write('web.yml', `${TLS}  min_versoin: TLS13\n`)
  const { problem } = given.file.reload()
  expect(problem?.replace(given.folder, '')).toBe(
    '/web.yml: line 4, column 3: unknown key "min_versoin"; the web configuration before stays in force\n',
  )
  expect(reloads(given)).toEqual([2, 1, 0])
})

/** Asks twice over one connection, with something done in between. Answers both status codes; undefined: no answer. */
async function askTwice(given: Guarded, between: () => void): Promise<(number | undefined)[]> {
  const client = given.ca.issue({ name: 'known', alternativeNames: ['DNS:a'] })
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: given.ca.cert, cert: client.cert, key: client.key })
  onTestFinished(() => agent.destroy())
  const once = (): Promise<number | undefined> =>
    new Promise((resolve) => {
      const asked = request({ host: '127.0.0.1', port: given.port, path: '/metrics', agent }, (answer) => {
        answer.resume().on('end', () => setImmediate(resolve, answer.statusCode))
      })
      asked.on('error', () => resolve(undefined)).end()
    })
  const first = await once()
  between()
  given.wait(1000)
  return [first, await once(), await once()]
}

test('a connection from before goes on with another pair, once, and ends where clients must show something else', async () => {
  const given = await guarded(verified)
  const pair = given.ca.issue({ name: 'second', alternativeNames: ['IP:127.0.0.1'] })
  expect(await askTwice(given, () => given.writePair(pair))).toEqual([200, 200, 200])
  const stricter = (): void => given.write('web.yml', `${verified}  client_allowed_sans: [b]\n`)
  expect(await askTwice(given, stricter)).toEqual([200, undefined, undefined])
})

test('a connection without TLS from before ends when TLS comes', async () => {
  const given = await guarded('')
  const socket = connect(given.port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  const text = new Promise<string>((resolve) => {
    let all = ''
    socket.on('data', (chunk) => (all += chunk))
    socket.on('close', () => resolve(all))
  })
  socket.write('GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n')
  await new Promise((resolve) => socket.once('data', resolve))
  given.write('web.yml', TLS)
  given.wait(1000)
  socket.write('GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n')
  expect((await text).match(/200 OK/g)).toHaveLength(1)
  expect((await askTls(given.port, { ca: given.ca }))?.status).toBe(200)
})
