/**
 * The alternative names of a certificate, as Go writes them. Node gives them as one text in which a name that holds a comma or a quote
 * stands as a JSON string; read otherwise, a certificate could make two names of one (CVE-2021-44532). What does not fit the grammar in
 * every character gives no name at all.
 */
import type { X509Certificate } from 'node:crypto'
import { isIPv4 } from 'node:net'

const ENTRY = /(DNS|email|URI|IP Address|DirName|othername|Registered ID):(?:"((?:[^"\\]|\\.)*)"|([^",]*))(?:, (?=.)|$)/y

/** DNS names, e-mail addresses, IP addresses and URIs. */
export function alternativeNames(certificate: Pick<X509Certificate, 'subjectAltName'>): readonly string[] {
  const text = certificate.subjectAltName
  return text === undefined ? [] : parseAlternativeNames(text)
}

export function parseAlternativeNames(text: string): readonly string[] {
  const names: string[] = []
  ENTRY.lastIndex = 0
  while (ENTRY.lastIndex < text.length) {
    const entry = ENTRY.exec(text)
    if (entry === null) return []
    const [, type, quoted, plain] = entry
    const name = quoted === undefined ? plain! : unquoted(quoted)
    if (name === undefined) return []
    if (type === 'IP Address') names.push(addressText(name))
    else if (type === 'DNS' || type === 'email' || type === 'URI') names.push(name)
  }
  return names
}

function unquoted(inner: string): string | undefined {
  try {
    return JSON.parse(`"${inner}"`) as string
  } catch {
    return undefined
  }
}

/** IPv6 in its short form, and IPv4 in the clothes of IPv6 as IPv4. */
function addressText(text: string): string {
  if (isIPv4(text) || !URL.canParse(`http://[${text}]/`)) return text
  const short = new URL(`http://[${text}]/`).hostname.slice(1, -1)
  const mapped = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(short)
  if (mapped === null) return short
  const [high, low] = [Number.parseInt(mapped[1]!, 16), Number.parseInt(mapped[2]!, 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}
