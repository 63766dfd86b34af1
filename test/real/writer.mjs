/**
 * writer.mjs SOURCE LOG: another process writes SOURCE's bytes to LOG in pieces that end within lines, and rotates it twice, at the
 * thirds: renames it to LOG.1 and LOG.2, goes on writing to what it holds open, and creates LOG anew between two lines.
 */
import { closeSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

const [, , source, log] = process.argv
const PAUSE_MS = 10
const bytes = readFileSync(source)
const pieceBytes = Math.ceil(bytes.length / 300)

/** Where the log is renamed, and where the writer turns to the new file: a hundred lines later, since it holds the old one open. */
const renames = [1, 2].map((third) => endOfLine(Math.floor((bytes.length * third) / 3)))
const turns = renames.map((offset) => {
  let end = offset
  for (let i = 0; i < 100; i++) end = endOfLine(end)
  return end
})

function endOfLine(offset) {
  return bytes.indexOf(0x0a, offset) + 1
}

async function write(file, start, end) {
  for (let at = start; at < end; at += pieceBytes) {
    writeSync(file, bytes.subarray(at, Math.min(at + pieceBytes, end)))
    await pause(PAUSE_MS)
  }
}

let at = 0
for (const [i, rename] of renames.entries()) {
  const file = openSync(log, 'a')
  await write(file, at, rename)
  renameSync(log, `${log}.${i + 1}`)
  await write(file, rename, turns[i])
  closeSync(file)
  at = turns[i]
}
await write(openSync(log, 'a'), at, bytes.length)
