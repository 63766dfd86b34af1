/** Whether what Prometheus answered is what was computed. */
import type { Sample } from '../../real/prometheus-server.ts'
import { type Expected, NOTHING, SOME } from './facts.ts'
import { keyOf, type Labels, Top, Vector } from './vector.ts'

const TOLERANCE = 1e-6

/** Formats write bounds as 1 or 1.0. */
function comparable({ __name__: _, ...labels }: Labels): string {
  const bound = labels.le === undefined ? {} : { le: String(labels.le === '+Inf' ? labels.le : Number(labels.le)) }
  return keyOf({ ...labels, ...bound })
}

function isNear(a: number, b: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b)
  return a === b || Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b), TOLERANCE)
}

/** One text for each series that is missing, too much or has another value. */
export function differences(expected: Expected, answer: readonly Sample[], mustAnswer: boolean): string[] {
  if (expected === SOME) return answer.some(({ value }) => Number(value[1]) >= 0) ? [] : ['no value']
  if (expected instanceof Top) return differencesOfTop(expected, answer, mustAnswer)
  const [low, high] = expected instanceof Vector ? [expected, expected] : [expected.atLeast, expected.atMost]
  const answered = new Map(answer.map(({ metric, value }) => [comparable(metric), Number(value[1])]))
  const highs = new Map(high.points.map(({ labels, value }) => [comparable(labels), value]))
  const found: string[] = []
  if (mustAnswer && expected !== NOTHING && (low.isEmpty || answer.length === 0))
    found.push(`no value: ${low.points.length} computed, ${answer.length} answered`)
  for (const { labels, value: least } of low.points) {
    const key = comparable(labels)
    const value = answered.get(key)
    const most = highs.get(key)!
    answered.delete(key)
    if (value === undefined) found.push(`${key} is missing, must be ${least}`)
    else if (!isNear(value, least) && !isNear(value, most) && !(value > least && value < most)) {
      found.push(`${key} is ${value}, must be ${least === most ? least : `${least} to ${most}`}`)
    }
  }
  for (const [key, value] of answered) {
    const most = highs.get(key)
    if (most === undefined) found.push(`${key} is ${value}, must not be there`)
    else if (!isNear(value, most)) found.push(`${key} is ${value}, must be ${most} or not there`)
  }
  return found
}

/** The values are those that they must be, and each belongs to its series. */
function differencesOfTop(expected: Top, answer: readonly Sample[], mustAnswer: boolean): string[] {
  const answered = new Set(answer.map(({ metric }) => comparable(metric)))
  const named = new Vector(expected.of.points.filter(({ labels }) => answered.has(comparable(labels))))
  const values = answer.map(({ value }) => Number(value[1])).sort((a, b) => b - a)
  const isRight = values.length === expected.values.length && values.every((value, i) => isNear(value, expected.values[i]!))
  const found = isRight ? [] : [`the highest are ${values.join(' ')}, must be ${expected.values.join(' ')}`]
  return [...found, ...differences(named, answer, mustAnswer)]
}
