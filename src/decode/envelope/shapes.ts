/** Shapes that envelopes have in common, looked for in the bytes of a line. */

/** Of `2026-01-31T12:00:00`. */
const DATE_TIME_BYTES = 19
const S = 0x73
const T = 0x74
const D = 0x64
const SPACE = 0x20

/** Whether `2026-01-31T12:00:00` stands at `at`, by its shape; what follows it is not looked at. */
export function isDateTime(buffer: Buffer, at: number, end: number): boolean {
  if (end - at < DATE_TIME_BYTES) return false
  for (let i = 0; i < DATE_TIME_BYTES; i++) {
    const byte = buffer[at + i]!
    if (i === 4 || i === 7) {
      if (byte !== 0x2d) return false
    } else if (i === 10) {
      if (byte !== 0x54) return false
    } else if (i === 13 || i === 16) {
      if (byte !== 0x3a) return false
    } else if (byte < 0x30 || byte > 0x39) return false
  }
  return true
}

/** Whether `stdout` or `stderr` stands at `at`. */
export function isStdStream(buffer: Buffer, at: number, end: number): boolean {
  if (end - at < 6 || buffer[at] !== S || buffer[at + 1] !== T || buffer[at + 2] !== D) return false
  const [a, b, c] = [buffer[at + 3], buffer[at + 4], buffer[at + 5]]
  return (a === 0x6f && b === 0x75 && c === 0x74) || (a === 0x65 && b === 0x72 && c === 0x72)
}

/** Index of the first blank in `[from, end)`, or -1. */
export function spaceFrom(buffer: Buffer, from: number, end: number): number {
  for (let i = from; i < end; i++) if (buffer[i] === SPACE) return i
  return -1
}
