/**
 * Secrets that nobody ever had, put together when a test runs: no scanner of secrets finds one in the repository. Every one is drawn from
 * a seed, so that a failure can be seen again.
 */

export type Random = () => number

/** Mulberry32: numbers in 0..1 from a seed. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const DIGITS = '0123456789'
const SMALL = 'abcdefghijklmnopqrstuvwxyz'
const CAPITAL = SMALL.toUpperCase()
export const ALNUM = DIGITS + SMALL + CAPITAL
export const HEX = '0123456789abcdef'
export const BASE32 = `${CAPITAL}234567`
export const URL_SAFE = `${ALNUM}-_`
export const BASE64 = `${ALNUM}+/`

export function drawn(random: Random, alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join('')
}

const base64Url = (text: string): string => Buffer.from(text).toString('base64url')

export function webToken(random: Random): string {
  const payload = base64Url(JSON.stringify({ sub: drawn(random, DIGITS, 10), name: drawn(random, SMALL, 8) }))
  return `${base64Url('{"alg":"HS256","typ":"JWT"}')}.${payload}.${drawn(random, URL_SAFE, 43)}`
}

export function privateKey(random: Random, kind = 'RSA '): string {
  const lines = Array.from({ length: 4 }, () => drawn(random, BASE64, 64))
  const edge = (word: string): string => `-----${word} ${kind}PRIVATE KEY-----`
  return [edge('BEGIN'), ...lines, edge('END')].join('\n')
}

/** By kind: a whole secret as its maker writes it. */
export const KINDS: Readonly<Record<string, (random: Random) => string>> = {
  openai: (r) => `sk-${drawn(r, ALNUM, 48)}`,
  'openai, of a project': (r) => `sk-proj-${drawn(r, URL_SAFE, 120)}`,
  anthropic: (r) => `sk-ant-api03-${drawn(r, URL_SAFE, 93)}AA`,
  openrouter: (r) => `sk-or-v1-${drawn(r, HEX, 64)}`,
  deepseek: (r) => `sk-${drawn(r, HEX, 32)}`,
  langfuse: (r) => `sk-lf-${[8, 4, 4, 4, 12].map((length) => drawn(r, HEX, length)).join('-')}`,
  google: (r) => `AIza${drawn(r, URL_SAFE, 35)}`,
  'google, access': (r) => `ya29.${drawn(r, URL_SAFE, 60)}`,
  'google, client': (r) => `GOCSPX-${drawn(r, URL_SAFE, 28)}`,
  xai: (r) => `xai-${drawn(r, ALNUM, 80)}`,
  groq: (r) => `gsk_${drawn(r, ALNUM, 52)}`,
  'hugging face': (r) => `hf_${drawn(r, ALNUM, 34)}`,
  perplexity: (r) => `pplx-${drawn(r, ALNUM, 48)}`,
  replicate: (r) => `r8_${drawn(r, ALNUM, 37)}`,
  nvidia: (r) => `nvapi-${drawn(r, URL_SAFE, 64)}`,
  tavily: (r) => `tvly-${drawn(r, ALNUM, 32)}`,
  langsmith: (r) => `lsv2_pt_${drawn(r, HEX, 32)}_${drawn(r, HEX, 10)}`,
  elevenlabs: (r) => `sk_${drawn(r, HEX, 48)}`,
  'github, classic': (r) => `ghp_${drawn(r, ALNUM, 36)}`,
  'github, oauth': (r) => `gho_${drawn(r, ALNUM, 36)}`,
  'github, user': (r) => `ghu_${drawn(r, ALNUM, 36)}`,
  'github, server': (r) => `ghs_${drawn(r, ALNUM, 36)}`,
  'github, server with a web token': (r) => `ghs_${drawn(r, DIGITS, 7)}_${webToken(r)}`,
  'github, refresh': (r) => `ghr_${drawn(r, ALNUM, 76)}`,
  'github, fine-grained': (r) => `github_pat_${drawn(r, ALNUM, 22)}_${drawn(r, ALNUM, 59)}`,
  gitlab: (r) => `glpat-${drawn(r, URL_SAFE, 20)}`,
  'gitlab, routable': (r) => `glpat-${drawn(r, URL_SAFE, 27)}.${drawn(r, ALNUM, 2)}.${drawn(r, ALNUM, 9)}`,
  'gitlab, runner': (r) => `glrt-${drawn(r, URL_SAFE, 20)}`,
  npm: (r) => `npm_${drawn(r, ALNUM, 36)}`,
  pypi: (r) => `pypi-${drawn(r, URL_SAFE, 120)}`,
  docker: (r) => `dckr_pat_${drawn(r, URL_SAFE, 27)}`,
  'aws, id': (r) => `AKIA${drawn(r, BASE32, 16)}`,
  'aws, temporary id': (r) => `ASIA${drawn(r, BASE32, 16)}`,
  digitalocean: (r) => `dop_v1_${drawn(r, HEX, 64)}`,
  vault: (r) => `hvs.${drawn(r, URL_SAFE, 90)}`,
  grafana: (r) => `glsa_${drawn(r, ALNUM, 32)}_${drawn(r, HEX, 8)}`,
  age: (r) => `AGE-SECRET-KEY-1${drawn(r, CAPITAL + DIGITS, 58)}`,
  'slack, bot': (r) => `xoxb-${drawn(r, DIGITS, 12)}-${drawn(r, DIGITS, 13)}-${drawn(r, ALNUM, 24)}`,
  'slack, user': (r) => `xoxp-${drawn(r, DIGITS, 12)}-${drawn(r, DIGITS, 12)}-${drawn(r, HEX, 32)}`,
  'slack, app': (r) => `xapp-1-A${drawn(r, CAPITAL, 10)}-${drawn(r, DIGITS, 13)}-${drawn(r, HEX, 64)}`,
  'slack, cookie': (r) => `xoxd-${drawn(r, ALNUM, 30)}%2B${drawn(r, ALNUM, 30)}%3D`,
  sendgrid: (r) => `SG.${drawn(r, URL_SAFE, 22)}.${drawn(r, ALNUM, 43)}`,
  'stripe, live': (r) => `sk_live_${drawn(r, ALNUM, 24)}`,
  'stripe, restricted': (r) => `rk_test_${drawn(r, ALNUM, 99)}`,
  'stripe, webhook': (r) => `whsec_${drawn(r, BASE64, 32)}`,
  shopify: (r) => `shpat_${drawn(r, HEX, 32)}`,
  'web token': webToken,
}
