/**
 * Whether a key's value is a secret, by the key's last words: `client_secret`, `apiKey`, `X-Api-Key`, `set-cookie` are, `token_type`,
 * `input_tokens`, `password_length`, `api_key_id` are not. Words end at signs, spaces and capitals; numbers are no words.
 */

const WHOLE = new Set(['authorization', 'cookie', 'passphrase'])
/** Spelt as one word or as several: the last one, two or three words together. */
const JOINED = new Set([
  ...['apikey', 'secret', 'password', 'passwd', 'privatekey', 'secretkey', 'secretaccesskey'],
  ...['accesstoken', 'authtoken', 'oauthtoken', 'refreshtoken', 'sessiontoken', 'bearertoken', 'apitoken'],
])
/** A last word that ends so is a secret's as well: keys without signs (`PGPASSWORD`, `clientsecret`, `openaiapikey`). */
const ENDING = /(?:password|passwd|secret|apikey)$/
/** No key names a secret further back than this. */
const LOOKED_AT = 64
const MAX_WORDS = 3
/** What all of them end in; keys that end otherwise are decided by one look. */
const LAST_LETTERS = new Set(['key', 'ret', 'ord', 'swd', 'ion', 'kie', 'ken', 'ase'].map((letters) => lettersBefore(letters, 3)))

export function isSecretKey(key: string): boolean {
  const end = trimmedEnd(key)
  if (end === 0 || !LAST_LETTERS.has(lettersBefore(key, end))) return false
  const words = lastWords(key.slice(Math.max(0, end - LOOKED_AT), end))
  if (WHOLE.has(words[0]!) || ENDING.test(words[0]!)) return true
  let joined = ''
  for (const word of words) {
    joined = word + joined
    if (JOINED.has(joined)) return true
  }
  return false
}

/** One look at the last characters of a key that ends before `end`: false for most keys that are no secret's. */
export function mayEndSecretKey(text: string, end: number): boolean {
  return end > 0 && (LAST_LETTERS.has(lettersBefore(text, end)) || !isLetter(text.charCodeAt(end - 1)))
}

/** The three characters before `end` in one number, capitals as small letters. */
function lettersBefore(text: string, end: number): number {
  return ((text.charCodeAt(end - 3) | 32) << 16) | ((text.charCodeAt(end - 2) | 32) << 8) | text.charCodeAt(end - 1) | 32
}

/** Past signs and numbers at the end: `password_2`, `user[password]`. */
function trimmedEnd(key: string): number {
  let end = key.length
  const stop = Math.max(0, end - LOOKED_AT)
  while (end > stop && !isLetter(key.charCodeAt(end - 1))) end--
  return end === stop ? 0 : end
}

function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code > 0x7f
}

/** Up to three words from the end backwards, in lower case: `XApiKey` → key, api, x. A capital starts a word, as does the last of several before a small letter. */
function lastWords(key: string): string[] {
  const words = key.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?[^\P{L}\p{Lu}]+/gu) ?? ['']
  return words
    .slice(-MAX_WORDS)
    .reverse()
    .map((word) => word.toLowerCase())
}

/** Truths and nothings are no secrets, whatever they are called: `is_secret: true`. */
export function isTruthOrNothing(value: string): boolean {
  return value === '' || value === 'true' || value === 'false' || value === 'null'
}
