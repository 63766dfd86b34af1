/** The `rate_limit` of a web configuration: one bucket for all requests. */
import type { WebConfig } from '../web-config/web-config.ts'
import { TokenBucket } from './token-bucket.ts'

type Limits = NonNullable<WebConfig['rateLimit']>

export class RateLimit {
  readonly #limits: Limits
  readonly #bucket: TokenBucket

  constructor(limits: Limits, nowMs: number) {
    this.#limits = limits
    this.#bucket = new TokenBucket(limits.burst, limits.intervalMs, nowMs)
  }

  is({ intervalMs, burst }: Limits): boolean {
    return this.#limits.intervalMs === intervalMs && this.#limits.burst === burst
  }

  /** Takes this request in: 0; or in how many milliseconds one may come again. */
  overBy(nowMs: number): number {
    return this.#bucket.take(nowMs) ? 0 : Math.max(1, this.#bucket.msUntilNext(nowMs))
  }
}
