/**
 * What Compose writes before each line of a container: its name, at least two blanks, a bar and a blank, in colours or not; with
 * `--timestamps` a time follows. No agent's text has that shape by chance (`a | {` has one blank), but it may be made to have it: so a log
 * is taken for one of Compose only by its first lines (`choice.ts`).
 */
import type { Content } from './envelope.ts'
import { isDateTime, spaceFrom } from './shapes.ts'
import { MAX_TIME_BYTES, type Wrapping } from './wrapping.ts'

const PREFIX = /^(?:\u001b\[[0-9;]*m)?([A-Za-z0-9][A-Za-z0-9_.-]{1,127}) {2,}\|(?:\u001b\[0m | (?:\u001b\[0m)?)/
const MAX_PREFIX_BYTES = 400
const ESCAPE = 0x1b
const BAR = 0x7c
const SPACE = 0x20

export function unwrapCompose(buffer: Buffer, start: number, end: number, content: Content, wrapping: Wrapping): boolean {
  const first = buffer[start]!
  if (start >= end || !(isNameStart(first) || first === ESCAPE)) return false
  const bar = barFrom(buffer, start, Math.min(end, start + MAX_PREFIX_BYTES))
  if (bar < 0 || buffer[bar - 1] !== SPACE || buffer[bar - 2] !== SPACE) return false
  const match = PREFIX.exec(buffer.toString('latin1', start, Math.min(end, bar + 24)))
  if (match === null) return false
  const textStart = start + match[0].length
  const timeEnd = isDateTime(buffer, textStart, end)
    ? spaceFrom(buffer, textStart, Math.min(end, textStart + MAX_TIME_BYTES))
    : -1
  wrapping.kind = 'compose'
  wrapping.stream = ''
  wrapping.container = match[1]!
  wrapping.takeTime(buffer, textStart, timeEnd < 0 ? textStart : timeEnd)
  content.buffer = buffer
  content.start = timeEnd < 0 ? textStart : timeEnd + 1
  content.end = end
  content.isLast = true
  return true
}

function isNameStart(byte: number): boolean {
  const lower = byte | 0x20
  return (byte >= 0x30 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x7a)
}

function barFrom(buffer: Buffer, from: number, end: number): number {
  for (let i = from; i < end; i++) if (buffer[i] === BAR) return i
  return -1
}
