/** Names that `each` binds: one that is ours too hides ours within the rule, and `event` in `expr` is the event. */
import type { NodePath, Report } from '../../diag/diagnostic.ts'
import { type MappingFile, placeIn, type RawTakes, rulesOf } from '../raw.ts'

const OURS = ['event', 'name', 'time', 'source', 'log', 'file', 'stream', 'bytes', 'path', 'container', 'pod', 'kept']

export function checkBoundNames({ file, raw }: MappingFile, _: unknown, report: Report): void {
  const rules = (raw.metrics ?? []).flatMap((metric, i) => rulesOf(metric, ['metrics', i]))
  const drops = (raw.drop ?? []).map((rule, i) => ({ rule: rule as RawTakes, path: ['drop', i] as NodePath }))
  for (const { rule, path } of [...rules, ...drops]) {
    for (const { name, at } of boundBy(rule, [...path, 'each'])) {
      if (!OURS.includes(name)) continue
      const message = `each binds "${name}", ${name === 'event' ? 'which in expressions is the event' : `which hides $${name} in this rule`}`
      const place = placeIn(file, at, 'key')
      report({ severity: 'warning', code: 'reserved-name', message, place, hint: 'take another name' })
    }
  }
}

function boundBy({ each = {} }: RawTakes, path: NodePath): { readonly name: string; readonly at: NodePath }[] {
  if (Array.isArray(each))
    return each.flatMap((level, i) => Object.keys(level as object).map((name) => ({ name, at: [...path, i, name] })))
  return Object.keys(each).map((name) => ({ name, at: [...path, name] }))
}
