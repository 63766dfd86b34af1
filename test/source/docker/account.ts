/**
 * What came out of a source, message by message, as a durable record would have it: `commit` keeps positions and counts of one moment, and
 * a killed source is followed by one that begins with them.
 */
import type { OpenStream, Position, RecordedPosition, StreamSink } from '../../../src/source/source.ts'

export class Account {
  /** Messages by log: text → how often. */
  #counts = new Map<string, Map<string, number>>()
  #committed: { readonly counts: Map<string, Map<string, number>>; readonly positions: readonly RecordedPosition[] } = {
    counts: new Map(),
    positions: [],
  }
  readonly names = new Map<string, string>()
  /** Texts of messages that were primed, not counted. */
  readonly primed: string[] = []
  onMessage: () => void = () => {}
  /** By log: how many messages it had when it stood at its end last. */
  readonly ends = new Map<string, number>()

  readonly open: OpenStream = (origin): StreamSink => {
    let parts: string[] = []
    let offset: number | undefined
    const account = this
    return {
      needBytes: 0,
      get checkpoint() {
        return offset ?? 0
      },
      push({ buffer, start, end, offset: at }) {
        if (offset !== undefined && at !== offset) throw new Error(`a chunk at ${at}, expected at ${offset}`)
        offset = at + end - start
        const text = buffer.toString('latin1', start, end)
        if (!text.endsWith('\n')) throw new Error('a chunk that is no whole lines')
        for (const line of text.slice(0, -1).split('\n')) {
          const match = /^(\S+) (stdout|stderr) ([PF]) (.*)$/s.exec(line)
          if (match === null || match[2] !== origin.stream) throw new Error(`no line of ${origin.stream}: ${line.slice(0, 100)}`)
          parts.push(match[4]!)
          if (match[3] === 'P') continue
          const message = parts.join('')
          parts = []
          account.names.set(origin.log, origin.container?.name ?? '')
          if ((origin.primedBytes ?? 0) > 0) account.primed.push(message)
          else account.#add(origin.log, message)
        }
        return offset
      },
      end() {
        if (parts.length > 0) throw new Error('a sink is ended within a message')
      },
      noteAtEnd() {
        account.ends.set(
          origin.log,
          [...account.of(origin.log).values()].reduce((sum, count) => sum + count, 0),
        )
      },
      reset() {
        throw new Error('a stream that cannot be read again is reset')
      },
    }
  }

  of(log: string): ReadonlyMap<string, number> {
    return this.#counts.get(log) ?? new Map()
  }

  get total(): number {
    let total = 0
    for (const counts of this.#counts.values()) for (const count of counts.values()) total += count
    return total
  }

  /** Between two turns of the event loop, as the durable record does it. */
  commit(positions: readonly Position[]): void {
    this.#committed = {
      counts: copyOf(this.#counts),
      positions: positions.map((one) => ({ id: one.id, checkpoint: one.checkpoint, note: one.note() })),
    }
  }

  /** The process is dead: what was not committed is forgotten. */
  rollBack(): readonly RecordedPosition[] {
    this.#counts = copyOf(this.#committed.counts)
    return this.#committed.positions
  }

  #add(log: string, message: string): void {
    const counts = this.#counts.get(log) ?? new Map<string, number>()
    this.#counts.set(log, counts)
    counts.set(message, (counts.get(message) ?? 0) + 1)
    this.onMessage()
  }
}

function copyOf(counts: ReadonlyMap<string, ReadonlyMap<string, number>>): Map<string, Map<string, number>> {
  return new Map([...counts].map(([log, messages]) => [log, new Map(messages)]))
}
