/** How far a stream of a container is in the numbers, as the note of its position has it. */

import { isContainerId } from '../containers.ts'
import type { RecordedPosition, Resumption } from '../source.ts'
import { type CursorState, START } from './cursor.ts'
import type { StreamName } from './log-frame.ts'
import { isTime, NO_TIME } from './log-time.ts'

export interface FeedState {
  readonly cursor: CursorState
  /** Time of the message that was open then: its parts are asked for again. Empty: none. */
  readonly openTime: string
  /** Bytes of lines that were given to the sink: the lines that follow are told apart from them by it. */
  readonly offset: number
  readonly messages: number
  /** What its sink must know there. A document may be open that goes over several messages: then those of its start come again. */
  readonly resumption?: Resumption
}

export const FRESH: FeedState = { cursor: START, openTime: NO_TIME, offset: 0, messages: 0 }

export interface PastFeed {
  readonly container: string
  readonly stream: StreamName
  /** What the container was called: another source that wants this name goes on here. */
  readonly name: string
  readonly state: FeedState
}

export function positionId(container: string, stream: StreamName): string {
  return `${container}:${stream}`
}

export function noteOf({ cursor, openTime, offset, resumption }: FeedState, name: string): string {
  const { time, count, hashes, highest } = cursor
  const set = (text: string): string | undefined => (text === NO_TIME ? undefined : text)
  return JSON.stringify({ time, count, hashes, highest: set(highest), openTime: set(openTime), offset, resumption, name })
}

/** undefined: no position of a container's stream. */
export function pastFeedOf({ id, checkpoint, note }: RecordedPosition): PastFeed | undefined {
  const [container = '', stream, ...rest] = id.split(':')
  if (!isContainerId(container) || (stream !== 'stdout' && stream !== 'stderr') || rest.length > 0) return undefined
  const { time, count, hashes, highest = NO_TIME, openTime = NO_TIME, offset, resumption, name } = parsed(note)
  if (!isTime(time) || !isTime(highest) || !isTime(openTime)) return undefined
  if (!isCount(count) || !isCount(offset) || typeof name !== 'string') return undefined
  if (!Array.isArray(hashes) || hashes.some((one) => typeof one !== 'string')) return undefined
  const cursor = { time, count, hashes, highest }
  return {
    container,
    stream,
    name,
    state: { cursor, openTime, offset, messages: checkpoint, ...(isResumption(resumption) ? { resumption } : {}) },
  }
}

/** What is in it is the sink's affair, which takes what it does not know for nothing. */
function isResumption(value: unknown): value is Resumption {
  return typeof value === 'object' && value !== null && isCount((value as Partial<Resumption>).appliedBytes)
}

function parsed(note: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(note)) as Record<string, unknown>
  } catch {
    return {}
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
