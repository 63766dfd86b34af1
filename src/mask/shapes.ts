/**
 * Secrets that are known by their form: JSON web tokens, private keys (PEM), what follows `Bearer` and `Basic`, passwords in URLs, tokens
 * of Telegram's bots. Each function answers for a lead at `at` where the secret is.
 */
import { isOf, isStart, looksDrawn, runEnd, TOKEN, URL_SAFE } from './characters.ts'
import type { Place } from './masked.ts'
import type { FailedRuns } from './token-shapes.ts'

const MIN_JWT_HEADER = 10
const MIN_JWT_PART = 16
const MIN_BEARER = 8
const MAX_PEM_LABEL = 64
const MIN_BOT_TOKEN = 30
const MAX_DECODED = 256
const MIN_USER_TOKEN = 16
const AUTHORITY_END = /[\s/?#"'`<>\\]|$/g

/** Three parts that begin with `eyJ`, also without the last (cut); or five, encrypted. */
export function webTokenAt(text: string, at: number, _body: number, failed: FailedRuns): Place | undefined {
  if (failed.has(webTokenAt, at) || !isStart(text, at)) return undefined
  const header = runEnd(URL_SAFE, text, at)
  const second = runEnd(URL_SAFE, text, header + 1)
  const isSigned = text.startsWith('eyJ', header + 1)
  const isEncrypted = text[second] === '.' && (second === header + 1 || second - header > MIN_JWT_PART)
  if (header - at < MIN_JWT_HEADER || text[header] !== '.' || !(isSigned || isEncrypted)) {
    failed.add(webTokenAt, header)
    return undefined
  }
  let end = second
  while (text[end] === '.' && isOf(URL_SAFE, text, end + 1)) end = runEnd(URL_SAFE, text, end + 1)
  return [at, end]
}

/** `-----BEGIN … PRIVATE KEY-----` to its END, or to the end of the text: it may have been cut. */
export function privateKeyAt(text: string, at: number): Place | undefined {
  const label = text.slice(at, at + '-----BEGIN '.length + MAX_PEM_LABEL)
  if (!/^-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/.test(label)) return undefined
  const closing = text.indexOf('-----END ', at)
  const dashes = closing < 0 ? -1 : text.indexOf('-----', closing + '-----END '.length)
  return [at, dashes < 0 ? text.length : dashes + '-----'.length]
}

/** What follows `Bearer `, unless it is a word: "bearer authentication". */
export function bearerAt(text: string, _at: number, from: number): Place | undefined {
  const end = runEnd(TOKEN, text, from)
  return end - from >= MIN_BEARER && looksDrawn(text, from, end) ? [from, end] : undefined
}

/** What follows `Basic `, if it is a name, a colon and a password. */
export function basicAt(text: string, _at: number, from: number): Place | undefined {
  const end = runEnd(TOKEN, text, from)
  const decoded = Buffer.from(text.slice(from, Math.min(end, from + MAX_DECODED)), 'base64').toString('latin1')
  return /^[ -~\u00a0-\u00ff]*:[ -~\u00a0-\u00ff]*$/.test(decoded) ? [from, end] : undefined
}

/** The password of `user:password@`, which begins at `from`, after the slashes; or a token that stands there as the user. */
export function urlPasswordAt(text: string, from: number): Place | undefined {
  AUTHORITY_END.lastIndex = from
  const authority = text.slice(from, AUTHORITY_END.exec(text)!.index)
  const password = authority.indexOf(':') + 1
  const end = authority.lastIndexOf('@')
  if (password > 0) return end > password ? [from + password, from + end] : undefined
  return end >= MIN_USER_TOKEN && looksDrawn(text, from, from + end) ? [from, from + end] : undefined
}

/** `123456789:AA…`, the colon at `at`: the number is public, the rest is not. */
export function botTokenAt(text: string, at: number): Place | undefined {
  if (!/\d{6}$/.test(text.slice(Math.max(0, at - 6), at))) return undefined
  const end = runEnd(URL_SAFE, text, at + 1)
  return end - at > MIN_BOT_TOKEN ? [at + 1, end] : undefined
}
