/** The header `Authorization` → user and password, as Go reads it. */

export interface Credentials {
  readonly user: string
  readonly password: string
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
/** Longer ones nobody types; the header as a whole is limited, too. */
const MAX_LENGTH = 4096
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** 'missing': nobody tries to log in; 'malformed': it is no basic authentication. */
export function readCredentials(header: string | undefined): Credentials | 'missing' | 'malformed' {
  if (header === undefined || header === '') return 'missing'
  const encoded = header.slice('basic '.length)
  if (!/^basic /i.test(header) || encoded.length > MAX_LENGTH || !BASE64.test(encoded)) return 'malformed'
  const text = decoded(encoded)
  const colon = text?.indexOf(':') ?? -1
  if (text === undefined || colon < 0) return 'malformed'
  return { user: text.slice(0, colon), password: text.slice(colon + 1) }
}

function decoded(encoded: string): string | undefined {
  try {
    return utf8.decode(Buffer.from(encoded, 'base64'))
  } catch {
    return undefined
  }
}
