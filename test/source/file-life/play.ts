/** Plays a list of operations on the disk, the process and the oracle, and compares what was counted with what must be. */
import { Changes } from './changes.ts'
import { Disk, type LogFile } from './disk.ts'
import { FOLDER_B, FOLDERS, LAYOUTS, type Layout, LINK, LINKED_FOLDER } from './layouts.ts'
import { Life, ROTATE_WAIT_MS } from './life.ts'
import type { Operation } from './operations.ts'
import { LEAD_BYTES, Oracle } from './oracle.ts'
import { BANNER, brief, linesOf } from './texts.ts'

export interface Setting {
  readonly layout: number
  readonly history: 'count' | 'skip'
  /** A second source has the files of folder b, too. */
  readonly twoSources: boolean
  readonly copies: boolean
}

export class Play {
  readonly #done = new Map<string, number>()
  readonly #disk = new Disk([...FOLDERS, LINKED_FOLDER])
  readonly #changes = new Changes(this.#disk)
  /** By source. */
  readonly #oracles: ReadonlyMap<string, Oracle>
  readonly #life: Life
  readonly #layouts: readonly Layout[]
  readonly #setting: Setting
  /** What is read depends on moments that the oracle does not know: since the last poll, or in the last commit. */
  #isUncertain = false
  #isCommitUncertain = false
  /** Something happened since the last poll that is not only an addition to what has a name. */
  #isPending = false
  #wasRefused = false
  /** There was a poll that this process, or the record, knows of. */
  #hasBegun = false
  #isRecorded = false

