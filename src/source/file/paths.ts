/**
 * The source's patterns → the regular files that they name now, each with its `stat`. A pattern that names an existing file is
 * that file, whatever characters it has. Nothing is opened here, and a pipe or device is never touched.
 */
import { type BigIntStats, statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { statOrNothing } from './folder.ts'
import { anyOf, type Glob, Listing, parseGlob, walkGlob } from './glob.ts'

export interface FoundFile {
  readonly path: string
  readonly stat: BigIntStats
}

export interface FoundFiles {
  readonly files: readonly FoundFile[]
  /** Paths of `.gz` files that globs match but that are not taken. */
  readonly packed: readonly string[]
  /** Directories that were looked into or hold a literal path, with their number of entries as far as known. */
  readonly directories: ReadonlyMap<string, number>
  /** Patterns that give nothing, or not all, with the reason in words. */
  readonly problems: ReadonlyMap<string, string>
}

/** More are not looked at: an agent may create files without end. */
const MAX_PATHS = 100_000
const STATS_PER_TURN = 256
const PACKED_OR_TRANSIENT = /(?:\.(?:bz2|xz|zst|tmp|swp)|~)$/

interface Pattern {
  readonly text: string
  readonly glob: Glob | undefined
  isLiteral: boolean
}

export class Paths {
  readonly #patterns: readonly Pattern[]
  readonly #isExcluded: (path: string) => boolean
  readonly #isNamed: (path: string) => boolean
  readonly #takesArchives: boolean

  /** `takesArchives`: globs give `.gz` too; a literal path always does. */
  constructor(patterns: readonly string[], exclude: readonly string[], takesArchives: boolean) {
    this.#patterns = patterns.map((text) => {
      const glob = parseGlob(text)
      return { text, glob, isLiteral: glob === undefined }
    })
    this.#isExcluded = compileExclude(exclude)
    this.#isNamed = compileNames(patterns.map((pattern) => resolve(pattern)))
    this.#takesArchives = takesArchives
  }

  /** Whether a pattern gives this path. */
  names(path: string): boolean {
    return !this.#isExcluded(path) && this.#isNamed(resolve(path))
  }

  /** Never throws: what cannot be looked at is a problem of the pattern. */
  async scan(): Promise<FoundFiles> {
    const listing = new Listing()
    const directories = new Map<string, number>()
    const problems = new Map<string, string>()
    const files = new Map<string, FoundFile>()
    const packed = new Set<string>()
    for (const pattern of this.#patterns) {
      const before = files.size
      const problem = await this.#scanPattern(pattern, listing, files, packed)
      if (problem !== undefined) problems.set(pattern.text, problem)
      else if (files.size === before && !pattern.isLiteral) problems.set(pattern.text, 'no file matches')
      if (pattern.isLiteral) directories.set(resolve(pattern.text, '..'), 0)
    }
    for (const [directory, count] of listing.entryCounts) directories.set(resolve(directory), count)
    for (const [directory, code] of listing.failures) problems.set(directory, `cannot be listed: ${code}`)
    return { files: [...files.values()], packed: [...packed], directories, problems }
  }

  async #scanPattern(
    pattern: Pattern,
    listing: Listing,
    files: Map<string, FoundFile>,
    packed: Set<string>,
  ): Promise<string | undefined> {
    const literal = this.#scanLiteral(pattern.text)
    // Once a file of that very name was there, the pattern means it, also while it is away.
    if (typeof literal !== 'string') pattern.isLiteral = true
    if (!pattern.isLiteral && pattern.glob !== undefined) {
      return this.#scanGlob(pattern.glob, listing, files, packed)
    }
    if (typeof literal === 'string') return literal
    if (!this.#isExcluded(pattern.text)) files.set(resolve(pattern.text), literal)
    return undefined
  }

  #scanLiteral(path: string): FoundFile | string {
    try {
      const stat = statSync(path, { bigint: true })
      return stat.isFile() ? { path, stat } : 'not a regular file'
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      return code === 'ENOENT' || code === 'ENOTDIR' ? 'no such file' : `cannot be read: ${code}`
    }
  }

  async #scanGlob(glob: Glob, listing: Listing, files: Map<string, FoundFile>, packed: Set<string>): Promise<string | undefined> {
    const paths = new Set<string>()
    await walkGlob(glob, listing, (path) => {
      if (this.#isExcluded(path) || PACKED_OR_TRANSIENT.test(path)) return
      const taken = !path.endsWith('.gz') || this.#takesArchives ? paths : packed
      if (taken.size < MAX_PATHS) taken.add(path)
    })
    let statCount = 0
    for (const path of paths) {
      if (++statCount % STATS_PER_TURN === 0) await nextTurn()
      const stat = statOrNothing(path)
      const key = resolve(path)
      if (stat?.isFile() === true && !files.has(key)) files.set(key, { path, stat })
    }
    return paths.size < MAX_PATHS ? undefined : `matches more than ${MAX_PATHS} files; the rest is not read`
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
