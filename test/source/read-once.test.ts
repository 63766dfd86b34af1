import { appendFileSync, chmodSync, linkSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { Following } from './following.ts'

let made: Following | undefined

function once(...patterns: string[]): Following {
  made = new Following({ patterns, once: true })
  return made
}

afterEach(() => {
  rmSync(made!.directory, { recursive: true })
})

describe('reading once', () => {
  test('all files are read to their end, oldest first, with unterminated last lines', async () => {
    const f = once('*.log')
    for (const [i, name] of ['c', 'a', 'b'].entries()) {
      writeFileSync(f.path(`${name}.log`), `${name}1\n${name}2`)
      utimesSync(f.path(`${name}.log`), 1000 + i, 1000 + i)
    }
    await f.once()
    expect(f.lines).toEqual(['c1', 'c2', 'a1', 'a2', 'b1', 'b2'])
    expect(f.source.problems).toEqual([])
    await f.source.caughtUp
  })

  test('an unterminated last line may be as long as lines may be', async () => {
    const f = once('a.log')
    writeFileSync(f.path('a.log'), `a\n${'x'.repeat(8 << 20)}`)
    await f.once()
    expect(f.lines.map((line) => line.length)).toEqual([1, 8 << 20])
  })

  test('compressed files are read too, in several members and with long lines', async () => {
    const f = once('*.log*')
    const long = 'x'.repeat(3_000_000)
    const members = [`one\n${long}\ntw`, `o\n${'y'.repeat(9 << 20)}\nthree`].map((text) => gzipSync(text))
    writeFileSync(f.path('a.log.1.gz'), Buffer.concat(members))
    utimesSync(f.path('a.log.1.gz'), 1000, 1000)
    writeFileSync(f.path('a.log'), 'four\n')
    await f.once()
    expect(f.lines).toEqual(['one', long, 'two', 'three', 'four'])
    expect(f.tooLong).toEqual([9 << 20])
  })

  test('a compressed file that is cut off gives what it has, and is a problem', async () => {
    const f = once('a.gz')
    const lines = Array.from({ length: 200_000 }, (_, i) => `line ${i * 7919}`)
    const whole = gzipSync(`${lines.join('\n')}\n`)
    writeFileSync(f.path('a.gz'), whole.subarray(0, whole.length / 2))
    await f.once()
    expect(f.lines.length).toBeGreaterThan(1000)
    expect(f.lines).toEqual(lines.slice(0, f.lines.length))
    expect(f.source.problems).toEqual([`${f.path('a.gz')}: cannot be read: Z_BUF_ERROR`])
  })

  test('a file that is no gzip is a problem', async () => {
    const f = once('a.gz')
    writeFileSync(f.path('a.gz'), 'plain text\n')
    await f.once()
    expect(f.lines).toEqual([])
    expect(f.source.problems).toEqual([`${f.path('a.gz')}: cannot be read: Z_DATA_ERROR`])
  })

  test('what is missing, no file or not matched is named, and the rest is read', async () => {
    const f = once('gone.log', 'dir', '*.nothing', 'a.log')
    mkdirSync(f.path('dir'))
    writeFileSync(f.path('a.log'), 'a\n')
    await f.once()
    expect(f.lines).toEqual(['a'])
    expect(f.source.problems).toEqual([
      `${f.path('gone.log')}: no such file`,
      `${f.path('dir')}: not a regular file`,
      `${f.path('*.nothing')}: no file matches`,
    ])
  })

  test('an unreadable file is named', async () => {
    const f = once('a.log')
    writeFileSync(f.path('a.log'), 'a\n', { mode: 0o000 })
    chmodSync(f.directory, 0o755)
    const isRoot = process.geteuid?.() === 0
    if (isRoot) process.seteuid?.(65534)
    try {
      await f.once()
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
    expect(f.source.problems).toEqual([`${f.path('a.log')}: cannot be read: EACCES`])
  })

  test('one file under two names is read once', async () => {
    const f = once('*.log')
    writeFileSync(f.path('a.log'), 'a\n')
    linkSync(f.path('a.log'), f.path('b.log'))
    await f.once()
    expect(f.lines).toEqual(['a'])
  })

  test('a file that grows faster than it is read comes to an end', async () => {
    const f = once('a.log')
    writeFileSync(f.path('a.log'), 'x\n'.repeat(300_000))
    const grow = setInterval(() => appendFileSync(f.path('a.log'), 'x\n'.repeat(1_000_000)), 0)
    await f.once()
    clearInterval(grow)
    expect(f.lines.length).toBeGreaterThanOrEqual(300_000)
    expect(new Set(f.lines)).toEqual(new Set(['x']))
  })
})

test('a compressed file that was named is read also while following', async () => {
  const f = new Following({ patterns: ['old.log.gz', '*.log'] })
  made = f
  writeFileSync(f.path('old.log.gz'), gzipSync('old\nrest'))
  writeFileSync(f.path('a.log'), 'new\n')
  await f.start()
  await f.source.caughtUp
  await f.settle()
  expect(f.lines.sort()).toEqual(['new', 'old', 'rest'])
  await f.stop()
  mkdirSync(f.directory)
})
