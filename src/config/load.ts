/** Mapping files and presets, with what they include → one `Config`, or every problem of all of them at once. Presets are files like others. */
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Diagnostic, Place } from '../diag/diagnostic.ts'
import { nearest } from '../diag/suggest.ts'
import { YamlSource } from '../diag/yaml-source.ts'
import { loadExpressionParser } from '../select/cel/parser.ts'
import { besides } from './beside.ts'
import { CONFIG_CHECKS, FILE_CHECKS } from './checks/index.ts'
import type { Config } from './config.ts'
import { reportLater } from './later.ts'
import { accepted } from './lint/accepted.ts'
import { mergeFiles } from './merge.ts'
import { readPriceFiles } from './price-files.ts'
import type { MappingFile, RawMapping, RawSource } from './raw.ts'
import { repaired } from './repair.ts'
import { diagnosticOf } from './shape-diagnostic.ts'
import type { ShapeIssue } from './shape-issues.ts'

export interface LoadOptions {
  readonly files: readonly string[]
  readonly presets: readonly string[]
  /** Folder of the shipped presets. */
  readonly presetDir: string
  /** Checks the shape of a file's data: in a worker, or here (`shape-issues.ts`) in tests. */
  readonly validate: (data: unknown) => Promise<readonly ShapeIssue[]>
  /** Texts by name that are taken instead of reading a file. */
  readonly given?: ReadonlyMap<string, string>
}

export interface Loaded {
  /** With errors among the diagnostics: what is left without the faulty parts, to be compiled for more diagnostics, never run. */
  readonly config: Config
  readonly diagnostics: readonly Diagnostic[]
  /** Every text that was read, by the name that places use. */
  readonly texts: ReadonlyMap<string, YamlSource>
}

interface Tree {
  readonly files: readonly MappingFile[]
  readonly sources: readonly { readonly raw: RawSource }[]
}

const NOTHING: Tree = { files: [], sources: [] }

export async function loadConfig(options: LoadOptions): Promise<Loaded> {
  const loader = new Loader(options)
  const trees: Tree[] = []
  for (const preset of options.presets) trees.push(await loader.load(`preset:${preset}`, undefined, []))
  for (const file of options.files) trees.push(await loader.load(file, undefined, []))
  const { diagnostics, texts } = loader
  const files = trees.flatMap((tree) => tree.files)
  const isAccepted = accepted(files)
  const report = (diagnostic: Diagnostic): void => {
    const isOfRepaired = diagnostic.severity !== 'error' && loader.repaired.has(diagnostic.place.file)
    if (!isOfRepaired && !isAccepted(diagnostic)) diagnostics.push(diagnostic)
  }
  for (const check of FILE_CHECKS) for (const file of files) check(file, texts.get(file.file)!, report)
  const priceFiles = await readPriceFiles(files, texts, report)
  const sources = trees.findLast((tree) => tree.sources.length > 0)?.sources ?? []
  const config = { ...mergeFiles(files, sources, report), priceFiles }
  for (const check of CONFIG_CHECKS) check(config, report)
  return { config, diagnostics, texts }
}

/** Names of the shipped presets. */
export async function presetNames(presetDir: string): Promise<string[]> {
  const entries = await readdir(presetDir)
  return entries
    .filter((entry) => entry.endsWith('.yaml'))
    .map((entry) => entry.slice(0, -'.yaml'.length))
    .sort()
}

class Loader {
  readonly diagnostics: Diagnostic[] = []
  readonly texts = new Map<string, YamlSource>()
  /** Files that were repaired: a warning about them may be about what is no longer there. */
  readonly repaired = new Set<string>()
  /** A file counts once, over however many ways it is included. */
  readonly #loaded = new Set<string>()
  readonly #options: LoadOptions

  constructor(options: LoadOptions) {
    this.#options = options
  }

  /** Loads `name` and what it includes, before it. `from`: where it was included; `chain`: the files around it. */
  async load(name: string, from: Place | undefined, chain: readonly string[]): Promise<Tree> {
    if (chain.includes(name)) {
      this.#error('include-cycle', `files include each other: ${[...chain, name].join(' → ')}`, from!)
      return NOTHING
    }
    const identity = name.startsWith('preset:') ? name : resolve(name)
    if (this.#loaded.has(identity)) return NOTHING
    this.#loaded.add(identity)
    const raw = await this.#read(name, from)
    if (raw === undefined) return NOTHING
    const included: Tree[] = []
    for (const [i, include] of (raw.include ?? []).entries())
      included.push(await this.#include(include, { file: name, path: ['include', i] }, [...chain, name]))
    const own = (raw.sources ?? []).map((source) => ({ raw: source }))
    return {
      files: [...included.flatMap((tree) => tree.files), { file: name, raw, without: [] }],
      sources: own.length > 0 ? own : included.flatMap((tree) => tree.sources),
    }
  }

  async #include(include: NonNullable<RawMapping['include']>[number], place: Place, chain: readonly string[]): Promise<Tree> {
    const given = typeof include === 'string' ? { file: include, without: [] } : include
    const name = given.file.startsWith('preset:') ? given.file : await this.#resolve(given.file, place)
    if (name === undefined) return NOTHING
    const tree = await this.load(name, place, chain)
    this.#checkWithout(given.without ?? [], tree, place)
    return { ...tree, files: tree.files.map((file) => ({ ...file, without: [...file.without, ...(given.without ?? [])] })) }
  }

  #checkWithout(without: readonly string[], { files }: Tree, place: Place): void {
    // What could not be read, or counts where it was included before, has no names to compare with.
    if (files.length === 0) return
    const known = files.flatMap(({ raw }) => (raw.metrics ?? []).map((metric) => metric.name))
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

  async #read(name: string, from: Place | undefined): Promise<RawMapping | undefined> {
    const text = await this.#textOf(name, from)
    if (text === undefined) return undefined
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
    const report = (diagnostic: Diagnostic): void => void this.diagnostics.push(diagnostic)
    const laterValues = reportLater(data as Readonly<Record<string, unknown>>, name, report)
    if (issues.length + laterValues.length === 0) return data as RawMapping
    this.repaired.add(name)
    return repaired(data, issues, laterValues) as RawMapping
  }

  async #textOf(name: string, from: Place | undefined): Promise<string | undefined> {
    const given = this.#options.given?.get(name)
    if (given !== undefined) return given
    const preset = name.startsWith('preset:') ? name.slice('preset:'.length) : undefined
    const place = from ?? { file: name }
    if (preset !== undefined && !(await presetNames(this.#options.presetDir)).includes(preset))
      return this.#unknownPreset(preset, place)
    try {
      return await readFile(preset === undefined ? name : join(this.#options.presetDir, `${preset}.yaml`), 'utf8')
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
