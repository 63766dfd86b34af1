/** Labels of a source that a metric has already, in a way that cannot be won over: texts of a split, and what the metric's type itself uses. */
import type { Report } from '../../diag/diagnostic.ts'
import type { MetricSpec } from '../../mapping/spec.ts'
import type { Config } from '../config.ts'
import { LABEL_OF_TYPE } from './names.ts'

export function checkSourceLabelClashes({ profiles }: Config, report: Report): void {
  for (const { labels, mapping } of profiles.values())
    for (const metric of labels.length === 0 ? [] : mapping.metrics)
      for (const label of labels) {
        const clash = clashOf(label.name, metric)
        if (clash === undefined) continue
        report({
          severity: 'error',
          code: 'conflict',
          message: `label "${label.name}" of this source is ${clash.is}`,
          place: { ...label.place, part: 'key' },
          notes: [{ message: 'the metric', place: clash.place }],
          hint: 'give the label of the source another name',
        })
      }
}

function clashOf(label: string, { name, type, rules, place }: MetricSpec) {
  if (rules.length > 0 && LABEL_OF_TYPE[type] === label) return { is: `what ${name}, a ${type}, itself uses`, place }
  const split = rules.find((rule) => rule.split?.label === label)
  return split && { is: `what ${name} is split by`, place: split.place }
}
