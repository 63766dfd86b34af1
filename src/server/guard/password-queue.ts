/**
 * Passwords compared with bcrypt hashes one by one, beside the work. Few may wait: whoever comes past them is turned away, so that a flood
 * of logins costs one thread and nothing else. The same password for the same hash is compared once for all who wait for it.
 */

export interface Comparer {
  /** Whether the password fits the hash; rejects when the comparer itself fails. */
  compare(password: string, hash: string): Promise<boolean>
  close(): Promise<void>
}

export const MAX_WAITING = 8

export class PasswordQueue {
  readonly #comparer: Comparer
  readonly #jobs = new Map<string, Promise<boolean>>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(comparer: Comparer) {
    this.#comparer = comparer
  }

  /** `key`: what tells one login from another. `began`: called when this one is compared for itself. undefined: too many wait. */
  compare(key: string, password: string, hash: string, began: () => void): Promise<boolean> | undefined {
    const known = this.#jobs.get(key)
    if (known !== undefined) return known
    if (this.#jobs.size >= MAX_WAITING) return undefined
    const job = this.#last
      .then(() => {
        began()
        return this.#comparer.compare(password, hash)
      })
      .finally(() => this.#jobs.delete(key))
    this.#jobs.set(key, job)
    this.#last = job.catch(() => {})
    return job
  }

  close(): Promise<void> {
    return this.#comparer.close()
  }
}
