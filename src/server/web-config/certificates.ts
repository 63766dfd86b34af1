/** Certificate, key and CA of a TLS configuration: read, checked against each other, and made into what a TLS server takes. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { createSecureContext, type TlsOptions } from 'node:tls'
import { readWhole } from './read-whole.ts'
import { CURVES, DEFAULT_OLDER_SUITES, OLDER_SUITES, TLS_VERSIONS, TLS13_SUITES } from './tls-names.ts'
import type { Material, TlsSpec } from './web-config.ts'

/** Which key of the configuration is to blame, and why. */
export interface MaterialProblem {
  readonly key: 'cert' | 'key' | 'client_ca'
  readonly message: string
  readonly isWarning?: boolean
}

export interface TlsMaterial {
  /** Missing if there are errors. */
  readonly options?: TlsOptions
  readonly problems: readonly MaterialProblem[]
}

const MAX_PEM_BYTES = 1_000_000
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g

export function readTlsMaterial(spec: TlsSpec): TlsMaterial {
  const problems: MaterialProblem[] = []
  const tell = (key: MaterialProblem['key'], message: string, isWarning = false): undefined =>
    void problems.push({ key, message, isWarning })
  const read = (key: MaterialProblem['key'], from: Material): string | undefined => {
    const pem = pemOf(from)
    return typeof pem === 'string' ? pem : tell(key, pem.problem)
  }
  const cert = read('cert', spec.certificate)
  const key = read('key', spec.key)
  const ca = spec.clientCa && read('client_ca', spec.clientCa)
  const leaf = cert === undefined ? undefined : (leafOf(cert) ?? tell('cert', 'expected a certificate as PEM, found none'))
  const parsedKey = key === undefined ? undefined : parseKey(key, (message) => tell('key', message))
  if (leaf && parsedKey && !leaf.checkPrivateKey(parsedKey)) tell('key', 'this private key does not belong to the certificate')
  const authorities = ca === undefined ? undefined : certificatesOf(ca)
  if (authorities?.length === 0) tell('client_ca', 'expected certificates as PEM, found none: nobody is let in', true)
  if (problems.some(({ isWarning }) => !isWarning)) return { problems }
  const options = { ...optionsOf(spec), cert: cert!, key: key!, ...(authorities === undefined ? {} : { ca: authorities }) }
  try {
    createSecureContext(options)
  } catch (error) {
    tell('cert', `OpenSSL refuses it: ${(error as Error).message}`)
    return { problems }
  }
  return { options, problems }
}

function pemOf(from: Material): string | { readonly problem: string } {
  if ('text' in from) return from.text
  const bytes = readWhole(from.file, MAX_PEM_BYTES)
  return Buffer.isBuffer(bytes) ? bytes.toString('latin1') : { problem: `${from.file} ${bytes.problem}` }
}

/** The first certificate, which is the server's own. */
function leafOf(pem: string): X509Certificate | undefined {
  const [first] = pem.match(CERTIFICATE) ?? []
  return first === undefined ? undefined : parsed(first)
}

function certificatesOf(pem: string): string[] {
  return (pem.match(CERTIFICATE) ?? []).filter((one) => parsed(one) !== undefined)
}

function parsed(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}

function parseKey(pem: string, tell: (message: string) => undefined): KeyObject | undefined {
  if (/^Proc-Type:.*ENCRYPTED|BEGIN ENCRYPTED PRIVATE KEY/m.test(pem))
    return tell('the private key is protected by a password, which nobody can enter: openssl pkey takes it off')
  try {
    return createPrivateKey(pem)
  } catch {
    return tell('expected a private key as PEM, found none')
  }
}

function optionsOf(spec: TlsSpec): TlsOptions {
  const chosen = spec.suites ?? DEFAULT_OLDER_SUITES
  const older = chosen.flatMap((name) => OLDER_SUITES[name] ?? [])
  // With suites of 1.3 alone nothing older can be spoken.
  const minVersion = older.length === 0 ? 'TLS13' : spec.minVersion
  const isOld = minVersion === 'TLS10' || minVersion === 'TLS11'
  return {
    minVersion: TLS_VERSIONS[minVersion]!,
    maxVersion: TLS_VERSIONS[spec.maxVersion]!,
    // What TLS 1.0 and 1.1 sign with is too weak for OpenSSL unless told.
    ciphers: [...TLS13_SUITES, ...older, ...(isOld ? ['@SECLEVEL=0'] : [])].join(':'),
    honorCipherOrder: spec.prefersOwnOrder,
    ecdhCurve: (spec.curves ?? Object.keys(CURVES)).map((name) => CURVES[name]!).join(':'),
  }
}
