/**
 * What must have been counted, from the texts of the files alone. The rules, each as simple as it can be said:
 *
 * - A file is read to its last newline at every poll while a pattern names it, and while the process has held it since. A held file is
 *   read on whatever became of its name and its permissions, until it was quiet for the time of rotation; what is appended later is lost.
 *   Then its unfinished line counts too, if the file is deleted or another one has its name; also where it was rotated before a restart.
 * - A log goes on at its offset if its first 1,024 bytes and the 256 bytes before the offset are what they were (of what was counted).
 *   Otherwise it was written anew, and everything that stands in it now is new. Lines that were written over before any poll are lost,
 *   unless a copy has them: the log leaves a ghost behind.
 * - A process that died knows what its last commit said, and no more: what it has counted since is counted again, as far as it is there.
 * - A log that left its name is known by its inode; files born after it, beside that name and with the name of a generation, are of that
 *   log, also under names that no pattern has. One that was deleted while nobody held it is a ghost.
 * - A line begins behind the NULs before it.
 * - A copy of a log that is followed is not read. A copy of a ghost is read on from where that was left (`copies.ts` says what is one).
 * - With `skip`, the lines that had ended in the files at the very first poll are not counted, whether the files could be read then or not.
 */
import { dirname } from 'node:path'
import { type Copy, type Ghost, ghostIn, isGeneration, isOfLogOf, logOf, stillCopy, type View, whatIs } from './copies.ts'
import type { Disk, LogFile, Packed } from './disk.ts'
import { copyOf, goesOn, HEAD_BYTES, type Stand, standAt } from './stands.ts'
import { linesOf, withoutHole } from './texts.ts'

export const LEAD_BYTES = 64

interface Past {
  readonly unread: ReadonlyMap<LogFile, number>
  readonly stands: Map<LogFile, Stand>
  readonly ghosts: Set<Ghost>
  readonly countedLines: number
}

export class Oracle {
  readonly counted: string[] = []
  /** Unfinished lines that were counted as they were: what finishes them later is another line. */
  readonly taken: string[] = []
  /** How often a log went on, was found written anew, … : a test that meets none of them proves nothing. */
  readonly events = new Map<string, number>()
  readonly #disk: Disk
  readonly #isNamed: (path: string) => boolean
  readonly #skipsHistory: boolean
  #stands = new Map<LogFile, Stand>()
  /** What was counted of bytes that are gone. */
  #ghosts = new Set<Ghost>()
  /** Files that could not be read at the very first poll, and how long they were. */
  #unread = new Map<LogFile, number>()
  /** Logs that may have been rotated more than once since the last look, and since when. */
  readonly #unseen = new Map<string, number>()
  readonly #unpacked = new Set<Packed>()
  readonly #fresh = new Set<LogFile>()
  readonly #held = new Set<LogFile>()
  /** Of followed files, as they were when they were found to be that. */
  readonly #copies = new Map<LogFile, Copy>()
  /** When the process died. */
  #wereOpen: readonly Ghost[] = []
  #record: Past | undefined
  #isFirstPoll = true

  constructor(disk: Disk, isNamed: (path: string) => boolean, skipsHistory: boolean) {
    this.#disk = disk
    this.#isNamed = isNamed
    this.#skipsHistory = skipsHistory
  }

  isHeld(file: LogFile): boolean {
    return this.#held.has(file)
  }

  isBehind(file: LogFile): boolean {
    return this.#held.has(file) && this.#stands.get(file)!.version !== file.version
  }

