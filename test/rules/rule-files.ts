/** The shipped rules and their unit tests, as they stand in files: one list of each, with the name of the file. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

export interface Rule {
  readonly file: string
  readonly group: string
  readonly alert?: string
  readonly record?: string
  readonly expr: string
  readonly for?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

export interface ExpectedAlert {
  readonly exp_labels: Readonly<Record<string, string>>
  readonly exp_annotations: Readonly<Record<string, string>>
}

export interface AlertCase {
  readonly eval_time: string
  readonly alertname: string
  readonly exp_alerts: readonly ExpectedAlert[]
}

interface TestFile {
  readonly tests: readonly {
    readonly alert_rule_test?: readonly AlertCase[]
    readonly promql_expr_test?: readonly { readonly expr: string }[]
  }[]
}

interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Omit<Rule, 'file' | 'group'>[] }[]
}

const CONFIG = join(import.meta.dirname, '../../config/prometheus')
export const RULES = join(CONFIG, 'rules')
export const TESTS = import.meta.dirname
export const RUNBOOKS = readFileSync(join(CONFIG, 'runbooks.md'), 'utf8')

export interface Query {
  readonly name: string
  readonly of: string
  readonly question: string
  readonly expr: string
  readonly tells: string
}

export const QUERIES = (parse(readFileSync(join(CONFIG, 'queries.yaml'), 'utf8')) as { queries: readonly Query[] }).queries

const namesIn = (folder: string, ending: string): string[] => readdirSync(folder).filter((file) => file.endsWith(ending))

export const RULE_FILES = namesIn(RULES, '.yaml')
export const TEST_FILES = namesIn(TESTS, '.test.yaml')

export const rules: readonly Rule[] = RULE_FILES.flatMap((file) =>
  (parse(readFileSync(join(RULES, file), 'utf8')) as RuleFile).groups.flatMap(({ name, rules }) =>
    rules.map((rule) => ({ file, group: name, ...rule })),
  ),
)
export const alerts = rules.filter((rule) => rule.alert !== undefined)
export const records = rules.filter((rule) => rule.record !== undefined)

const tests = TEST_FILES.flatMap((file) => (parse(readFileSync(join(TESTS, file), 'utf8')) as TestFile).tests)
export const alertCases = tests.flatMap((test) => test.alert_rule_test ?? [])
export const testedExpressions = tests.flatMap((test) => (test.promql_expr_test ?? []).map(({ expr }) => expr))

/** As a test names it: a pair of warning and critical shares its name. */
export const titleOf = (rule: Rule): string =>
  rule.alert === undefined ? `${rule.file}: ${rule.record}` : `${rule.file}: ${rule.alert} ${rule.labels?.severity}`
