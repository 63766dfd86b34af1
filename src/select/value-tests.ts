/** What a condition can ask of one value: equality with a text or one of several, not, exists, regex, gt, gte, lt, lte. */
import type { Json } from '../decode/path.ts'
import { type CompileContext, within } from './compile-context.ts'
import { type Numeric, numericOf } from './numeric.ts'
import { textOf } from './scalar-text.ts'
import type { LongTest, Scalar, TestSpec } from './spec.ts'
import { compilePattern } from './text-stages.ts'

export interface ValueTest {
  /** What is asked, in the user's words: `is "bash"`, `not "a", "b"`, `gte 40`. */
  readonly what: string
  /** `value` is undefined where it is missing. */
  holds(value: Json): boolean
}

/** The tests of one path; all of them must hold. */
export function compileTests(spec: TestSpec, context: CompileContext): readonly ValueTest[] {
  if (!isLong(spec)) return [{ what: `is ${listed(spec)}`, holds: equality(spec) }]
  return [
    notTest(spec),
    existsTest(spec),
    regexTest(spec, context),
    ...COMPARISONS.map(([key, compare]) => comparison(spec, key, compare)),
  ].filter((test) => test !== undefined)
}

function isLong(spec: TestSpec): spec is LongTest {
  return typeof spec === 'object' && !Array.isArray(spec)
}

function listed(spec: Scalar | readonly Scalar[]): string {
  return asList(spec)
    .map((one) => JSON.stringify(one))
    .join(' or ')
}

function asList(spec: Scalar | readonly Scalar[]): readonly Scalar[] {
  return typeof spec === 'object' ? spec : [spec]
}

/** Whether the value's text is (one of) the given. */
function equality(spec: Scalar | readonly Scalar[]): (value: Json) => boolean {
  const texts = new Set(asList(spec).map(String))
  if (texts.size === 1) return equalityWithOne([...texts][0]!)
  return (value) => {
    const text = textOf(value)
    return text !== undefined && texts.has(text)
  }
}

/** Compares numbers as numbers where that says the same, since making their text would allocate. */
function equalityWithOne(text: string): (value: Json) => boolean {
  const number = Number(text)
  const isShortest = String(number) === text
  return (value) => {
    if (typeof value === 'string') return value === text
    if (typeof value === 'number') return isShortest && value === number
    return textOf(value) === text
  }
}

function notTest(spec: LongTest): ValueTest | undefined {
  if (spec.not === undefined) return undefined
  const equals = equality(spec.not)
  return { what: `not ${listed(spec.not)}`, holds: (value) => !equals(value) }
}

function existsTest(spec: LongTest): ValueTest | undefined {
  if (spec.exists === undefined) return undefined
  const wanted = spec.exists
  return { what: `exists: ${wanted}`, holds: (value) => (value !== undefined) === wanted }
}

function regexTest(spec: LongTest, context: CompileContext): ValueTest | undefined {
  if (spec.regex === undefined) return undefined
  const regex = compilePattern(spec.regex, within(context, 'regex'))
  const what = `regex '${spec.regex}'`
  if (regex === undefined) return { what, holds: () => false }
  return {
    what,
    holds: (value) => {
      const text = textOf(value)
      return text !== undefined && regex.test(text)
    },
  }
}

type ComparisonKey = 'gt' | 'gte' | 'lt' | 'lte'

const COMPARISONS: readonly (readonly [ComparisonKey, (a: Numeric, b: number) => boolean])[] = [
  ['gt', (a, b) => a > b],
  ['gte', (a, b) => a >= b],
  ['lt', (a, b) => a < b],
  ['lte', (a, b) => a <= b],
]

function comparison(spec: LongTest, key: ComparisonKey, compare: (a: Numeric, b: number) => boolean): ValueTest | undefined {
  const limit = spec[key]
  if (limit === undefined) return undefined
  return {
    what: `${key} ${limit}`,
    holds: (value) => {
      const number = numericOf(value)
      return number !== undefined && compare(number, limit)
    },
  }
}
