/**
 * rotator.mjs OPTIONS (JSON): copies a log to `LOG.1` and truncates it, again and again until SIGTERM, as `copytruncate` does: the older
 * copies move up by one, and what is written between the last reading and the truncation is gone. Prints how often.
 */
import { closeSync, openSync, readSync, renameSync, truncateSync, writeSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

const PIECE_BYTES = 64 * 1024

const { log, intervalMs } = JSON.parse(process.argv[2])
const piece = Buffer.alloc(PIECE_BYTES)
let generation = 0
let isOver = false
process.on('SIGTERM', () => {
  isOver = true
})

while (!isOver) {
  await pause(intervalMs)
  for (let old = generation; old > 0; old--) renameSync(`${log}.${old}`, `${log}.${old + 1}`)
  const from = openSync(log, 'r')
  const to = openSync(`${log}.1`, 'wx')
  for (let got = readSync(from, piece); got > 0; got = readSync(from, piece)) writeSync(to, piece, 0, got)
  truncateSync(log, 0)
  closeSync(from)
  closeSync(to)
  generation++
}
console.log(generation)
