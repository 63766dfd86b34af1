/** Copies: of what is followed they are not read; of what lost its bytes they are read on from where it was left. */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { Following } from './following.ts'

const running: Following[] = []

function follow(options: ConstructorParameters<typeof Following>[0]): Following {
  const f = new Following(options)
  running.push(f)
  return f
}

async function restart(f: Following, patterns: string[], meanwhile: () => void): Promise<Following> {
  await f.kill()
  meanwhile()
  return follow({ patterns, goesOnFrom: f }).start()
}

afterEach(async () => {
  for (const f of running.splice(0).reverse()) await f.stop()
})

/** Lines that tell themselves apart, as real ones do by their times. */
function lines(from: number, to: number): string {
  let text = ''
  for (let n = from; n < to; n++) text += `{"time":"2026-01-31T12:00:00.${String(n).padStart(6, '0')}Z","n":${n}}\n`
  return text
}

/** As runs: `0-9 12-13`. A number that came twice ends a run. */
function numbersIn(taken: readonly string[]): string {
  const numbers = taken.map((line) => (JSON.parse(line) as { n: number }).n).sort((a, b) => a - b)
  const starts = numbers.filter((n, i) => n !== (numbers[i - 1] ?? Number.NaN) + 1)
  const ends = numbers.filter((n, i) => n !== (numbers[i + 1] ?? Number.NaN) - 1)
  return starts.map((start, i) => `${start}-${ends[i]}`).join(' ')
}

function upTo(n: number): string {
  return `0-${n - 1}`
}

/** As gzip does it: the time of writing stays. */
function gzip(from: string, to: string): void {
  const { mtime } = statSync(from)
  writeFileSync(to, gzipSync(readFileSync(from)))
  utimesSync(to, mtime, mtime)
  unlinkSync(from)
}

