/** How long a line may be that wraps a message. */

/** An envelope makes a line longer than its message: Docker escapes 16 KiB to six times as many bytes at most. */
const LEAST_LINE_BYTES = 128 * 1024

/** Longest line that is to be delivered for messages of at most `maxLineBytes`. */
export function wrappedLineBytes(maxLineBytes: number): number {
  return Math.max(maxLineBytes, LEAST_LINE_BYTES)
}
