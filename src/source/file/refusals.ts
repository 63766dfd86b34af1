/** Paths that match but cannot be opened: each is tried again after 1, 2, 4, 8, then every 10 seconds. */
const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 10_000

interface Refusal {
  retryAtMs: number
  waitMs: number
}

export class Refusals {
  readonly #byPath = new Map<string, Refusal>()

  get count(): number {
    return this.#byPath.size
  }

  mayTry(path: string, nowMs: number): boolean {
    return (this.#byPath.get(path)?.retryAtMs ?? nowMs) <= nowMs
  }

  add(path: string, nowMs: number): void {
    const known = this.#byPath.get(path)
    const waitMs = known === undefined ? FIRST_WAIT_MS : Math.min(LONGEST_WAIT_MS, known.waitMs * 2)
    this.#byPath.set(path, { retryAtMs: nowMs + waitMs, waitMs })
  }

  remove(path: string): void {
    this.#byPath.delete(path)
  }

  /** Forgets what no longer matches. */
  keep(paths: { has(path: string): boolean }): void {
    for (const path of this.#byPath.keys()) if (!paths.has(path)) this.#byPath.delete(path)
  }
}
