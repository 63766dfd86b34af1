/**
 * Records of Docker's json-file driver: `{"log":"text\n","stream":"stdout","time":"…Z"}`. A text without its line feed is a part: Docker cuts
 * after 16 KiB, and gives all parts of a message one time. The text is unescaped into one buffer; the rest is compared with what Docker
 * writes, byte for byte, and only a record that is written otherwise (with `attrs`, by other programs) is parsed: it has no other keys.
 */
import type { Json } from '../json.ts'
import { exceedsBounds } from '../json-bounds.ts'
import type { Content } from './envelope.ts'
import { unescapeJson } from './json-text.ts'
import { isDateTime } from './shapes.ts'
import { MAX_TIME_BYTES, type Wrapping } from './wrapping.ts'

const HEAD = Buffer.from('{"log":"')
const STDOUT_END = Buffer.from('","stream":"stdout","time":"')
const STDERR_END = Buffer.from('","stream":"stderr","time":"')
const TAIL = Buffer.from('"}')
const BRACE = 0x7b
const QUOTE = 0x22
const NEWLINE = 0x0a
const KEYS = new Set(['log', 'stream', 'time', 'attrs'])
/** Attributes are few texts; anything may be on a line that is no record. */
const BOUNDS = { maxValues: 1000, maxDepth: 3 }
const LEAST_BYTES = 16 * 1024
/** A larger one is given back after the line that needed it. */
const KEPT_BYTES = 1024 * 1024

let scratch = Buffer.allocUnsafeSlow(LEAST_BYTES)

/** A record that begins as Docker's do. */
export function unwrapDocker(buffer: Buffer, start: number, end: number, content: Content, wrapping: Wrapping): boolean {
  if (buffer[start] !== BRACE || buffer[start + 2] !== HEAD[2] || !standsAt(buffer, start, HEAD, end)) return false
  return unwrapExact(buffer, start, end, content, wrapping) || unwrapParsed(buffer, start, end, content, wrapping)
}

/** One that begins otherwise, too. */
export function unwrapAnyDocker(buffer: Buffer, start: number, end: number, content: Content, wrapping: Wrapping): boolean {
  return unwrapDocker(buffer, start, end, content, wrapping) || unwrapParsed(buffer, start, end, content, wrapping)
}

/** Behind `{"log":"`, byte for byte as Docker writes it. */
function unwrapExact(buffer: Buffer, start: number, end: number, content: Content, wrapping: Wrapping): boolean {
  const timeStart = timeStartOf(buffer, end)
  const textEnd = timeStart - STDOUT_END.length
  if (textEnd < start + HEAD.length || !isDateTime(buffer, timeStart, end - TAIL.length)) return false
  const isStdout = standsAt(buffer, textEnd, STDOUT_END, end)
  if (!isStdout && !standsAt(buffer, textEnd, STDERR_END, end)) return false
  makeRoom(textEnd - start)
  const bytes = unescapeJson(buffer, start + HEAD.length, textEnd, scratch)
  if (bytes < 0) return false
  wrapping.takeTime(buffer, timeStart, end - TAIL.length)
  fill(content, wrapping, bytes, isStdout ? 'stdout' : 'stderr')
  return true
}

/** Behind the last `"time":"`, if the line ends as a record does; the time holds no quote. */
function timeStartOf(buffer: Buffer, end: number): number {
  if (!standsAt(buffer, end - TAIL.length, TAIL, end)) return -1
  const last = end - TAIL.length - 1
  for (let i = last; i > last - MAX_TIME_BYTES && i > 0; i--) if (buffer[i] === QUOTE) return i + 1
  return -1
}

function unwrapParsed(buffer: Buffer, start: number, end: number, content: Content, wrapping: Wrapping): boolean {
  if (exceedsBounds(buffer, start, end, BOUNDS) !== undefined) return false
  const record = parsed(buffer.toString('utf8', start, end))
  if (record === undefined) return false
  const { log, stream, time } = record
  if (typeof log !== 'string' || (stream !== 'stdout' && stream !== 'stderr') || typeof time !== 'string') return false
  if (time.length > MAX_TIME_BYTES || !isDateTime(Buffer.from(time), 0, time.length)) return false
  makeRoom(log.length * 3)
  const bytes = scratch.write(log)
  wrapping.time = time
  fill(content, wrapping, bytes, stream)
  return true
}

function parsed(text: string): { readonly [key: string]: Json } | undefined {
  try {
    const record = JSON.parse(text) as Json
    if (typeof record !== 'object' || record === null || Array.isArray(record)) return undefined
    return Object.keys(record).every((key) => KEYS.has(key)) ? (record as { readonly [key: string]: Json }) : undefined
  } catch {
    return undefined
  }
}

function fill(content: Content, wrapping: Wrapping, bytes: number, stream: 'stdout' | 'stderr'): void {
  const isLast = bytes > 0 && scratch[bytes - 1] === NEWLINE
  wrapping.kind = 'docker'
  wrapping.stream = stream
  wrapping.container = ''
  content.buffer = scratch
  content.start = 0
  content.end = isLast ? bytes - 1 : bytes
  content.isLast = isLast
}

function makeRoom(bytes: number): void {
  if (bytes > scratch.length) scratch = Buffer.allocUnsafeSlow(bytes)
  else if (scratch.length > KEPT_BYTES && bytes <= LEAST_BYTES) scratch = Buffer.allocUnsafeSlow(LEAST_BYTES)
}

function standsAt(buffer: Buffer, at: number, text: Buffer, end: number): boolean {
  if (at < 0 || at + text.length > end) return false
  for (let i = 0; i < text.length; i++) if (buffer[at + i] !== text[i]) return false
  return true
}
