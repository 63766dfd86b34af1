/** Where an object that is printed over several lines ends: brackets outside of texts are counted, whatever kind they are of. */

const QUOTE = 0x22
const BACKSLASH = 0x5c
/** `[` and `{`, `]` and `}` differ from each other in this bit only. */
const CASE_BIT = 0x20
const OPEN = 0x7b
const CLOSE = 0x7d

export interface Walked {
  /** Brackets that are open now. */
  readonly depth: number
  /** Index behind the bracket that closed the last, or where the line ends. */
  readonly end: number
}

/** One line of an object, or what stands of it on the line, with `depth` brackets open before it. No text of JSON goes over a line end. */
export function walkBrackets(buffer: Buffer, start: number, end: number, depth: number): Walked {
  let open = depth
  for (let i = start; i < end; i++) {
    const byte = buffer[i]!
    if (byte === QUOTE) i = textEnd(buffer, i + 1, end)
    else if (byte < 0x5b) continue
    else if ((byte | CASE_BIT) === OPEN) open++
    else if ((byte | CASE_BIT) === CLOSE && --open === 0) return { depth: 0, end: i + 1 }
  }
  return { depth: open, end }
}

function textEnd(buffer: Buffer, from: number, end: number): number {
  let at = from
  while (at < end && buffer[at] !== QUOTE) at += buffer[at] === BACKSLASH ? 2 : 1
  return at
}
