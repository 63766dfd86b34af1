/** Certificates of clients: what each mode lets in, and the allowed names. */
import { expect, test } from 'vitest'
import { TestCa } from '../certificates.ts'
import { askTls, guarded, TLS } from './guarded.ts'

const STRANGERS = new TestCa('strangers')
const mode = (name: string, more = ''): string => `${TLS}  client_auth_type: ${name}\n  client_ca_file: ca.pem\n${more}`

test.each([
  ['RequestClientCert', { none: 200, stranger: 200, known: 200, expired: 200 }],
  ['RequireAnyClientCert', { none: undefined, stranger: 200, known: 200, expired: 200 }],
  ['VerifyClientCertIfGiven', { none: 200, stranger: undefined, known: 200, expired: undefined }],
  ['RequireAndVerifyClientCert', { none: undefined, stranger: undefined, known: 200, expired: undefined }],
])('%s', async (name, expected) => {
  const { port, ca, own } = await guarded(mode(name))
  const clients = {
    none: undefined,
    stranger: STRANGERS.issue({ name: 'stranger' }),
    known: ca.issue({ name: 'known' }),
    expired: ca.issue({ name: 'expired', expiresInDays: -1 }),
  }
  const found: Record<string, number | undefined> = {}
  for (const [who, client] of Object.entries(clients))
    found[who] = (await askTls(port, client === undefined ? { ca } : { ca, client }))?.status
  expect(found).toEqual(expected)
  const refused = Object.values(expected).filter((status) => status === undefined).length
  expect([...own.webConnectionsRefused.cells()].reduce((sum, [, count]) => sum + count, 0)).toBe(refused)
})

test('without a mode nobody is asked for a certificate', async () => {
  const { port, ca } = await guarded(TLS)
  expect((await askTls(port, { ca }))?.status).toBe(200)
})

test('without a CA only what a public one has signed is let in', async () => {
  const { port, ca } = await guarded(`${TLS}  client_auth_type: RequireAndVerifyClientCert\n`)
  expect(await askTls(port, { ca, client: ca.issue({ name: 'known' }) })).toBeUndefined()
})

test('a CA file without certificates lets nobody in', async () => {
  const { port, ca } = await guarded(`${TLS}  client_auth_type: RequireAndVerifyClientCert\n  client_ca: none\n`)
  expect(await askTls(port, { ca, client: ca.issue({ name: 'known' }) })).toBeUndefined()
})

test('with allowed names one of them must be in the certificate, letter for letter', async () => {
  const { port, ca, own } = await guarded(
    mode('RequireAndVerifyClientCert', '  client_allowed_sans: [prom.example, 2001:db8::7, "spiffe://x/prom", ops@x.example]\n'),
  )
  const statusOf = async (...alternativeNames: string[]): Promise<number | undefined> =>
    (await askTls(port, { ca, client: ca.issue({ name: 'prom.example', alternativeNames }) }))?.status
  for (const name of ['DNS:prom.example', 'IP:2001:db8:0:0:0:0:0:7', 'URI:spiffe://x/prom', 'email:ops@x.example'])
    expect([name, await statusOf('DNS:other', name)]).toEqual([name, 200])
  const wrong = [
    'DNS:PROM.example',
    'DNS:prom.example.',
    'DNS:a.prom.example',
    'DNS:*.example',
    'DNS:x, DNS:prom.example',
    'DNS:x", DNS:prom.example, DNS:"',
    'URI:spiffe://x/prom/',
    'IP:2001:db8:0:0:0:0:0:8',
  ]
  for (const name of wrong) expect([name, await statusOf(name)]).toEqual([name, undefined])
  expect(own.webConnectionsRefused.at('other_name').value).toBe(wrong.length)
})

test('a name in the subject alone is none', async () => {
  const { port, ca } = await guarded(mode('RequireAndVerifyClientCert', '  client_allowed_sans: [prom.example]\n'))
  expect(await askTls(port, { ca, client: ca.issue({ name: 'prom.example' }) })).toBeUndefined()
})

test('with allowed names whoever shows no certificate is refused in every mode that asks for one', async () => {
  for (const name of ['RequestClientCert', 'VerifyClientCertIfGiven']) {
    const { port, ca } = await guarded(mode(name, '  client_allowed_sans: [prom.example]\n'))
    expect([name, await askTls(port, { ca })]).toEqual([name, undefined])
    const client = ca.issue({ name: 'x', alternativeNames: ['DNS:prom.example'] })
    expect([name, (await askTls(port, { ca, client }))?.status]).toEqual([name, 200])
  }
})

test('an empty list of allowed names allows none', async () => {
  const { port, ca } = await guarded(mode('RequireAnyClientCert', '  client_allowed_sans: []\n'))
  expect(await askTls(port, { ca, client: ca.issue({ name: 'x', alternativeNames: ['DNS:x'] }) })).toBeUndefined()
})
