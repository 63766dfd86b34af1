/** What was found to be written in a log, for people. */
import type { FoundFormat } from '../../source/source.ts'
import type { FormatReader } from './choice.ts'
import { WHY_FOUND } from './tells.ts'

/** Writers that are named. */
const MAX_TOLD = 4

/** undefined: nothing was said, and nothing has told. */
export function foundIn({ found, isFoundOut }: FormatReader): FoundFormat | undefined {
  const formats = [...new Set(found.values())]
  const [first] = formats
  if (first === undefined) return undefined
  if (!isFoundOut) return { name: first.name }
  if (formats.length === 1) return { name: first.name, why: WHY_FOUND[first.name] }
  const each = [...found].slice(0, MAX_TOLD).map(([writer, { name }]) => (writer === '' ? name : `${writer} ${name}`))
  const more = found.size > MAX_TOLD ? `, ${found.size - MAX_TOLD} more` : ''
  return { name: `${each.join(', ')}${more}`, why: 'the first line of each that tells shows it' }
}
