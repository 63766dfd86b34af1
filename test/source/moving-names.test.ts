/**
 * Logs that are rotated while they are looked for: between two names of one listing, and between the listing and the opening. Whatever moves,
 * each generation is read after the one before it, so that a message that goes over its end is one message.
 */
import { mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MessageStream } from '../../src/decode/message-stream.ts'
import { LineFramer } from '../../src/frame/line-framer.ts'
import { type FoundFile, fileAt, folderAt } from '../../src/source/file/folder.ts'
import { Folders, generationsBeside } from '../../src/source/file/generation-names.ts'
import { PastFiles } from '../../src/source/file/past-files.ts'
import { Paths } from '../../src/source/file/paths.ts'
import { Stillness } from '../../src/source/file/stillness.ts'
import { linkGenerations } from '../../src/source/file/succession.ts'
import type { Tail } from '../../src/source/file/tail.ts'
import type { OpenStream } from '../../src/source/source.ts'
import { guideThat } from './act-after-scan.ts'
import { writeLater } from './births.ts'
import { Following } from './following.ts'

let folder: string
let log: string
let following: Following | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agentlog-moving-'))
  log = join(folder, 'app.log')
})
afterEach(async () => {
  await following?.stop()
  following = undefined
  rmSync(folder, { recursive: true, force: true })
})

const part = (text: string): string => `2026-11-21T10:00:00.000000001Z stdout P ${text}\n`
const end = (text: string): string => `2026-11-21T10:00:00.000000001Z stdout F ${text}\n`
/** Each leaves a message open that the next one finishes. */
const GENERATIONS = [
  end('one') + part('two-'),
  end('head') + part('three-'),
  end('tail') + part('four-'),
  end('end') + part('five-'),
  end('last'),
]
const MESSAGES = ['one', 'two-head', 'three-tail', 'four-end', 'five-last']

/** `app.log` and so many generations of it, the oldest with the highest number. */
function written(count: number): void {
  for (const text of GENERATIONS.slice(0, count)) rotateTo(text)
}

let generations = 0
beforeEach(() => {
  generations = 0
})
function rotateTo(text: string): void {
  for (let n = generations - 1; n > 0; n--) renameSync(`${log}.${n}`, `${log}.${n + 1}`)
  if (generations > 0) renameSync(log, `${log}.1`)
  generations++
  writeLater(log, text)
}

const inodes = (files: readonly FoundFile[]): string[] => files.map(({ stat }) => String(stat.ino)).sort()
const allInodes = (): string[] =>
  ['', ...Array.from({ length: generations - 1 }, (_, i) => `.${i + 1}`)].map((name) => String(statSync(log + name).ino)).sort()

describe('while names are listed', () => {
  test('each file is found, under the name that it has then', async () => {
    written(3)
    let isMoved = false
    const paths = new Paths([`${log}*`], [], false, () => {
      if (!isMoved) rotateTo(GENERATIONS[3]!)
      isMoved = true
      return true
    })
    const { files } = await paths.scan(0)
    expect(inodes(files)).toEqual(allInodes())
    for (const { path, stat } of files) expect([path, String(statSync(path).ino)]).toEqual([path, String(stat.ino)])
  })

  test('names that never stand still are taken as they come', async () => {
    written(1)
    const paths = new Paths([`${log}*`], [], false, () => {
      rotateTo('')
      return true
    })
    expect((await paths.scan(0)).files.length).toBeGreaterThan(0)
  })

  test('each generation beside a log is found', () => {
    written(3)
    let isMoved = false
    class Moving extends Folders {
      override beginningWith(path: string, stem: string): string[] {
        const names = super.beginningWith(path, stem)
        if (!isMoved) rotateTo(GENERATIONS[3]!)
        isMoved = true
        return names
      }
    }
    const live = String(statSync(log).ino)
    expect(inodes(generationsBeside(log, new Moving()))).toEqual(allInodes().filter((ino) => ino !== String(statSync(log).ino)))
    expect(inodes(generationsBeside(log))).toContain(live)
  })

  test('within a tick of the clock a second look must find the same', () => {
    written(2)
    const found = [...fileAt(log), ...fileAt(`${log}.1`)]
    const moved = [{ ...found[1]!, path: log }]
    const atOnce = folderAt(folder)
    const later = { ...atOnce, atMs: Number(atOnce.stat!.ctimeMs) + 1000 }
    const answers = (looks: readonly (readonly [typeof atOnce, readonly FoundFile[]])[]): boolean[] => {
      const stillness = new Stillness()
      return looks.map(([listed, files]) => stillness.accepts([listed], files))
    }
    const soon = { ...atOnce, atMs: Number(atOnce.stat!.ctimeMs) + 1 }
    expect(answers([[later, found]])).toEqual([true])
    expect(
      answers([
        [soon, found],
        [soon, moved],
        [soon, found],
        [soon, found],
      ]),
    ).toEqual([false, false, false, true])
    writeLater(log, 'another')
    rmSync(log)
    expect(answers([[later, found]])).toEqual([false])
  })
})

test('where names never stand still a listing is made again now and then only', async () => {
  written(1)
  let looks = 0
  const paths = new Paths([`${log}*`], [], false, () => {
    looks++
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
    rotateTo('')
    rmSync(`${log}.1`)
    generations = 1
    return true
  })
  await paths.scan(0)
  const looksAtFirst = looks
  expect(looksAtFirst).toBeGreaterThan(1)
  await paths.scan(1000)
  expect(looks).toBe(looksAtFirst + 1)
})

