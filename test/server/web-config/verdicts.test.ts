/** Of each case: whether it is right, and if not where and why. test/real/web-config.test.ts asks promtool the same. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { hasErrors } from '../../../src/diag/diagnostic.ts'
import { locate, renderDiagnostics } from '../../../src/diag/render.ts'
import { loadWebConfig } from '../../../src/server/web-config/load.ts'
import { HASH, INLINE, VERDICTS, writeCaseFiles } from './verdicts.ts'

const folder = mkdtempSync(join(tmpdir(), 'agentlog-web-config-'))
afterAll(() => rmSync(folder, { recursive: true }))
writeCaseFiles(folder)

function loaded(yaml: string): ReturnType<typeof loadWebConfig> {
  const file = join(folder, 'web.yml')
  writeFileSync(file, yaml)
  return loadWebConfig(file)
}

test.each(VERDICTS)('$what', ({ yaml, wrong }) => {
  const { loaded: config, diagnostics, texts } = loaded(yaml)
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  const first = errors[0]
  const at = first && locate(first.place, texts)
  expect(errors.length > 0 ? [`${at!.line}:${at!.column}`, first!.message] : undefined).toEqual(
    wrong === undefined ? undefined : [wrong[0], expect.stringContaining(wrong[1])],
  )
  expect(config === undefined).toBe(wrong !== undefined)
})

test('users are called as they are written, and texts are texts whatever they could be', () => {
  const names = ['007', 'yes', '1.50', '0x1f', 'true', '"quoted: name"', 'a b']
  const { loaded: read } = loaded(`basic_auth_users:\n${names.map((name) => `  ${name}: ${HASH}\n`).join('')}`)
  expect([...read!.config.users.keys()].sort()).toEqual(['007', '0x1f', '1.50', 'a b', 'quoted: name', 'true', 'yes'])
  const headers = loaded('http_server_config: { headers: { X-XSS-Protection: 010, Strict-Transport-Security: 1_0 } }\n')
  expect([...headers.loaded!.config.headers.values()]).toEqual(['010', '1_0'])
})

test('intervals and bursts are read as Go reads them', () => {
  const limit = (yaml: string) => loaded(`rate_limit: ${yaml}\n`).loaded?.config.rateLimit
  expect(limit('{ interval: 1m30.5s, burst: 1_000 }')).toEqual({ intervalMs: 90_500, burst: 1000 })
  expect(limit('{ interval: 250ms, burst: 0x10 }')).toEqual({ intervalMs: 250, burst: 16 })
  expect(limit('{ interval: 2500000, burst: 2.9 }')).toEqual({ intervalMs: 2.5, burst: 2 })
  expect([limit('{ interval: 0s, burst: 1 }'), limit('{ interval: -1s, burst: 1 }'), limit('{ burst: 1 }')]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})

test('a file that is not there is told', () => {
  const { diagnostics } = loadWebConfig(join(folder, 'gone.yml'))
  expect(diagnostics).toMatchObject([{ code: 'file-unreadable', message: 'cannot be read: ENOENT' }])
})

test('a pipe, a device or a file without end is told, and nobody waits for it', () => {
  const [pipe, endless] = [join(folder, 'pipe'), join(folder, 'endless')]
  execFileSync('mkfifo', [pipe])
  writeFileSync(endless, '')
  truncateSync(endless, 2 ** 40)
  const problems = [pipe, '/dev/zero', endless].map((file) => {
    const cert = loaded(`tls_server_config: { cert_file: ${file}, key_file: server.key }\n`).diagnostics[0]
    return [loadWebConfig(file).diagnostics[0]?.message, cert?.message.replace(file, 'FILE')]
  })
  expect(problems).toEqual([
    ['is not a regular file', 'FILE is not a regular file'],
    ['is not a regular file', 'FILE is not a regular file'],
    ['is larger than 1000000 bytes', 'FILE is larger than 1000000 bytes'],
  ])
})

test('the nearest known name is hinted at', () => {
  const { diagnostics } = loaded(
    'tls_server_config: { cert_flie: x, min_version: TLS15 }\nhttp_server_config: { headers: { X-Frame-Option: deny } }\n',
  )
  expect(diagnostics.map(({ hint }) => hint)).toEqual([
    'did you mean "cert_file"?',
    'did you mean "TLS13"?',
    'did you mean "X-Frame-Options"?',
  ])
})

test('what keeps nobody out, or everybody, is warned of', () => {
  const warnings = (yaml: string): string[] => {
    const { diagnostics } = loaded(yaml)
    expect(hasErrors(diagnostics)).toBe(false)
    return diagnostics.map(({ message }) => message)
  }
  const pair = 'cert_file: server.pem, key_file: server.key'
  expect(warnings(`tls_server_config: { ${pair}, client_auth_type: RequireAndVerifyClientCert }\n`)).toEqual([
    'without a CA whoever has a certificate of a public one is let in',
  ])
  expect(
    warnings(`tls_server_config: { ${pair}, client_auth_type: RequireAndVerifyClientCert, client_ca_file: junk }\n`),
  ).toEqual(['expected certificates as PEM, found none: nobody is let in'])
  expect(warnings(`tls_server_config: { ${pair}, min_version: TLS13, max_version: TLS12 }\n`)).toHaveLength(1)
  expect(warnings(`basic_auth_users: { alice: ${HASH.replace(/\$\d\d\$/, '$$20$$')} }\n`)).toEqual([
    'a hash of cost 20 takes about 52 s to compare, and all other logins wait for it',
  ])
  expect(warnings('rate_limit: { interval: 1s }\n')).toHaveLength(1)
})

test('no report quotes a password, a hash or a key, wherever the mistake is', () => {
  const secrets = ['hunter2hunter2', '$2y$10$abcdefghijkl', INLINE.key.split('\n')[1]!]
  const pem = INLINE.key.trim().replace(/^/gm, '    ')
  const broken = [
    'basic_auth_users:\n  alice: hunter2hunter2\n',
    'basic_auth_users:\n  alice: "$2y$10$abcdefghijkl"\n  bob: { hunter2hunter2: x }\n',
    'basic_auth_users: { alice: hunter2hunter2, alice: $2y$10$abcdefghijkl }\n',
    'basic_auth_users: hunter2hunter2\n',
    'basic_auth_users: [hunter2hunter2]\n',
    'basic_auth_user: { alice: hunter2hunter2 }\n',
    'tls_server_config: { alice: hunter2hunter2 }\n',
    'tls_server_config: hunter2hunter2\n',
    'alice: hunter2hunter2\n',
    'hunter2hunter2\n',
    'basic_auth_users:\n  alice: "hunter2hunter2\n  bob: x\n',
    'basic_auth_users:\n  alice: [hunter2hunter2\n',
    'basic_auth_users:\n\talice: hunter2hunter2\n',
    'basic_auth_users:\n  alice: hunter2hunter2: x\n',
    'basic_auth_users:\n  alice: |\n    hunter2hunter2\n   hunter2hunter2\n',
    `tls_server_config:\n  cert_file: junk\n  key: |\n${pem}\n`,
    `tls_server_config:\n  cert_file: server.pem\n  key: |\n${pem}\n`,
    `tls_server_config:\n  key: |\n${pem}\n  ${INLINE.key.split('\n')[1]}\n`,
    `tls_server_config:\n  key: ${INLINE.key.split('\n')[1]}\n  cert_file: server.pem\n`,
    `tls_server_config:\n  cert_file: server.pem\n  key_file: |\n${pem}\n`,
    `tls_server_config:\n  cert_file: |\n${pem}\n  key_file: server.key\n`,
    `tls_server_config:\n  cert_file: ${JSON.stringify(INLINE.key)}\n  key_file: server.key\n`,
    `tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  client_ca_file: ${JSON.stringify(INLINE.key)}\n`,
    `tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  min_version: |\n${pem}\n`,
    'http_server_config: { headers: { X-Frame-Options: "$2y$10$abcdefghijkl" } }\n',
    'rate_limit: { interval: $2y$10$abcdefghijkl }\n',
  ]
  for (const yaml of broken) {
    const { diagnostics, texts } = loaded(yaml)
    const report = renderDiagnostics(diagnostics, texts, 'text')
    expect(hasErrors(diagnostics), yaml).toBe(true)
    expect(
      secrets.filter((secret) => report.includes(secret)),
      report,
    ).toEqual([])
  }
})
