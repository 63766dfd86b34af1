/**
 * A log as containers leave it: each line in the envelope that somebody puts around it, in parts, with what another stream says in between. Written
 * apart from the program's own reader, after what the daemons write.
 */
export type Random = () => number

/** The records of one line, each with its line feed. */
type Wrap = (line: Buffer, time: string, random: Random) => Buffer[]

/** Smaller than daemons have it (16 KiB), so that the lines of an ordinary log are in parts. */
const PART_BYTES = 120
const NOISE_SHARE = 0.05
const NOISE = 'npm WARN deprecated: {"event":"tool_invocation", is no JSON'

/** As the daemon's own encoder has them. */
function dockerRecord(log: string, stream: string, time: string): Buffer {
  const escaped = JSON.stringify({ log, stream, time }).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
  return Buffer.from(`${escaped}\n`)
}

/** Between characters: what a daemon cuts within one is no character any more. */
function dockerParts(line: Buffer): string[] {
  const parts: string[] = []
  for (const character of line.toString()) {
    const last = parts.at(-1)
    if (last === undefined || last.length >= PART_BYTES) parts.push(character)
    else parts[parts.length - 1] = last + character
  }
  return parts
}

const docker: Wrap = (line, time, random) => {
  const parts = dockerParts(line)
  return parts.flatMap((part, i) => [
    ...(random() < NOISE_SHARE ? [dockerRecord(`${NOISE}\n`, 'stderr', time)] : []),
    dockerRecord(i === parts.length - 1 ? `${part}\n` : part, 'stdout', time),
  ])
}

const cri: Wrap = (line, time, random) => {
  const records: Buffer[] = []
  const add = (stream: string, tag: string, part: Buffer | string): void => {
    records.push(Buffer.concat([Buffer.from(`${time} ${stream} ${tag} `), Buffer.from(part), Buffer.from('\n')]))
  }
  for (let at = 0; at < line.length; at += PART_BYTES) {
    if (random() < NOISE_SHARE) add('stderr', random() < 0.3 ? 'P' : 'F', NOISE)
    add('stdout', at + PART_BYTES < line.length ? 'P' : 'F', line.subarray(at, at + PART_BYTES))
  }
  return records
}

/** What `docker compose logs` prints: the names of all services as wide as the longest. */
const compose = (agent: string, other: string): Wrap => {
  return (line, _time, random) => [
    ...(random() < NOISE_SHARE ? [Buffer.from(`${other}${NOISE}\n`)] : []),
    Buffer.concat([Buffer.from(agent), line, Buffer.from('\n')]),
  ]
}

export const WRAPS: Readonly<Record<string, Wrap>> = {
  'docker json-file': docker,
  cri,
  compose: compose('agent-1     | ', 'database-1  | '),
  'compose in colours': compose('\x1b[36magent-1     |\x1b[0m ', '\x1b[33mdatabase-1  |\x1b[0m '),
}

/** A whole log in an envelope. */
export function wrapped(log: Buffer, wrap: Wrap, random: Random): Buffer {
  const records: Buffer[] = []
  let milliseconds = Date.UTC(2026, 0, 1)
  for (let start = 0; start < log.length; ) {
    const end = log.indexOf(0x0a, start)
    milliseconds += Math.floor(random() * 50)
    const nanoseconds = String(Math.floor(random() * 1e6)).padStart(6, '0')
    const time = new Date(milliseconds).toISOString().replace('Z', `${nanoseconds}Z`)
    for (const record of wrap(log.subarray(start, end), time, random)) records.push(record)
    start = end + 1
  }
  return Buffer.concat(records)
}

/** The messages of a log in an envelope, by stream: a second reader, which knows whole files only. */
export function messagesOf(log: string, recordOf: (line: string) => Part): Map<string, string[]> {
  const messages = new Map<string, string[]>()
  const open = new Map<string, string>()
  for (const line of log.split('\n').filter(Boolean)) {
    const { stream, text, isLast } = recordOf(line)
    const joined = (open.get(stream) ?? '') + text
    open.set(stream, isLast ? '' : joined)
    if (isLast) messages.set(stream, [...(messages.get(stream) ?? []), joined])
  }
  return messages
}

/** One record of a log. */
export interface Part {
  readonly stream: string
  readonly text: string
  readonly isLast: boolean
}

export const PARTS: Readonly<Record<'docker' | 'cri', (line: string) => Part>> = {
  docker: (line) => {
    const { log, stream = '' } = JSON.parse(line) as { log: string; stream?: string }
    return { stream, text: log.replace(/\n$/, ''), isLast: log.endsWith('\n') }
  },
  cri: (line) => {
    const [, stream, tag, text] = /^\S+ (\S+) ([PF]) (.*)$/.exec(line) ?? ['', '', 'F', line]
    return { stream: stream!, text: text!, isLast: tag === 'F' }
  },
}
