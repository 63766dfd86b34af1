/** Generations of a log that wait for the one before them: however long that takes, they are read as soon as it is read, and counted as lag meanwhile. */
import { appendFileSync, renameSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { LineFramer } from '../../src/frame/line-framer.ts'
import { Pace } from '../../src/source/file/pace.ts'
import type { Tail } from '../../src/source/file/tail.ts'
import { WINDOW_BYTES } from '../../src/source/file/window.ts'
import type { OpenStream } from '../../src/source/source.ts'
import { guideThat } from './act-after-scan.ts'
import { writeLater } from './births.ts'
import { Following, MAX_LINE_BYTES } from './following.ts'

let following: Following | undefined
afterEach(async () => {
  await following?.stop()
  following = undefined
})

describe('generations that are there at the start', () => {
  test('are read one after the other without a pause between them', async () => {
    following = new Following({ patterns: ['app.log*'] })
    const texts = Array.from({ length: 10 }, (_, i) => `${i}${' '.repeat(WINDOW_BYTES)}`)
    for (const [i, text] of texts.entries()) writeLater(following.path(`app.log.${texts.length - i}`), `${text}\n${text}\n`)
    const f = await following.start()
    expect(f.taken().map((line) => line.trim())).toEqual(texts.flatMap((text) => [text.trim(), text.trim()]))
  })

  test('are read after the one before them, also if nothing stands in one between', async () => {
    following = new Following({ patterns: ['app.log*'] })
    const text = `first${' '.repeat(WINDOW_BYTES)}\n`
    writeLater(following.path('app.log.2'), text + text)
    writeLater(following.path('app.log.1'), '')
    writeLater(following.path('app.log'), 'last\n')
    const f = await following.start()
    for (let looks = 0; looks < 2; looks++) await f.settle()
    expect(f.taken().map((line) => line.trim())).toEqual(['first', 'first', 'last'])
  })

  test('are read when the one before them has taken longer than a quiet file is looked at', async () => {
    const [rotated, live] = ['rotated\n', 'live\n']
    const lines: string[] = []
    const lags: number[] = []
    const open: OpenStream = () =>
      new LineFramer({
        maxLineBytes: MAX_LINE_BYTES,
        onLine: (buffer, start, end) => {
          const line = buffer.toString('utf8', start, end)
          if (line.startsWith('slow')) {
            lags.push(f.telemetry.lagBytes.at('s').value)
            f.time.pass(6000)
          }
          lines.push(line.trimEnd())
        },
        onTooLong: () => {},
      })
    const f = new Following({ patterns: ['app.log*'], open })
    following = f
    const slow = `slow${' '.repeat(WINDOW_BYTES / 2 - 5)}\n`
    writeLater(f.path('app.log.2'), slow.repeat(6))
    writeLater(f.path('app.log.1'), rotated)
    writeLater(f.path('app.log'), live)
    await f.start()
    for (let looks = 0; looks < 20; looks++) await f.settle()
    expect(lines).toEqual([...Array(6).fill('slow'), 'rotated', 'live'])
    expect(lags.at(-1)).toBeGreaterThanOrEqual(rotated.length + live.length)
    expect(f.telemetry.lagBytes.at('s').value).toBe(0)
  })
})

test('what is written to a quiet log between the scan and a look at its end is read, and so is who waits for that', async () => {
  let afterScan = (): void => {}
  const guide = guideThat(() => afterScan(), true)
  following = new Following({ patterns: ['app.log*'], guide })
  const f = following
  writeLater(f.path('app.log'), 'one\n')
  await f.start()
  for (let looks = 0; looks < 20; looks++) await f.settle()
  renameSync(f.path('app.log'), f.path('app.log.1'))
  writeLater(f.path('app.log'), 'three\n')
  afterScan = () => {
    appendFileSync(f.path('app.log.1'), 'two\n')
    afterScan = () => {}
  }
  for (let looks = 0; looks < 4; looks++) await f.settle()
  expect(f.taken()).toEqual(['one', 'two', 'three'])
})

test('who waits is looked at once the other is read, or gone, and not before', () => {
  const tail = (isBehind: boolean, waitsFor?: Tail): Tail & { isBehind: boolean } =>
    ({ isBehind, waitsFor, isFollowed: true, hasChanged: false }) as unknown as Tail & { isBehind: boolean }
  const before = tail(true)
  const [one, other, gone] = [tail(false, before), tail(false, before), tail(false, before)]
  const pace = new Pace()
  for (const waiting of [one, other, gone]) {
    pace.heat(waiting, 0)
    expect(pace.awaits(waiting)).toBe(true)
  }
  gone.isFollowed = false
  pace.release(before, 60_000)
  pace.releaseAll(60_000)
  expect([pace.due(60_000), pace.nextDueMs()]).toEqual([[], Number.POSITIVE_INFINITY])
  before.isBehind = false
  pace.releaseAll(60_000)
  expect(pace.due(60_000)).toEqual([one, other])
  expect(pace.awaits(one)).toBe(false)
})
