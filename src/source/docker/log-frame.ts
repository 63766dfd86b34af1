/** One frame of a log as both readers of frames give it: a piece of what a container wrote at once, with the daemon's time of it. */

export type StreamName = 'stdout' | 'stderr'

/** Reused: valid during the call. */
export interface LogFrame {
  stream: StreamName
  /** As the daemon wrote it. */
  timeText: string
  /** The same as 20 digits (log-time.ts). */
  time: string
  /** The payload is `[start, end)` of it; without a `\n` at its end the message goes on. */
  buffer: Buffer
  start: number
  end: number
}

export interface FrameTaker {
  readonly onFrame: (frame: LogFrame) => void
  /** A frame without a timestamp: it is left out. */
  readonly onMalformed: () => void
}

/** Why a connection is not read on. */
export interface FrameFault {
  readonly kind: 'malformed' | 'daemon'
  readonly text: string
}

/** Cuts the body of an answer into frames. */
export interface FrameReader {
  /** After a fault nothing more is to be pushed. */
  push(chunk: Buffer): FrameFault | undefined
  /** The body ended as it should. Answers whether it ended at the end of a frame. */
  end(): boolean
}

export function emptyFrame(): LogFrame {
  return { stream: 'stdout', timeText: '', time: '', buffer: Buffer.alloc(0), start: 0, end: 0 }
}
