/**
 * Web configurations that are right and wrong, each with what must be said of it: for our reader, and for promtool, which has to agree
 * unless the case says why it cannot.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { selfSigned, TestCa } from '../certificates.ts'

export interface Verdict {
  readonly what: string
  readonly yaml: string
  /** undefined: it is right. Else line and column of the (first) problem, and words of it. */
  readonly wrong?: readonly [place: string, words: string]
  /** Debian's promtool is older than the key, or lets by what we do not. */
  readonly promtoolDiffers?: string
}

/** Cost 4, of "secret". */
export const HASH = '$2y$04$3KwK8RdJrTmLbu2pe3el5uAcsZ22.011xMd7mEtQ/dtyqGCvqplAC'
const OLDER = 'the key is younger than promtool 2.42'
const PAIR = 'tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n'
const CA = 'client_ca_file: ca.pem\n'
const users = (text: string): string => `basic_auth_users:\n  ${text}\n`
const headers = (text: string): string => `http_server_config:\n  headers:\n    ${text}\n`
const pairWith = (...lines: readonly string[]): string => PAIR + lines.map((line) => `  ${line.trim()}\n`).join('')

const indented = (pem: string): string => pem.trim().replace(/^/gm, '    ')

export const INLINE = selfSigned({ name: 'inline' })

