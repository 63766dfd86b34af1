/**
 * Which files are generations of one log, judged by name: `app.log.1`, `app.log-20260131.gz` and `app-20260131.log` are of `app.log`.
 */
import { basename, dirname, extname, join, resolve } from 'node:path'
import { type Folder, type FoundFile, fileAt, folderAt, isAsListed, namesIn } from './folder.ts'
import { Stillness } from './stillness.ts'

const SUFFIX = /^(?:[._-]\d[\dT:_-]*)+$/
const ANY_SUFFIX = /(?:[._-]\d[\dT:_-]*)+(?:\.gz)?$/
const ANY_INFIX = /(?:[._-]\d[\dT:_-]*)+(\.[^.\d][^.]*)$/
/** An agent may create files without end. */
const MAX_LISTED = 10_000

/** The name without what makes it a generation: equal for all of one log, as far as names tell. */
export function familyOf(path: string): string {
  return `${dirname(path)}/${basename(path).replace(ANY_SUFFIX, '')}`
}

/** The absolute paths that the log may have, in this folder, of which this is a generation. */
export function logPathsOf(path: string): string[] {
  const name = basename(path)
  const plain = name.replace(/\.gz$/, '')
  const names = new Set([name.replace(ANY_SUFFIX, ''), plain.replace(ANY_INFIX, '$1')])
  names.delete(name)
  names.delete(plain)
  return [...names].map((log) => resolve(dirname(path), log))
}

/** The file itself and the logs that it may be a generation of, as absolute paths. */
export function pathAndLogsOf(path: string): string[] {
  return [resolve(path), ...logPathsOf(path)]
}

/** Whether the first is the name that the second gets when it is rotated, in whatever folder. */
export function isGenerationOf(path: string, live: string): boolean {
  return generationsOf(live)(basename(path))
}

/** Which names those are that it gets. */
function generationsOf(live: string): (name: string) => boolean {
  const base = basename(live)
  const extension = extensionOf(base)
  const stem = base.slice(0, base.length - extension.length)
  return (given) => {
    const name = given.endsWith('.gz') ? given.slice(0, -'.gz'.length) : given
    if (name.startsWith(base)) return SUFFIX.test(name.slice(base.length))
    if (extension === '' || !name.endsWith(extension) || !name.startsWith(stem)) return false
    return SUFFIX.test(name.slice(stem.length, name.length - extension.length))
  }
}

/** Whether the first is named as a generation of the second, or of the log of which the second is one. */
export function isOfLogOf(path: string, other: string): boolean {
  return [other, ...logPathsOf(other)].some((log) => isGenerationOf(path, log))
}

interface ListedFolder {
  readonly folder: Folder
  readonly names: readonly string[]
  /** It was found to hold this at one moment. */
  isStill: boolean
}

/** Names in folders, each listed once however many logs in it are asked for. */
export class Folders {
  readonly #listed = new Map<string, ListedFolder>()
  /** For all logs together: hundreds may be asked for where names never stand still. */
  readonly #stillness = new Stillness()

  /** Another log is asked for. */
  begin(): void {
    this.#stillness.begin()
  }

  /** Whether files that were found by these names stood there at one moment. If not, the folder is listed anew. */
  accept(path: string, files: readonly FoundFile[]): boolean {
    const listed = this.#list(path)
    listed.isStill = (listed.isStill && isAsListed(listed.folder)) || this.#stillness.accepts([listed.folder], files)
    if (!listed.isStill) this.#listed.delete(path)
    return listed.isStill
  }

  /** Those that begin with `stem`. Nothing, if the folder cannot be listed. */
  beginningWith(folder: string, stem: string): string[] {
    const { names } = this.#list(folder)
    const found: string[] = []
    for (let at = firstFrom(names, stem); names[at]?.startsWith(stem) === true; at++) found.push(names[at]!)
    return found
  }

  #list(path: string): ListedFolder {
    const known = this.#listed.get(path)
    if (known !== undefined) return known
    const listed = { folder: folderAt(path), names: namesIn(path).sort(), isStill: false }
    this.#listed.set(path, listed)
    return listed
  }
}

/** The regular files beside `live` that are its generations by name. */
export function generationsBeside(live: string, folders = new Folders()): FoundFile[] {
  const folder = dirname(live)
  const stem = basename(live, extensionOf(live))
  const isGeneration = generationsOf(live)
  folders.begin()
  for (;;) {
    const names = folders.beginningWith(folder, stem).filter(isGeneration)
    const files = names.slice(0, MAX_LISTED).flatMap((name) => fileAt(join(folder, name)))
    if (folders.accept(folder, files)) return files
  }
}

/** The same, where `path` may be a generation itself, and may have moved on by one since. */
export function ofLogBeside(path: string, folders = new Folders()): FoundFile[] {
  const logs = logPathsOf(path).map((log) => join(dirname(path), basename(log)))
  return [path, ...logs].flatMap((log) => generationsBeside(log, folders))
}

/** Before which a date may stand in the name of a generation; none where it is a number: that is no kind of file. */
function extensionOf(path: string): string {
  const extension = extname(path)
  return /^\.\d+$/.test(extension) ? '' : extension
}

/** Index of the first name that does not come before `text`. */
function firstFrom(names: readonly string[], text: string): number {
  let low = 0
  let high = names.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (names[middle]! < text) low = middle + 1
    else high = middle
  }
  return low
}