describe('between the listing and the opening', () => {
  let messages: string[]
  let rejects: string[]
  beforeEach(() => {
    messages = []
    rejects = []
  })
  const open: OpenStream = (origin) =>
    new MessageStream({
      origin,
      envelope: 'auto',
      maxLineBytes: 1000,
      createFramer: (options) => new LineFramer(options),
      onMessage: (buffer, start, end) => messages.push(buffer.toString('utf8', start, end)),
      onReject: (reason) => rejects.push(reason),
    })
  /** `onOpened`: called when a file is opened, before the next one is. */
  function follow(onOpened: () => void, pattern = 'app.log*'): Following {
    const fields = (): Record<string, string> => {
      onOpened()
      return {}
    }
    following = new Following({ patterns: [join(folder, pattern)], fields, open })
    return following
  }

  test.each(['app.log*', 'app.log'])(
    '%s: a file that has moved is waited for by those that were begun after it',
    async (pattern) => {
      written(1)
      let opened = 0
      const f = await follow(() => {
        if (++opened === 2) rotateTo(GENERATIONS[4]!)
      }, pattern).start()
      for (const text of GENERATIONS.slice(1, 4)) rotateTo(text)
      for (let looks = 0; looks < 4; looks++) await f.settle()
      expect([messages, rejects]).toEqual([MESSAGES, []])
    },
  )

  test('of those that are there at the first look, too', async () => {
    written(4)
    let opened = 0
    const f = await follow(() => {
      if (++opened === 1) rotateTo(GENERATIONS[4]!)
    }).start()
    for (let looks = 0; looks < 3; looks++) await f.settle()
    expect([messages, rejects]).toEqual([MESSAGES, []])
  })

  test.each(['app.log*', 'app.log'])('%s: after a death, too', async (pattern) => {
    written(1)
    const f = await follow(() => {}, pattern).start()
    await f.kill()
    for (const text of GENERATIONS.slice(1, 4)) rotateTo(text)
    let opened = 0
    const fields = (): Record<string, string> => {
      if (++opened === 1) rotateTo(GENERATIONS[4]!)
      return {}
    }
    following = new Following({ patterns: [join(folder, pattern)], fields, open, goesOnFrom: f })
    await following.start()
    for (let looks = 0; looks < 3; looks++) await following.settle()
    expect([messages, rejects]).toEqual([MESSAGES, []])
  })

  test('what was skipped as history is skipped when it is opened later, and what came since is read', async () => {
    written(3)
    let opened = 0
    const fields = (): Record<string, string> => {
      if (++opened === 1) rotateTo(GENERATIONS[3]!)
      return {}
    }
    following = new Following({ patterns: [`${log}*`], fields, open, history: 'skip' })
    const f = await following.start()
    for (let looks = 0; looks < 3; looks++) await f.settle()
    rotateTo(GENERATIONS[4]!)
    for (let looks = 0; looks < 3; looks++) await f.settle()
    expect(messages).toEqual(['end', 'five-last'])
  })

  test('a name that leads to another file at each look is read all the same, and waited for once', async () => {
    writeLater(log, end('0'))
    let count = 0
    const guide = guideThat(() => {
      const next = join(folder, 'next')
      writeFileSync(next, end(String(++count)))
      renameSync(next, log)
    }, false)
    following = new Following({ patterns: [log], open, guide })
    const f = await following.start()
    for (let looks = 0; looks < 5; looks++) await f.settle()
    const [read, scans] = [messages.length, count]
    for (let looks = 0; looks < 5; looks++) await f.settle()
    // Whatever is taken stands there when the next scan looks, which then finds nothing new.
    expect((messages.length - read) * 2).toBeGreaterThanOrEqual(count - scans - 1)
  })

  test('nobody waits for one that was deleted: others may be, too, before the next look', async () => {
    for (const n of [1, 2, 3]) writeLater(join(folder, `job-${n}`), end(String(n)))
    let deleted = 0
    const guide = guideThat(() => rmSync(join(folder, `job-${++deleted}`), { force: true }), false)
    following = new Following({ patterns: [join(folder, 'job-*')], open, guide })
    const f = await following.start()
    for (let looks = 0; looks < 3; looks++) await f.settle()
    expect(messages).toEqual(['2', '3'])
  })
})

test('a generation waits for the youngest of those that have moved, in whatever order they were found', () => {
  const moved = (n: number): Tail =>
    ({
      sinceMs: 10 - n,
      isRotated: true,
      isLost: false,
      formerPath: `/x/app.log${n > 1 ? `.${n - 1}` : ''}`,
      origin: { file: `/x/app.log.${n}` },
      aimAtEnd: () => {},
      progress: {},
    }) as unknown as Tail
  const [first, second] = [moved(1), moved(2)]
  for (const order of [
    [first, second],
    [second, first],
  ]) {
    const succeeded: unknown[] = []
    const fresh = {
      sinceMs: 10,
      origin: { file: '/x/app.log' },
      progress: { succeed: (before: unknown) => succeeded.push(before) },
    } as unknown as Tail
    linkGenerations(order, [fresh], [...order, fresh], new PastFiles())
    expect([fresh.waitsFor, succeeded]).toEqual([first, [first.progress]])
  }
})
