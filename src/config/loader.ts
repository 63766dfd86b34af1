/**
 * Reads mapping files and presets with all that they include, each once, however often and under however many names it is named. What
 * cannot be read, leads out of its folder or includes itself is told where it is named, and left out.
 */
import { readdir, realpath } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Diagnostic, Place } from '../diag/diagnostic.ts'
import { nearest } from '../diag/suggest.ts'
import { YamlSource } from '../diag/yaml-source.ts'
import { loadExpressionParser } from '../select/cel/parser.ts'
import { besides } from './beside.ts'
import type { RawInclude, RawMapping } from './raw.ts'
import { readText } from './read-text.ts'
import { repaired } from './repair.ts'
import { diagnosticOf } from './shape-diagnostic.ts'
import type { ShapeIssue } from './shape-issues.ts'

/** Far more than anybody has: what includes without end, or all of a folder, ends in a sentence. */
const MAX_DEPTH = 16
const MAX_FILES = 200
const MAX_BYTES = 2 * 1024 ** 2

export interface LoaderOptions {
  /** Folder of the shipped presets. */
  readonly presetDir: string
  /** Checks the shape of a file's data: in a worker, or here (`shape-issues.ts`) in tests. */
  readonly validate: (data: unknown) => Promise<readonly ShapeIssue[]>
  /** Texts by name that are taken instead of reading a file. */
  readonly given?: ReadonlyMap<string, string>
}

/** A file as it was read. */
export interface LoadedFile {
  /** As places name it. */
  readonly file: string
  /** Equal for one file under several names. */
  readonly identity: string
  readonly raw: RawMapping
  /** What it includes, in order. */
  readonly includes: readonly Included[]
}

export interface Included {
  readonly loaded: LoadedFile
  /** Names of metrics that are left out here. */
  readonly without: readonly string[]
}

/** Files around the one that is read, outermost first: name and identity of each. */
type Chain = readonly (readonly [name: string, identity: string])[]

/** Names of the shipped presets. */
export async function presetNames(presetDir: string): Promise<string[]> {
  const entries = await readdir(presetDir)
  return entries
    .filter((entry) => entry.endsWith('.yaml'))
    .map((entry) => entry.slice(0, -'.yaml'.length))
    .sort()
}

export class Loader {
  readonly diagnostics: Diagnostic[] = []
  readonly texts = new Map<string, YamlSource>()
  /** Files that were repaired: a warning about them may be about what is no longer there. */
  readonly repaired = new Set<string>()
  /** By identity; undefined: it could not be read, which was told. */
  readonly #loaded = new Map<string, LoadedFile | undefined>()
  #bytes = 0
  readonly #options: LoaderOptions

  constructor(options: LoaderOptions) {
    this.#options = options
  }

  /** `name` with what it includes. `from`: where it is named. */
  async load(name: string, from?: Place, chain: Chain = []): Promise<LoadedFile | undefined> {
    const identity = await identityOf(name)
    if (chain.some(([, around]) => around === identity)) {
      const way = [...chain.map(([around]) => around), name].join(' → ')
      return this.#error('include-cycle', `files include each other: ${way}`, from!)
    }
    if (this.#loaded.has(identity)) return this.#loaded.get(identity)
    const excess = this.#excess(chain)
    const loaded =
      excess === undefined
        ? await this.#read(name, identity, from, chain)
        : this.#error('bad-value', excess, from ?? { file: name })
    this.#loaded.set(identity, loaded)
    return loaded
  }

  /** What `given` of an `include` or `use` names at `place`. */
  async include(given: RawInclude, place: Place, chain: Chain): Promise<Included[]> {
    const { file, without = [] } = typeof given === 'string' ? { file: given } : given
    const name = file.startsWith('preset:') ? file : await this.#resolve(file, place)
    const loaded = name === undefined ? undefined : await this.load(name, place, chain)
    if (loaded === undefined) return []
    this.#checkWithout(without, loaded, place)
    return [{ loaded, without }]
  }

  /** Why no further file is read. */
  #excess(chain: Chain): string | undefined {
    if (chain.length > MAX_DEPTH) return `files include each other more than ${MAX_DEPTH} levels deep`
    if (this.#loaded.size >= MAX_FILES) return `this mapping has more than ${MAX_FILES} files`
    return this.#bytes > MAX_BYTES ? `the files of this mapping have more than ${MAX_BYTES / 1024 ** 2} MiB together` : undefined
  }

  async #read(name: string, identity: string, from: Place | undefined, chain: Chain): Promise<LoadedFile | undefined> {
    const raw = await this.#rawOf(name, from)
    if (raw === undefined) return undefined
    const includes: Included[] = []
    for (const [i, given] of (raw.include ?? []).entries())
      includes.push(...(await this.include(given, { file: name, path: ['include', i] }, [...chain, [name, identity]])))
    return { file: name, identity, raw, includes }
  }

