/** TLS as others speak it: openssl and curl against the running program, for versions, suites, curves and certificates of clients. */
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process'
import { afterEach, expect, test } from 'vitest'
import { Door, PASSWORD, tls, users } from './door.ts'
import { isMissing } from './workbench.ts'

const isWithout = isMissing('openssl', 'curl')
let door: Door | undefined
afterEach(() => door?.close())

async function opened(yaml: string, ...args: readonly string[]): Promise<Door> {
  door = new Door(yaml)
  await door.open(...args)
  return door
}

interface Shaken {
  readonly isThrough: boolean
  readonly version: string | undefined
  readonly suite: string | undefined
  /** Of the key exchange. */
  readonly curve: string | undefined
}

/** A handshake by openssl, which then asks for /-/healthy; a server that refuses a certificate hangs up only then. */
function shake({ port }: Door, ...args: readonly string[]): Promise<Shaken> {
  const child = spawn('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-ign_eof', ...args])
  let text = ''
  child.stdout.on('data', (data) => (text += data))
  child.stderr.on('data', (data) => (text += data))
  child.stdin.on('error', () => {})
  child.stdin.end('GET /-/healthy HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  const group = /Server Temp Key: (?:ECDH, )?(\S+?),|Negotiated TLS1.3 group: (\S+)/
  return new Promise((resolve) =>
    child.on('close', () => {
      const [, old, young] = group.exec(text) ?? []
      resolve({
        isThrough: text.includes('HTTP/1.1 200 OK'),
        version: /New, (TLSv[\d.]+)/.exec(text)?.[1],
        suite: /Cipher is (\S+)/.exec(text)?.[1],
        curve: old ?? young,
      })
    }),
  )
}

function curl({ port, scratch }: Door, ...args: readonly string[]): SpawnSyncReturns<string> {
  const url = `https://127.0.0.1:${port}/metrics`
  return spawnSync(
    'curl',
    ['-s', '-o', '/dev/null', '-w', '%{http_code} %{http_version}', '--cacert', scratch.file('ca.pem'), ...args, url],
    {
      encoding: 'utf8',
    },
  )
}

test.skipIf(isWithout)(
  'unless told otherwise: TLS 1.2 and 1.3, suites that keep past traffic secret, no older version',
  async () => {
    const at = await opened(tls())
    expect(await shake(at)).toMatchObject({ isThrough: true, suite: 'TLS_AES_128_GCM_SHA256', curve: 'X25519' })
    expect(await shake(at, '-tls1_2')).toMatchObject({ isThrough: true, suite: 'ECDHE-ECDSA-AES128-GCM-SHA256' })
    expect(await shake(at, '-tls1_2', '-cipher', 'ECDHE-ECDSA-AES128-SHA')).toMatchObject({ isThrough: false })
    expect(await shake(at, '-tls1_1', '-cipher', 'ALL:@SECLEVEL=0')).toMatchObject({ isThrough: false })
    for (const name of ['P-256', 'P-384', 'P-521', 'X25519'])
      expect([name, (await shake(at, '-curves', name)).isThrough]).toEqual([name, true])
    expect((await shake(at, '-curves', 'X448')).isThrough).toBe(false)
  },
)

test.skipIf(isWithout)('versions, suites and curves of the file and no others', async () => {
  let at = await opened(
    tls('max_version: TLS12', 'cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]', 'curve_preferences: [CurveP384]'),
  )
  expect(await shake(at)).toMatchObject({ isThrough: true, suite: 'ECDHE-ECDSA-AES256-GCM-SHA384' })
  expect((await shake(at, '-tls1_3')).isThrough).toBe(false)
  expect((await shake(at, '-tls1_2', '-cipher', 'ECDHE-ECDSA-AES128-GCM-SHA256')).isThrough).toBe(false)
  expect((await shake(at, '-tls1_2', '-curves', 'X25519')).isThrough).toBe(false)
  await at.close()
  at = await opened(tls('min_version: TLS13'))
  expect([(await shake(at, '-tls1_3')).isThrough, (await shake(at, '-tls1_2')).isThrough]).toEqual([true, false])
  await at.close()
  at = await opened(tls('cipher_suites: [TLS_AES_256_GCM_SHA384]'))
  expect([(await shake(at, '-tls1_3')).isThrough, (await shake(at, '-tls1_2')).isThrough]).toEqual([true, false])
  await at.close()
  at = await opened(tls('min_version: TLS10', 'cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA]'))
  expect((await shake(at, '-tls1', '-cipher', 'ALL:@SECLEVEL=0')).isThrough).toBe(true)
})

