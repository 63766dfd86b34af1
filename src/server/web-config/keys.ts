/** Every key of the web configuration, for strictness, hints and the reference: what is not here is an error. */
import { CLIENT_AUTHS, CURVES, TLS_VERSIONS } from './tls-names.ts'

type Row = readonly [key: string, form: string, meaning: string]

export const TOP_KEYS = [
  ['tls_server_config', 'keys and values', 'TLS; without it the addresses speak plain HTTP'],
  ['http_server_config', 'keys and values', 'HTTP/2 and headers of answers'],
  [
    'basic_auth_users',
    'names and bcrypt hashes',
    'Who may log in; without it nobody has to. `htpasswd -nBC 10 NAME` makes a hash',
  ],
  ['rate_limit', 'keys and values', 'A limit for all requests together, before anybody is asked to log in'],
] as const satisfies readonly Row[]

export const TLS_KEYS = [
  [
    'cert_file',
    'path',
    'The certificate and its chain, as PEM; paths are relative to the file that names them. Wins over `cert`',
  ],
  ['cert', 'text', 'The same in the file itself'],
  ['key_file', 'path', 'The private key of the certificate, as PEM without a password. Wins over `key`'],
  ['key', 'text', 'The same in the file itself'],
  ['client_ca_file', 'path', 'Who signs certificates of clients, as PEM. Wins over `client_ca`'],
  ['client_ca', 'text', 'The same in the file itself'],
  [
    'client_auth_type',
    [...new Set(Object.values(CLIENT_AUTHS))].join(', '),
    'What is asked of clients; only RequireAndVerifyClientCert keeps others out. Default NoClientCert',
  ],
  [
    'client_allowed_sans',
    'list of text',
    'Alternative names (DNS, IP, e-mail, URI), one of which a certificate of a client must have, letter for letter; whoever shows none is refused',
  ],
  ['min_version', Object.keys(TLS_VERSIONS).join(', '), 'Default TLS12'],
  ['max_version', Object.keys(TLS_VERSIONS).join(', '), 'Default TLS13'],
  ['cipher_suites', 'list of text', 'For TLS 1.2 and older, by their names in Go, such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'],
  ['prefer_server_cipher_suites', 'true or false', 'Whether the order of `cipher_suites` decides, not the client. Default true'],
  [
    'curve_preferences',
    `list of ${Object.keys(CURVES).join(', ')}`,
    'Curves of the key exchange, the first preferred. Default all',
  ],
] as const satisfies readonly Row[]

export const HTTP_KEYS = [
  [
    'http2',
    'true or false',
    'Accepted and without effect: HTTP/1.1 is spoken, which every client that offers HTTP/2 falls back to',
  ],
  ['headers', 'names and texts', 'Headers of all answers; an empty text takes away one that is sent by default'],
] as const satisfies readonly Row[]

export const RATE_KEYS = [
  ['interval', 'duration', 'One request each, such as 100ms; 0: no limit'],
  ['burst', 'whole number', 'So many may come at once'],
] as const satisfies readonly Row[]

/** The headers that may be set, and to what; empty: to anything. */
export const HEADERS: Readonly<Record<string, readonly string[]>> = {
  'Strict-Transport-Security': [],
  'X-Content-Type-Options': ['nosniff'],
  'X-Frame-Options': ['deny', 'sameorigin'],
  'X-XSS-Protection': [],
  'Content-Security-Policy': [],
}

export const SECTIONS = {
  tls_server_config: TLS_KEYS,
  http_server_config: HTTP_KEYS,
  rate_limit: RATE_KEYS,
} as const satisfies Readonly<Record<string, readonly Row[]>>

/** For the reference: keys of sections behind the section's name. */
export const WEB_CONFIG_KEYS: readonly Row[] = TOP_KEYS.flatMap(([key, form, meaning]): Row[] => {
  const inner: readonly Row[] = key === 'basic_auth_users' ? [] : SECTIONS[key]
  const headers =
    key !== 'http_server_config' ? [] : Object.entries(HEADERS).map(([name, values]): Row => headerRow(name, values))
  return [[key, form, meaning], ...inner.map(([name, ...rest]): Row => [`${key}.${name}`, ...rest]), ...headers]
})

function headerRow(name: string, values: readonly string[]): Row {
  return [`http_server_config.headers.${name}`, values.length === 0 ? 'text' : values.join(', '), `The header ${name}`]
}
