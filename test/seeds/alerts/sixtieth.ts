/** Rules at sixty times their speed: each `for`, range, offset and interval divided by 60, and nothing else changed. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { PROMETHEUS } from '../../setups/shipped-setups.ts'

const SPEED = 60
const MS_OF: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

export interface Rule {
  alert?: string
  record?: string
  expr: string
  for?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
}
interface Groups {
  groups: { name: string; interval?: string; rules: Rule[] }[]
}

export const RULES = join(PROMETHEUS, 'rules')
export const RULE_FILES = readdirSync(RULES).filter((file) => file.endsWith('.yaml'))

const read = (file: string): Groups => parse(readFileSync(join(RULES, file), 'utf8')) as Groups

export const alertsOf = (file: string): Rule[] =>
  read(file).groups.flatMap(({ rules }) => rules.filter(({ alert }) => alert !== undefined))

/** `1h30m` → `90s` at sixty times the speed, in milliseconds. */
export function sixtieth(duration: string): string {
  const parts = [...duration.matchAll(/(\d+)(ms|[smhdw])/g)]
  if (parts.map(([text]) => text).join('') !== duration) throw new Error(`not a duration: ${duration}`)
  const ms = parts.reduce((total, [, count, unit]) => total + Number(count) * MS_OF[unit!]!, 0)
  return `${Math.round(ms / SPEED)}ms`
}

const DURATION = '(?:\\d+(?:ms|[smhdw]))+'

export function fasterExpression(expression: string): string {
  return expression
    .replace(new RegExp(`\\[(${DURATION})(?::(${DURATION})?)?\\]`, 'g'), (_, range: string, step?: string) => {
      const sub = step === undefined ? (/:\]$/.test(_) ? ':' : '') : `:${sixtieth(step)}`
      return `[${sixtieth(range)}${sub}]`
    })
    .replace(new RegExp(`\\boffset (${DURATION})`, 'g'), (_, offset: string) => `offset ${sixtieth(offset)}`)
}

/** The text of a rule file at sixty times its speed. Groups without an interval take Prometheus's. */
export function fasterRules(file: string): string {
  const { groups } = read(file)
  for (const group of groups) {
    if (group.interval !== undefined) group.interval = sixtieth(group.interval)
    for (const rule of group.rules) {
      rule.expr = fasterExpression(rule.expr)
      if (rule.for !== undefined) rule.for = sixtieth(rule.for)
    }
  }
  return stringify({ groups })
}