test.skipIf(isWithout)('the order of the suites is ours, unless the file gives it to the client', async () => {
  const suites = 'cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]'
  const theirs = ['-tls1_2', '-cipher', 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384']
  let at = await opened(tls(suites))
  expect((await shake(at, ...theirs)).suite).toBe('ECDHE-ECDSA-AES256-GCM-SHA384')
  await at.close()
  at = await opened(tls(suites, 'prefer_server_cipher_suites: false'))
  expect((await shake(at, ...theirs)).suite).toBe('ECDHE-ECDSA-AES128-GCM-SHA256')
})

test.skipIf(isWithout)('HTTP/2 that is offered is answered by HTTP/1.1', async () => {
  const at = await opened(`${tls()}http_server_config:\n  http2: true\n`)
  expect(curl(at, '--http2').stdout).toBe('200 1.1')
  expect(curl(at, '--http1.1').stdout).toBe('200 1.1')
})

test.skipIf(isWithout)('a certificate of a client, its names, and a session that was refused and comes again', async () => {
  const at = await opened(
    tls('client_auth_type: RequireAndVerifyClientCert', 'client_ca_file: ca.pem', 'client_allowed_sans: [prom.example]'),
  )
  const write = (name: string, ...alternativeNames: string[]): string[] => {
    const { cert, key } = at.ca.issue({ name, alternativeNames })
    return ['-cert', at.scratch.write(`${name}.pem`, cert), '-key', at.scratch.write(`${name}.key`, key)]
  }
  const good = write('good', 'DNS:prom.example')
  const bad = write('bad', 'DNS:x, DNS:prom.example')
  for (const version of ['-tls1_2', '-tls1_3']) {
    expect([version, (await shake(at, version, ...good)).isThrough]).toEqual([version, true])
    expect([version, (await shake(at, version, ...bad)).isThrough]).toEqual([version, false])
    expect([version, (await shake(at, version)).isThrough]).toEqual([version, false])
    const session = at.scratch.file('session')
    await shake(at, version, ...good, '-sess_out', session)
    expect([version, (await shake(at, version, '-sess_in', session)).isThrough]).toEqual([version, false])
  }
  expect(curl(at, '--cert', at.scratch.file('good.pem'), '--key', at.scratch.file('good.key')).stdout).toBe('200 1.1')
  expect(curl(at).stdout).toBe('000 0')
})

test.skipIf(isWithout)('curl logs in, and asks by the Unix socket without', async () => {
  const socket = `/tmp/agentlog-door-${process.pid}.sock`
  const at = await opened(tls() + users(10), '--web.listen-address', `unix:${socket}`)
  expect(curl(at).stdout).toBe('401 1.1')
  expect(curl(at, '-u', `prometheus:${PASSWORD}`).stdout).toBe('200 1.1')
  expect(curl(at, '-u', `prometheus:${PASSWORD}x`).stdout).toBe('401 1.1')
  expect(curl(at, '-u', `nobody:${PASSWORD}`).stdout).toBe('401 1.1')
  expect(curl(at, '--anyauth', '-u', `prometheus:${PASSWORD}`).stdout).toBe('200 1.1')
  const bySocket = spawnSync('curl', ['-s', '--unix-socket', socket, 'http://localhost/-/healthy'], { encoding: 'utf8' })
  expect(bySocket.stdout).toBe('agentlog-exporter is alive.\n')
})
