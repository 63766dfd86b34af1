/** The last frames that were taken of a stream: a frame that is older than the newest of them, and none of them, was never taken. */

const MAX_FRAMES = 64

export class RecentFrames {
  readonly #keys = new Set<string>()
  /** All that was taken after this time is remembered. */
  #coveredFrom: string

  /** `from`: nothing is known of what was taken up to then. */
  constructor(from: string) {
    this.#coveredFrom = from
  }

  add(time: string, hash: string): void {
    this.#keys.add(time + hash)
    if (this.#keys.size <= MAX_FRAMES) return
    const [oldest = ''] = this.#keys
    this.#keys.delete(oldest)
    const oldestTime = oldest.slice(0, time.length)
    if (oldestTime > this.#coveredFrom) this.#coveredFrom = oldestTime
  }

  covers(time: string): boolean {
    return time > this.#coveredFrom
  }

  has(time: string, hash: string): boolean {
    return this.#keys.has(time + hash)
  }
}
