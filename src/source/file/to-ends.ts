/** The last reading of files: each up to where it ends now, and no further, however much is written meanwhile. */
import type { Breather } from './breather.ts'
import type { Tail } from './tail.ts'

/** `turn`: reads some of a file. Answers whether all were read; a file that cannot be, or is not found where it was, ends it too. */
export async function readToEnds(
  tails: readonly Tail[],
  turn: (tail: Tail) => void,
  breather: Breather,
  signal: AbortSignal,
): Promise<boolean> {
  for (const tail of tails) tail.aimAtEnd()
  let rest = tails.map((tail) => ({ tail, end: tail.progress.appliedBytes + tail.lagBytes }))
  for (let isStuck = false; rest.length > 0 && !isStuck; ) {
    isStuck = true
    for (const { tail } of rest) {
      if (signal.aborted) return false
      const { changes } = tail.position
      tail.lastReadBytes = 0
      turn(tail)
      if (tail.lastReadBytes > 0 || tail.position.changes !== changes) isStuck = false
      await breather.after(tail.lastReadBytes)
    }
    // The end of a long line may have been seen, and the line itself not yet been delivered.
    rest = rest.filter(
      ({ tail, end }) => tail.isBehind || (tail.error === undefined && tail.isUnread && tail.progress.appliedBytes < end),
    )
  }
  return rest.length === 0
}
