/** The library of queries as it ships, asked of one system of several that one Prometheus scrapes. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { ROOT } from '../../real/workbench.ts'
import { SYSTEMS } from './systems.ts'

export interface LibraryQuery {
  readonly name: string
  readonly of: string
  readonly expr: string
}

export function libraryQueries(): LibraryQuery[] {
  const text = readFileSync(join(ROOT, 'config/prometheus/queries.yaml'), 'utf8')
  return (parse(text) as { queries: LibraryQuery[] }).queries
}

/** Whose facts a query is about: models without a price are those of the preset with a price table. */
export function systemOf({ name, of }: LibraryQuery): string {
  if (name === 'unpriced-models') return 'callsphere'
  return of in SYSTEMS ? of : 'agents'
}

/** Selectors of these metrics find the series of these jobs alone: others have metrics of the same names. */
export function narrowed(expr: string, metrics: readonly string[], jobs: readonly string[]): string {
  const matcher = `job=~"${jobs.join('|')}"`
  return expr.replaceAll(/\b([a-z][\w:]*)(\{)?/g, (found, name: string, brace?: string) => {
    if (!metrics.includes(name)) return found
    return brace === undefined ? `${name}{${matcher}}` : `${name}{${matcher},`
  })
}
