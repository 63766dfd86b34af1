/** Copies: of what is followed they are not read; of what lost its bytes they are read on from where it was left. */
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
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

function gzip(from: string, to: string): void {
  writeFileSync(to, gzipSync(readFileSync(from)))
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
        await f.settle()
        await f.settle()
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

describe('what is no copy', () => {
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
    await f.time.step(120_000)
    appendFileSync(f.path('app.log'), '1}\n')
    await f.settle()
    expect(f.taken()).toEqual(['one', '{"n":1}'])
  })
})

/** Packed files are read beside the steps of time. */
async function untilRead(f: Following, count: number): Promise<void> {
  const givesUpAtMs = performance.now() + 10_000
  while (f.lines.length < count && performance.now() < givesUpAtMs) {
    await nextTurn()
    await f.time.step(100)
  }
}
