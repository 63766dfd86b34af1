/**
 * How many passwords an address may try: ten at once, then one every six seconds. A try is taken when it begins and given back when the
 * password was right, so that trying many at the same time gains nothing. Who is one of many addresses of IPv6 is known by its /64.
 */
import { TokenBucket } from './token-bucket.ts'

const BURST = 10
const INTERVAL_MS = 6000
/** Addresses that are remembered; past them the one that tried longest ago is forgotten. */
export const MAX_ADDRESSES = 4096

export class FailedLogins {
  readonly #nowMs: () => number
  /** In the order of their last try. */
  readonly #buckets = new Map<string, TokenBucket>()

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** `retryAfterMs`: it must wait. */
  begin(address: string | undefined): { readonly retryAfterMs: number } | { readonly succeeded: () => void } {
    const nowMs = this.#nowMs()
    const bucket = this.#bucketOf(networkOf(address), nowMs)
    if (!bucket.take(nowMs)) return { retryAfterMs: bucket.msUntilNext(nowMs) }
    return { succeeded: () => bucket.giveBack() }
  }

  #bucketOf(network: string, nowMs: number): TokenBucket {
    const bucket = this.#buckets.get(network) ?? new TokenBucket(BURST, INTERVAL_MS, nowMs)
    this.#buckets.delete(network)
    this.#buckets.set(network, bucket)
    if (this.#buckets.size > MAX_ADDRESSES) this.#buckets.delete(this.#buckets.keys().next().value!)
    return bucket
  }
}

/** IPv4 as it is, also in the clothes of IPv6; the first 64 bits of IPv6. */
export function networkOf(address = ''): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped !== null) return mapped[1]!
  if (!address.includes(':')) return address
  const [head = '', tail] = address.replace(/%.*$/, '').split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  const groups = [...before, ...Array<string>(zeros).fill('0'), ...after]
  return `${groups.slice(0, 4).join(':')}::/64`
}
