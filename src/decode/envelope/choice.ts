/**
 * Which envelope the lines of a log have. Said by the source or the mapping, every line must have it. Found out (`auto`), each line tells by
 * its own shape whether Docker or a Kubernetes runtime wrote it: so it does not matter how the log is cut, or where reading goes on. Only
 * Compose's prefix could be an agent's text: it is taken off if the first line of the log that tells anything has it, within the first
 * 16 KiB; text tells nothing, an object tells that there is none. That one choice is remembered with the log's position.
 */
import type { Resumption } from '../../source/source.ts'
import { unwrapCompose } from './compose.ts'
import { unwrapCri } from './cri.ts'
import { unwrapAnyDocker, unwrapDocker } from './docker.ts'
import type { Content, Unwrap } from './envelope.ts'
import type { EnvelopeKind, Wrapping } from './wrapping.ts'

/** What may be said. */
export type EnvelopeChoice = 'auto' | 'none' | 'docker' | 'cri'
/** What may have been found: `mixed` is two kinds in one log. */
export type FoundEnvelope = EnvelopeKind | 'none' | 'mixed'

const SAID: Readonly<Record<'docker' | 'cri', Unwrap>> = { docker: unwrapAnyDocker, cri: unwrapCri }
/** A log that is not begun yet, or has told nothing so far. */
const UNDECIDED = 'undecided'
const DECIDING_BYTES = 16 * 1024
const BRACE = 0x7b

/** `bad`: it is not wrapped, and must be. */
export type Unwrapped = 'wrapped' | 'plain' | 'bad'

export class EnvelopeReader {
  readonly #choice: EnvelopeChoice
  #found: FoundEnvelope | undefined
  #mayBeCompose: boolean

  /** `startOffset`: where reading begins; `resumed`: what was remembered of the log there. */
  constructor(choice: EnvelopeChoice, resumed: Resumption | undefined) {
    this.#choice = choice
    const known = resumed?.envelope as FoundEnvelope | typeof UNDECIDED | undefined
    this.#found = known === UNDECIDED ? undefined : known
    this.#mayBeCompose = choice === 'auto' && (known === UNDECIDED || known === 'compose' || resumed === undefined)
  }

  /** What the log has; undefined as long as no line has told. */
  get found(): FoundEnvelope | undefined {
    return this.#choice === 'auto' ? this.#found : this.#choice
  }

  /** For the record. `takenBytes`: how far the log was read. */
  remembered(takenBytes: number): string | undefined {
    if (this.#choice !== 'auto') return undefined
    if (this.#found === undefined)
      return this.#mayBeCompose && takenBytes > 0 && takenBytes < DECIDING_BYTES ? UNDECIDED : undefined
    return this.#found === 'none' ? undefined : this.#found
  }

  /** Reading begins behind the start of a log of which nothing is remembered. */
  startWithin(): void {
    if (this.#found !== 'compose') this.#mayBeCompose = false
  }

  /** The line in bytes `[start, end)`, which begins at `lineOffset` of the log. */
  read(buffer: Buffer, start: number, end: number, lineOffset: number, content: Content, wrapping: Wrapping): Unwrapped {
    if (this.#choice === 'none') return 'plain'
    if (this.#choice !== 'auto') return SAID[this.#choice](buffer, start, end, content, wrapping) ? 'wrapped' : 'bad'
    // The commonest line is a bare object, and no other begins as one: it costs two comparisons.
    const unwrap = buffer[start] === BRACE ? unwrapDocker : unwrapCri
    if (unwrap(buffer, start, end, content, wrapping)) return this.#note(wrapping.kind)
    if (this.#mayBeCompose) return this.#readCompose(buffer, start, end, lineOffset, content, wrapping)
    return 'plain'
  }

  #readCompose(buffer: Buffer, start: number, end: number, lineOffset: number, content: Content, wrapping: Wrapping): Unwrapped {
    const isLate = this.#found === undefined && lineOffset >= DECIDING_BYTES
    if (!isLate && unwrapCompose(buffer, start, end, content, wrapping)) return this.#note('compose')
    if (this.#found === undefined && (isLate || buffer[start] === BRACE)) {
      this.#mayBeCompose = false
      this.#found = 'none'
    }
    return 'plain'
  }

  #note(kind: EnvelopeKind): Unwrapped {
    if (this.#found === kind) return 'wrapped'
    if (this.#found === undefined || this.#found === 'none') {
      this.#found = kind
      this.#mayBeCompose = kind === 'compose'
    } else this.#found = 'mixed'
    return 'wrapped'
  }
}
