/** A packed file that is looked into for one reason and then awaited for another: what counts is what is known when it is awaited. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LineFramer } from '../../src/frame/line-framer.ts'
import { fingerprintOf } from '../../src/source/file/fingerprint.ts'
import { type FoundFile, fileAt } from '../../src/source/file/folder.ts'
import { Meter } from '../../src/source/file/meter.ts'
import { Packed } from '../../src/source/file/packed.ts'
import { type PastFile, unreadAt } from '../../src/source/file/past-file.ts'
import { PastFiles } from '../../src/source/file/past-files.ts'
import { createOwnMetrics } from '../../src/telemetry/own-metrics.ts'

const TEXT = 'one\ntwo\n'

let folder: string
let path: string
let lines: string[]
let followed: readonly PastFile[]
let onLead: () => void
let looks: number
let packed: Packed
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agentlog-packed-'))
  path = join(folder, 'app.log.1.gz')
  lines = []
  followed = []
  looks = 0
  onLead = () => {}
  packed = new Packed({
    open: () =>
      new LineFramer({
        maxLineBytes: 1000,
        onLine: (buffer, start, end) => lines.push(buffer.toString('utf8', start, end)),
        onTooLong: () => {},
      }),
    makeOrigin: (file) => ({ source: 's', file, stream: '', fields: {} }),
    meter: new Meter('s', createOwnMetrics(), undefined),
    maxLineBytes: 1000,
    signal: new AbortController().signal,
    onDone: () => {},
    past: new PastFiles(),
    followedLike: (_, isUnlinked) => {
      const known = followed
      if (isUnlinked) looks++
      onLead()
      return known
    },
    hasCopies: false,
    left: [],
  })
})
afterEach(() => rmSync(folder, { recursive: true }))

/** One that was born after the process started, by a clock of whole milliseconds. */
function packedLater(): FoundFile {
  const startedMs = Date.now()
  do {
    rmSync(path, { force: true })
    writeFileSync(path, gzipSync(TEXT))
  } while (Number(statSync(path).birthtimeMs) < startedMs + 2)
  return fileAt(path)[0]!
}

/** All of it was read, from a file that is followed. */
function readElsewhere(): PastFile {
  const bytes = Buffer.from(TEXT)
  const { id, key, sinceMs } = unreadAt(path, statSync(path, { bigint: true }))
  const place = { id, key, sinceMs, path: join(folder, 'app.log'), checkpoint: bytes.length, historyBytes: 0 }
  return { ...place, state: 'open', ...fingerprintOf(bytes, bytes.length, bytes) }
}

const lookFor = (ghosts: readonly FoundFile[], paths: readonly string[]) => packed.look(ghosts, paths, [])

test('one that was looked into for a ghost, and is awaited later, is looked into again', async () => {
  const file = packedLater()
  lookFor([file], [])
  await packed.done()
  expect([looks, lines]).toEqual([1, []])
  lookFor([file], [path])
  await packed.done()
  await packed.archives.done()
  expect([looks, lines]).toEqual([2, ['one', 'two']])
  lookFor([file], [path])
  await packed.done()
  expect([looks, lines]).toEqual([2, ['one', 'two']])
})

test('what was found by a look that began before it was awaited counts for nothing', async () => {
  const file = packedLater()
  onLead = () => {
    onLead = () => {}
    followed = [readElsewhere()]
    lookFor([file], [path])
  }
  lookFor([file], [])
  await packed.done()
  lookFor([file], [path])
  await packed.done()
  await packed.archives.done()
  expect([looks, lines, packed.archives.expects(file)]).toEqual([2, [], false])
})
