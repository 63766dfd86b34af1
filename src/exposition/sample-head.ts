/**
 * What stands before a sample's value in the text formats. Joined, not added up: V8 keeps a sum of strings as a tree, which is
 * slow to write out again and again.
 */
import { escapeLabel } from './escape.ts'

export type LabelPairs = readonly (readonly [string, string])[]

/** `name{a="x",b="y"} `, or `name ` without labels. */
export function sampleHead(name: string, labels: LabelPairs): string {
  const parts = partsOf(name, labels)
  parts.push(parts.length > 1 ? '} ' : ' ')
  return parts.join('')
}

/** The same with one more label to come, whose value and end follow: `name{a="x",le="`. */
export function openHead(name: string, labels: LabelPairs, lastLabel: string): string {
  const parts = partsOf(name, labels)
  parts.push(parts.length > 1 ? ',' : '{', lastLabel, '="')
  return parts.join('')
}

/** `name`, and `{a="x"` `,b="y"` of the labels that are there: an empty text is an absent label. */
function partsOf(name: string, labels: LabelPairs): string[] {
  const parts = [name]
  for (const [label, text] of labels) {
    if (text === '') continue
    parts.push(parts.length > 1 ? ',' : '{', label, '="', escapeLabel(text), '"')
  }
  return parts
}
