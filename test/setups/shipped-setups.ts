/** The set-ups of config/prometheus/setups and config/alertmanager, read. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { ROOT } from '../deploy/shipped.ts'

export const PROMETHEUS = join(ROOT, 'config/prometheus')
export const SETUPS = join(PROMETHEUS, 'setups')
export const ALERTMANAGER = join(ROOT, 'config/alertmanager')

export interface Relabeling {
  readonly source_labels?: readonly string[]
  readonly regex?: string
  readonly action?: string
  readonly target_label?: string
  readonly replacement?: string
  readonly modulus?: number
}
export interface ScrapeJob {
  job_name: string
  scrape_interval?: string
  scrape_timeout?: string
  honor_labels?: boolean
  metrics_path?: string
  static_configs?: { targets: string[]; labels?: Record<string, string> }[]
  file_sd_configs?: { files: string[] }[]
  kubernetes_sd_configs?: unknown[]
  relabel_configs?: Relabeling[]
  metric_relabel_configs?: Relabeling[]
}
export interface Setup {
  global: {
    scrape_interval: string
    evaluation_interval: string
    scrape_timeout: string
    external_labels?: Record<string, string>
  }
  alerting?: { alertmanagers: { static_configs: { targets: string[] }[] }[] }
  rule_files?: string[]
  remote_write?: { name: string; url: string; write_relabel_configs?: Relabeling[] }[]
  scrape_configs: ScrapeJob[]
}

export const textOf = (name: string): string => readFileSync(join(SETUPS, `${name}.yaml`), 'utf8')

export function documentsOf<T>(text: string): T[] {
  return parseAllDocuments(text, { merge: true }).map((document) => document.toJS() as T)
}

export const setup = (name: string): Setup => documentsOf<Setup>(textOf(name))[0]!

export const ALL = readdirSync(SETUPS).map((file) => file.replace(/\.yaml$/, ''))
/** Those that Prometheus itself loads. */
export const CONFIGURATIONS = ALL.filter((name) => /^scrape_configs:$/m.test(textOf(name)))
export const ROUTES = readdirSync(ALERTMANAGER)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.replace(/\.yaml$/, ''))
