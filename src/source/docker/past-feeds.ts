/** Where logs of containers stand that no reader has: those on record before they are found, and of containers that are not wanted now. */
import type { Position, RecordedPosition } from '../source.ts'
import { type FeedState, noteOf, type PastFeed, pastFeedOf, positionId } from './feed-note.ts'

/** Streams of 1000 containers, as many as the files remember. */
const MAX_UNLISTED = 2000

export class PastFeeds {
  readonly #feeds = new Map<string, PastFeed>()

  /** Answers those that are no feeds, or of a container that `wants` does not. */
  restore(positions: readonly RecordedPosition[], wants: (feed: PastFeed) => boolean): RecordedPosition[] {
    return positions.filter((position) => {
      const feed = pastFeedOf(position)
      if (feed === undefined || this.#feeds.has(position.id) || !wants(feed)) return true
      this.#feeds.set(position.id, feed)
      return false
    })
  }

  /** From now on they are the reader's. */
  take(container: string): ReadonlyMap<string, FeedState> {
    const taken = new Map<string, FeedState>()
    for (const stream of ['stdout', 'stderr'] as const) {
      const id = positionId(container, stream)
      const feed = this.#feeds.get(id)
      if (feed !== undefined) taken.set(id, feed.state)
      this.#feeds.delete(id)
    }
    return taken
  }

  put(feed: PastFeed): void {
    this.#feeds.set(positionId(feed.container, feed.stream), feed)
  }

  /** What the daemon does not list may be back: another one was asked by mistake. Ids are never used again, so only their number is bounded. */
  keepOnly(containers: ReadonlySet<string>): void {
    const unlisted = [...this.#feeds].filter(([, { container }]) => !containers.has(container))
    for (const [id] of unlisted.slice(0, Math.max(0, unlisted.length - MAX_UNLISTED))) this.#feeds.delete(id)
  }

  get positions(): Position[] {
    return [...this.#feeds].map(([id, { state, name }]) => ({
      id,
      checkpoint: state.messages,
      changes: 0,
      note: () => noteOf(state, name),
    }))
  }
}