describe('copytruncate', () => {
  for (const patterns of [['app.log*'], ['app.log']]) {
    describe(`with the pattern ${patterns[0]}`, () => {
      test('what was written between the last look and the copy is read from the copy, and nothing twice', async () => {
        const f = follow({ patterns })
        const [log, copy] = [f.path('app.log'), f.path('app.log.1')]
        writeFileSync(log, lines(0, 50))
        await f.start()
        appendFileSync(log, lines(50, 60))
        copyFileSync(log, copy)
        truncateSync(log)
        appendFileSync(log, lines(60, 70))
        await f.settle()
        await f.settle()
        expect(numbersIn(f.taken())).toEqual(upTo(70))
      })

      test('a log that grew past its old size since is known to be another by its bytes', async () => {
        const f = follow({ patterns })
        const [log, copy] = [f.path('app.log'), f.path('app.log.1')]
        writeFileSync(log, lines(0, 5))
        await f.start()
        appendFileSync(log, lines(5, 8))
        copyFileSync(log, copy)
        truncateSync(log)
        appendFileSync(log, lines(8, 100))
        await f.settle()
        await f.settle()
        expect(numbersIn(f.taken())).toEqual(upTo(100))
      })

      test('what was read after the copy was made is not lost with it, and the copy brings nothing new', async () => {
        const f = follow({ patterns })
        const [log, copy] = [f.path('app.log'), f.path('app.log.1')]
        for (const kept of [1, 5, 60]) {
          writeFileSync(log, lines(0, kept))
          await (kept === 1 ? f.start() : f.settle())
          copyFileSync(log, copy)
          appendFileSync(log, lines(kept, kept + 1))
          await f.time.step(60)
          truncateSync(log)
          await f.settle()
          expect(numbersIn(f.taken()), `${kept} lines`).toEqual(upTo(kept + 1))
          rmSync(copy)
          await f.settle()
        }
      })

      test('of several rotations between two looks every copy is read, also when nothing was read before', async () => {
        const f = follow({ patterns })
        const [log, copy] = [f.path('app.log'), f.path('app.log.1')]
        const rotate = () => {
          for (const k of [2, 1])
            if (existsSync(f.path(`app.log.${k}`))) renameSync(f.path(`app.log.${k}`), f.path(`app.log.${k + 1}`))
          copyFileSync(log, copy)
          truncateSync(log)
        }
        writeFileSync(log, '')
        await f.start()
        for (let n = 0; n < 180; n += 30) {
          appendFileSync(log, lines(n, n + 30))
          rotate()
          if (n % 90 === 60) await f.settle()
          if (n % 90 === 60) await f.settle()
        }
        expect(numbersIn(f.taken())).toEqual(upTo(180))
      })

      test('of several rotations between two looks at a log that was read, too, whether it was running or not', async () => {
        for (const isRunning of [true, false]) {
          const f = follow({ patterns })
          const log = f.path('app.log')
          writeFileSync(log, lines(0, 20))
          await f.start()
          await untilClockTicks(log)
          const rotate = () => {
            for (const n of [20, 40]) {
              appendFileSync(log, lines(n, n + 20))
              copyFileSync(log, f.path(`app.log.${2 - n / 40}`))
              truncateSync(log)
            }
            appendFileSync(log, lines(60, 70))
          }
          if (isRunning) rotate()
          const g = isRunning ? f : await restart(f, patterns, rotate)
          for (let i = 0; i < 3; i++) await g.settle()
          expect(numbersIn(isRunning ? f.taken() : [...f.taken(), ...g.taken()])).toEqual(upTo(70))
        }
      })

      test('a log that was known and never read before a kill has its copies read', async () => {
        const f = follow({ patterns })
        const log = f.path('app.log')
        writeFileSync(log, '')
        await f.start()
        const g = await restart(f, patterns, () => {
          for (const n of [0, 20, 40]) {
            appendFileSync(log, lines(n, n + 20))
            copyFileSync(log, f.path(`app.log.${3 - n / 20}`))
            truncateSync(log)
          }
          appendFileSync(log, lines(60, 70))
        })
        await g.settle()
        const taken = g.taken()
        const h = await restart(g, patterns, () => {})
        await h.settle()
        expect(numbersIn([...taken, ...h.taken()])).toEqual(upTo(70))
      })

      test('a kill before the copy is found loses nothing', async () => {
        const f = follow({ patterns })
        const [log, copy] = [f.path('app.log'), f.path('app.log.1')]
        writeFileSync(log, lines(0, 50))
        await f.start()
        appendFileSync(log, lines(50, 60))
        copyFileSync(log, copy)
        truncateSync(log)
        appendFileSync(log, lines(60, 70))
        await f.time.step(6)
        const taken = f.taken()
        const g = await restart(f, patterns, () => appendFileSync(log, lines(70, 80)))
        await g.settle()
        expect(numbersIn([...taken, ...g.taken()])).toEqual(upTo(80))
      })

      test('copies that were made while nothing ran are read, also one that was compressed', async () => {
        const f = follow({ patterns })
        const log = f.path('app.log')
        writeFileSync(log, lines(0, 50))
        await f.start()
        const taken = f.taken()
        const g = await restart(f, patterns, () => {
          appendFileSync(log, lines(50, 60))
          copyFileSync(log, f.path('app.log.1'))
          truncateSync(log)
          gzip(f.path('app.log.1'), f.path('app.log.2.gz'))
          appendFileSync(log, lines(60, 70))
        })
        await untilRead(g, 20)
        expect(numbersIn([...taken, ...g.taken()])).toEqual(upTo(70))
      })

      test('a copy that was compressed at once is read from there, in one pass or while it is still being written', async () => {
        const f = follow({ patterns })
        const log = f.path('app.log')
        writeFileSync(log, lines(0, 20_000))
        await f.start()
        appendFileSync(log, lines(20_000, 40_000))
        const packed = gzipSync(readFileSync(log))
        truncateSync(log)
        writeFileSync(f.path('app.log.1.gz'), packed.subarray(0, packed.length * 0.75))
        await untilRead(f, 20_001)
        writeFileSync(f.path('app.log.1.gz'), packed)
        await untilRead(f, 40_000)
        expect(numbersIn(f.taken())).toEqual(upTo(40_000))
        await f.settle()
        expect(f.taken()).toEqual([])
      })
    })
  }

  test('a copy is not read while its original keeps its bytes, also after a restart', async () => {
    const f = follow({ patterns: ['app.log*'] })
    writeFileSync(f.path('app.log'), lines(0, 50))
    await f.start()
    copyFileSync(f.path('app.log'), f.path('app.log.1'))
    await f.settle()
    expect([f.files('copy'), f.files('open')]).toEqual([1, 1])
    expect(f.warnings).toEqual([`not read, as it is a copy of ${f.path('app.log')}: ${f.path('app.log.1')}`])
    const taken = f.taken()
    const g = await restart(f, ['app.log*'], () => {})
    await g.settle()
    expect(g.files('copy')).toBe(1)
    expect(numbersIn([...taken, ...g.taken()])).toEqual(upTo(50))
  })

  test('a copy in another folder is known before anything of its original was read', async () => {
    const f = follow({ patterns: ['app.log', 'old/*'] })
    mkdirSync(f.path('old'))
    writeFileSync(f.path('app.log'), '')
    await f.start()
    appendFileSync(f.path('app.log'), lines(0, 100))
    copyFileSync(f.path('app.log'), f.path('old/app.log.1'))
    await f.settle()
    expect(numbersIn(f.taken())).toBe(upTo(100))
    truncateSync(f.path('app.log'))
    appendFileSync(f.path('app.log'), lines(100, 110))
    await f.settle()
    expect(numbersIn(f.taken())).toBe('100-109')
  })

  test('a copy in another folder that has no bytes yet when it is found', async () => {
    const f = follow({ patterns: ['app.log', 'old/*'] })
    mkdirSync(f.path('old'))
    writeFileSync(f.path('app.log'), lines(0, 100))
    await f.start()
    writeFileSync(f.path('old/app.log.1'), '')
    await f.settle()
    appendFileSync(f.path('old/app.log.1'), lines(0, 100))
    await f.settle()
    truncateSync(f.path('app.log'))
    await f.settle()
    expect(numbersIn(f.taken())).toBe(upTo(100))
  })

  test('a copy that is being made while it is found is read once all the same', async () => {
    const f = follow({ patterns: ['app.log*'] })
    writeFileSync(f.path('app.log'), lines(0, 50))
    await f.start()
    const content = readFileSync(f.path('app.log'))
    for (const bytes of [0, 10, content.length - 1, content.length]) {
      writeFileSync(f.path('app.log.1'), content.subarray(0, bytes))
      await f.settle()
    }
    truncateSync(f.path('app.log'))
    appendFileSync(f.path('app.log'), lines(50, 51))
    await f.settle()
    await f.settle()
    expect(numbersIn(f.taken())).toEqual(upTo(51))
  })
})

