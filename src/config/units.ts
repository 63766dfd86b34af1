/**
 * Which files count for whom. A source's unit is what the mapping includes, the files that the source uses besides, then the mapping's own
 * file; a file counts once in it, where it stands first. Sources of equal units share what is kept between events.
 */
import { dirname, relative } from 'node:path'
import type { Included, LoadedFile, Loader } from './loader.ts'
import type { MappingFile, RawSource } from './raw.ts'

export interface Unit {
  /** '' if no file of a source's own is in it. The same wherever the folder of the mapping stands. */
  readonly key: string
  /** Files besides those of the mapping, as they are named in places. */
  readonly use: readonly string[]
  readonly files: readonly MappingFile[]
}

/** A source that counts. */
export interface PlacedSource {
  readonly raw: RawSource
  readonly file: string
  readonly index: number
  readonly unit: Unit
}

export interface Units {
  /** Of every log that no source names. */
  readonly plain: Unit
  readonly sources: readonly PlacedSource[]
  /** Each file once, before it what it includes; of all units, a metric is left out if it is in each. */
  readonly files: readonly MappingFile[]
}

type Counted = MappingFile & { readonly identity: string }
type OwnUnit = Unit & { readonly files: readonly Counted[] }
type Standing = Omit<PlacedSource, 'unit'> & { readonly owner: LoadedFile }

/** `roots`: presets and files that were named, in order. Loads what the sources that count use. */
export async function unitsOf(roots: readonly LoadedFile[], loader: Loader): Promise<Units> {
  const last = roots.at(-1)
  // Presets are as if the mapping, or one without sources, included them.
  const counting = hasOwn(last) ? last : (roots.find((root) => standingIn(root).length > 0) ?? last)
  const at = counting === undefined ? 0 : roots.indexOf(counting)
  const plain = flat(roots.map(whole))
  const after =
    counting === undefined ? [] : plain.filter(({ identity }) => roots.slice(at).some((root) => root.identity === identity))
  const frame = { before: plain.filter((file) => !after.includes(file)), after, folder: folderOf(counting) }
  const seen = new Set<string>()
  const standing = hasOwn(last) ? standingIn(last) : roots.flatMap((root) => standingIn(root, seen))
  const sources: PlacedSource[] = []
  const units = new Map<string, OwnUnit>([['', { key: '', use: [], files: plain }]])
  for (const { owner, ...source } of standing) {
    const unit = unitOf(await used(source, owner, loader), frame)
    if (!units.has(unit.key)) units.set(unit.key, unit)
    sources.push({ ...source, unit: units.get(unit.key)! })
  }
  return {
    plain: units.get('')!,
    sources,
    files: joined(
      [...units.values()].map(({ files }) => files),
      frame,
    ),
  }
}

function whole(loaded: LoadedFile): Included {
  return { loaded, without: [] }
}

/** Whether it is a mapping with sources of its own. */
function hasOwn(root: LoadedFile | undefined): root is LoadedFile {
  return root !== undefined && !root.file.startsWith('preset:') && (root.raw.sources ?? []).length > 0
}

/** Its own sources; if it has none, those of what it includes. */
function standingIn(owner: LoadedFile, seen = new Set<string>()): Standing[] {
  if (seen.has(owner.identity)) return []
  seen.add(owner.identity)
  const own = (owner.raw.sources ?? []).map((raw, index) => ({ raw, file: owner.file, index, owner }))
  return own.length > 0 ? own : owner.includes.flatMap(({ loaded }) => standingIn(loaded, seen))
}

async function used({ raw, file, index }: Omit<PlacedSource, 'unit'>, owner: LoadedFile, loader: Loader): Promise<Included[]> {
  const found: Included[] = []
  for (const [i, given] of (raw.use ?? []).entries())
    found.push(...(await loader.include(given, { file, path: ['sources', index, 'use', i] }, [[file, owner.identity]])))
  return found
}

/** The files of all units stand between these two. */
interface Frame {
  readonly before: readonly Counted[]
  readonly after: readonly Counted[]
  /** Of the mapping; names of units are relative to it. */
  readonly folder: string
}

function unitOf(uses: readonly Included[], { before, after, folder }: Frame): OwnUnit {
  const seen = new Set([...before, ...after].map(({ identity }) => identity))
  const own = flat(uses, seen)
  const nameOf = ({ file, identity, without }: Counted): string[] => [
    file.startsWith('preset:') ? file : relative(folder, identity),
    ...without.toSorted(),
  ]
  const key = own.length === 0 ? '' : JSON.stringify(own.map(nameOf))
  return { key, use: own.map(({ file }) => file), files: [...before, ...own, ...after] }
}

/** Included files before those that include them, each once. */
function flat(included: readonly Included[], seen = new Set<string>()): Counted[] {
  return included.flatMap(({ loaded, without }) => {
    if (seen.has(loaded.identity)) return []
    seen.add(loaded.identity)
    const { file, identity, raw, includes } = loaded
    const inner = includes.map((one) => ({ ...one, without: [...one.without, ...without] }))
    return [...flat(inner, seen), { file, identity, raw, without }]
  })
}

function joined(units: readonly (readonly Counted[])[], { after }: Frame): MappingFile[] {
  const byIdentity = new Map<string, Counted>()
  for (const file of units.flat().filter(({ identity }) => !after.some((last) => last.identity === identity))) {
    const known = byIdentity.get(file.identity) ?? file
    byIdentity.set(file.identity, { ...known, without: known.without.filter((name) => file.without.includes(name)) })
  }
  return [...byIdentity.values(), ...after]
}

function folderOf(counting: LoadedFile | undefined): string {
  return dirname(counting === undefined || counting.identity.startsWith('preset:') ? process.cwd() : counting.identity)
}