  #checkWithout(without: readonly string[], loaded: LoadedFile, place: Place): void {
    const known = metricNames(loaded)
    for (const [i, name] of without.entries()) {
      if (known.includes(name)) continue
      const near = nearest(name, known)
      const at = { ...place, path: [...(place.path ?? []), 'without', i] }
      this.#error('unknown-name', `no metric that is included here is called "${name}"`, at, near && `did you mean "${near}"?`)
    }
  }

  /** Relative to the including file; a link must not lead out of its folder. */
  async #resolve(file: string, place: Place): Promise<string | undefined> {
    if (place.file.startsWith('preset:'))
      return this.#error('bad-value', `a preset includes presets only, found "${file}"`, place)
    const found = await besides(file, place.file)
    return 'problem' in found ? this.#error('bad-value', found.problem, place) : found.path
  }

  async #rawOf(name: string, from: Place | undefined): Promise<RawMapping | undefined> {
    const text = await this.#textOf(name, from)
    if (text === undefined) return undefined
    this.#bytes += Buffer.byteLength(text)
    const source = new YamlSource(name, text)
    this.texts.set(name, source)
    const problems = source.diagnostics()
    for (const problem of problems) this.diagnostics.push(problem)
    if (problems.length > 0) return undefined
    const data = source.data()
    if ('problem' in data) return this.#error('yaml-syntax', data.problem, { file: name })
    return this.#checked(name, withoutExtensions(data.value))
  }

  async #checked(name: string, data: unknown): Promise<RawMapping | undefined> {
    if (typeof data !== 'object' || data === null || Array.isArray(data)) {
      return this.#error(
        'bad-type',
        'expected a mapping with version, metrics and so on',
        { file: name },
        'start with "version: 1"',
      )
    }
    if (asksForExpressions(data)) await loadExpressionParser()
    const issues = await this.#options.validate(data)
    for (const issue of issues) this.diagnostics.push(diagnosticOf(issue, name))
    if (issues.length === 0) return data as RawMapping
    this.repaired.add(name)
    return repaired(data, issues) as RawMapping
  }

  async #textOf(name: string, from: Place | undefined): Promise<string | undefined> {
    const given = this.#options.given?.get(name)
    if (given !== undefined) return given
    const preset = name.startsWith('preset:') ? name.slice('preset:'.length) : undefined
    const place = from ?? { file: name }
    if (preset !== undefined && !(await presetNames(this.#options.presetDir)).includes(preset))
      return this.#unknownPreset(preset, place)
    try {
      return await readText(preset === undefined ? name : join(this.#options.presetDir, `${preset}.yaml`), from === undefined)
    } catch (error) {
      return this.#error('file-unreadable', `cannot read ${name}: ${(error as Error).message}`, place)
    }
  }

  async #unknownPreset(preset: string, place: Place): Promise<undefined> {
    const known = await presetNames(this.#options.presetDir)
    const near = nearest(preset, known)
    return this.#error(
      'unknown-preset',
      `no preset is called "${preset}"; shipped: ${known.join(', ')}`,
      place,
      near && `did you mean "${near}"?`,
    )
  }

  #error(code: Diagnostic['code'], message: string, place: Place, hint?: string): undefined {
    this.diagnostics.push({ severity: 'error', code, message, place, ...(hint ? { hint } : {}) })
    return undefined
  }
}

async function identityOf(name: string): Promise<string> {
  return name.startsWith('preset:') ? name : await realpath(name).catch(() => resolve(name))
}

/** Of the file and all that it includes. */
function metricNames(loaded: LoadedFile, seen = new Set<LoadedFile>()): string[] {
  if (seen.has(loaded)) return []
  seen.add(loaded)
  const { raw, includes } = loaded
  return [...includes.flatMap((included) => metricNames(included.loaded, seen)), ...(raw.metrics ?? []).map(({ name }) => name)]
}

/** Whether `expr` stands anywhere. A file has at most as many keys as its limits allow. */
function asksForExpressions(data: unknown): boolean {
  if (typeof data !== 'object' || data === null) return false
  return Object.hasOwn(data, 'expr') || Object.values(data).some(asksForExpressions)
}

/** `x-...` keys are the user's own, and `buckets: {}` among the defaults is written down without asking for any. */
function withoutExtensions(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return data
  const own = Object.fromEntries(Object.entries(data).filter(([key]) => !key.startsWith('x-')))
  const { defaults } = own as { defaults?: { buckets?: unknown } }
  if (JSON.stringify(defaults?.buckets) === '{}') delete defaults!.buckets
  return own
}
