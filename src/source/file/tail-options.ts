/** What one followed file begins with. */
import type { BigIntStats } from 'node:fs'
import type { Origin, StreamSink } from '../source.ts'
import type { Window } from './window.ts'

/** An origin whose file follows renames. */
export type TailOrigin = { -readonly [K in keyof Origin]: Origin[K] }

export interface TailOptions {
  readonly fd: number
  readonly stat: BigIntStats
  readonly nowMs: number
  readonly startOffset: number
  /** Bytes that are history, not live. Default 0. */
  readonly historyBytes?: number
  /** When its content was begun. Default: when the file was. */
  readonly sinceMs?: number
  readonly origin: TailOrigin
  readonly sink: StreamSink
  readonly window: Window
}
