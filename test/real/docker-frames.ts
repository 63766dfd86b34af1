/** Counts frames of the daemon's streams as they pass, and those that are not the end of a line. Written apart from the exporter's own reader. */
const HEADER_BYTES = 8
const LINE_FEED = 0x0a

export class FrameCount {
  frames = 0
  /** Frames whose line goes on in the next one. */
  splits = 0

  /** What is to be shown the bytes of one answer. */
  ofOneConnection(): (bytes: Buffer) => void {
    let rest: Buffer = Buffer.alloc(0)
    return (bytes) => {
      rest = Buffer.concat([rest, bytes])
      for (;;) {
        if (rest.length < HEADER_BYTES) return
        const end = HEADER_BYTES + rest.readUInt32BE(4)
        if (rest.length < end) return
        this.frames++
        if (rest[end - 1] !== LINE_FEED) this.splits++
        rest = rest.subarray(end)
      }
    }
  }
}
