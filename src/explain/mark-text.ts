/** `once` and `rise` as text: whether a key has counted, and what a number adds to the highest seen. */
import { valueText as numberText } from '../exposition/number-text.ts'
import type { ElementTold, RiseTold, ValueTold } from './explanation.ts'
import type { Paint } from './paint.ts'
import { valueText } from './value-text.ts'

type KeysTold = Pick<ElementTold, 'once' | 'rise'>

/** Name and text of each key. */
export function keyTexts({ once, rise }: KeysTold, paint: Paint): (readonly [name: string, text: string])[] {
  const text = (key: readonly ValueTold[]): string => key.map((value) => valueText(value, paint)).join(', ')
  return [
    ...(once === undefined ? [] : [['once', text(once.key)] as const]),
    ...(rise === undefined ? [] : [['rise', text(rise.key)] as const]),
  ]
}

export function repeatedLine({ once }: KeysTold, paint: Paint): string[] {
  return once?.repeated === true ? [`      ${paint('yellow', '= seen before, does not count')}`] : []
}

export function riseLine({ outcome, numbers }: RiseTold, paint: Paint): string {
  const each = numbers.map(({ name, number, highest, added }) => {
    const first = outcome === 'forgotten' ? 'its key was evicted, so what was seen is not known' : 'the first seen'
    const seen = highest === null ? first : `highest seen ${numberText(highest)}`
    const adds = outcome === 'counts' && added > 0 ? `adds ${numberText(added)}` : 'adds nothing'
    return `${name === undefined ? '' : `${name} `}${adds} (${numberText(number)}, ${seen})`
  })
  const why = outcome === 'baseline' ? ': a baseline, which only lifts the mark' : ''
  return `      ${paint(outcome === 'counts' ? 'dim' : 'yellow', `rise ${each.join(', ')}${why}`)}`
}
