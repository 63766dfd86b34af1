/** What container runtimes and Compose make of what agents write: our own writers, by what was seen of the real ones. */

export type Stream = 'stdout' | 'stderr'
export type RuntimeName = 'docker' | 'cri' | 'compose'

/** What an agent wrote, up to its line feed or its end. */
export interface Written {
  readonly stream: Stream
  readonly text: Buffer
  /** The last output of a container may have no line feed. */
  readonly isUnterminated?: boolean
}

const PART_BYTES = 16 * 1024

/** One line of a log. */
export interface LogLine {
  readonly stream: Stream
  readonly bytes: Buffer
}

/** Lines of one message. `time` is unlike that of any other message. */
export type Runtime = (written: Written, time: string) => LogLine[]

/** Docker cuts after 16 KiB of bytes, escapes as Go does, and gives all parts one time; 16,384 bytes and a line feed are two records. */
export const docker: Runtime = ({ stream, text, isUnterminated = false }, time) => {
  const whole = isUnterminated ? text : Buffer.concat([text, Buffer.from('\n')])
  return partsOf(whole).map((part) => ({
    stream,
    bytes: Buffer.from(`{"log":${goString(part)},"stream":"${stream}","time":"${time}"}\n`, 'latin1'),
  }))
}

export const cri: Runtime = ({ stream, text }, time) => {
  const parts = text.length === 0 ? [text] : partsOf(text)
  return parts.map((part, i) => {
    const tag = i === parts.length - 1 ? 'F' : 'P'
    return { stream, bytes: Buffer.concat([Buffer.from(`${time} ${stream} ${tag} `), part, Buffer.from('\n')]) }
  })
}

/** It says no stream. */
export const compose: Runtime = ({ stream, text }) => [
  { stream, bytes: Buffer.concat([Buffer.from('\u001b[36magent-1  | \u001b[0m'), text, Buffer.from('\n')]) },
]

export const RUNTIMES: Readonly<Record<RuntimeName, Runtime>> = { docker, cri, compose }

/** Lines of both streams as they come: each in its order, mixed as `turns` says. */
export function interleaved(lines: readonly LogLine[], turns: readonly boolean[]): LogLine[] {
  const queues = {
    stdout: lines.filter(({ stream }) => stream === 'stdout'),
    stderr: lines.filter(({ stream }) => stream === 'stderr'),
  }
  const out: LogLine[] = []
  for (let i = 0; queues.stdout.length + queues.stderr.length > 0; i++) {
    const first = turns[i % Math.max(1, turns.length)] === true ? queues.stdout : queues.stderr
    const next = first.shift() ?? queues.stdout.shift() ?? queues.stderr.shift()
    out.push(next!)
  }
  return out
}

/** Nanoseconds of one second, each once; Docker takes trailing zeros off. */
export function timeOf(i: number): string {
  return `2026-01-31T12:00:00.${String(i + 1)
    .padStart(9, '0')
    .replace(/0+$/, '')}Z`
}

function partsOf(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length; at += PART_BYTES) parts.push(bytes.subarray(at, at + PART_BYTES))
  return parts
}

/** A string as Go's encoding/json writes it, but for bytes that are no UTF-8 (they stay, where Go puts U+FFFD): a part may cut a character. */
function goString(bytes: Buffer): string {
  const escaped = bytes
    .toString('latin1')
    .replace(/["\\\u0000-\u001f<>&]/g, (c) => ESCAPES[c] ?? `\\u00${c.charCodeAt(0).toString(16).padStart(2, '0')}`)
  return `"${escaped}"`
}

const ESCAPES: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
