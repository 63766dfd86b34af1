/**
 * Names of containers whose descriptions are not for us, from who lists containers: asked when one comes that was not asked for, and every ten
 * seconds, since names change. Until the first answer it is not known whether such a container is wanted, and its lines wait.
 */
import type { ContainerLister } from '../containers.ts'
import type { Shelf } from './json-files-shelf.ts'

const ASK_AGAIN_MS = 10_000

export class AskedNames {
  readonly #lister: ContainerLister | undefined
  readonly #shelf: Shelf
  /** Of these it was asked, and answered or not. */
  #asked: ReadonlySet<string> = new Set()
  #askAtMs = Number.NEGATIVE_INFINITY
  #isAsking = false
  #changes = 0

  constructor(lister: ContainerLister | undefined, shelf: Shelf) {
    this.#lister = lister
    this.#shelf = shelf
  }

  /** Grows when an answer came, or none will. */
  get changes(): number {
    return this.#changes
  }

  isAwaited(id: string): boolean {
    return this.#lister !== undefined && !this.#asked.has(id)
  }

  look(nowMs: number): void {
    if (this.#lister === undefined || this.#isAsking) return
    const unnamed = [...this.#shelf.all].filter(({ problem, isGone }) => problem !== undefined && !isGone).map(({ id }) => id)
    const isNew = unnamed.some((id) => !this.#asked.has(id))
    if (unnamed.length === 0 || (!isNew && nowMs < this.#askAtMs)) return
    this.#isAsking = true
    this.#askAtMs = nowMs + ASK_AGAIN_MS
    void this.#ask(this.#lister, unnamed)
  }

  /** Who is not there or refuses is asked again later; until then what the files say is all there is. */
  async #ask(lister: ContainerLister, unnamed: readonly string[]): Promise<void> {
    const infos = await lister.containers().catch(() => [])
    this.#shelf.learn(infos)
    this.#asked = new Set(unnamed)
    this.#isAsking = false
    this.#changes++
  }
}
