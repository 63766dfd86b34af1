/** Why no line of a case made a series of a metric: which of its rules came nearest, and the first condition that failed. */
import type { Config } from '../config/config.ts'
import { Decoder } from '../decode/decoder.ts'
import { Row } from '../decode/row.ts'
import type { Rule } from '../mapping/rule.ts'
import { compilePlan } from '../pipeline/plan.ts'
import type { Trace } from '../select/trace.ts'
import { originOf } from './play.ts'
import type { ScenarioCase } from './scenario-file.ts'

/** One sentence; undefined if nothing can be told. */
export function whyMissing(config: Config, { log, file }: ScenarioCase, metric: string): string | undefined {
  const { mapping, masks } = compilePlan(config, () => {})
  const rules = mapping.rules.filter((rule) => rule.metric === metric)
  if (rules.length === 0) return undefined
  const bounds = { maxValues: config.limits.lineValues, maxDepth: config.limits.lineDepth }
  const decoder = new Decoder(mapping, bounds, () => 0)
  const row = new Row(mapping.slotCount, originOf(config, file))
  const names = new Set<string>()
  let nearest: string | undefined
  for (const [i, line] of log.split('\n').entries()) {
    const bytes = Buffer.from(line)
    if (decoder.decode(bytes, 0, bytes.length, row) !== 'event') continue
    names.add(row.name ?? '(no name)')
    const failed = rules.filter((rule) => waitsFor(rule, row.name)).map((rule) => firstFailure(rule.trace(row)))
    nearest ??= failed.map((one) => one && `line ${i + 1}: ${masks.text(one)}`).find((one) => one !== undefined)
  }
  return nearest ?? `no line is an event that its rules wait for (${waited(rules)}); the lines are: ${listed([...names])}`
}

function waitsFor(rule: Rule, name: string | undefined): boolean {
  return rule.takes.events === undefined || (name !== undefined && rule.takes.events.includes(name))
}

/** Depth first: what failed inside says more than what failed around it. */
function firstFailure({ ok, what, outcome, steps = [] }: Trace): string | undefined {
  if (ok && steps.length === 0) return undefined
  const inner = steps.map(firstFailure).find((one) => one !== undefined)
  return inner ?? (ok ? undefined : `${what}: ${outcome}`)
}

function waited(rules: readonly Rule[]): string {
  return listed([...new Set(rules.flatMap((rule) => rule.takes.events ?? ['any']))])
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none'
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ')
}
