/** Where the history of a file ends whose old lines are skipped: behind its last whole line. What is unfinished then is a later line. */
import { WINDOW_BYTES, type Window } from './window.ts'

const NEWLINE = 0x0a

/** Looks back `maxLineBytes` at most: what is unfinished for longer is too long as a line, and shows as that when it ends. */
export function endOfHistory(fd: number, sizeBytes: number, maxLineBytes: number, window: Window): number {
  const leastOffset = Math.max(0, sizeBytes - maxLineBytes - 1)
  for (let end = sizeBytes; end > leastOffset; ) {
    const start = Math.max(leastOffset, end - WINDOW_BYTES)
    const got = window.read(fd, start, end - start)
    const newline = window.buffer.subarray(0, got).lastIndexOf(NEWLINE)
    if (newline !== -1) return start + newline + 1
    end = start
  }
  return leastOffset
}
