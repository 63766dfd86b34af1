/** What a daemon tells as it happens: JSON texts one after the other, each on a line. Memory: one line, of bounded length. */
import type { IncomingMessage } from 'node:http'
import { type ContainerEvent, eventIn } from './container-list.ts'

/** An event carries all labels of its container. */
const MAX_LINE_BYTES = 1024 * 1024
const NEWLINE = 0x0a

/** Resolves when the daemon says no more, or says what is no event: that is to be asked for again. */
export async function readEvents(answer: IncomingMessage, onEvent: (event: ContainerEvent) => void): Promise<void> {
  let rest: Buffer[] = []
  let restBytes = 0
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      let at = 0
      for (let newline = chunk.indexOf(NEWLINE); newline !== -1; newline = chunk.indexOf(NEWLINE, at)) {
        deliver(Buffer.concat([...rest, chunk.subarray(at, newline)]), onEvent)
        rest = []
        restBytes = 0
        at = newline + 1
      }
      if (at < chunk.length) rest.push(chunk.subarray(at))
      restBytes += chunk.length - at
      if (restBytes > MAX_LINE_BYTES) return
    }
  } catch {
    // A connection that broke and one that ended mean the same here.
  } finally {
    answer.destroy()
  }
}

function deliver(line: Buffer, onEvent: (event: ContainerEvent) => void): void {
  if (line.length === 0) return
  const event = eventIn(line.toString('utf8'))
  if (event !== undefined) onEvent(event)
}
