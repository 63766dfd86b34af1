/** `part`: the host of a URL or authority, the last step of a file path. */

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//
const MAX_SCHEME_LENGTH = 64
const LOOKS_LIKE_AUTHORITY = /[.:[]|^localhost$/i
const NOT_IN_HOST = /[\s\u0000-\u001f\u007f"<>\\^`{|}]/
/** `C:\work` and `error: broken` have none, and are no authorities. */
const PORT = /^\d{0,5}$/
/** RFC 1035, with room for brackets and a zone; longer is no host. */
const MAX_HOST_LENGTH = 300

/**
 * The host in lower case, without user, port and brackets: of `https://me@Api.example.com:443/v1` and of `api.example.com:443`
 * it is `api.example.com`, of `[::1]:80` it is `::1`. Without `//` before it, a word is a host only if it has a dot or a port, or
 * is `localhost`. undefined: there is none.
 */
export function hostOf(text: string): string | undefined {
  const from = startOfAuthority(text)
  const whole = text.slice(from, endOfAuthority(text, from))
  const authority = whole.slice(whole.lastIndexOf('@') + 1)
  if (from === 0 && !LOOKS_LIKE_AUTHORITY.test(authority)) return undefined
  const host = withoutPort(authority)
  if (host === '' || host.length > MAX_HOST_LENGTH || NOT_IN_HOST.test(host)) return undefined
  return host.toLowerCase()
}

function startOfAuthority(text: string): number {
  if (text.startsWith('//')) return 2
  return SCHEME.exec(text.slice(0, MAX_SCHEME_LENGTH))?.[0].length ?? 0
}

function endOfAuthority(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === 0x2f || unit === 0x3f || unit === 0x23) return i
  }
  return text.length
}

/** An IPv6 address stands in brackets if a port follows; without brackets more than one colon is an address too. */
function withoutPort(authority: string): string {
  if (authority.startsWith('[')) {
    const close = authority.indexOf(']')
    return close < 0 ? '' : authority.slice(1, close)
  }
  const colon = authority.indexOf(':')
  if (colon < 0 || authority.indexOf(':', colon + 1) >= 0) return authority
  return PORT.test(authority.slice(colon + 1)) ? authority.slice(0, colon) : ''
}

/** What stands after the last `/` or `\`; slashes at the end do not count. undefined: nothing. */
export function basenameOf(text: string): string | undefined {
  let end = text.length
  while (end > 0 && isSlash(text, end - 1)) end--
  let start = end
  while (start > 0 && !isSlash(text, start - 1)) start--
  return start === end ? undefined : text.slice(start, end)
}

function isSlash(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  return unit === 0x2f || unit === 0x5c
}