describe('a known copy', () => {
  test('is followed when its original was truncated', async () => {
    const f = follow({ patterns: ['app.log*'] })
    writeFileSync(f.path('app.log'), lines(0, 50))
    await f.start()
    copyFileSync(f.path('app.log'), f.path('app.log.1'))
    await f.settle()
    truncateSync(f.path('app.log'))
    await f.settle()
    expect(f.files('copy')).toBe(0)
    appendFileSync(f.path('app.log.1'), lines(50, 51))
    await f.settle()
    expect(numbersIn(f.taken())).toEqual(upTo(51))
  })

  test('under a name of its own is no news when its original goes on and is truncated then', async () => {
    const f = follow({ patterns: ['*.log'] })
    writeFileSync(f.path('a.log'), lines(0, 50))
    await f.start()
    copyFileSync(f.path('a.log'), f.path('b.log'))
    await f.settle()
    appendFileSync(f.path('a.log'), lines(50, 60))
    await f.settle()
    truncateSync(f.path('a.log'))
    await f.settle()
    await f.settle()
    expect(numbersIn(f.taken())).toEqual(upTo(60))
  })

  test('that is written anew while its original is truncated is new', async () => {
    const f = follow({ patterns: ['*.log'] })
    writeFileSync(f.path('a.log'), lines(0, 50))
    await f.start()
    copyFileSync(f.path('a.log'), f.path('b.log'))
    await f.settle()
    truncateSync(f.path('a.log'))
    writeFileSync(f.path('b.log'), lines(50, 52))
    await f.settle()
    await f.settle()
    expect(numbersIn(f.taken())).toEqual(upTo(52))
  })

  test('that came together with its original is known by its name', async () => {
    const f = follow({ patterns: ['app.log*'] })
    await f.start()
    writeFileSync(f.path('app.log'), lines(0, 5))
    copyFileSync(f.path('app.log'), f.path('app.log-20260131'))
    await f.settle()
    expect(numbersIn(f.taken())).toEqual(upTo(5))
  })

  test('of a log that was written anew to the same size at the same time', async () => {
    const f = follow({ patterns: ['app.log*'] })
    const time = new Date('2026-01-31T12:00:00Z')
    writeFileSync(f.path('app.log'), lines(0, 50))
    utimesSync(f.path('app.log'), time, time)
    await f.start()
    await f.time.step(20_000)
    copyFileSync(f.path('app.log'), f.path('app.log.1'))
    writeFileSync(f.path('app.log'), lines(50, 100))
    utimesSync(f.path('app.log'), time, time)
    for (let i = 0; i < 3; i++) await f.settle()
    expect(numbersIn(f.taken())).toEqual(upTo(100))
  })

  test('is read on from the bytes that were read last, of all that it may hold', async () => {
    const f = follow({ patterns: ['app.log*'] })
    writeFileSync(f.path('app.log'), lines(0, 50))
    await f.start()
    truncateSync(f.path('app.log'))
    await f.settle()
    writeFileSync(f.path('app.log'), lines(0, 60))
    await f.settle()
    appendFileSync(f.path('app.log'), lines(60, 70))
    copyFileSync(f.path('app.log'), f.path('app.log.1'))
    truncateSync(f.path('app.log'))
    await f.settle()
    await f.settle()
    expect(f.taken()).toHaveLength(50 + 70)
  })
})

