/** A byte string played to a sink as a source does it: answers are honoured, windows are limited, the file grows in steps. */
import type { StreamSink } from '../../src/source/source.ts'

export interface Replay {
  readonly windowBytes: number
  /** Sizes that the file has one after the other, ascending; the last is the whole. */
  readonly sizes: readonly number[]
}

/** Answers how many bytes were delivered in all. */
export function replay(sink: StreamSink, content: Buffer, { windowBytes, sizes }: Replay): number {
  let wanted = 0
  let deliveredTo = 0
  let deliveredBytes = 0
  for (const size of sizes) {
    while (size > deliveredTo || (sink.needBytes > 0 && size - wanted >= sink.needBytes)) {
      const end = Math.min(size, wanted + Math.max(windowBytes, sink.needBytes))
      // A larger buffer with other bytes around, as the source has it: nothing outside the chunk may be looked at.
      const buffer = Buffer.concat([Buffer.from('\n\n'), content.subarray(wanted, end), Buffer.from('\n\n')])
      const next = sink.push({ buffer, start: 2, end: 2 + end - wanted, offset: wanted })
      deliveredBytes += end - wanted
      if (next > end || next < 0) throw new Error(`asked for ${next} after ${end}`)
      deliveredTo = Math.max(end, next)
      wanted = next
    }
  }
  return deliveredBytes
}

/** As a source with `once` ends a file. */
export function finish(sink: StreamSink, content: Buffer, wanted: number): void {
  const rest = content.subarray(wanted)
  sink.end({ buffer: rest, start: 0, end: rest.length, offset: wanted })
  const needBytes = sink.needBytes
  if (needBytes === 0) return
  const line = content.subarray(content.length - needBytes)
  sink.end({ buffer: line, start: 0, end: line.length, offset: content.length - needBytes })
}
