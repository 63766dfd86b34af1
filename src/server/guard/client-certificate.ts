/** Whether a connection may stay, by the certificate that its client showed: the five modes that Go has, and the allowed names. */
import type { X509Certificate } from 'node:crypto'
import type { TlsSpec } from '../web-config/web-config.ts'
import { alternativeNames } from './alternative-names.ts'

/** Of a TLS connection whose handshake is done. */
export interface Shown {
  /** Whether its chain leads to a CA that is trusted. */
  readonly authorized: boolean
  getPeerX509Certificate(): X509Certificate | undefined
}

export type CertificateRefusal = 'no_certificate' | 'unverified_certificate' | 'other_name'

/** undefined: it may. */
export function refusalOf({ clientAuth, allowedNames }: TlsSpec, shown: Shown): CertificateRefusal | undefined {
  if (clientAuth === 'NoClientCert') return undefined
  const certificate = shown.getPeerX509Certificate()
  const isNeeded = clientAuth === 'RequireAnyClientCert' || clientAuth === 'RequireAndVerifyClientCert'
  if (certificate === undefined) return isNeeded || allowedNames !== undefined ? 'no_certificate' : undefined
  const isVerified = clientAuth === 'VerifyClientCertIfGiven' || clientAuth === 'RequireAndVerifyClientCert'
  if (isVerified && !shown.authorized) return 'unverified_certificate'
  if (allowedNames === undefined) return undefined
  return alternativeNames(certificate).some((name) => allowedNames.includes(name)) ? undefined : 'other_name'
}

/** Whether the certificate says who the client is: it was shown and verified. */
export function isVerified({ clientAuth }: TlsSpec, shown: Shown): boolean {
  const isAsked = clientAuth === 'VerifyClientCertIfGiven' || clientAuth === 'RequireAndVerifyClientCert'
  return isAsked && shown.authorized && shown.getPeerX509Certificate() !== undefined
}
