/** Values and conditions as the user wrote them, already of the right shape (config checks that); see the mapping language §3-4. */

import type { WordKind } from './normalize.ts'
import type { Count } from './prices/rates.ts'

export type Scalar = string | number | boolean

/** A string is a path, a number or boolean is itself, an object is the long form. */
export type ValueSpec = Scalar | LongValue

export type Unit =
  | 'ns'
  | 'us'
  | 'ms'
  | 's'
  | 'min'
  | 'h'
  | 'd'
  | 'B'
  | 'KB'
  | 'KiB'
  | 'MB'
  | 'MiB'
  | 'GB'
  | 'GiB'
  | 'percent'
  | 'go_duration'
  | 'iso_duration'
  | 'secs_nanos'

/** The long form of a value. Exactly one of path, const, expr, key_of, length, sum; or a price, alone. */
export interface LongValue {
  readonly path?: string | readonly string[]
  readonly const?: Scalar
  readonly expr?: string
  readonly price?: PriceSpec
  readonly key_of?: string
  readonly length?: string
  readonly sum?: string
  readonly take?: ValueSpec
  readonly match?: string
  readonly part?: 'host' | 'basename'
  readonly normalize?: readonly WordKind[]
  readonly lower?: boolean
  readonly map?: Readonly<Record<string, Scalar>>
  readonly map_re?: readonly (readonly [string, Scalar])[]
  readonly one_of?: readonly Scalar[]
  readonly else?: Scalar
  readonly plus?: ValueSpec | readonly ValueSpec[]
  readonly minus?: ValueSpec | readonly ValueSpec[]
  readonly unit?: Unit
  readonly scale?: number
  readonly default?: Scalar
  readonly unmasked?: boolean
  readonly max_values?: number
}

/** Dollars of an event. `table`: `builtin`, a file, or patterns of models with prices per million tokens. */
export interface PriceSpec extends Partial<Readonly<Record<Count, ValueSpec>>> {
  readonly model: ValueSpec
  readonly table?: string | Readonly<Record<string, unknown>>
}

/** What is asked of one path: a scalar or list is equality with it or one of them. */
export type TestSpec = Scalar | readonly Scalar[] | LongTest

export interface LongTest {
  readonly not?: Scalar | readonly Scalar[]
  readonly exists?: boolean
  readonly regex?: string
  readonly gt?: number
  readonly gte?: number
  readonly lt?: number
  readonly lte?: number
}

/** Tests by path; all hold. Beside paths: `any` (one of them holds), `none` (none of them holds). */
export type WhereSpec = { readonly [path: string]: TestSpec | readonly WhereSpec[] }