test('an empty file is followed at once, but for one that a followed log may be copied to', async () => {
  const f = follow({ patterns: ['*.log*'] })
  for (const name of ['session-1.log', 'session-2.log', 'rollout.2026-01-31.log']) writeFileSync(f.path(name), '')
  await f.start()
  expect(f.files('open')).toBe(3)
  writeFileSync(f.path('app.log'), 'one\n')
  await f.settle()
  writeFileSync(f.path('app.log.1'), '')
  await f.settle()
  expect(f.files('open')).toBe(4)
  writeFileSync(f.path('app.log.1'), 'other\n')
  await f.settle()
  expect([f.files('open'), f.taken()]).toEqual([5, ['one', 'other']])
})

describe('several copies of one log', () => {
  for (const pattern of ['app.log*', 'app.log']) {
    test(`one that brings nothing leaves the rest to a longer one, with the pattern ${pattern}`, async () => {
      const f = follow({ patterns: [pattern] })
      const log = f.path('app.log')
      writeFileSync(log, lines(0, 5))
      await f.start()
      const taken = f.taken()
      const g = await restart(f, [pattern], () => {
        copyFileSync(log, f.path('app.log.3'))
        appendFileSync(log, lines(5, 8))
        copyFileSync(log, f.path('app.log.2'))
        truncateSync(log)
        appendFileSync(log, lines(8, 9))
      })
      await g.settle()
      await g.settle()
      expect(numbersIn([...taken, ...g.taken()])).toEqual(upTo(9))
    })

    test(`of which all but one are compressed are read once, with the pattern ${pattern}`, async () => {
      const f = follow({ patterns: [pattern] })
      const log = f.path('app.log')
      writeFileSync(log, lines(0, 5))
      await f.start()
      const taken = f.taken()
      const g = await restart(f, [pattern], () => {
        writeFileSync(f.path('app.log.4.gz'), gzipSync(lines(0, 5)))
        appendFileSync(log, lines(5, 8))
        writeFileSync(f.path('app.log.3.gz'), gzipSync(lines(0, 8)))
        truncateSync(log)
        appendFileSync(log, lines(8, 9))
      })
      await untilRead(g, 4)
      await writeCopyAndSettle(g, 'app.log.2', lines(0, 8))
      expect(numbersIn([...taken, ...g.taken()])).toEqual(upTo(9))
    })
  }

  test('a copy that gets another name while its log is rotated twice hides no generation of that', async () => {
    const f = follow({ patterns: ['app.log', 'b.log'] })
    const log = f.path('app.log')
    writeFileSync(log, lines(0, 5))
    await f.start()
    appendFileSync(log, lines(5, 8))
    copyFileSync(log, f.path('app.log.1'))
    truncateSync(log)
    await f.settle()
    await f.settle()
    renameSync(log, f.path('app.log.2'))
    writeYounger(log, lines(8, 10), f.path('app.log.2'))
    renameSync(log, f.path('app.log.3'))
    renameSync(f.path('app.log.1'), f.path('b.log'))
    writeFileSync(log, lines(10, 11))
    await f.settle()
    expect(numbersIn(f.taken())).toEqual(upTo(11))
  })

  test('a short copy that was written anew when its log was truncated is a log of its own', async () => {
    const f = follow({ patterns: ['app.log*'] })
    const log = f.path('app.log')
    writeFileSync(log, lines(0, 5))
    await f.start()
    copyFileSync(log, f.path('app.log.1'))
    await f.settle()
    const short = '{"n":5}\n'
    writeFileSync(f.path('app.log.1'), short)
    truncateSync(log)
    await f.settle()
    await f.settle()
    expect(numbersIn(f.taken())).toEqual(upTo(6))
  })

  test('a copy of a copy that is found beside the log is none of the log', async () => {
    const f = follow({ patterns: ['app.log'] })
    writeFileSync(f.path('app.log'), lines(0, 50))
    await f.start()
    copyFileSync(f.path('app.log'), f.path('app.log.1'))
    truncateSync(f.path('app.log'))
    copyFileSync(f.path('app.log.1'), f.path('app.log.2'))
    await f.settle()
    await f.settle()
    expect(numbersIn(f.taken())).toEqual(upTo(50))
  })
})

