/**
 * writer.mjs OPTIONS (JSON): an agent that writes numbered lines at its pace and waits for nobody, until SIGTERM. Before each line it notes
 * in its journal how many it has begun. Now and then a line is written in two pieces. It rotates the log itself (`rotateEvery`), or follows
 * another who does: looks before each line whether its name leads elsewhere (`reopens: "by name"`), or is told (`"by signal"`: SIGHUP).
 * With `isPretty` each is printed over several lines, and the log is rotated between two of one object.
 */
import { closeSync, fstatSync, openSync, renameSync, statSync, writeSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

const DIGITS = 26
const KEYS = 10
const PACE_STEP = 7919
const PACE_RANGE = 1_000_003
const TORN_SHARE = 0.02
const MOST_PER_BATCH = 300

const {
  log,
  journal,
  linesPerSecond,
  rotateEvery = 0,
  reopens = 'never',
  creates = false,
  isPretty = false,
  seed,
} = JSON.parse(process.argv[2])
const journalFd = openSync(journal, 'w')
let fd = openSync(log, 'a')
let inode = fstatSync(fd).ino
let generation = 0
let isTold = false
let isOver = false
process.on('SIGTERM', () => {
  isOver = true
})
process.on('SIGHUP', () => {
  isTold = true
})

let state = seed >>> 0
function random() {
  state = (state + 0x6d2b79f5) >>> 0
  let mixed = Math.imul(state ^ (state >>> 15), state | 1)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}

function lineOf(n) {
  const fields = {
    event: 'e',
    n,
    word: String(Math.floor(n / DIGITS)),
    bit: 4 ** (n % DIGITS),
    key: String(n % KEYS),
    pace: (n * PACE_STEP) % PACE_RANGE,
    pad: 'x'.repeat(Math.floor(random() * 80)),
  }
  return Buffer.from(`${JSON.stringify(fields, null, isPretty ? 2 : undefined)}\n`)
}

/** Where one of the lines of an object begins; 0: the first. */
function lineStart(bytes, share) {
  return bytes.lastIndexOf(10, Math.floor(share * (bytes.length - 2))) + 1
}

async function writeLine(line) {
  if (random() > TORN_SHARE) {
    writeSync(fd, line)
    return
  }
  const cut = 1 + Math.floor(random() * (line.length - 1))
  writeSync(fd, line.subarray(0, cut))
  await pause(1)
  writeSync(fd, line.subarray(cut))
}

function reopen() {
  closeSync(fd)
  fd = openSync(log, 'a')
  inode = fstatSync(fd).ino
}

function rotate() {
  for (let old = generation; old > 0; old--) renameSync(`${log}.${old}`, `${log}.${old + 1}`)
  renameSync(log, `${log}.1`)
  generation++
  reopen()
}

function leadsElsewhere() {
  const found = statSync(log, { throwIfNoEntry: false })
  return found === undefined ? creates : found.ino !== inode
}

const startMs = performance.now()
for (let n = 0; !isOver; ) {
  if (isTold) {
    isTold = false
    reopen()
  }
  const batchEnd = n + 1 + Math.floor(random() * MOST_PER_BATCH)
  for (; n < batchEnd; n++) {
    if (reopens === 'by name' && leadsElsewhere()) reopen()
    writeSync(journalFd, String(n + 1).padStart(12), 0)
    const line = lineOf(n)
    const isLast = rotateEvery > 0 && (n + 1) % rotateEvery === 0
    const head = isPretty && isLast ? lineStart(line, random()) : 0
    if (head > 0) await writeLine(line.subarray(0, head))
    if (head > 0) rotate()
    await writeLine(line.subarray(head))
    if (head === 0 && isLast) rotate()
  }
  const aheadMs = startMs + (n / linesPerSecond) * 1000 - performance.now()
  await pause(Math.max(0, aheadMs))
}
