/**
 * The source's patterns → the regular files that they name now, each with its `stat`. A pattern that names an existing file is
 * that file, whatever characters it has. Nothing is opened here, and a pipe or device is never touched. While no directory has changed,
 * the names are those of the scan before, and each file costs one `stat`.
 */
import { statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { areUnchanged, type Folder, type FoundFile } from './folder.ts'
import { anyOf, type Glob, Listing, parseGlob, walkGlob } from './glob.ts'
import { Sightings } from './sightings.ts'
import { Stillness } from './stillness.ts'

export interface FoundFiles {
  readonly files: readonly FoundFile[]
  /** Paths of `.gz` files that globs match but that are not taken. */
  readonly packed: readonly string[]
  /** Directories that were looked into or hold a literal path, with their number of entries as far as known. */
  readonly directories: ReadonlyMap<string, number>
  /** Patterns that give nothing, or not all, with the reason in words. */
  readonly problems: ReadonlyMap<string, string>
  /** Of the patterns, those that name one file. */
  readonly named: ReadonlySet<string>
  /** Directories that the system does not let us list. */
  readonly refused: ReadonlySet<string>
  /** Nothing is other than in the scan before: no name, no size, no time. */
  readonly isAsBefore: boolean
}

/** More are not looked at: an agent may create files without end. */
const MAX_PATHS = 100_000
const LOOKS_PER_TURN = 256
/** However little the directories seem to change: some file systems do not tell, and a link to a directory may come to lead elsewhere. */
const LIST_ALL_MS = 10_000
const PACKED_OR_TRANSIENT = /(?:\.(?:bz2|xz|zst|tmp|swp)|~)$/

/** What the patterns give so far, in a scan that lists directories. */
interface Harvest {
  readonly listing: Listing
  /** By absolute path. */
  readonly files: Map<string, FoundFile>
  readonly packed: Set<string>
  /** Paths that match, but are no regular files. */
  readonly others: string[]
  readonly nowMs: number
}

/** What the last scan that listed directories found. */
interface Listed {
  readonly atMs: number
  readonly found: FoundFiles
  readonly folders: readonly Folder[]
  readonly others: readonly string[]
}

interface Pattern {
  readonly text: string
  readonly glob: Glob | undefined
  isLiteral: boolean
}

export class Paths {
  readonly #given: readonly string[]
  #patterns: readonly Pattern[] = []
  readonly #isExcluded: (path: string) => boolean
  #isNamed: (path: string) => boolean = () => false
  readonly #takesArchives: boolean
  readonly #isWanted: (path: string) => boolean
  #used: readonly string[] | undefined = undefined
  #usedChanges = 0
  readonly #sightings = new Sightings()
  readonly #stillness = new Stillness()
  #gaveWayAt = 0
  #listed: Listed | undefined = undefined

  /** `takesArchives`: globs give `.gz` too; a literal path always does. `isWanted`: whether what a glob gives is taken. */
  constructor(
    patterns: readonly string[],
    exclude: readonly string[],
    takesArchives: boolean,
    isWanted: (path: string) => boolean = () => true,
  ) {
    this.#given = patterns
    this.#isExcluded = compileExclude(exclude)
    this.#takesArchives = takesArchives
    this.#isWanted = isWanted
    this.use([], 0)
  }

  /** These patterns besides those it was made with. `changes`: another number if what is wanted may be other. Answers whether anything is. */
  use(patterns: readonly string[], changes: number): boolean {
    const isSame =
      this.#used !== undefined && patterns.length === this.#used.length && patterns.every((p, i) => p === this.#used![i])
    if (isSame && changes === this.#usedChanges) return false
    this.#listed = undefined
    this.#usedChanges = changes
    if (isSame) return true
    this.#used = [...patterns]
    const all = [...this.#given, ...patterns]
    this.#patterns = all.map((text) => {
      const glob = parseGlob(text)
      return { text, glob, isLiteral: glob === undefined }
    })
    this.#isNamed = compileNames(all.map((pattern) => resolve(pattern)))
    return true
  }

  /** Whether a pattern gives this path. */
  names(path: string): boolean {
    return !this.#isExcluded(path) && this.#isNamed(resolve(path))
  }

  /** Never throws: what cannot be looked at is a problem of the pattern. `nowMs` never goes back. */
  async scan(nowMs: number): Promise<FoundFiles> {
    const isDue = this.#listed === undefined || nowMs - this.#listed.atMs >= LIST_ALL_MS
    const found = isDue ? undefined : await this.#lookAgain(this.#listed!, nowMs)
    return found ?? this.#list(nowMs)
  }

  /** undefined: the names may have changed. */
  async #lookAgain(listed: Listed, nowMs: number): Promise<FoundFiles | undefined> {
    const { found, folders, others } = listed
    if (!areUnchanged(folders)) return undefined
    const files: FoundFile[] = []
    for (const { path } of found.files) {
      const file = this.#sightings.lookAgain(path, nowMs)
      if (file === undefined) return undefined
      files.push(file)
      const turn = this.#giveWay()
      if (turn !== undefined) await turn
    }
    for (const path of others) if (this.#sightings.look(path, nowMs) !== undefined) return undefined
    if (files.every((file, i) => file === found.files[i])) return { ...found, isAsBefore: true }
    this.#listed = { ...listed, found: { ...found, files } }
    return this.#listed.found
  }

  async #list(nowMs: number): Promise<FoundFiles> {
    this.#stillness.begin()
    for (;;) {
      const listed = await this.#listOnce(nowMs)
      if (!this.#stillness.accepts(listed.folders, listed.found.files)) continue
      this.#listed = listed
      this.#sightings.keepOnly(listed.found.files)
      return listed.found
    }
  }

  async #listOnce(nowMs: number): Promise<Listed> {
    const harvest = { listing: new Listing(), files: new Map<string, FoundFile>(), packed: new Set<string>(), others: [], nowMs }
    const directories = new Map<string, number>()
    const problems = new Map<string, string>()
    for (const pattern of this.#patterns) {
      const before = harvest.files.size
      const problem = await this.#scanPattern(pattern, harvest)
      if (problem !== undefined) problems.set(pattern.text, problem)
      else if (harvest.files.size === before && !pattern.isLiteral && harvest.listing.failures.size === 0)
        problems.set(pattern.text, 'no file matches')
      if (pattern.isLiteral) directories.set(resolve(pattern.text, '..'), 0)
    }
    const { listing, others } = harvest
    for (const [directory, count] of listing.entryCounts) directories.set(resolve(directory), count)
    for (const [directory, code] of listing.failures) problems.set(directory, `cannot be listed: ${code}`)
    const files = [...harvest.files.values()]
    const named = new Set(this.#patterns.flatMap(({ text, isLiteral }) => (isLiteral ? [text] : [])))
    const refused = new Set(listing.failures.keys())
    const found = { files, packed: [...harvest.packed], directories, problems, named, refused, isAsBefore: false }
    return { atMs: nowMs, found, folders: listing.folders, others }
  }

  async #scanPattern(pattern: Pattern, harvest: Harvest): Promise<string | undefined> {
    const problem = problemOf(pattern.text)
    // Once a file of that very name was there, the pattern means it, also while it is away.
    if (problem === undefined) pattern.isLiteral = true
    if (!pattern.isLiteral && pattern.glob !== undefined) return this.#scanGlob(pattern.glob, harvest)
    if (problem !== undefined) harvest.others.push(pattern.text)
    if (problem !== undefined) return problem
    if (!this.#isExcluded(pattern.text)) this.#take(pattern.text, harvest)
    return undefined
  }

  async #scanGlob(glob: Glob, harvest: Harvest): Promise<string | undefined> {
    const paths = new Set<string>()
    await walkGlob(glob, harvest.listing, (path) => {
      if (this.#isExcluded(path) || PACKED_OR_TRANSIENT.test(path) || !this.#isWanted(path)) return
      const taken = !path.endsWith('.gz') || this.#takesArchives ? paths : harvest.packed
      if (taken.size < MAX_PATHS) taken.add(path)
    })
    for (const path of paths) {
      this.#take(path, harvest)
      const turn = this.#giveWay()
      if (turn !== undefined) await turn
    }
    return paths.size < MAX_PATHS ? undefined : `matches more than ${MAX_PATHS} files; the rest is not read`
  }

  #take(path: string, { files, others, nowMs }: Harvest): void {
    const file = this.#sightings.look(path, nowMs)
    const key = resolve(path)
    if (file === undefined) others.push(path)
    else if (!files.has(key)) files.set(key, file)
  }

  /** To the rest of the process, after many looks. */
  #giveWay(): Promise<void> | undefined {
    if (this.#sightings.lookCount - this.#gaveWayAt < LOOKS_PER_TURN) return undefined
    this.#gaveWayAt = this.#sightings.lookCount
    return nextTurn()
  }
}

/** Of a pattern as a path; undefined if a file stands there. */
function problemOf(path: string): string | undefined {
  try {
    return statSync(path).isFile() ? undefined : 'not a regular file'
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'no such file' : `cannot be read: ${code}`
  }
}

function compileNames(patterns: readonly string[]): (path: string) => boolean {
  const literal = new Set(patterns)
  const byGlob = anyOf(patterns)
  return (path) => literal.has(path) || byGlob(path)
}

/** A pattern without a slash is compared with the name, any other with the path as given and as absolute. */
function compileExclude(patterns: readonly string[]): (path: string) => boolean {
  const byName = anyOf(patterns.filter((p) => !p.includes('/')))
  const byPath = anyOf(patterns.filter((p) => p.includes('/')))
  return (path) => byName(basename(path)) || byPath(path) || byPath(resolve(path))
}