describe('what is no copy', () => {
  test('a generation that begins like a deleted log of which nothing was counted', async () => {
    const f = follow({ patterns: ['app.log*'] })
    writeFileSync(f.path('app.log'), '')
    await f.start()
    unlinkSync(f.path('app.log'))
    writeFileSync(f.path('app.log'), lines(0, 2))
    await f.settle()
    copyFileSync(f.path('app.log'), f.path('app.log.1'))
    await f.settle()
    await f.settle()
    expect(numbersIn(f.taken())).toEqual(upTo(2))
  })

  test('an older file that gets a generation’s name', async () => {
    for (const isTruncated of [false, true]) {
      const f = follow({ patterns: ['app.log*'] })
      writeFileSync(f.path('older'), 'start\n')
      await untilClockTicks(f.path('older'))
      writeFileSync(f.path('app.log'), 'start\none\n')
      await f.start()
      if (isTruncated) truncateSync(f.path('app.log'))
      await f.settle()
      renameSync(f.path('older'), f.path('app.log.1'))
      await f.settle()
      expect(f.taken()).toEqual(['start', 'one', 'start'])
    }
  })

  test('what begins as a short log did that was truncated', async () => {
    const f = follow({ patterns: ['*.log', '*.log.1'] })
    writeFileSync(f.path('a.log'), 'start\n')
    await f.start()
    truncateSync(f.path('a.log'))
    await f.settle()
    writeFileSync(f.path('b.log'), 'start\nmore\n')
    writeFileSync(f.path('a.log.1'), 'x\n')
    await f.settle()
    expect(f.taken().sort()).toEqual(['more', 'start', 'start', 'x'])
  })

  test('a generation that ends like the log and begins otherwise', async () => {
    const f = follow({ patterns: ['app.log*'] })
    const end = `${'same '.repeat(80)}\n`
    writeFileSync(f.path('app.log'), `one ${end}`)
    await f.start()
    writeFileSync(f.path('app.log.1'), `two ${end}`)
    await f.settle()
    expect(f.taken().map((line) => line.slice(0, 3))).toEqual(['one', 'two'])
  })

  test('a younger file with a generation’s name that begins alike and goes on otherwise', async () => {
    const f = follow({ patterns: ['app.log*'] })
    writeFileSync(f.path('app.log'), 'start\none\n')
    await f.start()
    writeFileSync(f.path('app.log.1'), 'start\nother\n')
    await f.settle()
    expect(f.taken().sort()).toEqual(['one', 'other', 'start', 'start'])
  })

  test('short files of one content under names of their own', async () => {
    const f = follow({ patterns: ['*.log'] })
    writeFileSync(f.path('a.log'), 'start\n')
    await f.start()
    writeFileSync(f.path('b.log'), 'start\n')
    await f.settle()
    expect(f.taken()).toEqual(['start', 'start'])
  })

  test('a hundred logs that begin with the same two kilobytes', async () => {
    const f = follow({ patterns: ['*.log'] })
    await f.start()
    const banner = `${'banner '.repeat(300)}\n`
    for (let i = 0; i < 100; i++) writeFileSync(f.path(`${i}.log`), banner)
    await f.settle()
    for (let i = 0; i < 100; i++) appendFileSync(f.path(`${i}.log`), `${i}\n`)
    await f.settle()
    await f.settle()
    expect(f.taken().filter((line) => line.length < 5)).toHaveLength(100)
  })

  test('a copy that goes its own way is a log of its own', async () => {
    const f = follow({ patterns: ['*.log'] })
    writeFileSync(f.path('a.log'), lines(0, 50))
    await f.start()
    copyFileSync(f.path('a.log'), f.path('b.log'))
    await f.settle()
    expect(f.files('copy')).toBe(1)
    appendFileSync(f.path('b.log'), lines(50, 51))
    await f.settle()
    expect(f.files('copy')).toBe(0)
    expect(f.taken()).toHaveLength(50 + 51)
  })

  test('a packed file that holds no ghost', async () => {
    const f = follow({ patterns: ['app.log*'] })
    writeFileSync(f.path('app.log'), lines(0, 50))
    writeFileSync(f.path('app.log.7.gz'), gzipSync(lines(1000, 1050)))
    await f.start()
    truncateSync(f.path('app.log'))
    await f.settle()
    await f.settle()
    expect(numbersIn(f.taken())).toEqual(upTo(50))
  })
})

