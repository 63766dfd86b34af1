/** Values and conditions in words, for people. */
import type { ConditionTold } from './explanation.ts'
import type { Shown } from './log-text.ts'

export function shownText(value: Shown): string {
  if (value === null) return 'missing'
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object') return String(value)
  if ('list' in value) return `a list of ${value.list}`
  return `an object with ${value.keys} key${value.keys === 1 ? '' : 's'}`
}

/** `missing`, with what the event has instead. */
export function missingText(like: readonly string[] | undefined): string {
  return like === undefined ? 'missing' : `missing (${insteadText(like)})`
}

export function insteadText(like: readonly string[]): string {
  return `this event has ${like.join(' and ')}`
}

/** Why a condition does not hold, or that it does: `status is "error": found "ok"`. */
export function conditionText(condition: ConditionTold): string {
  if (condition.kind === 'test') return testText(condition)
  const parts = condition.parts.map(conditionText).join(', ')
  if (condition.kind === 'all') return parts
  return condition.kind === 'any' ? `none of these holds: ${parts}` : `one of these holds: ${parts}`
}

type TestTold = Extract<ConditionTold, { kind: 'test' }>

/** `duration_ms exists: missing`. */
export function testText(test: TestTold): string {
  if (test.reads !== undefined) return expressionText(test, test.reads)
  const asks = test.asks.replace(/^exists: true$/, 'exists').replace(/^exists: false$/, 'does not exist')
  return `${test.path} ${asks}: ${foundText(test)}`
}

/** `expr event.ms > 2: ms=1`; whether it holds stands before it. */
function expressionText({ path, asks, found, like }: TestTold, reads: NonNullable<TestTold['reads']>): string {
  const looked = reads.map((read) => (read.found === null ? `${read.path} missing` : `${read.path}=${shownText(read.found)}`))
  const result =
    typeof found === 'boolean' ? [] : [found === null ? 'so it is missing' : `gives ${shownText(found)}, which is not true`]
  return `${path} ${asks}: ${[...looked, ...result].join(', ')}${like === undefined ? '' : ` (${insteadText(like)})`}`
}

function foundText(test: TestTold): string {
  return test.found === null ? missingText(test.like) : `found ${shownText(test.found)}`
}
