/** Mapping files and presets, with what they include and use → one `Config`, or every problem of all of them at once. Presets are files like others. */
import { type Diagnostic, distinct } from '../diag/diagnostic.ts'
import type { YamlSource } from '../diag/yaml-source.ts'
import { CONFIG_CHECKS, FILE_CHECKS } from './checks/index.ts'
import type { Config } from './config.ts'
import { accepted } from './lint/accepted.ts'
import { type LoadedFile, Loader, type LoaderOptions } from './loader.ts'
import { mergeUnits } from './merge.ts'
import { readPriceFiles } from './price-files.ts'
import { unitsOf } from './units.ts'

export interface LoadOptions extends LoaderOptions {
  readonly files: readonly string[]
  readonly presets: readonly string[]
}

export interface Loaded {
  /** With errors among the diagnostics: what is left without the faulty parts, to be compiled for more diagnostics, never run. */
  readonly config: Config
  readonly diagnostics: readonly Diagnostic[]
  /** Every text that was read, by the name that places use. */
  readonly texts: ReadonlyMap<string, YamlSource>
}

export async function loadConfig(options: LoadOptions): Promise<Loaded> {
  const loader = new Loader(options)
  const { diagnostics, texts } = loader
  const roots: LoadedFile[] = []
  for (const name of [...options.presets.map((preset) => `preset:${preset}`), ...options.files]) {
    const loaded = await loader.load(name)
    if (loaded !== undefined && !roots.includes(loaded)) roots.push(loaded)
  }
  const units = await unitsOf(roots, loader)
  const isAccepted = accepted(units.files)
  const report = distinct((diagnostic) => {
    const isOfRepaired = diagnostic.severity !== 'error' && loader.repaired.has(diagnostic.place.file)
    if (!isOfRepaired && !isAccepted(diagnostic)) diagnostics.push(diagnostic)
  })
  for (const check of FILE_CHECKS) for (const file of units.files) check(file, texts.get(file.file)!, report)
  const priceFiles = await readPriceFiles(units.files, texts, report)
  const config = { ...mergeUnits(units, report), priceFiles }
  for (const check of CONFIG_CHECKS) check(config, report)
  return { config, diagnostics, texts }
}