describe('moved to another file system', () => {
  test('the new file goes on where the old one was left', async () => {
    const f = follow({ patterns: ['app.log', 'old/*'] })
    mkdirSync(f.path('old'))
    writeFileSync(f.path('app.log'), lines(0, 50))
    await f.start()
    appendFileSync(f.path('app.log'), lines(50, 60))
    copyFileSync(f.path('app.log'), f.path('old/app.log.1'))
    await f.settle()
    unlinkSync(f.path('app.log'))
    await f.settle()
    appendFileSync(f.path('old/app.log.1'), lines(60, 61))
    await f.settle()
    await f.time.step(100_000)
    await f.settle()
    expect(numbersIn(f.taken())).toEqual(upTo(61))
  })

  test('also while nothing ran', async () => {
    const f = follow({ patterns: ['app.log', 'old/*'] })
    mkdirSync(f.path('old'))
    writeFileSync(f.path('app.log'), lines(0, 50))
    await f.start()
    const taken = f.taken()
    const g = await restart(f, ['app.log', 'old/*'], () => {
      appendFileSync(f.path('app.log'), lines(50, 60))
      copyFileSync(f.path('app.log'), f.path('old/app.log.1'))
      unlinkSync(f.path('app.log'))
      writeFileSync(f.path('app.log'), lines(60, 70))
    })
    await g.settle()
    expect(numbersIn([...taken, ...g.taken()])).toEqual(upTo(70))
  })

  test('its last line is finished there', async () => {
    const f = follow({ patterns: ['app.log', 'old/*'] })
    mkdirSync(f.path('old'))
    writeFileSync(f.path('app.log'), `${lines(0, 50)}{"n":50`)
    await f.start()
    copyFileSync(f.path('app.log'), f.path('old/app.log.1'))
    unlinkSync(f.path('app.log'))
    await f.settle()
    await f.settle()
    await f.time.step(100_000)
    appendFileSync(f.path('old/app.log.1'), '}\n')
    await f.settle()
    expect(numbersIn(f.taken())).toEqual(upTo(51))
  })

  test('a log that is written anew as a whole, as editors do, goes on behind what was read', async () => {
    const f = follow({ patterns: ['app.log'] })
    writeFileSync(f.path('app.log'), lines(0, 50))
    await f.start()
    writeFileSync(f.path('new'), lines(0, 60))
    renameSync(f.path('new'), f.path('app.log'))
    await f.settle()
    await f.settle()
    expect(numbersIn(f.taken())).toEqual(upTo(60))
  })
})

