/** The process's own streams as `Io`. A closed pipe (`| head`) ends the output, not the process with a stack trace. */
import { once } from 'node:events'
import type { Io } from './io.ts'

export function processIo(): Io {
  for (const stream of [process.stdout, process.stderr]) if (stream.listenerCount('error') === 0) stream.on('error', endQuietly)
  const { NO_COLOR, FORCE_COLOR } = process.env
  return {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    drained: () => (process.stdout.writableNeedDrain ? once(process.stdout, 'drain').then(() => undefined) : undefined),
    colour: NO_COLOR ? false : FORCE_COLOR ? true : process.stdout.isTTY === true,
  }
}

function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
}
