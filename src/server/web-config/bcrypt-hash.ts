/** A bcrypt hash as Go takes it apart: which ones it lets by, and the form that our implementation computes with. */

export interface BcryptHash {
  readonly cost: number
  /** `$2b$`, cost, salt and digest; undefined: no password can fit, its length is wrong. */
  readonly normal: string | undefined
}

const MIN_LENGTH = 59
const MIN_COST = 4
const MAX_COST = 31
const SALT_LENGTH = 22
const SALT_AND_DIGEST_LENGTH = 53
/** Its own base64, in the order of its values. */
export const ALPHABET = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const SALT_AND_DIGEST = /^[./A-Za-z0-9]{53}$/

/** The hash, or why it is none. Never quotes it: it may be a password that somebody forgot to hash. */
export function parseBcryptHash(text: string): BcryptHash | { readonly problem: string } {
  if (Buffer.byteLength(text) < MIN_LENGTH) return { problem: 'expected a bcrypt hash such as $2y$10$…, found a shorter text' }
  // The version is a digit and perhaps a letter; the letters name mended errors of old programs, and all compute alike.
  if (text[0] !== '$' || text[1]! > '2') return { problem: 'expected a bcrypt hash, which begins with $2y$, $2a$ or $2b$' }
  const start = text[2] === '$' ? 3 : 4
  const costText = text.slice(start, start + 2)
  const cost = /^[+-]?\d+$/.test(costText) ? Number(costText) : Number.NaN
  if (!(cost >= MIN_COST && cost <= MAX_COST))
    return { problem: `expected a cost from ${MIN_COST} to ${MAX_COST} behind the hash's version` }
  const rest = text.slice(start + 3, start + 3 + SALT_AND_DIGEST_LENGTH)
  const isWhole = SALT_AND_DIGEST.test(rest)
  return { cost, normal: isWhole ? `$2b$${String(cost).padStart(2, '0')}$${withPlainSalt(rest)}` : undefined }
}

/** The last letter of a salt has four bits that mean nothing. Some programs set them; ours compares with a text in which they are not. */
function withPlainSalt(saltAndDigest: string): string {
  const last = ALPHABET.indexOf(saltAndDigest[SALT_LENGTH - 1]!)
  return saltAndDigest.slice(0, SALT_LENGTH - 1) + ALPHABET[last - (last % 16)]! + saltAndDigest.slice(SALT_LENGTH)
}