describe('compressed before it was read', () => {
  test('a rotated log of which the record knows a part is read on in its .gz', async () => {
    const f = follow({ patterns: ['app.log'] })
    writeFileSync(f.path('app.log'), lines(0, 50))
    await f.start()
    const taken = f.taken()
    const g = await restart(f, ['app.log'], () => {
      appendFileSync(f.path('app.log'), lines(50, 60))
      gzip(f.path('app.log'), f.path('app.log.1.gz'))
      writeFileSync(f.path('app.log'), lines(60, 70))
    })
    await untilRead(g, 20)
    expect(numbersIn([...taken, ...g.taken()])).toEqual(upTo(70))
  })

  for (const patterns of [['app.log*'], ['app.log']]) {
    test(`generations that came and were compressed while nothing ran are read whole: ${patterns[0]}`, async () => {
      const f = follow({ patterns })
      const log = f.path('app.log')
      writeFileSync(f.path('app.log.9.gz'), gzipSync(lines(5000, 5010)))
      utimesSync(f.path('app.log.9.gz'), 1, 1)
      writeFileSync(log, lines(0, 50))
      await f.start()
      const taken = f.taken()
      const g = await restart(f, patterns, () => {
        appendFileSync(log, lines(50, 60))
        gzip(log, f.path('app.log.3.gz'))
        writeFileSync(log, lines(60, 20_000))
        gzip(log, f.path('app.log.2.gz'))
        writeFileSync(log, lines(20_000, 20_010))
        gzip(log, f.path('app.log.1.gz'))
        writeFileSync(log, lines(20_010, 20_020))
        writeFileSync(f.path('app.log.4.gz'), gzipSync(lines(20_010, 20_020)))
      })
      await untilRead(g, 10_000)
      const h = await restart(g, patterns, () => {})
      await untilRead(h, 20_020 - 50 - g.lines.length)
      const i = await restart(h, patterns, () => {})
      await i.settle()
      expect(numbersIn([...taken, ...g.taken(), ...h.taken(), ...i.taken()])).toEqual(upTo(20_020))
    })
  }

  test('the first backlog is not over before it is read', async () => {
    const f = follow({ patterns: ['app.log'] })
    writeFileSync(f.path('app.log'), lines(0, 50))
    await f.start()
    const g = await restart(f, ['app.log'], () => {
      appendFileSync(f.path('app.log'), lines(50, 60))
      gzip(f.path('app.log'), f.path('app.log.1.gz'))
    })
    let seen = -1
    void g.source.caughtUp.then(() => {
      seen = g.lines.length
    })
    await untilRead(g, 10)
    await untilTrue(g, () => seen >= 0)
    expect(seen).toBe(10)
  })

  test('a generation that was rotated and then compressed, and one whose date stands before its ending', async () => {
    const f = follow({ patterns: ['*.log', 'app.log.1'] })
    writeFileSync(f.path('app.log.1'), lines(0, 50))
    writeFileSync(f.path('b.log'), lines(1000, 1050))
    await f.start()
    const taken = f.taken()
    const g = await restart(f, ['*.log', 'app.log.1'], () => {
      appendFileSync(f.path('app.log.1'), lines(50, 60))
      gzip(f.path('app.log.1'), f.path('app.log.2.gz'))
      appendFileSync(f.path('b.log'), lines(1050, 1060))
      gzip(f.path('b.log'), f.path('b-20260131.log.gz'))
    })
    await untilRead(g, 20)
    expect(numbersIn([...taken, ...g.taken()])).toEqual('0-59 1000-1059')
  })

  test('wherever the patterns reach and whatever its name, if it has much in common with what was read', async () => {
    const f = follow({ patterns: ['*.log', 'old/*'] })
    mkdirSync(f.path('old'))
    writeFileSync(f.path('a.log'), lines(0, 50))
    writeFileSync(f.path('b.log'), 'start\n')
    await f.start()
    const taken = f.taken().filter((line) => line !== 'start')
    writeFileSync(f.path('old/b.gz'), gzipSync('start\n{"n":1000}\n'))
    writeFileSync(f.path('old/a.gz'), gzipSync(lines(0, 60)))
    truncateSync(f.path('b.log'))
    // Both are looked into now and hold no ghost that can be told.
    await untilTrue(f, () => f.changes('truncated') === 1)
    for (let i = 0; i < 100; i++) await nextTurn()
    await f.settle()
    expect(f.taken()).toEqual([])
    truncateSync(f.path('a.log'))
    await untilRead(f, 10)
    expect(numbersIn([...taken, ...f.taken()])).toEqual(upTo(60))
  })

  test('a packed file that begins alike for long and goes on otherwise is left alone', async () => {
    const f = follow({ patterns: ['app.log'] })
    // What is compared lies on both sides of the end of the first 256 KiB.
    const first = `{"pad":"${'x'.repeat((256 << 10) + 100 - lines(0, 50).length - 11)}"}\n`
    writeFileSync(f.path('app.log'), first + lines(0, 50))
    writeFileSync(f.path('app.log.1.gz'), gzipSync(first + lines(100, 200)))
    utimesSync(f.path('app.log.1.gz'), 1, 1)
    await f.start()
    const [, ...taken] = f.taken()
    const g = await restart(f, ['app.log'], () => {
      writeFileSync(f.path('app.log.2.gz'), gzipSync(first + lines(0, 60)))
      unlinkSync(f.path('app.log'))
    })
    await untilRead(g, 10)
    await g.settle()
    expect(numbersIn([...taken, ...g.taken()])).toEqual(upTo(60))
  })

  test('a kill while it is read counts nothing twice', async () => {
    const f = follow({ patterns: ['app.log'] })
    writeFileSync(f.path('app.log'), lines(0, 50))
    await f.start()
    const g = await restart(f, ['app.log'], () => {
      appendFileSync(f.path('app.log'), lines(50, 40_000))
      gzip(f.path('app.log'), f.path('app.log.1.gz'))
    })
    await untilRead(g, 1)
    const h = await restart(g, ['app.log'], () => {})
    await untilRead(h, 40_000 - 50 - g.lines.length)
    expect(g.lines.length).toBeLessThan(40_000 - 50)
    expect(numbersIn([...f.taken(), ...g.taken(), ...h.taken()])).toEqual(upTo(40_000))
  })
})