export const VERDICTS: readonly Verdict[] = [
  { what: 'nothing at all', yaml: '' },
  { what: 'a comment', yaml: '# later\n' },
  { what: 'keys and values that hold none', yaml: '{}\n' },
  { what: 'sections without anything', yaml: 'tls_server_config:\nhttp_server_config:\nbasic_auth_users:\n' },
  { what: 'a text', yaml: 'hello\n', wrong: ['1:1', 'expected keys and values, found a text'] },
  { what: 'a list', yaml: '- tls_server_config\n', wrong: ['1:1', 'expected keys and values, found a list'] },
  { what: 'broken YAML', yaml: 'tls_server_config: [\n', wrong: ['2:1', ''] },
  { what: 'an unknown section', yaml: 'tls_config:\n  cert_file: server.pem\n', wrong: ['1:1', 'unknown key "tls_config"'] },
  { what: 'an unknown key of TLS', yaml: pairWith('cert_fil: x'), wrong: ['4:3', 'unknown key "cert_fil"'] },
  { what: 'an unknown key of HTTP', yaml: 'http_server_config:\n  http3: true\n', wrong: ['2:3', 'unknown key "http3"'] },
  { what: 'a key twice', yaml: `${PAIR}  key_file: server.key\n`, wrong: ['4:3', 'stands here twice'] },
  { what: 'a section twice', yaml: `${users(`a: ${HASH}`)}${users(`b: ${HASH}`)}`, wrong: ['3:1', 'stands here twice'] },
  { what: 'a section that is a text', yaml: 'tls_server_config: server.pem\n', wrong: ['1:20', 'expected keys and values'] },
  {
    what: 'a section that is a list',
    yaml: 'tls_server_config: []\n',
    wrong: ['1:20', 'expected keys and values, found a list'],
  },
  { what: 'a pair', yaml: PAIR },
  { what: 'a pair in one file', yaml: 'tls_server_config:\n  cert_file: both.pem\n  key_file: both.pem\n' },
  { what: 'a chain behind the certificate', yaml: 'tls_server_config:\n  cert_file: chain.pem\n  key_file: server.key\n' },
  { what: 'a pair in a folder below', yaml: 'tls_server_config: { cert_file: below/server.pem, key_file: below/server.key }\n' },
  {
    what: 'the key of another certificate',
    yaml: 'tls_server_config:\n  cert_file: server.pem\n  key_file: other.key\n',
    wrong: ['3:13', 'does not belong to the certificate'],
  },
  {
    what: 'a pair in the file',
    yaml: `tls_server_config:\n  cert: |\n${indented(INLINE.cert)}\n  key: |\n${indented(INLINE.key)}\n`,
    promtoolDiffers: OLDER,
  },
  {
    what: 'a certificate in the file with a key beside it',
    yaml: `tls_server_config:\n  cert: |\n${indented(INLINE.cert)}\n  key_file: inline.key\n`,
    promtoolDiffers: OLDER,
  },
  {
    what: 'a certificate without a key',
    yaml: 'tls_server_config:\n  cert_file: server.pem\n',
    wrong: ['2:3', 'TLS needs the private key'],
  },
  {
    what: 'a key without a certificate',
    yaml: 'tls_server_config:\n  key_file: server.key\n',
    wrong: ['2:3', 'TLS needs a certificate'],
  },
  { what: 'a CA alone', yaml: `tls_server_config:\n  ${CA}`, wrong: ['2:3', 'TLS needs'] },
  { what: 'a mode alone', yaml: 'tls_server_config:\n  client_auth_type: NoClientCert\n', wrong: ['2:3', 'TLS needs'] },
  { what: 'a pair of empty texts', yaml: 'tls_server_config:\n  cert_file: ""\n  key_file: ""\n' },
  {
    what: 'an empty name of a certificate',
    yaml: 'tls_server_config:\n  cert_file: ""\n  key_file: server.key\n',
    wrong: ['2:3', 'TLS needs a certificate'],
  },
  {
    what: 'a certificate that is not there',
    yaml: 'tls_server_config:\n  cert_file: none.pem\n  key_file: server.key\n',
    wrong: ['2:14', 'none.pem cannot be read: ENOENT'],
  },
  {
    what: 'a key that is not there',
    yaml: 'tls_server_config:\n  cert_file: server.pem\n  key_file: none.key\n',
    wrong: ['3:13', 'none.key cannot be read: ENOENT'],
  },
  {
    what: 'a certificate that is none',
    yaml: 'tls_server_config:\n  cert_file: junk\n  key_file: server.key\n',
    wrong: ['2:14', 'expected a certificate'],
  },
  {
    what: 'a key that is none',
    yaml: 'tls_server_config:\n  cert_file: server.pem\n  key_file: junk\n',
    wrong: ['3:13', 'expected a private key'],
  },
  {
    what: 'a certificate in the place of the key',
    yaml: 'tls_server_config:\n  cert_file: server.pem\n  key_file: server.pem\n',
    wrong: ['3:13', 'expected a private key'],
  },
  {
    what: 'a folder in the place of the key',
    yaml: 'tls_server_config:\n  cert_file: server.pem\n  key_file: below\n',
    wrong: ['3:13', 'below cannot be read: EISDIR'],
  },
  {
    what: 'a list in the place of a path',
    yaml: 'tls_server_config:\n  cert_file: [server.pem]\n  key_file: server.key\n',
    wrong: ['2:14', 'expected a text, found a list'],
  },
  ...[
    'RequestClientCert',
    'RequireAnyClientCert',
    'RequireClientCert',
    'VerifyClientCertIfGiven',
    'RequireAndVerifyClientCert',
  ].flatMap((mode): Verdict[] => [
    { what: `${mode} with a CA`, yaml: pairWith(`client_auth_type: ${mode}`, CA) },
    { what: `${mode} without a CA`, yaml: pairWith(`client_auth_type: ${mode}`) },
  ]),
  { what: 'NoClientCert', yaml: pairWith('client_auth_type: NoClientCert') },
  { what: 'a CA with NoClientCert', yaml: pairWith('client_auth_type: NoClientCert', CA), wrong: ['5:19', 'without a mode'] },
  { what: 'a CA without a mode', yaml: pairWith(CA), wrong: ['4:19', 'without a mode'] },
  { what: 'an invented mode', yaml: pairWith('client_auth_type: RequireVerifyClientCert', CA), wrong: ['4:21', 'unknown mode'] },
  {
    what: 'a CA that is not there',
    yaml: pairWith('client_auth_type: RequireAndVerifyClientCert', 'client_ca_file: none.pem'),
    wrong: ['5:19', 'none.pem cannot be read'],
  },
  { what: 'a CA that is none', yaml: pairWith('client_auth_type: RequireAndVerifyClientCert', 'client_ca_file: junk') },
  {
    what: 'a CA in the file',
    yaml: pairWith('client_auth_type: RequireAndVerifyClientCert', 'client_ca: junk'),
    promtoolDiffers: OLDER,
  },
  {
    what: 'allowed names',
    yaml: pairWith('client_auth_type: RequireAndVerifyClientCert', CA, 'client_allowed_sans: [a.example, 10.0.0.1]'),
    promtoolDiffers: OLDER,
  },
  {
    what: 'allowed names that are a text',
    yaml: pairWith('client_allowed_sans: a.example'),
    wrong: ['4:24', 'expected a list'],
    promtoolDiffers: OLDER,
  },
  ...['TLS10', 'TLS11', 'TLS12', 'TLS13'].map((version) => ({
    what: `at least ${version}`,
    yaml: pairWith(`min_version: ${version}`),
  })),
  { what: 'at most TLS12', yaml: pairWith('max_version: TLS12') },
  { what: 'no version at all', yaml: pairWith('min_version: TLS13', 'max_version: TLS12') },
  { what: 'an unset version', yaml: pairWith('min_version:') },
  { what: 'an invented version', yaml: pairWith('min_version: TLS14'), wrong: ['4:16', 'unknown version of TLS "TLS14"'] },
  { what: 'a version as OpenSSL writes it', yaml: pairWith('max_version: TLSv1.2'), wrong: ['4:16', 'unknown version'] },
  {
    what: 'a version in a file without TLS',
    yaml: 'tls_server_config:\n  min_version: SSL30\n',
    wrong: ['2:16', 'unknown version'],
  },
  {
    what: 'all cipher suites',
    yaml: pairWith(
      'cipher_suites:',
      ...[
        'TLS_RSA_WITH_AES_128_CBC_SHA TLS_RSA_WITH_AES_256_CBC_SHA TLS_RSA_WITH_AES_128_GCM_SHA256 TLS_RSA_WITH_AES_256_GCM_SHA384',
        'TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256 TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA',
        'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA',
        'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
        'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
      ].flatMap((names) => names.split(' ').map((name) => `- ${name}`)),
    ),
  },
  { what: 'suites of TLS 1.3 alone', yaml: pairWith('cipher_suites: [TLS_AES_128_GCM_SHA256]') },
  { what: 'no suites', yaml: pairWith('cipher_suites: []') },
  {
    what: 'a suite that Go calls insecure',
    yaml: pairWith('cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]'),
    wrong: ['4:19', 'unknown cipher suite'],
  },
  {
    what: 'a suite as OpenSSL calls it',
    yaml: pairWith('cipher_suites: [ECDHE-RSA-AES128-GCM-SHA256]'),
    wrong: ['4:19', 'unknown cipher suite'],
  },
  { what: 'suites that are a text', yaml: pairWith('cipher_suites: TLS_AES_128_GCM_SHA256'), wrong: ['4:18', 'expected a list'] },
  { what: 'all curves', yaml: pairWith('curve_preferences: [CurveP256, CurveP384, CurveP521, X25519]') },
  { what: 'an invented curve', yaml: pairWith('curve_preferences: [CurveP257]'), wrong: ['4:23', 'unknown curve "CurveP257"'] },
  { what: 'an order of our own', yaml: pairWith('prefer_server_cipher_suites: false') },
  { what: 'an order in the words of YAML 1.1', yaml: pairWith('prefer_server_cipher_suites: no') },
  {
    what: 'an order that is a number',
    yaml: pairWith('prefer_server_cipher_suites: 1'),
    wrong: ['4:32', 'expected true or false'],
  },
  {
    what: 'an order that is a text',
    yaml: pairWith('prefer_server_cipher_suites: "yes"'),
    wrong: ['4:32', 'expected true or false, found a text'],
  },
  { what: 'HTTP/2', yaml: 'http_server_config:\n  http2: true\n' },
  { what: 'no HTTP/2', yaml: `${PAIR}http_server_config:\n  http2: off\n` },
  { what: 'HTTP/2 perhaps', yaml: 'http_server_config:\n  http2: maybe\n', wrong: ['2:10', 'expected true or false'] },
  {
    what: 'headers',
    yaml: headers(
      'X-Frame-Options: deny\n    X-Content-Type-Options: nosniff\n    Strict-Transport-Security: max-age=31536000\n    X-XSS-Protection: 0\n    Content-Security-Policy: ""',
    ),
  },
  { what: 'the other value of a header', yaml: headers('X-Frame-Options: sameorigin') },
  { what: 'a header of several lines', yaml: headers('Content-Security-Policy: |\n      a\n      b') },
  { what: 'a header that may not be set', yaml: headers('Server: x'), wrong: ['3:5', 'unknown key "Server"'] },
  { what: 'a header in small letters', yaml: headers('x-frame-options: deny'), wrong: ['3:5', 'unknown key "x-frame-options"'] },
  {
    what: 'a value that a header may not have',
    yaml: headers('X-Frame-Options: allow'),
    wrong: ['3:22', 'expected deny or sameorigin'],
  },
  { what: 'a value in capitals', yaml: headers('X-Content-Type-Options: NoSniff'), wrong: ['3:29', 'expected nosniff'] },
  { what: 'a header without a value', yaml: headers('X-Frame-Options:'), wrong: ['3:21', 'expected deny or sameorigin'] },
  { what: 'a user', yaml: users(`alice: ${HASH}`) },
  { what: 'users and TLS', yaml: `${PAIR}${users(`alice: ${HASH}\n  bob: ${HASH}`)}` },
  { what: 'a user that is a number', yaml: users(`007: ${HASH}`) },
  {
    what: 'hashes of all versions',
    yaml: users(
      ['2', '2a', '2b', '2x', '2y']
        .map((version, i) => `u${i}: ${HASH.replace('2y', version)}${version === '2' ? 'x' : ''}`)
        .join('\n  '),
    ),
  },
  { what: 'a hash with more behind it', yaml: users(`alice: ${HASH}more`) },
  { what: 'a hash that is cut by one', yaml: users(`alice: ${HASH.slice(0, 59)}`) },
  { what: 'a hash that is cut by two', yaml: users(`alice: ${HASH.slice(0, 58)}`), wrong: ['2:10', 'expected a bcrypt hash'] },
  { what: 'a password', yaml: users('alice: secret'), wrong: ['2:10', 'expected a bcrypt hash'] },
  { what: 'a long password', yaml: users(`alice: ${'secret'.repeat(12)}`), wrong: ['2:10', 'expected a bcrypt hash'] },
  { what: 'no password', yaml: users('alice:'), wrong: ['2:9', 'expected a bcrypt hash'] },
  {
    what: 'a hash of another kind',
    yaml: users(`alice: "$6$rounds=5000$salt$${'x'.repeat(60)}"`),
    wrong: ['2:10', 'expected a bcrypt hash'],
  },
  { what: 'a cost that is too low', yaml: users(`alice: ${HASH.replace('$04$', '$03$')}`), wrong: ['2:10', 'expected a cost'] },
  { what: 'a cost that is too high', yaml: users(`alice: ${HASH.replace('$04$', '$32$')}`), wrong: ['2:10', 'expected a cost'] },
  { what: 'a cost that is none', yaml: users(`alice: ${HASH.replace('$04$', '$xx$')}`), wrong: ['2:10', 'expected a cost'] },
  {
    what: 'users in a list',
    yaml: `basic_auth_users:\n  - alice: ${HASH}\n`,
    wrong: ['2:3', 'expected keys and values, found a list'],
  },
  { what: 'an alias and a merge', yaml: `x: &x { a: 1 }\n`, wrong: ['1:1', 'unknown key "x"'] },
  { what: 'users by an alias', yaml: `basic_auth_users:\n  alice: &hash ${HASH}\n  bob: *hash\n` },
  { what: 'a limit', yaml: 'rate_limit:\n  interval: 1s\n  burst: 20\n', promtoolDiffers: OLDER },
  { what: 'no limit', yaml: 'rate_limit:\n  interval: 0\n', promtoolDiffers: OLDER },
  { what: 'an interval in nanoseconds', yaml: 'rate_limit: { interval: 5000000, burst: 1 }\n', promtoolDiffers: OLDER },
  {
    what: 'an interval without a unit',
    yaml: 'rate_limit:\n  interval: "1"\n  burst: 1\n',
    wrong: ['2:13', 'expected a duration'],
    promtoolDiffers: OLDER,
  },
  {
    what: 'a burst that is a text',
    yaml: 'rate_limit:\n  interval: 1s\n  burst: many\n',
    wrong: ['3:10', 'expected a whole number'],
    promtoolDiffers: OLDER,
  },
  {
    what: 'an unknown key of the limit',
    yaml: 'rate_limit:\n  bursts: 1\n',
    wrong: ['2:3', 'unknown key "bursts"'],
    promtoolDiffers: OLDER,
  },
  {
    what: 'a second document',
    yaml: `${users(`alice: ${HASH}`)}---\nx: 1\n`,
    wrong: ['3:1', 'a second document begins here'],
    promtoolDiffers: 'promtool does not look at it, and what nobody reads may be meant',
  },
]

/** The files that the cases name. */
export function writeCaseFiles(folder: string): void {
  const ca = new TestCa('ca')
  const server = ca.issue({ name: 'server', alternativeNames: ['DNS:localhost', 'IP:127.0.0.1'] })
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
  mkdirSync(join(folder, 'below'), { recursive: true })
  for (const [name, text] of Object.entries({
    'ca.pem': ca.cert,
    'server.pem': server.cert,
    'server.key': server.key,
    'below/server.pem': server.cert,
    'below/server.key': server.key,
    'both.pem': `words before\n${server.key}${server.cert}`,
    'chain.pem': server.cert + ca.cert,
    'other.key': ca.issue({ name: 'other' }).key,
    'inline.key': INLINE.key,
    junk: 'junk\n',
  }))
    write(name, text)
}
