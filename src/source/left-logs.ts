/**
 * Where logs stand that no source reads now: of a source that was taken out of the mapping or changed, or was there in an earlier process.
 * Whoever reads such a log next goes on from there, whatever the source is called; so no line counts twice.
 */
import type { RecordedLog } from './positions-part.ts'
import type { RecordedPosition, Source } from './source.ts'

interface Left extends RecordedLog {
  /** Milliseconds since the epoch. */
  readonly sinceMs: number
}

export class LeftLogs {
  #all: readonly Left[] = []

  get all(): readonly RecordedLog[] {
    return this.#all
  }

  /** What the record has, as it was written then (milliseconds since the epoch). */
  add(logs: readonly RecordedLog[], sinceMs: number): void {
    const isNew = ({ source, position }: RecordedLog): boolean =>
      !logs.some((log) => log.source === source && log.position.id === position.id)
    this.#all = [...this.#all.filter(isNew), ...logs.map((log) => ({ ...log, sinceMs }))]
  }

  /** Where the logs of a source stand that has ended now. */
  take(source: Source): void {
    const positions = source.positions().map((one) => ({ id: one.id, checkpoint: one.checkpoint, note: one.note() }))
    this.add(
      positions.map((position) => ({ source: source.name, position })),
      Date.now(),
    )
  }

  /** New sources take what is theirs: first each what stood under its name, then what was left by others. */
  giveTo(sources: readonly Source[]): void {
    for (const source of sources) {
      const isOwn = (log: RecordedLog): boolean => log.source === source.name
      const [own, others] = [this.#all.filter(isOwn), this.#all.filter((log) => !isOwn(log))]
      const sinceMs = own.reduce((leastMs, left) => Math.min(leastMs, left.sinceMs), own[0]?.sinceMs ?? 0)
      const refused = new Set<RecordedPosition>(source.restore(own.map(positionOf), sinceMs, others.map(positionOf)))
      this.#all = this.#all.filter(({ position }) => refused.has(position))
    }
  }
}

function positionOf({ position }: RecordedLog): RecordedPosition {
  return position
}
