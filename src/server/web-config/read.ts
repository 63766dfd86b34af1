/** The YAML of a web configuration → `WebConfig`. Strict: whatever is not known is an error with its place. Reads no other file. */
import { isAbsolute, join } from 'node:path'
import { type Diagnostic, hasErrors, type NodePath } from '../../diag/diagnostic.ts'
import { nearest } from '../../diag/suggest.ts'
import type { YamlSource } from '../../diag/yaml-source.ts'
import { parseBcryptHash } from './bcrypt-hash.ts'
import { HEADERS, HTTP_KEYS, RATE_KEYS, TLS_KEYS, TOP_KEYS } from './keys.ts'
import { CLIENT_AUTHS, CURVES, OLDER_SUITES, TLS_VERSIONS, TLS13_SUITES } from './tls-names.ts'
import type { Material, TlsSpec, WebConfig } from './web-config.ts'
import { YamlValues } from './yaml-values.ts'

/** From this cost on a login takes a second and more. */
const SLOW_COST = 15
/** Of a comparison of cost 0; each cost more doubles it. */
const BASE_SECONDS = 0.00005
/** A header is one line. */
const CONTROLS = /[\u0000-\u001f\u007f]+/g
const NOT_ASCII = /[^\u0000-\u007f]/gu
const TLS = 'tls_server_config'

export interface ReadWebConfig {
  /** Missing if there are errors. */
  readonly config?: WebConfig
  readonly diagnostics: readonly Diagnostic[]
}

/** `folder`: what paths in the file are relative to. */
export function readWebConfig(source: YamlSource, folder: string): ReadWebConfig {
  const broken = source.diagnostics()
  if (broken.length > 0) return { diagnostics: broken }
  const data = source.data()
  const values = new YamlValues(source, 'value' in data ? data.value : undefined)
  if ('problem' in data) values.problem([], data.problem, undefined, 'yaml-syntax')
  values.keys([], names(TOP_KEYS))
  const config: WebConfig = {
    tls: readTls(values, folder),
    headers: readHttp(values),
    users: readUsers(values),
    rateLimit: readRateLimit(values),
  }
  return hasErrors(values.diagnostics) ? { diagnostics: values.diagnostics } : { config, diagnostics: values.diagnostics }
}

function names(rows: readonly (readonly [string, string, string])[]): string[] {
  return rows.map(([name]) => name)
}

/** The keys whose presence means TLS. */
const TLS_MARKS = ['cert_file', 'cert', 'key_file', 'key', 'client_ca_file', 'client_ca', 'client_auth_type'] as const

function readTls(values: YamlValues, folder: string): TlsSpec | undefined {
  values.keys([TLS], names(TLS_KEYS))
  const texts = new Map(TLS_MARKS.map((key) => [key, values.text([TLS, key]) ?? '']))
  const versions = { min: readVersion(values, 'min_version'), max: readVersion(values, 'max_version') }
  const suites = readNames(values, 'cipher_suites', [...Object.keys(OLDER_SUITES), ...TLS13_SUITES], 'cipher suite')
  const curves = readNames(values, 'curve_preferences', Object.keys(CURVES), 'curve')
  const allowedNames = values
    .entries([TLS, 'client_allowed_sans'])
    ?.map((i) => values.text([TLS, 'client_allowed_sans', i]) ?? '')
  const prefersOwnOrder = values.truth([TLS, 'prefer_server_cipher_suites']) ?? true
  if ([...texts.values()].every((text) => text === '')) return undefined
  const material = (key: 'cert' | 'key' | 'client_ca'): Material | undefined => {
    const file = texts.get(`${key}_file`)!
    if (file !== '') return { file: isAbsolute(file) ? file : join(folder, file) }
    return texts.get(key) === '' ? undefined : { text: texts.get(key)! }
  }
  const [certificate, key, clientCa] = [material('cert'), material('key'), material('client_ca')]
  if (certificate === undefined) values.problem([TLS], 'TLS needs a certificate: cert_file or cert', undefined, 'missing-key')
  if (key === undefined)
    values.problem([TLS], 'TLS needs the private key of the certificate: key_file or key', undefined, 'missing-key')
  const clientAuth = readClientAuth(values, texts.get('client_auth_type')!, clientCa !== undefined)
  if (certificate === undefined || key === undefined) return undefined
  if (versions.min > versions.max)
    values.warning([TLS, 'max_version'], `no version lies between ${versions.min} and ${versions.max}: nobody can connect`)
  return {
    certificate,
    key,
    clientCa,
    clientAuth,
    allowedNames,
    minVersion: versions.min,
    maxVersion: versions.max,
    suites,
    curves,
    prefersOwnOrder,
  }
}