  /** Of a log of which nothing was known, something came: generations beside it may be older than that. Whoever has read it knows no more. */
  get isAnyBlankBehind(): boolean {
    return [...this.#held].some((file) => this.#stands.get(file)!.at === 0 && this.isBehind(file))
  }

  /** `isLate`: so long after the one before that files without names are let go. */
  poll(isLate: boolean): void {
    for (let round = 0, isSettled = false; round < 3 || (!isSettled && round < 20); round++) {
      const before = `${this.counted.length} ${this.#held.size} ${this.#ghosts.size}`
      this.#scan(isLate && round === 0)
      for (const file of this.#held) this.#read(file)
      this.#isFirstPoll = false
      isSettled = before === `${this.counted.length} ${this.#held.size} ${this.#ghosts.size}`
    }
  }

  commit(): void {
    const { stands, ghosts } = copyOf(this.#stands, this.#ghosts)
    this.#record = { unread: new Map(this.#unread), stands, ghosts, countedLines: this.counted.length }
  }

  kill(): void {
    this.#held.clear()
    this.#copies.clear()
    this.#unseen.clear()
    this.#unpacked.clear()
    const { stands, ghosts } = copyOf(this.#record?.stands ?? new Map(), this.#record?.ghosts ?? new Set())
    this.#stands = stands
    this.#ghosts = ghosts
    this.#unread = new Map(this.#record?.unread)
    this.#wereOpen = [...stands.values()].filter(({ isOpen }) => isOpen).map((stand) => ({ ...stand }))
    this.counted.length = this.#record?.countedLines ?? 0
    this.#isFirstPoll = true
  }

  #scan(isLate: boolean): void {
    const named = this.#namedFiles()
    const left = this.#follow(named)
    const unknown = new Map<LogFile, string>()
    for (const [file, paths] of named) unknown.set(file, paths[0]!)
    for (const [file, path] of [...this.#generationsOf(left), ...this.#lookForMissing(named)])
      if (!unknown.has(file)) unknown.set(file, path)
    for (const file of this.#held) unknown.delete(file)
    for (const file of this.#copies.keys()) if (!unknown.has(file)) this.#copies.delete(file)
    const isHistory = this.#isFirstPoll && this.#record === undefined && this.#skipsHistory
    if (isHistory) for (const file of unknown.keys()) if (!file.isReadable) this.#unread.set(file, file.text.length)
    const byBirth = [...unknown].sort(([a], [b]) => a.birth - b.birth).filter(([file]) => file.isReadable)
    for (const [file, path] of byBirth) if (this.#unread.has(file)) this.#beginBehindHistory(file, path)
    for (const [file, path] of byBirth) if (this.#stands.has(file)) this.#goOn(file, path)
    for (const [file, path] of byBirth) if (!this.#held.has(file)) this.#judge(file, path)
    this.#fresh.clear()
    this.#readBeside()
    for (const file of this.#held) this.#letGoIfQuiet(file, isLate && !left.has(file))
  }

  #namedFiles(): Map<LogFile, string[]> {
    const named = new Map<LogFile, string[]>()
    for (const [path, file] of this.#disk.names) {
      if (this.#isNamed(path)) named.set(file, [...(named.get(file) ?? []), path])
    }
    return named
  }

  /** Held files and their names. Answers which left which name. */
  #follow(named: ReadonlyMap<LogFile, readonly string[]>): Map<LogFile, string> {
    const left = new Map<LogFile, string>()
    const names = new Set([...named.values()].flat())
    for (const file of this.#held) {
      const stand = this.#stands.get(file)!
      const paths = named.get(file)
      const path = paths?.includes(stand.path) === true ? stand.path : paths?.[0]
      if (path === stand.path) {
        stand.isLost = false
        stand.hasSuccessor ||= stand.isRotated && names.has(stand.formerPath)
        continue
      }
      stand.hasSuccessor ||= names.has(stand.path) || (stand.isRotated && names.has(stand.formerPath))
      if (path !== undefined || !stand.isLost) {
        stand.isQuiet = false
        left.set(file, stand.path)
        this.#noteUnseen(stand)
        const isRotatedOnce = stand.isRotated && isGeneration(stand.path, stand.formerPath)
        if (path !== undefined || !isRotatedOnce) stand.formerPath = stand.path
      }
      if (path !== undefined || (!stand.isLost && file.names.size > 0)) stand.isRotated = true
      stand.isLost = path === undefined
      stand.path = path ?? stand.path
    }
    return left
  }

  #generationsOf(left: ReadonlyMap<LogFile, string>): [LogFile, string][] {
    return [...left].flatMap(([one, path]) => this.#beside([path]).filter(([file]) => file.birth > this.#stands.get(one)!.since))
  }

  /** Logs that were read when the process died, and that no pattern names now. */
  #lookForMissing(named: ReadonlyMap<LogFile, unknown>): [LogFile, string][] {
    const found: [LogFile, string][] = []
    for (const [file, stand] of this.#stands) {
      if (!stand.isOpen || this.#held.has(file) || named.has(file)) continue
      this.#note('missing')
      const generations = this.#beside([stand.path, ...logOf(stand.path)])
      found.push(...generations.filter(([one]) => one === file || one.birth > stand.since))
      stand.isOpen = generations.some(([one]) => one === file)
      this.#noteUnseen(stand)
      if (stand.isOpen) continue
      if (stand.at === 0) this.#stands.delete(file)
      else this.#addGhost(stand)
    }
    return found
  }

  /** Files that have the name of one of these, or of a generation of one. */
  #beside(logs: readonly string[]): [LogFile, string][] {
    const isOf = (path: string, log: string) => path === log || (dirname(path) === dirname(log) && isGeneration(path, log))
    const names = [...this.#disk.names].filter(([path]) => logs.some((log) => isOf(path, log)))
    return names.map(([path, file]) => [file, path])
  }

  /** A file that is known by its inode. */
  #goOn(file: LogFile, path: string): void {
    const stand = this.#stands.get(file)!
    this.#note('known')
    this.#ghosts.delete(stand)
    if (stand.isOpen && stand.at === 0) this.#noteUnseen(stand)
    const isSame = goesOn(stand, file.text)
    if (!isSame) this.#writeAnew(file, stand, true)
    const formerPath = stand.isOpen && isSame ? stand.formerPath || stand.path : path
    this.#hold(file, { ...stand, path })
    if (formerPath !== path) Object.assign(this.#stands.get(file)!, { isRotated: true, formerPath })
  }

  /** Of what was there first, as far as that was not written anew. */
  #beginBehindHistory(file: LogFile, path: string): void {
    const bytes = this.#unread.get(file)!
    this.#unread.delete(file)
    const at = file.text.length < bytes ? 0 : file.text.slice(0, bytes).lastIndexOf('\n') + 1
    if (at > 0) this.#note('history that could not be read')
    this.#hold(file, standAt(file, path, at))
    this.#fresh.add(file)
  }

  /** Answers whether it is clear what it is. */
  #judge(file: LogFile, path: string): boolean {
    const copy = this.#copies.get(file)
    if (copy !== undefined && stillCopy(copy, file, this.#view())) return true
    const finding = whatIs(file, path, copy, this.#view())
    if (finding.kind === 'unclear') return false
    this.#copies.delete(file)
    if (finding.kind === 'copy') {
      this.#note('copy found')
      this.#copies.set(file, {
        of: finding.of,
        restarts: this.#stands.get(finding.of)!.restarts,
        version: file.version,
        bytes: file.text.length,
      })
    } else if (finding.kind === 'rest') {
      if (finding.endOf !== undefined) this.#stands.get(finding.endOf)!.isContinued = true
      this.#adopt(file, path, finding.of)
    } else if (finding.kind === 'new') {
      const isHistory = this.#isFirstPoll && this.#record === undefined && this.#skipsHistory
      const at = isHistory ? file.text.lastIndexOf('\n') + 1 : 0
      if (at > 0) this.#note('skipped')
      this.#hold(file, standAt(file, path, at))
    }
    if (this.#held.has(file)) this.#fresh.add(file)
    return true
  }

  #view(): View {
    return { held: this.#held, stands: this.#stands, ghosts: this.#ghosts, fresh: this.#fresh }
  }

  #adopt(file: LogFile, path: string, ghost: Ghost): void {
    this.#note('ghost read on')
    // One that brings nothing leaves the ghost to a longer one.
    const bringsMore = file.text.length > ghost.at
    if (bringsMore) this.#drop(ghost)
    const stand = standAt(file, path, Math.min(ghost.at, file.text.length))
    this.#hold(file, { ...stand, since: ghost.since, ghost: bringsMore ? undefined : ghost })
  }

  #drop(ghost: Ghost): void {
    this.#ghosts.delete(ghost)
    for (const [file, stand] of this.#stands) if (stand === ghost && !this.#held.has(file)) this.#stands.delete(file)
  }

  #hold(file: LogFile, stand: Stand): void {
    this.#held.add(file)
    this.#stands.set(file, {
      ...{ ...stand, isOpen: true, isOfRecord: false, isLost: !this.#isNamed(stand.path) },
      ...{ isRotated: false, hasSuccessor: false, formerPath: '', isContinued: false, isQuiet: false },
      ...{ seen: file.text.slice(0, stand.at), version: -1 },
    })
  }

  /** Plain and packed generations of the logs of ghosts, and of those that were not seen all the time, also under names that no pattern has. */
  #readBeside(): void {
    const known = this.#isFirstPoll ? [...this.#ghosts, ...this.#wereOpen] : [...this.#ghosts]
    const logs = new Set([...known.flatMap(({ path }) => [path, ...logOf(path)]), ...this.#unseen.keys()])
    const folders = new Set([...logs].map((path) => dirname(path)))
    const isBeside = (path: string) => folders.has(dirname(path)) && logOf(path).some((log) => logs.has(log))
    const isUnseen = ({ birth }: LogFile, path: string) =>
      logOf(path).some((log) => birth > (this.#unseen.get(log) ?? Number.POSITIVE_INFINITY))
    let isClear = true
    for (const [path, file] of [...this.#disk.names].sort(([, a], [, b]) => a.birth - b.birth)) {
      if (!isBeside(path) || this.#held.has(file) || !file.isReadable) continue
      const stand = this.#stands.get(file)
      const isNewer = isUnseen(file, path)
      if (stand !== undefined && goesOn(stand, file.text)) this.#goOn(file, path)
      else if (stand !== undefined) this.#forget(file, stand)
      if (this.#held.has(file)) continue
      if (isNewer) isClear = this.#judge(file, path) && isClear
      else if (stand === undefined) {
        const ghost = ghostIn(file, path, this.#ghosts)
        if (ghost !== undefined) this.#adopt(file, path, ghost)
      }
    }
    if (isClear) this.#unseen.clear()
    if (this.#ghosts.size === 0) return
    for (const [path, packed] of this.#disk.packed) if (isBeside(path) || this.#isNamed(path)) this.#unpack(path, packed)
  }

  /** Once, unless another ghost comes. */
  #unpack(path: string, packed: Packed): void {
    if (this.#unpacked.has(packed)) return
    this.#unpacked.add(packed)
    const { text } = packed
    const mayHold = (ghost: Ghost) => ghost.text.length >= HEAD_BYTES || isOfLogOf(path, ghost.path)
    const lead = text.slice(0, LEAD_BYTES)
    const isKnown = ([file, stand]: [LogFile, Stand]) => {
      return this.#held.has(file) ? stand.seen.startsWith(lead) : stand.text.length >= LEAD_BYTES
    }
    const known = [...this.#stands].filter(isKnown).map(([, stand]) => stand)
    // Of two that were counted as far, the one is its own original, if that is deleted now.
    const own = known.filter((stand) => [...this.#held].some((file) => file.names.size === 0 && this.#stands.get(file) === stand))
    const fitting = [...own, ...this.#ghosts, ...known].filter((one) => one.at > 0 && mayHold(one) && text.startsWith(one.text))
    const ghost = fitting.sort((a, b) => b.at - a.at)[0]
    // What is followed, or was, is not read on in a copy.
    if (ghost === undefined || !this.#ghosts.has(ghost) || this.#hasHeir(ghost)) return
    const rest = text.slice(ghost.at)
    if (rest === '') return
    this.#note('ghost unpacked')
    ghost.at = text.length
    this.#unpacked.clear()
    this.counted.push(...linesOf(rest.endsWith('\n') ? rest : `${rest}\n`))
  }

  /** A deleted copy, which is held, brings the rest by itself. */
  #hasHeir(ghost: Ghost): boolean {
    const isHeir = (file: LogFile, stand: Stand) => stand.ghost === ghost && file.names.size === 0 && file.text.length > stand.at
    return [...this.#held].some((file) => isHeir(file, this.#stands.get(file)!))
  }

  #letGoIfQuiet(file: LogFile, isLate: boolean): void {
    const stand = this.#stands.get(file)!
    stand.isQuiet = (stand.isQuiet || isLate) && stand.version === file.version
    if (!stand.isQuiet) return
    const isUnfinished = file.text.length > stand.at
    if (!stand.isLost && !(stand.isRotated && isUnfinished)) return
    const isDeleted = file.names.size === 0
    if ((isDeleted || stand.hasSuccessor) && isUnfinished && !stand.isContinued) {
      this.#note('unfinished line counted')
      const line = withoutHole(file.text.slice(stand.at))
      if (line !== '') this.counted.push(line)
      this.taken.push(line)
      Object.assign(stand, { at: file.text.length, text: file.text })
    }
    if (!stand.isLost) return
    this.#note('let go')
    this.#held.delete(file)
    stand.isOpen = false
    if (isDeleted) this.#stands.delete(file)
  }

  #read(file: LogFile): void {
    const stand = this.#stands.get(file)!
    if (stand.at === 0 && stand.version !== -1 && stand.version !== file.version) this.#noteUnseen(stand)
    if (!goesOn(stand, file.text)) this.#writeAnew(file, stand, false)
    const end = Math.max(stand.at, file.text.lastIndexOf('\n') + 1)
    this.counted.push(...linesOf(file.text.slice(stand.at, end)))
    Object.assign(stand, {
      version: file.version,
      seen: file.text,
      at: end,
      text: file.text.slice(0, end),
      written: file.changed,
    })
    if (stand.ghost !== undefined && end > stand.ghost.at) this.#drop(stand.ghost)
  }

  #writeAnew({ changed }: LogFile, stand: Stand, isOfRecord: boolean): void {
    this.#note('written anew')
    const { at, text, path, birth, since, written, formerPath } = stand
    stand.before = { at, text, path, birth, since, written, formerPath, isOfRecord }
    this.#noteUnseen(stand)
    if (at > 0) this.#addGhost(stand.before)
    Object.assign(stand, { at: 0, text: '', ghost: undefined, restarts: stand.restarts + 1, since: isOfRecord ? birth : changed })
  }

  /** It was let go, and written anew since. */
  #forget(file: LogFile, stand: Stand): void {
    this.#ghosts.delete(stand)
    this.#writeAnew(file, stand, true)
    this.#stands.delete(file)
  }

  #addGhost(ghost: Ghost): void {
    this.#ghosts.add(ghost)
    this.#unpacked.clear()
  }

  #noteUnseen({ path, since }: Ghost): void {
    this.#unseen.set(path, Math.min(since, this.#unseen.get(path) ?? Number.POSITIVE_INFINITY))
  }

  #note(event: string): void {
    this.events.set(event, (this.events.get(event) ?? 0) + 1)
  }
}
