/** How a value came about, on one line: `status missing, outcome "OK" → lower "ok" → map "success"`. */
import { insteadText, shownText } from './condition-text.ts'
import type { StageTold, ValueTold } from './explanation.ts'
import type { Paint } from './paint.ts'

/** Regular expressions and lists of known texts may be long; the mapping has them in full. */
const MAX_DETAIL_LENGTH = 40

export function valueText(value: ValueTold, paint: Paint): string {
  const { stages } = value
  const steps = [sourceText(value, paint), ...stages.map((stage, i) => stageText(stage, i === stages.length - 1, paint))]
  if (value.default !== undefined) steps.push(`default ${shownText(value.default)}`)
  return steps.join(paint('dim', ' → '))
}

function sourceText({ source, of, tried, stages, result, like, default: fallback }: ValueTold, paint: Paint): string {
  if (source === 'const') return of
  if (source === 'none') return 'nothing'
  const looked = tried.map(({ path, found }) => (found === null ? `${path} missing` : `${path}=${shownText(found)}`))
  const missing = like === undefined ? '' : ` (${paint('yellow', insteadText(like))})`
  if (source === 'path') {
    // What is no text is missing to a label, and that is not to be seen from what was found.
    const isNoText = result === null && stages.length === 0 && tried.at(-1)?.found !== null && fallback === undefined
    return `${looked.join(', ')}${isNoText ? ', which is no text' : ''}${missing}`
  }
  const made = stages[0]?.before ?? (fallback === undefined ? result : null)
  const asked = source === 'expr' ? [of, ...looked] : looked
  return `${source} ${asked.join(', ')}${missing}: ${shownText(made)}`
}

/** A stage that changes nothing is only named, unless it is the last. */
function stageText({ stage, detail, before, after, operands }: StageTold, isLast: boolean, paint: Paint): string {
  const cut = detail !== undefined && detail.length > MAX_DETAIL_LENGTH ? `${detail.slice(0, MAX_DETAIL_LENGTH - 1)}…` : detail
  const isTold = stage === 'match' || stage === 'unit' || stage === 'scale' || stage === 'part' || stage === 'normalize'
  const name = isTold && cut !== undefined ? `${stage} ${cut}` : stage
  const others = operands === undefined ? '' : ` (${operands.map((operand) => valueText(operand, paint)).join('; ')})`
  if (after === null)
    return `${name}${others}: ${paint('yellow', stage === 'number' || stage === 'unit' ? 'no number' : 'no match')}`
  const isChanged = JSON.stringify(before) !== JSON.stringify(after)
  return `${paint('dim', name)}${others}${isChanged || isLast ? ` ${shownText(after)}` : ''}`
}