describe('an unterminated last line', () => {
  test('of a rotated log counts when it was quiet for the time of rotation, once', async () => {
    const f = follow({ patterns: ['app.log*'] })
    writeFileSync(f.path('app.log'), 'one\n{"n":1}')
    await f.start()
    renameSync(f.path('app.log'), f.path('app.log.1'))
    writeFileSync(f.path('app.log'), 'two\n')
    await f.settle()
    expect(f.taken()).toEqual(['one', 'two'])
    await f.time.step(60_000)
    await f.settle()
    expect(f.taken()).toEqual(['{"n":1}'])
    appendFileSync(f.path('app.log.1'), '\nlate\n')
    await f.settle()
    expect(f.taken()).toEqual(['', 'late'])
    await f.time.step(120_000)
    await f.settle()
    expect(f.taken()).toEqual([])
  })

  test('of a log that nobody took over is waited for', async () => {
    const f = follow({ patterns: ['app.log*'] })
    writeFileSync(f.path('app.log'), 'one\n{"n":')
    await f.start()
    renameSync(f.path('app.log'), f.path('app.log.1'))
    await f.settle()
    await f.time.step(1_200_000)
    await f.settle()
    appendFileSync(f.path('app.log.1'), '1}\n')
    await f.settle()
    expect(f.taken()).toEqual(['one', '{"n":1}'])
  })
})

test('of a log that is truncated again and again without a copy, no more than fifty ghosts are kept', async () => {
  const f = follow({ patterns: ['app.log'] })
  writeFileSync(f.path('app.log'), '')
  await f.start()
  for (let i = 0; i < 60; i++) {
    writeFileSync(f.path('app.log'), lines(i * 2, i * 2 + 1))
    await f.settle()
  }
  expect(f.changes('truncated')).toBe(59)
  expect(f.source.positions()).toHaveLength(1 + 50)
})

/** Until a new file would be younger. */
async function untilClockTicks(path: string): Promise<void> {
  const before = statSync(path, { bigint: true }).birthtimeNs
  const probe = `${path}.probe`
  for (let isOver = false; !isOver; ) {
    await nextTurn()
    writeFileSync(probe, '')
    isOver = statSync(probe, { bigint: true }).birthtimeNs > before
    unlinkSync(probe)
  }
}

async function untilTrue(f: Following, isTrue: () => boolean): Promise<void> {
  const givesUpAtMs = performance.now() + 5_000
  while (!isTrue() && performance.now() < givesUpAtMs) {
    await nextTurn()
    await f.time.step(100)
  }
}

/** In a later tick of the clock of the file system than the other was written to. */
function writeYounger(path: string, text: string, than: string): void {
  const { mtimeNs } = statSync(than, { bigint: true })
  do {
    rmSync(path, { force: true })
    writeFileSync(path, text)
  } while (statSync(path, { bigint: true }).birthtimeNs <= mtimeNs)
}

async function writeCopyAndSettle(f: Following, name: string, text: string): Promise<void> {
  writeFileSync(f.path(name), text)
  for (let i = 0; i < 3; i++) await f.settle()
}

/** Packed files are read beside the steps of time. */
function untilRead(f: Following, count: number): Promise<void> {
  return untilTrue(f, () => f.lines.length >= count)
}