  constructor(setting: Setting) {
    this.#setting = setting
    this.#layouts = [LAYOUTS[setting.layout]!, ...(setting.twoSources ? [FOLDER_B] : [])]
    const skips = setting.history === 'skip'
    const named = this.#layouts.map((layout, i) => ({ layout, name: ['s', 't'][i]! }))
    this.#oracles = new Map(
      named.map(({ layout, name }) => [name, new Oracle(this.#disk, (path) => layout.isNamed(path), skips)]),
    )
    const patternsOf = ({ patterns }: Layout) => patterns.map((pattern) => this.#disk.real(pattern))
    this.#life = new Life(named.map(({ layout, name }) => ({ name, patterns: patternsOf(layout), history: setting.history })))
  }

  async run(operations: readonly Operation[]): Promise<void> {
    for (const operation of operations) {
      if (this.#isVoid(operation)) continue
      this.#done.set(operation.kind, (this.#done.get(operation.kind) ?? 0) + 1)
      await this.#prepare(operation)
      await this.#act(operation)
    }
    await this.#poll(1000)
    await this.#rest()
    await this.#poll(1000)
    this.#compare(true)
  }

  /** Operations that were done, rules that were met, lines that are lost by nature; and how often. */
  met(): [string, number][] {
    const events = [...this.#oracles.values()].flatMap((oracle) => [...oracle.events])
    return [...this.#done, ...events, ['inode used again', this.#disk.inodesUsedAgain], ...this.#lostLines()]
  }

  /** Of the first source. What it skipped as history is not lost. */
  #lostLines(): [string, number][] {
    if (this.#setting.history === 'skip') return []
    const counted = new Set(this.#life.linesOf('s'))
    const { taken } = this.#oracles.get('s')!
    const lost = [...this.#disk.written].filter((line) => !counted.has(line))
    const all = new Set(
      [...[...this.#disk.names.values()], ...this.#disk.packed.values()].flatMap(({ text }) => text.split('\n')),
    )
    const named = [...this.#disk.names].filter(([path, file]) => this.#layouts[0]!.isNamed(path) && file.isReadable)
    const there = new Set(named.flatMap(([, { text }]) => linesOf(text)))
    const missed = lost.filter((line) => there.has(line) && !taken.some((part) => line.startsWith(part)))
    return [
      ['lost in no file', lost.filter((line) => !all.has(line)).length],
      ['lost though on disk', missed.filter((line) => !line.startsWith(BANNER)).length],
      // A log that begins with the same kilobyte as a deleted one, and is shorter, is no different from a copy that was made earlier.
      ['taken for a copy by its first kilobyte', missed.filter((line) => line.startsWith(BANNER)).length],
      ['in files that no pattern ever had', lost.filter((line) => all.has(line) && !there.has(line)).length],
    ]
  }

  async end(): Promise<void> {
    await this.#life.kill()
    this.#disk.destroy()
  }

  get #hasUnreadable(): boolean {
    return [...this.#disk.names.values()].some((file) => !file.isReadable)
  }

  /** Nothing is there that it could happen to, or it would not be known exactly what follows. */
  #isVoid(operation: Operation): boolean {
    const disk = this.#disk
    if ('turns' in operation && this.#hasUnreadable) return true
    switch (operation.kind) {
      case 'append':
      case 'append amid':
        return this.#changes.slot(operation.slot) === LINK && disk.at(LINK) === undefined
      case 'rotate amid':
        return !this.#layouts[0]!.namesAll || !this.#isFile(operation.slot)
      case 'exchange':
        return (
          ![operation.slot, operation.other].every((slot) => this.#isFile(slot)) || this.#isSame(operation.slot, operation.other)
        )
      case 'rotate':
      case 'copy':
      case 'copy and truncate':
      case 'move over file systems':
      case 'write anew as a whole':
      case 'rename over':
        return !this.#isFile(operation.slot)
      case 'write':
        return disk.writerCount === 0 || (this.#setting.copies && this.#isVague(disk.writerOf(operation.writer)))
      case 'close writer':
        return disk.writerCount === 0
      case 'pack':
        return !this.#mayPack(this.#changes.generation(operation.name))
      case 'move folder':
        return operation.back !== this.#isAside(FOLDERS[operation.folder % FOLDERS.length]!)
      case 'commit':
      case 'kill':
        return !this.#life.isAlive
      default:
        return 'name' in operation && !this.#mayHappenTo(this.#changes.name(operation.name), operation.kind)
    }
  }

  /** Whether late bytes of a packed log are read before its packed copy is looked at decides what that is taken for. */
  #isVague({ file, overwrites }: { readonly file: LogFile; readonly overwrites: boolean }): boolean {
    return overwrites || (file.names.size === 0 && [...this.#disk.packed.values()].some(({ text }) => file.text.startsWith(text)))
  }

  #mayPack(path: string | undefined): boolean {
    if (path === undefined || this.#disk.packed.has(`${path}.gz`)) return false
    const file = this.#disk.at(path)!
    // An unfinished line counts in a packed file, and in a plain copy of the same it waits: it depends on which is found first.
    if (file.text !== '' && !file.text.endsWith('\n')) return false
    // Whether so few bytes are known in a packed file depends on which of the two is read first.
    return file.text.length >= LEAD_BYTES || ![...this.#oracles.values()].some((oracle) => oracle.isBehind(file))
  }

  #mayHappenTo(path: string | undefined, kind: Operation['kind']): boolean {
    if (path === undefined) return false
    const file = this.#disk.at(path)!
    const isPlain = !this.#disk.isLink(path) && file.names.size === 1
    switch (kind) {
      case 'permit':
        return this.#mayChangePermission(file)
      case 'hard link':
        // Of a file with two names that patterns have, either may be the one whose generations are looked for.
        return isPlain && this.#setting.layout !== 2 && !this.#setting.copies
      case 'move':
        return isPlain
      case 'remove':
        return true
      default:
        return file.isReadable
    }
  }

  #isFile(slot: number): boolean {
    const path = this.#changes.slot(slot)
    return path !== LINK && this.#disk.at(path) !== undefined
  }

  #isSame(slot: number, other: number): boolean {
    return this.#changes.slot(slot) === this.#changes.slot(other)
  }

  #isAside(folder: string): boolean {
    return [...this.#disk.names.keys(), ...this.#disk.packed.keys()].some((path) => path.startsWith(`aside-${folder}/`))
  }

  /** What a source cannot open it finds again by the names it has. */
  #mayChangePermission(file: LogFile): boolean {
    return this.#layouts.every((layout, i) => layout.namesAll || [...this.#oracles.values()][i]!.isHeld(file)) || !file.isReadable
  }

  #isNamedForAll(file: LogFile): boolean {
    return this.#layouts.every((layout) => [...file.names].some((path) => layout.isNamed(path)))
  }

  /** Whether what was read before decides what is counted. */
  #mayLose(operation: Operation): boolean {
    switch (operation.kind) {
      case 'append':
      case 'open writer':
      case 'close writer':
      case 'poll':
      case 'look':
      case 'commit':
      case 'kill':
      case 'commit amid':
      case 'kill amid':
      case 'append amid':
      case 'rotate amid':
        return false
      case 'write': {
        const { file, appends } = this.#disk.writerOf(operation.writer)
        return !appends || !this.#isNamedForAll(file)
      }
      default:
        return true
    }
  }

  async #prepare(operation: Operation): Promise<void> {
    this.#life.readsAsNobody = this.#hasUnreadable
    // What is there at the very first poll is skipped: nothing may happen in the midst of it.
    const isVague = operation.kind === 'look' || operation.kind.endsWith(' amid')
    if (isVague && this.#setting.history === 'skip' && !this.#hasBegun) await this.#poll(1000)
    // Of a plain copy and a longer packed one, of lines that were not read, either may be found first.
    const isPackedCopy = operation.kind === 'copy and truncate' && operation.style === 'packed'
    if (isPackedCopy && this.#isPending && this.#hasBegun) await this.#poll(1000)
    if (this.#mayLose(operation)) {
      await this.#becomeCertain()
      this.#isPending = true
    }
    // Whether such a commit has what only this process can read would decide what is lost.
    // What is a copy is seen by what stands beside it, so that must not depend on moments.
    if (isVague && this.#setting.copies && this.#isPending) await this.#poll(1000)
    const isVagueCommit = operation.kind === 'commit amid' || (operation.kind === 'commit' && this.#isUncertain)
    const isBlankBehind = [...this.#oracles.values()].some((oracle) => oracle.isAnyBlankBehind)
    if (isVagueCommit && (this.#isPending || isBlankBehind)) await this.#poll(1000)
  }

  async #becomeCertain(): Promise<void> {
    if (this.#isUncertain || this.#isCommitUncertain) await this.#poll(1000)
    if (this.#isCommitUncertain) this.#commit()
  }

  async #act(operation: Operation): Promise<void> {
    switch (operation.kind) {
      case 'poll':
        return this.#poll(operation.waitMs)
      case 'look':
        this.#changes.say(`look after ${operation.waitMs} ms`)
        this.#isUncertain = true
        return this.#life.look(operation.waitMs)
      case 'rest':
        return this.#rest()
      case 'commit':
        return this.#commit()
      case 'kill':
        this.#changes.say('kill')
        return this.#kill()
      case 'commit amid':
        this.#isUncertain = true
        return this.#life.amid(operation.turns, () => this.#commit())
      case 'append amid':
      case 'rotate amid':
        this.#isUncertain = true
        this.#changes.say(`${operation.turns} turns into a poll:`)
        return this.#life.amid(operation.turns, () => {
          const path = this.#changes.slot(operation.slot)
          if (operation.kind === 'rotate amid') this.#disk.noteVague(path)
          if (operation.kind === 'rotate amid') this.#changes.rotate(path, 'date', false)
          this.#changes.append(path, operation.text)
        })
      case 'kill amid':
        this.#changes.say(`kill ${operation.turns} turns into a poll`)
        return this.#life.amid(operation.turns, () => this.#kill())
      default:
        return this.#changes.make(operation)
    }
  }

  async #poll(waitMs: number): Promise<void> {
    // Whoever was refused tries again after ten seconds at the latest.
    const patientMs = this.#hasUnreadable || this.#wasRefused ? 12_000 : waitMs
    this.#wasRefused = this.#hasUnreadable
    this.#life.readsAsNobody = this.#hasUnreadable
    this.#changes.say(`poll after ${patientMs} ms`)
    for (const oracle of this.#oracles.values()) oracle.poll(false)
    await this.#life.poll(patientMs, () => this.#isThere())
    this.#hasBegun = true
    this.#isPending = false
    this.#isUncertain = false
    this.#compare(false)
  }

  /** So long that everything quiet is let go. */
  async #rest(): Promise<void> {
    await this.#becomeCertain()
    if (!this.#life.isAlive || this.#disk.isAnyVagueUnfinished) return this.#poll(1000)
    this.#changes.say('rest')
    for (const oracle of this.#oracles.values()) oracle.poll(true)
    await this.#life.poll(ROTATE_WAIT_MS * 11, () => this.#isThere())
    this.#compare(false)
  }

  #commit(): void {
    this.#changes.say(this.#isUncertain ? 'commit amid' : 'commit')
    this.#life.commit()
    for (const oracle of this.#oracles.values()) oracle.commit()
    this.#isCommitUncertain = this.#isUncertain
    this.#isRecorded = true
  }

  async #kill(): Promise<void> {
    await this.#life.kill()
    for (const oracle of this.#oracles.values()) oracle.kill()
    this.#isUncertain = false
    this.#hasBegun = this.#isRecorded
    this.#isPending = this.#setting.copies
  }

  /** Packed files are read beside the steps of time. */
  #isThere(): boolean {
    return (
      this.#disk.packed.size === 0 ||
      [...this.#oracles].every(([name, { counted }]) => this.#life.linesOf(name).length >= counted.length)
    )
  }

  #compare(isLast: boolean): void {
    for (const [name, oracle] of this.#oracles) {
      const counted = this.#life.linesOf(name)
      if (counted.length === oracle.counted.length && !isLast) continue
      const wrong = difference(counted, oracle.counted)
      if (wrong.length === 0) continue
      throw new Error(
        [`source ${name}:`, ...wrong, 'after:', ...this.#changes.trace.map((step, i) => `${i + 1}. ${step}`)].join('\n  '),
      )
    }
  }
}

function difference(counted: readonly string[], expected: readonly string[]): string[] {
  const surplus = new Map<string, number>()
  for (const line of counted) surplus.set(line, (surplus.get(line) ?? 0) + 1)
  for (const line of expected) surplus.set(line, (surplus.get(line) ?? 0) - 1)
  const wrong = [...surplus].filter(([, times]) => times !== 0)
  return wrong.map(([line, times]) => `${times < 0 ? 'lost' : 'double or torn'} ${brief(line)} ${times}`)
}
