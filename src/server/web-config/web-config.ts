/** What a web configuration says, as plain data: the file is read and checked, the files it names are not yet. */
import type { ClientAuth } from './tls-names.ts'

/** A text that stands in the file, or a file that it names (absolute, or relative to the working directory). */
export type Material = { readonly text: string } | { readonly file: string }

export interface TlsSpec {
  readonly certificate: Material
  readonly key: Material
  readonly clientCa: Material | undefined
  readonly clientAuth: ClientAuth
  /** undefined: any name will do. */
  readonly allowedNames: readonly string[] | undefined
  /** As Go calls them. */
  readonly minVersion: string
  readonly maxVersion: string
  /** undefined: the default. */
  readonly suites: readonly string[] | undefined
  readonly curves: readonly string[] | undefined
  readonly prefersOwnOrder: boolean
}

export interface WebConfig {
  /** undefined: plain HTTP. */
  readonly tls: TlsSpec | undefined
  /** Bcrypt hashes by name; none: nobody has to log in. */
  readonly users: ReadonlyMap<string, string>
  /** An empty text takes a header away. */
  readonly headers: ReadonlyMap<string, string>
  /** undefined: no limit. */
  readonly rateLimit: { readonly intervalMs: number; readonly burst: number } | undefined
}

export type Protection = 'TLS' | 'logins' | 'client certificates' | 'a client CA' | 'names of client certificates'

/** What keeps others out, by name. Certificates that are asked for and not verified keep nobody out. */
export function protectionsOf({ tls, users }: WebConfig): readonly Protection[] {
  const found: Protection[] = []
  if (tls !== undefined) found.push('TLS')
  if (users.size > 0) found.push('logins')
  if (tls?.clientAuth === 'RequireAndVerifyClientCert') found.push('client certificates')
  // Without one, certificates of every public CA are verified.
  if (tls?.clientCa !== undefined && tls.clientAuth.includes('Verify')) found.push('a client CA')
  if (tls?.allowedNames !== undefined && tls.clientAuth !== 'NoClientCert') found.push('names of client certificates')
  return found
}
