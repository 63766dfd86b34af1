/**
 * writer.mjs SOURCE LOG: another process writes SOURCE's bytes to LOG in pieces that end within lines, and rotates it twice at the
 * thirds (rename to LOG.1, LOG.2; the next piece creates the file anew), always between lines, as loggers do.
 */
import { closeSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

const [, , source, log] = process.argv
const PAUSE_MS = 10
const bytes = readFileSync(source)
const pieceBytes = Math.ceil(bytes.length / 300)

/** Ends of the three files: behind a newline. */
const cuts = [1, 2].map((third) => bytes.indexOf(0x0a, Math.floor((bytes.length * third) / 3)) + 1)

async function write(start, end) {
  const file = openSync(log, 'a')
  for (let at = start; at < end; at += pieceBytes) {
    writeSync(file, bytes.subarray(at, Math.min(at + pieceBytes, end)))
    await pause(PAUSE_MS)
  }
  closeSync(file)
}

await write(0, cuts[0])
renameSync(log, `${log}.1`)
await write(cuts[0], cuts[1])
renameSync(log, `${log}.2`)
await write(cuts[1], bytes.length)
