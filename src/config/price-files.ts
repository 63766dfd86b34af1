/** Price tables that stand in files of their own (YAML or JSON), read beside the mapping that names them, with the same limits. */
import { readFile } from 'node:fs/promises'
import type { Diagnostic, Place, Report } from '../diag/diagnostic.ts'
import { YamlSource } from '../diag/yaml-source.ts'
import type { PriceFiles } from '../select/price.ts'
import type { ValueSpec } from '../select/spec.ts'
import { besides } from './beside.ts'
import { type MappingFile, placeIn, rulesOf } from './raw.ts'

interface Named {
  readonly table: string
  readonly place: Place
}

/** Each text that was read is added to `texts`, for places in it. */
export async function readPriceFiles(
  files: readonly MappingFile[],
  texts: Map<string, YamlSource>,
  report: Report,
): Promise<PriceFiles> {
  const byMapping = new Map<string, Map<string, { file: string; data: unknown }>>()
  for (const file of files) {
    const tables = new Map<string, { file: string; data: unknown }>()
    byMapping.set(file.file, tables)
    for (const named of namedBy(file)) {
      if (tables.has(named.table)) continue
      const read = await readTable(named, texts, report)
      if (read !== undefined) tables.set(named.table, read)
    }
  }
  return byMapping
}

function namedBy({ file, raw }: MappingFile): Named[] {
  const rules = (raw.metrics ?? []).flatMap((metric, i) => rulesOf(metric, ['metrics', i]))
  return rules.flatMap(({ rule, path }) => {
    const entries = Object.entries(rule.split ?? {}).flatMap(([label, values]) =>
      Object.entries(values).map(([text, value]) => [value, [...path, 'split', label, text]] as const),
    )
    const values: (readonly [ValueSpec | undefined, typeof path])[] = [[rule.value, [...path, 'value']], ...entries]
    return values.flatMap(([value, at]) => {
      const table = typeof value === 'object' ? value.price?.table : undefined
      return typeof table === 'string' && table !== 'builtin' ? [{ table, place: placeIn(file, [...at, 'price', 'table']) }] : []
    })
  })
}

async function readTable({ table, place }: Named, texts: Map<string, YamlSource>, report: Report) {
  const error = (code: Diagnostic['code'], message: string, at = place, hint?: string): undefined =>
    report({ severity: 'error', code, message, place: at, ...(hint === undefined ? {} : { hint }) }) as undefined
  if (place.file.startsWith('preset:')) return error('bad-value', `a preset reads no files, found the price table "${table}"`)
  const found = await besides(table, place.file)
  if ('problem' in found) return error('bad-value', found.problem)
  const { path } = found
  let source: YamlSource
  try {
    source = texts.get(path) ?? new YamlSource(path, await readFile(path, 'utf8'))
  } catch (caught) {
    const hint = 'a price table is "builtin", a file beside the mapping, or patterns of models with their prices'
    return error('file-unreadable', `cannot read ${path}: ${(caught as Error).message}`, place, hint)
  }
  texts.set(path, source)
  const problems = source.diagnostics()
  for (const problem of problems) report(problem)
  if (problems.length > 0) return undefined
  const data = source.data()
  return 'problem' in data ? error('yaml-syntax', data.problem, { file: path }) : { file: path, data: data.value }
}
