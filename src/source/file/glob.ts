/**
 * A glob pattern → the paths that match it now. Walks only directories that can lead to a match, at most `MAX_DEPTH` below the
 * pattern's fixed part; `**` follows no symbolic links, so a loop of links ends. What cannot be listed is reported and passed over.
 */
import type { Dirent } from 'node:fs'
import { statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import picomatch from 'picomatch'
import { type Folder, folderAt } from './folder.ts'

export const MAX_DEPTH = 32

type Segment =
  | { readonly kind: 'name'; readonly name: string }
  /** One level, by pattern. */
  | { readonly kind: 'match'; readonly matches: (name: string) => boolean }
  /** `**`: any number of levels. */
  | { readonly kind: 'levels' }
  /** A part that cannot be cut at its slashes, such as `{a/b,c}`: all below is compared as a whole. */
  | { readonly kind: 'tree'; readonly matches: (relative: string) => boolean }

export interface Glob {
  readonly base: string
  readonly segments: readonly Segment[]
}

/** undefined: the pattern has no magic and is a path. */
export function parseGlob(pattern: string): Glob | undefined {
  const { base, glob, isGlob } = picomatch.scan(pattern)
  if (!isGlob || glob === '') return undefined
  const parts = picomatch.scan(glob, { parts: true }).parts ?? [glob]
  const segments: Segment[] = []
  for (const [i, part] of parts.entries()) {
    if (part.includes('/')) {
      segments.push({ kind: 'tree', matches: picomatch(parts.slice(i).join('/')) })
      break
    }
    // `**/**` matches what `**` does, at the price of a square.
    if (part !== '**') segments.push(parseSegment(part))
    else if (segments.at(-1)?.kind !== 'levels') segments.push({ kind: 'levels' })
  }
  const root = base.replace(/\\(.)/g, '$1')
  return { base: root === '' && pattern.startsWith('/') ? '/' : root, segments }
}

/** A pattern that means this very path, whatever characters it has. */
export function literal(path: string): string {
  // A brace that is escaped is one all the same to who looks for the fixed part.
  return path.replace(/[\\!$()*+?@[\]^|]/g, '\\$&').replace(/[{}]/g, '[$&]')
}

/** Whether a text matches one of the patterns, names with a leading dot like any other. */
export function anyOf(patterns: readonly string[]): (text: string) => boolean {
  return patterns.length === 0 ? () => false : picomatch([...patterns], { dot: true })
}

function parseSegment(part: string): Segment {
  return picomatch.scan(part).isGlob
    ? { kind: 'match', matches: picomatch(part) }
    : { kind: 'name', name: part.replace(/\\(.)/g, '$1') }
}

/** What one scan has seen of directories: each is listed once, whatever the number of patterns. */
export class Listing {
  /** Number of entries by directory. */
  readonly entryCounts = new Map<string, number>()
  /** Directories that are there but could not be listed, by error code. */
  readonly failures = new Map<string, string>()
  /** Every directory that was to be listed, as it was just before. */
  readonly folders: Folder[] = []
  readonly #entries = new Map<string, readonly Dirent[]>()

  async of(directory: string): Promise<readonly Dirent[]> {
    const known = this.#entries.get(directory)
    if (known !== undefined) return known
    const entries = await this.#read(directory)
    this.#entries.set(directory, entries)
    return entries
  }

  async #read(directory: string): Promise<readonly Dirent[]> {
    this.folders.push(folderAt(directory === '' ? '.' : directory))
    try {
      const entries = await readdir(directory === '' ? '.' : directory, { withFileTypes: true })
      this.entryCounts.set(directory, entries.length)
      return entries
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
      if (code !== 'ENOENT' && code !== 'ENOTDIR') this.failures.set(directory, code)
      return []
    }
  }
}

/** Calls `onPath` for each path that may be a file and matches; a path may come twice. */
export async function walkGlob(glob: Glob, listing: Listing, onPath: (path: string) => void): Promise<void> {
  const seen = new Set<string>()
  const pending = [{ directory: glob.base, index: 0, depth: 0, relative: '' }]
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const { directory, index, depth, relative } = at
    const segment = glob.segments[index]
    const visit = `${index} ${directory}`
    if (segment === undefined || depth > MAX_DEPTH || seen.has(visit)) continue
    seen.add(visit)
    const isLast = index === glob.segments.length - 1
    if (segment.kind === 'name') {
      const path = join(directory, segment.name)
      if (isLast) onPath(path)
      else pending.push({ directory: path, index: index + 1, depth: depth + 1, relative: '' })
      continue
    }
    if (segment.kind === 'levels' && !isLast) pending.push({ directory, index: index + 1, depth, relative: '' })
    for (const entry of await listing.of(directory)) {
      const path = join(directory, entry.name)
      const below = segment.kind === 'tree' ? join(relative, entry.name) : ''
      const step = stepTo(segment, isLast, entry, below)
      if (step === 'take') onPath(path)
      else if (step === 'stay') pending.push({ directory: path, index, depth: depth + 1, relative: below })
      else if (step === 'enter' && isDirectory(path, entry)) {
        pending.push({ directory: path, index: index + 1, depth: depth + 1, relative: '' })
      }
    }
  }
}

/** What an entry is to a segment: a match, a directory in which the same or the next segment goes on, or nothing. */
function stepTo(segment: Segment, isLast: boolean, entry: Dirent, below: string): 'take' | 'stay' | 'enter' | 'pass' {
  switch (segment.kind) {
    case 'match':
      if (!segment.matches(entry.name)) return 'pass'
      if (!isLast) return 'enter'
      return entry.isDirectory() ? 'pass' : 'take'
    case 'tree':
      if (entry.isDirectory()) return 'stay'
      return segment.matches(below) ? 'take' : 'pass'
    case 'levels':
      if (entry.name.startsWith('.')) return 'pass'
      if (entry.isDirectory()) return 'stay'
      return isLast ? 'take' : 'pass'
    case 'name':
      return 'pass'
  }
}

function isDirectory(path: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory()
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
