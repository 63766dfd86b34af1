/** A dashboard and rules made of a mapping, as the verbs make them, for tests that look at the data itself. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { PRESET_DIR } from '../../src/cli/shipped.ts'
import { loadConfig } from '../../src/config/load.ts'
import { presetNames } from '../../src/config/loader.ts'
import { shapeIssues } from '../../src/config/shape-issues.ts'
import { dashboardOf } from '../../src/monitor/dashboard.ts'
import { type Model, modelOf } from '../../src/monitor/model.ts'
import { rulesText } from '../../src/monitor/rules.ts'
import type { Dashboard } from '../grafana/dashboard.ts'

export interface MadeRule {
  readonly record?: string
  readonly alert?: string
  readonly expr: string
  readonly for?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

const EXAMPLES = join(import.meta.dirname, '../../config/examples')
const examples = readdirSync(EXAMPLES).filter((name) => /^(?!web-config)[\w-]+\.yaml$/.test(name))

/** By name: files of mappings that ship as examples, and presets. */
export const MAPPINGS: Readonly<Record<string, { readonly files: readonly string[]; readonly presets: readonly string[] }>> = {
  ...Object.fromEntries(examples.map((name) => [name.replace('.yaml', ''), { files: [join(EXAMPLES, name)], presets: [] }])),
  ...Object.fromEntries((await presetNames(PRESET_DIR)).map((name) => [`preset-${name}`, { files: [], presets: [name] }])),
}

export async function modelOfMapping(name: string): Promise<Model> {
  const validate = async (data: unknown) => shapeIssues(data)
  return modelOf((await loadConfig({ ...MAPPINGS[name]!, presetDir: PRESET_DIR, validate })).config)
}

/** Of a mapping that is given as YAML, and must have no errors. */
export async function modelOfText(text: string): Promise<Model> {
  const validate = async (data: unknown) => shapeIssues(data)
  const given = new Map([['made.yaml', text]])
  const { config, diagnostics } = await loadConfig({ files: ['made.yaml'], presets: [], presetDir: PRESET_DIR, validate, given })
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('; '))
  return modelOf(config)
}

export function madeDashboard(model: Model, name = 'made'): Dashboard {
  return dashboardOf(model, { uid: `agentlog-of-${name}`, title: name, of: name }) as Dashboard
}

export function madeRulesText(model: Model, name = 'made', job?: string, runbooks?: string): string {
  return rulesText(model, { slug: name, of: name, job, runbooks })
}

export function madeRules(text: string): MadeRule[] {
  const { groups } = parse(text) as { groups: { name: string; rules: MadeRule[] }[] }
  return groups.flatMap(({ rules }) => rules)
}
