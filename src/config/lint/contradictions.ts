/** Conditions that nothing fulfils: `where` that contradicts itself, told where it does. */
import type { NodePath } from '../../diag/diagnostic.ts'
import type { LongTest, TestSpec, WhereSpec } from '../../select/spec.ts'

export interface Contradiction {
  readonly path: NodePath
  readonly message: string
}

/** The first part of a `where` because of which none of it ever holds. */
export function contradictionIn(where: WhereSpec, path: NodePath): Contradiction | undefined {
  for (const [key, asked] of Object.entries(where)) {
    const at = [...path, key]
    if (key === 'expr') continue
    const found =
      key === 'any'
        ? inAny(asked as readonly WhereSpec[], at)
        : key === 'none'
          ? inNone(asked as readonly WhereSpec[], where, at)
          : inTest(asked as TestSpec, at)
    if (found !== undefined) return found
  }
  return undefined
}

/** Whether every event on which `where` holds fulfils `other` too, as far as that can be read off. */
export function implies(where: WhereSpec, other: WhereSpec): boolean {
  return Object.entries(other).every(([key, asked]) => JSON.stringify(where[key]) === JSON.stringify(asked))
}

function inAny(entries: readonly WhereSpec[], path: NodePath): Contradiction | undefined {
  if (entries.length === 0) return { path, message: 'any of nothing never holds' }
  const inside = entries.map((entry, i) => contradictionIn(entry, [...path, i]))
  return inside.every((one) => one !== undefined) ? inside[0] : undefined
}

function inNone(entries: readonly WhereSpec[], around: WhereSpec, path: NodePath): Contradiction | undefined {
  const { none: _, ...rest } = around
  const index = entries.findIndex((entry) => implies(rest, entry))
  return index < 0 ? undefined : { path: [...path, index], message: 'none forbids what stands beside it' }
}

function inTest(asked: TestSpec, path: NodePath): Contradiction | undefined {
  if (Array.isArray(asked)) return asked.length === 0 ? { path, message: 'nothing equals one of no texts' } : undefined
  if (typeof asked !== 'object') return undefined
  const test = asked as LongTest
  const compared = (['regex', 'gt', 'gte', 'lt', 'lte'] as const).find((key) => test[key] !== undefined)
  if (test.exists === false && compared !== undefined) return { path, message: `what does not exist fulfils no ${compared}` }
  return isEmptyRange(test) ? { path, message: 'no number lies between these bounds' } : undefined
}

function isEmptyRange({ gt, gte, lt, lte }: LongTest): boolean {
  const low = Math.max(gt ?? Number.NEGATIVE_INFINITY, gte ?? Number.NEGATIVE_INFINITY)
  const high = Math.min(lt ?? Number.POSITIVE_INFINITY, lte ?? Number.POSITIVE_INFINITY)
  return low > high || (low === high && (low === gt || high === lt))
}