function readVersion(values: YamlValues, key: 'min_version' | 'max_version'): string {
  const fallback = key === 'min_version' ? 'TLS12' : 'TLS13'
  return readName(values, [TLS, key], Object.keys(TLS_VERSIONS), 'version of TLS') ?? fallback
}

function readNames(values: YamlValues, key: string, known: readonly string[], what: string): string[] | undefined {
  const entries = values.entries([TLS, key])
  // Nothing to choose from is no choice.
  if (entries === undefined || entries.length === 0) return undefined
  return entries.flatMap((i) => readName(values, [TLS, key, i], known, what) ?? [])
}

function readName(values: YamlValues, path: NodePath, known: readonly string[], what: string): string | undefined {
  const name = values.text(path)
  if (name === undefined || known.includes(name)) return name
  const near = nearest(name, known)
  values.problem(path, `unknown ${what} "${name}"`, near === undefined ? `known: ${known.join(' ')}` : `did you mean "${near}"?`)
  return undefined
}

function readClientAuth(values: YamlValues, name: string, hasCa: boolean): TlsSpec['clientAuth'] {
  const path = [TLS, 'client_auth_type']
  const known = Object.keys(CLIENT_AUTHS)
  const auth = name === '' ? 'NoClientCert' : CLIENT_AUTHS[name]
  if (auth === undefined) {
    const near = nearest(name, known)
    values.problem(path, `unknown mode "${name}"`, near === undefined ? `known: ${known.join(' ')}` : `did you mean "${near}"?`)
  }
  const caPath = [TLS, values.has([TLS, 'client_ca_file']) ? 'client_ca_file' : 'client_ca']
  if (auth === 'NoClientCert' && hasCa)
    values.problem(
      caPath,
      'a CA for certificates of clients without a mode that asks for them',
      'client_auth_type: RequireAndVerifyClientCert',
    )
  const isVerifying = auth === 'RequireAndVerifyClientCert' || auth === 'VerifyClientCertIfGiven'
  if (isVerifying && !hasCa)
    values.warning(path, 'without a CA whoever has a certificate of a public one is let in', 'client_ca_file: ca.pem')
  return auth ?? 'NoClientCert'
}

function readHttp(values: YamlValues): WebConfig['headers'] {
  values.keys(['http_server_config'], names(HTTP_KEYS))
  values.truth(['http_server_config', 'http2'])
  const path = ['http_server_config', 'headers']
  const headers = values.keys(path, Object.keys(HEADERS)).map((name) => {
    const value = values.text([...path, name]) ?? ''
    const allowed = HEADERS[name] ?? []
    if (allowed.length > 0 && !allowed.includes(value))
      values.problem([...path, name], `expected ${allowed.join(' or ')}, found "${value}"`)
    if (value.search(NOT_ASCII) >= 0) values.warning([...path, name], 'a header holds ASCII only: each other letter is sent as ?')
    return [name, value.replace(CONTROLS, ' ').trim().replace(NOT_ASCII, '?')] as const
  })
  return new Map(headers)
}

function readUsers(values: YamlValues): WebConfig['users'] {
  const users = values.keys(['basic_auth_users']).map((name) => {
    const path = ['basic_auth_users', name]
    const text = values.text(path) ?? ''
    const hash = parseBcryptHash(text)
    if ('problem' in hash) values.problem(path, hash.problem, 'htpasswd -nBC 10 NAME makes one')
    else if (hash.normal === undefined) values.warning(path, 'no password fits this hash: it is not whole')
    else if (hash.cost >= SLOW_COST)
      values.warning(
        path,
        `a hash of cost ${hash.cost} takes about ${Math.round(BASE_SECONDS * 2 ** hash.cost)} s to compare, and all other logins wait for it`,
      )
    return [values.keyText(path), text] as const
  })
  return new Map(users)
}

function readRateLimit(values: YamlValues): WebConfig['rateLimit'] {
  values.keys(['rate_limit'], names(RATE_KEYS))
  const intervalMs = values.milliseconds(['rate_limit', 'interval']) ?? 0
  const burst = values.whole(['rate_limit', 'burst']) ?? 0
  // As everywhere else: an interval below 0 limits nothing.
  if (intervalMs <= 0) return undefined
  if (burst < 1) values.warning(['rate_limit'], 'a burst below 1 lets no request by: all are answered 429', 'burst: 20')
  return { intervalMs, burst }
}
