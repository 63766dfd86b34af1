/**
 * Which line was in hand when the process died. After a death the lines that come first are written down one by one before they are
 * applied; whichever is found in hand at the next start is a suspect, and one that is found twice is poison: it is not applied any more.
 * A suspect that is survived is cleared. So a kill from outside condemns a line only if it hits the same one twice, the second time
 * within the microseconds that the line takes.
 *
 * Costs nothing until a process has died; then 1 µs a line, for a million lines: more than one process reads between two commits.
 */
import { closeSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { createOwn, readOwn, removeOwn, replaceOwn } from './own-files.ts'

const DEATHS_OF_POISON = 2
const MAX_MARKED_LINES = 1_000_000
const MAX_KEPT = 100
const MARK_BYTES = 4096

/** A line by its place, and by what stood there: a log may be written anew. */
export interface Suspect {
  readonly source: string
  readonly log: string
  /** Behind the line. */
  readonly endOffset: number
  readonly bytes: number
  readonly checksum: number
  /** How often it was in hand when the process died. */
  readonly deaths: number
}

/** Where a line comes from. */
interface LineOrigin {
  readonly source: string
  readonly log: string
  /** Its path, for people. */
  readonly file: string
}

export interface SuspectsOptions {
  readonly folder: string
  /** The process before this one did not end by itself. */
  readonly followsDeath: boolean
  readonly onError: (what: string, error: NodeJS.ErrnoException) => void
  /** Called once for each line that is left out, each time it is met. */
  readonly onPoison: (origin: LineOrigin, endOffset: number, lineBytes: number) => void
}

/** undefined: there is nothing to look at. */
export function openSuspects(options: SuspectsOptions): Suspects | undefined {
  const known = knownIn(options.folder)
  if (known.length === 0 && !options.followsDeath) return undefined
  return new Suspects(known, options)
}

/** What the folder tells, for people too: the line that was in hand counts as one more death. */
export function knownIn(folder: string): readonly Suspect[] {
  const kept = listIn(join(folder, 'suspects')) as readonly Suspect[]
  const mark = listIn(join(folder, 'in-hand'))
  if (mark.length === 0) return kept
  const [source, log, endOffset, bytes, checksum] = mark as readonly [string, string, number, number, number]
  const inHand = { source, log, endOffset, bytes, checksum, deaths: 1 }
  const before = kept.find((one) => isSame(one, inHand))
  return [...kept.filter((one) => one !== before), { ...inHand, deaths: (before?.deaths ?? 0) + 1 }].slice(-MAX_KEPT)
}

export function isPoison({ deaths }: Suspect): boolean {
  return deaths >= DEATHS_OF_POISON
}

export class Suspects {
  readonly #options: SuspectsOptions
  #known: readonly Suspect[]
  #fd: number | undefined
  readonly #mark = Buffer.alloc(MARK_BYTES)
  #marksLeft = MAX_MARKED_LINES
  #isMarked = false
  /** Whose lines come now, and what is known of that log. */
  #origin: LineOrigin | undefined
  #markHead = ''
  #ofLog: readonly Suspect[] = []
  /** The suspect that is in hand. */
  #onTrial: Suspect | undefined

  constructor(known: readonly Suspect[], options: SuspectsOptions) {
    this.#options = options
    this.#known = known
    this.#try('suspects', () => {
      this.#save()
      removeOwn(this.#markPath)
      if (options.followsDeath) this.#fd = createOwn(this.#markPath)
    })
  }

  /** Called before a line is applied: it is in hand now. Answers false if it is poison: it must not be applied. */
  enter(origin: LineOrigin, line: Uint8Array, endOffset: number): boolean {
    if (this.#onTrial !== undefined) this.#acquit(this.#onTrial)
    if (origin !== this.#origin) this.#turnTo(origin)
    if (this.#ofLog.length === 0 && this.#fd === undefined) return true
    const checksum = crc32(line)
    if (this.#ofLog.length > 0) {
      const found = this.#ofLog.find(
        (one) => one.endOffset === endOffset && one.checksum === checksum && one.bytes === line.length,
      )
      if (found !== undefined && isPoison(found)) {
        this.#options.onPoison(origin, endOffset, line.length)
        return false
      }
      this.#onTrial = found
    }
    if (this.#fd !== undefined) this.#writeMark(`${this.#markHead}${endOffset},${line.length},${checksum}]\n`)
    return true
  }

  /** No line is in hand. */
  leave(): void {
    if (this.#onTrial !== undefined) this.#acquit(this.#onTrial)
    if (!this.#isMarked || this.#fd === undefined) return
    this.#writeMark('\n')
    this.#isMarked = false
    if (this.#marksLeft <= 0) this.#closeMarks()
  }

  /** The process ends by itself. */
  close(): void {
    this.#closeMarks()
    this.#try('in-hand', () => removeOwn(this.#markPath))
  }

  #turnTo(origin: LineOrigin): void {
    this.#origin = origin
    this.#markHead = `[${JSON.stringify(origin.source)},${JSON.stringify(origin.log)},`
    this.#ofLog = this.#known.filter((one) => one.source === origin.source && one.log === origin.log)
  }

  #acquit(suspect: Suspect): void {
    this.#onTrial = undefined
    this.#origin = undefined
    this.#known = this.#known.filter((one) => one !== suspect)
    this.#try('suspects', () => this.#save())
  }

  #save(): void {
    const path = join(this.#options.folder, 'suspects')
    if (this.#known.length === 0) removeOwn(path)
    else replaceOwn(path, JSON.stringify(this.#known))
  }

  #writeMark(text: string): void {
    this.#marksLeft--
    this.#isMarked = true
    const length = this.#mark.write(text)
    this.#try('in-hand', () => writeSync(this.#fd!, this.#mark, 0, length, 0))
  }

  #closeMarks(): void {
    if (this.#fd === undefined) return
    closeSync(this.#fd)
    this.#fd = undefined
  }

  /** A disk that refuses leaves us without marks, not without work. */
  #try(what: string, work: () => void): void {
    try {
      work()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
      this.#closeMarks()
      this.#options.onError(what, error as NodeJS.ErrnoException)
    }
  }

  get #markPath(): string {
    return join(this.#options.folder, 'in-hand')
  }
}

function isSame(a: Suspect, b: Suspect): boolean {
  return (
    a.source === b.source && a.log === b.log && a.endOffset === b.endOffset && a.checksum === b.checksum && a.bytes === b.bytes
  )
}

/** The list that is the first line of a file; empty if there is none: these files are not worth a start that fails. */
function listIn(path: string): readonly unknown[] {
  try {
    const [line = ''] = readOwn(path).toString().split('\n', 1)
    const list = JSON.parse(line) as unknown
    return Array.isArray(list) ? list : []
  } catch {
    return []
  }
}
