/**
 * Lines of a Kubernetes runtime: `<RFC 3339 time> <stdout|stderr> <P|F[:more tags]> <text>`. `P` is a part, `F` a message or the last part
 * of one. The text is a range of the line: nothing is copied.
 */
import type { Content } from './envelope.ts'
import { isDateTime, isStdStream, spaceFrom } from './shapes.ts'
import { MAX_TIME_BYTES, type Wrapping } from './wrapping.ts'

const SPACE = 0x20
const COLON = 0x3a
const FULL = 0x46
const PARTIAL = 0x50
const STREAM_BYTES = 6
/** Tags may be added by later runtimes; none are known. */
const MAX_TAG_BYTES = 200

export function unwrapCri(buffer: Buffer, start: number, end: number, content: Content, wrapping: Wrapping): boolean {
  if (!isDateTime(buffer, start, end)) return false
  const timeEnd = spaceFrom(buffer, start, Math.min(end, start + MAX_TIME_BYTES))
  if (timeEnd < 0 || !isStdStream(buffer, timeEnd + 1, end)) return false
  const tag = timeEnd + 1 + STREAM_BYTES + 1
  const byte = buffer[tag]
  if (tag >= end || buffer[tag - 1] !== SPACE || (byte !== FULL && byte !== PARTIAL)) return false
  const textStart = afterTags(buffer, tag + 1, end)
  if (textStart < 0) return false
  wrapping.kind = 'cri'
  wrapping.stream = buffer[timeEnd + 4] === 0x6f ? 'stdout' : 'stderr'
  wrapping.container = ''
  wrapping.takeTime(buffer, start, timeEnd)
  content.buffer = buffer
  content.start = textStart
  content.end = end
  content.isLast = byte === FULL
  return true
}

/** Behind the tags and one space; some runtimes write no space where there is no text. -1: no tags. */
function afterTags(buffer: Buffer, from: number, end: number): number {
  if (from >= end) return end
  if (buffer[from] === SPACE) return from + 1
  if (buffer[from] !== COLON) return -1
  const space = spaceFrom(buffer, from, Math.min(end, from + MAX_TAG_BYTES))
  return space < 0 ? -1 : space + 1
}
