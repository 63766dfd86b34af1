import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { asNobody, Following } from './following.ts'

let following: Following | undefined

/** Started by the test itself, after it has made its files. */
function follow(...args: ConstructorParameters<typeof Following>): Following {
  following = new Following(...args)
  return following
}

afterEach(async () => {
  await following?.stop()
  following = undefined
})

describe('reading', () => {
  test('appended lines are delivered once, an unfinished one when it is finished', async () => {
    const f = follow({ patterns: ['a.log'] })
    writeFileSync(f.path('a.log'), 'one\ntw')
    await f.start()
    expect(f.taken()).toEqual(['one'])
    appendFileSync(f.path('a.log'), 'o\nthr')
    await f.time.step(60)
    expect(f.taken()).toEqual(['two'])
    appendFileSync(f.path('a.log'), 'ee\n\n')
    await f.time.step(60)
    await f.settle()
    expect(f.taken()).toEqual(['three', ''])
  })

  test('a line over the limit among good ones is counted and costs nothing else', async () => {
    const f = follow({ patterns: ['a.log'] })
    const long = 'x'.repeat(9 << 20)
    const fits = 'y'.repeat(7 << 20)
    writeFileSync(f.path('a.log'), `a\n${long}\nb\n${fits}\nc\n`)
    await f.start()
    expect(f.lines.map((line) => line.length)).toEqual([1, 1, fits.length, 1])
    expect(f.tooLong).toEqual([long.length])
  })

  test('two hundred files are all read', async () => {
    const f = follow({ patterns: ['*.log'] })
    for (let i = 0; i < 200; i++) writeFileSync(f.path(`${i}.log`), `${i}\n`)
    await f.start()
    for (let i = 0; i < 200; i++) appendFileSync(f.path(`${i}.log`), `${i}b\n`)
    await f.settle()
    const expected = Array.from({ length: 200 }, (_, i) => [`${i}`, `${i}b`]).flat()
    expect(f.lines.sort()).toEqual(expected.sort())
    expect(f.files('open')).toBe(200)
  })

  test('files take turns of one window each', async () => {
    const f = follow({ patterns: ['*.log'] })
    for (const name of ['a', 'b']) writeFileSync(f.path(`${name}.log`), `${`${name}${'x'.repeat(1000)}`}\n`.repeat(1000))
    await f.start()
    const runs =
      f.lines
        .map((line) => line[0])
        .join('')
        .match(/a+|b+/g) ?? []
    expect(runs.length).toBeGreaterThanOrEqual(6)
    expect(f.lines.length).toBe(2000)
  })

  test('the process gets its turn between two windows', async () => {
    const f = follow({ patterns: ['a.log'] })
    writeFileSync(f.path('a.log'), `${'x'.repeat(1023)}\n`.repeat(8 * 1024))
    const seen: number[] = []
    const look = setInterval(() => seen.push(f.lines.length), 0)
    await f.start()
    clearInterval(look)
    expect(f.lines.length).toBe(8 * 1024)
    expect(new Set(seen.filter((count) => count > 0 && count < 8 * 1024)).size).toBeGreaterThan(2)
  })

  test('the first backlog is read when caughtUp resolves, also if there is none', async () => {
    const f = follow({ patterns: ['*.log'] })
    await f.start()
    await f.source.caughtUp
    const g = new Following({ patterns: ['*.log'] })
    writeFileSync(g.path('a.log'), 'x\n'.repeat(500_000))
    void g.start()
    await g.source.caughtUp
    expect(g.lines.length).toBe(500_000)
    await g.stop()
  })

  test('with history: skip files start at their end and later files at their start', async () => {
    const f = follow({ patterns: ['*.log'], history: 'skip' })
    writeFileSync(f.path('a.log'), 'old\n')
    await f.start()
    expect(checkpoints(f)).toEqual([4])
    appendFileSync(f.path('a.log'), 'new\n')
    writeFileSync(f.path('b.log'), 'later\n')
    await f.settle()
    expect(f.taken().sort()).toEqual(['later', 'new'])
  })

  test('with history: skip a line that is unfinished at the start is a later line, also if it is written anew', async () => {
    const f = follow({ patterns: ['*.log'], history: 'skip' })
    writeFileSync(f.path('a.log'), 'old\nunfini')
    writeFileSync(f.path('b.log'), 'unfini')
    writeFileSync(f.path('c.log'), `old\n${'x'.repeat(600_000)}`)
    await f.start()
    expect(checkpoints(f)).toEqual([4, 0, 4])
    appendFileSync(f.path('a.log'), 'shed\n')
    writeFileSync(f.path('b.log'), 'new\n')
    appendFileSync(f.path('c.log'), 'y\n')
    await f.settle()
    expect(f.taken().sort()).toEqual(['new', 'unfinished', `${'x'.repeat(600_000)}y`])
    expect(f.changes('truncated')).toBe(0)
  })

  test('with history: skip an unfinished line over the limit is too long when it ends, and no fragment is delivered', async () => {
    const f = follow({ patterns: ['a.log'], history: 'skip', maxLineBytes: 8 << 20 })
    writeFileSync(f.path('a.log'), `old\n${'x'.repeat(9 << 20)}`)
    await f.start()
    appendFileSync(f.path('a.log'), 'x\nnew\n')
    await f.settle()
    expect(f.taken()).toEqual(['new'])
    expect(f.tooLong).toHaveLength(1)
  })

  test('lag is what is in the files and not in the numbers', async () => {
    const f = follow({ patterns: ['a.log'] })
    writeFileSync(f.path('a.log'), 'one\ntwo')
    await f.start()
    expect(f.telemetry.lagBytes.at('s').value).toBe(3)
    expect(f.telemetry.lagSeconds.at('s').value).toBe(0)
    appendFileSync(f.path('a.log'), '\n')
    await f.settle()
    expect(f.telemetry.lagBytes.at('s').value).toBe(0)
  })
})

describe('which files', () => {
  test('globs take what matches, whenever it comes, and excludes take it away', async () => {
    const f = follow({ patterns: ['**/*.jsonl'], exclude: ['journal.jsonl', '**/skip/**'] })
    mkdirSync(f.path('a/b'), { recursive: true })
    mkdirSync(f.path('skip'))
    mkdirSync(f.path('.git'))
    for (const name of ['top', 'a/mid', 'a/b/deep', 'a/journal', 'skip/x']) writeFileSync(f.path(`${name}.jsonl`), `${name}\n`)
    for (const name of ['a.log', 'a.jsonl.gz', 'a.jsonl~', '.hidden.jsonl', '.git/x.jsonl']) writeFileSync(f.path(name), 'no\n')
    await f.start()
    expect(f.taken().sort()).toEqual(['a/b/deep', 'a/mid', 'top'])
    mkdirSync(f.path('late/er'), { recursive: true })
    writeFileSync(f.path('late/er/x.jsonl'), 'late\n')
    await f.settle()
    expect(f.taken()).toEqual(['late'])
  })

  test('a directory pattern enters only what it matches', async () => {
    const f = follow({ patterns: ['pod-*/{main,side}/*.log', '{x/y,z}/*.log'] })
    for (const dir of ['pod-1/main', 'pod-2/side', 'pod-2/other', 'job-1/main', 'x/y', 'z']) {
      mkdirSync(f.path(dir), { recursive: true })
      writeFileSync(f.path(`${dir}/0.log`), `${dir}\n`)
    }
    await f.start()
    expect(f.taken().sort()).toEqual(['pod-1/main', 'pod-2/side', 'x/y', 'z'])
  })

  test('a pattern that names a file is that file, whatever characters it has', async () => {
    const f = follow({ patterns: ['app[1].log'] })
    writeFileSync(f.path('app[1].log'), 'literal\n')
    writeFileSync(f.path('app1.log'), 'glob\n')
    await f.start()
    expect(f.taken()).toEqual(['literal'])
    rmSync(f.path('app[1].log'))
    await f.settle()
    expect(f.taken()).toEqual([])
  })

  test('one file under several names and patterns is read once', async () => {
    const f = follow({ patterns: ['*.log', 'a*', 'a.log'] })
    writeFileSync(f.path('a.log'), 'one\n')
    linkSync(f.path('a.log'), f.path('b.log'))
    await f.start()
    appendFileSync(f.path('b.log'), 'two\n')
    await f.settle()
    expect(f.taken()).toEqual(['one', 'two'])
    expect(f.changes('found')).toBe(1)
  })

  test('different files with the same content are different', async () => {
    const f = follow({ patterns: ['*.log'] })
    for (let i = 0; i < 10; i++) writeFileSync(f.path(`${i}.log`), 'same\n'.repeat(1000))
    await f.start()
    expect(f.lines.length).toBe(10_000)
  })

  test('a missing file is waited for', async () => {
    const f = follow({ patterns: ['sub/a.log'] })
    await f.start()
    expect(f.telemetry.sourceUp.at('s').value).toBe(0)
    await f.settle()
    expect(f.warnings).toEqual([`no such file ${f.path('sub/a.log')}`])
    mkdirSync(f.path('sub'))
    writeFileSync(f.path('sub/a.log'), 'here\n')
    await f.settle()
    expect(f.taken()).toEqual(['here'])
    expect(f.telemetry.sourceUp.at('s').value).toBe(1)
  })

  test('an unreadable file is counted, said once and tried again', async () => {
    const f = follow({ patterns: ['*.log'] })
    writeFileSync(f.path('a.log'), 'secret\n', { mode: 0o000 })
    writeFileSync(f.path('b.log'), 'open\n')
    chmodSync(f.directory, 0o755)
    await asNobody(async () => {
      await f.start()
      for (let i = 0; i < 5; i++) await f.settle()
      expect([f.files('unreadable'), f.files('open')]).toEqual([1, 1])
      expect(f.warnings).toEqual([`cannot read a file: EACCES ${f.path('a.log')}`])
    })
    chmodSync(f.path('a.log'), 0o644)
    await f.time.step(10_000)
    expect(f.taken().sort()).toEqual(['open', 'secret'])
    expect(f.files('unreadable')).toBe(0)
  })

  test('a file that takes errors is counted and tried again, and the others are read', async () => {
    const f = follow({ patterns: ['*.log'] })
    writeFileSync(f.path('a.log'), 'a\n')
    writeFileSync(f.path('b.log'), 'b\n')
    await f.start()
    const [fd] = descriptorsInto(f.path('a.log'))
    closeSync(Number(fd))
    appendFileSync(f.path('a.log'), 'lost\n')
    appendFileSync(f.path('b.log'), 'more\n')
    await f.settle()
    await f.settle()
    expect(f.taken().sort()).toEqual(['a', 'b', 'more'])
    expect(f.changes('error')).toBeGreaterThan(0)
    expect(f.warnings).toEqual([`reading fails: EBADF ${f.path('a.log')}`])
  })

  test('past the limit of followed files the others wait until there is room', async () => {
    const f = follow({ patterns: ['*.log'], maxFiles: 2, rotateWaitMs: 1000 })
    for (const [i, name] of ['a', 'b', 'c'].entries()) {
      writeFileSync(f.path(`${name}.log`), `${name}\n`)
      utimesSync(f.path(`${name}.log`), 1000 + i, 1000 + i)
    }
    await f.start()
    expect(f.taken()).toEqual(['a', 'b'])
    expect(f.files('unreadable')).toBe(1)
    rmSync(f.path('a.log'))
    for (let i = 0; i < 20; i++) await f.settle()
    expect(f.taken()).toEqual(['c'])
  })

  test('a pipe and a device that match are passed over without waiting', async () => {
    const f = follow({ patterns: ['*', 'pipe.log'] })
    execFileSync('mkfifo', [f.path('pipe.log')])
    symlinkSync('/dev/zero', f.path('zero.log'))
    symlinkSync('.', f.path('loop'))
    symlinkSync('nowhere', f.path('broken'))
    writeFileSync(f.path('a.log'), 'file\n')
    await f.start()
    expect(f.taken()).toEqual(['file'])
  })

  test('a link to a directory is not followed by **', async () => {
    const f = follow({ patterns: ['**/*.log'] })
    const g = new Following({ patterns: [] })
    mkdirSync(f.path('d'))
    symlinkSync('..', f.path('d/up'))
    symlinkSync(g.directory, f.path('d/out'))
    writeFileSync(f.path('d/a.log'), 'a\n')
    writeFileSync(g.path('b.log'), 'b\n')
    await f.start()
    expect(f.taken()).toEqual(['a'])
    await g.stop()
  })

  test('a swapped symbolic link leads to the new file, and the old one is read on', async () => {
    const f = follow({ patterns: ['current.log'] })
    writeFileSync(f.path('1'), 'one\n')
    writeFileSync(f.path('2'), 'two\n')
    symlinkSync('1', f.path('current.log'))
    await f.start()
    symlinkSync('2', f.path('next'))
    renameSync(f.path('next'), f.path('current.log'))
    await f.settle()
    appendFileSync(f.path('1'), 'one more\n')
    appendFileSync(f.path('2'), 'two more\n')
    await f.settle()
    expect(f.taken().sort()).toEqual(['one', 'one more', 'two', 'two more'])
  })

  test('fields of the path come with the origin and follow a rename', async () => {
    const f = follow({ patterns: ['*/a.log*'], fields: (path) => ({ project: path.split('/').at(-2) ?? '' }) })
    mkdirSync(f.path('p1'))
    mkdirSync(f.path('p2'))
    writeFileSync(f.path('p1/a.log'), 'x\n')
    await f.start()
    const [origin] = f.origins
    expect(origin).toMatchObject({ source: 's', file: f.path('p1/a.log'), fields: { project: 'p1' } })
    const { log } = origin!
    renameSync(f.path('p1/a.log'), f.path('p2/a.log'))
    await f.settle()
    expect(origin).toMatchObject({ log, file: f.path('p2/a.log'), fields: { project: 'p2' } })
    expect(f.taken()).toEqual(['x'])
  })

  test('a directory that is replaced by another of its name is found again', async () => {
    const f = follow({ patterns: ['d/*.log'] })
    mkdirSync(f.path('d'))
    writeFileSync(f.path('d/a.log'), 'one\n')
    await f.start()
    renameSync(f.path('d'), f.path('e'))
    mkdirSync(f.path('d'))
    writeFileSync(f.path('d/a.log'), 'two\n')
    appendFileSync(f.path('e/a.log'), 'late\n')
    await f.settle()
    expect(f.taken().sort()).toEqual(['late', 'one', 'two'])
  })
})

describe('rotation', () => {
  test('rename and create: the old file is read to its end before the new one', async () => {
    const f = follow({ patterns: ['app.log'] })
    writeFileSync(f.path('app.log'), 'a1\n')
    await f.start()
    appendFileSync(f.path('app.log'), `${'a2\n'.repeat(200_000)}a3\n`)
    renameSync(f.path('app.log'), f.path('app.log.1'))
    writeFileSync(f.path('app.log'), 'b1\n')
    await f.settle()
    expect(f.lines.length).toBe(200_003)
    expect(f.lines.slice(-2)).toEqual(['a3', 'b1'])
    expect(f.changes('rotated')).toBe(1)
    expect([f.files('open'), f.files('rotated')]).toEqual([1, 1])
  })

  test('a writer that keeps the renamed file open is still read, until it is quiet for the time of rotation', async () => {
    const f = follow({ patterns: ['app.log'], rotateWaitMs: 60_000 })
    writeFileSync(f.path('app.log'), 'a\n')
    const writer = openSync(f.path('app.log'), 'a')
    await f.start()
    renameSync(f.path('app.log'), f.path('old'))
    writeFileSync(f.path('app.log'), 'b\n')
    await f.settle()
    for (let i = 0; i < 3; i++) {
      await f.time.step(50_000)
      writeSync(writer, `late ${i}\n`)
      await f.settle()
    }
    expect(f.taken()).toEqual(['a', 'b', 'late 0', 'late 1', 'late 2'])
    expect(openFiles(f.directory)).toBe(3)
    await f.time.step(61_000)
    await f.settle()
    expect(openFiles(f.directory)).toBe(2)
    closeSync(writer)
  })

  test('several rotations between two scans are all found, oldest first', async () => {
    const f = follow({ patterns: ['app.log*'] })
    writeFileSync(f.path('app.log'), '0\n')
    await f.start()
    for (let i = 1; i <= 5; i++) {
      for (let n = i - 1; n > 0; n--) renameSync(f.path(`app.log.${n}`), f.path(`app.log.${n + 1}`))
      renameSync(f.path('app.log'), f.path('app.log.1'))
      writeFileSync(f.path('app.log'), `${i}\n`)
      utimesSync(f.path('app.log'), 1000 + i, 2_000_000_000 + i)
    }
    await f.settle()
    await f.settle()
    expect(f.taken()).toEqual(['0', '1', '2', '3', '4', '5'])
  })

  test('a renamed file that still matches is not read again', async () => {
    const f = follow({ patterns: ['app.log*'], rotateWaitMs: 1000 })
    writeFileSync(f.path('app.log'), 'a\n')
    await f.start()
    renameSync(f.path('app.log'), f.path('app.log.1'))
    for (let i = 0; i < 5; i++) await f.settle()
    appendFileSync(f.path('app.log.1'), 'b\n')
    await f.settle()
    expect(f.taken()).toEqual(['a', 'b'])
    expect(f.origins.map((origin) => origin.file)).toEqual([f.path('app.log.1')])
  })

  test('a file that comes back after it was let go is read on where it was left', async () => {
    const f = follow({ patterns: ['*.log'], rotateWaitMs: 1000 })
    writeFileSync(f.path('a.log'), 'one\n')
    await f.start()
    renameSync(f.path('a.log'), f.path('away'))
    for (let i = 0; i < 12; i++) await f.settle()
    expect(openFiles(f.directory)).toBe(0)
    appendFileSync(f.path('away'), 'two\n')
    renameSync(f.path('away'), f.path('b.log'))
    await f.settle()
    expect(f.taken()).toEqual(['one', 'two'])
  })

  test('what is written between the last look and the time of rotation is read before the file is let go', async () => {
    const f = follow({ patterns: ['a.log'], rotateWaitMs: 5000 })
    writeFileSync(f.path('a.log'), 'one\n')
    const writer = openSync(f.path('a.log'), 'a')
    await f.start()
    unlinkSync(f.path('a.log'))
    await f.settle()
    writeSync(writer, 'two\n')
    await f.time.step(60_000)
    await f.settle()
    expect(f.taken()).toEqual(['one', 'two'])
    await f.time.step(60_000)
    await f.settle()
    expect(openFiles(f.directory)).toBe(1)
    closeSync(writer)
  })

  test('a torn last line has the time of rotation to be finished after a rename, also if it was quiet before', async () => {
    const f = follow({ patterns: ['app.log*'], rotateWaitMs: 5000 })
    writeFileSync(f.path('app.log'), 'one\ntor')
    const writer = openSync(f.path('app.log'), 'a')
    await f.start()
    await f.time.step(60_000)
    renameSync(f.path('app.log'), f.path('app.log.1'))
    writeFileSync(f.path('app.log'), '')
    await f.settle()
    writeSync(writer, 'n\n')
    await f.settle()
    expect(f.taken()).toEqual(['one', 'torn'])
    closeSync(writer)
  })

  test('a torn last line counts too if the next log was made long after the rename', async () => {
    const f = follow({ patterns: ['app.log*'], rotateWaitMs: 5000 })
    writeFileSync(f.path('app.log'), 'one\ntorn')
    await f.start()
    renameSync(f.path('app.log'), f.path('app.log.1'))
    await f.settle()
    await f.time.step(60_000)
    expect(f.taken()).toEqual(['one'])
    writeFileSync(f.path('app.log'), 'two\n')
    await f.settle()
    expect(f.taken()).toEqual(['torn', 'two'])
  })

  test('a log that is written anew behind a torn line that counted is noticed by what stood before that', async () => {
    const f = follow({ patterns: ['app.log*'], rotateWaitMs: 5000 })
    const head = `${'x'.repeat(2000)}\n`
    writeFileSync(f.path('app.log'), `${head}torn`)
    await f.start()
    renameSync(f.path('app.log'), f.path('app.log.1'))
    writeFileSync(f.path('app.log'), '')
    await f.settle()
    await f.time.step(60_000)
    await f.settle()
    expect(f.taken()).toEqual([head.trimEnd(), 'torn'])
    writeFileSync(f.path('app.log.1'), `${head}new\nnewer\n`)
    await f.settle()
    expect(f.taken()).toEqual([head.trimEnd(), 'new', 'newer'])
  })

  test('a deleted file is read to its end while it is written, with its last unterminated line', async () => {
    const f = follow({ patterns: ['a.log'], rotateWaitMs: 5000 })
    writeFileSync(f.path('a.log'), 'one\n')
    const writer = openSync(f.path('a.log'), 'a')
    await f.start()
    unlinkSync(f.path('a.log'))
    await f.settle()
    expect(f.changes('vanished')).toBe(1)
    writeSync(writer, 'two\nrest')
    await f.settle()
    expect(f.taken()).toEqual(['one', 'two'])
    expect(f.telemetry.sourceUp.at('s').value).toBe(1)
    await f.time.step(6000)
    await f.settle()
    expect(f.taken()).toEqual(['rest'])
    expect(openFiles(f.directory)).toBe(1)
    expect(f.telemetry.sourceUp.at('s').value).toBe(0)
    closeSync(writer)
  })

  test('a rename of a file that is looked at makes the next scan sooner', async () => {
    const f = follow({ patterns: ['app.log'], scanIntervalMs: 3_600_000 })
    writeFileSync(f.path('app.log'), 'a\n')
    await f.start()
    renameSync(f.path('app.log'), f.path('app.log.1'))
    writeFileSync(f.path('app.log'), 'b\n')
    await f.time.step(100)
    await f.time.step(100)
    expect(f.taken()).toEqual(['a', 'b'])
  })

  test('a scan that waited for a busy machine does not put off the next ones', async () => {
    const slow = () => {
      f.time.pass(500)
      return {}
    }
    const f = follow({ patterns: ['*.log'], fields: slow })
    writeFileSync(f.path('a.log'), 'a\n')
    await f.start()
    for (let i = 0; i < 4; i++) await f.settle()
    for (const name of ['b', 'c', 'd']) {
      writeFileSync(f.path(`${name}.log`), `${name}\n`)
      await f.time.step(250)
      await f.time.step(5)
    }
    expect(f.taken()).toEqual(['a', 'b', 'c', 'd'])
  })

  test('a generation outside the patterns of which nothing was read is found again under its next name', async () => {
    const f = follow({ patterns: ['app.log'] })
    writeFileSync(f.path('app.log'), 'a\n')
    await f.start()
    await f.kill()
    renameSync(f.path('app.log'), f.path('app.log.2'))
    writeFileSync(f.path('app.log.1'), 'unfin')
    writeFileSync(f.path('app.log'), 'c\n')
    const next = follow({ patterns: ['app.log'], goesOnFrom: f })
    await next.start()
    expect(next.taken()).toEqual(['c'])
    await next.kill()
    renameSync(f.path('app.log.2'), f.path('app.log.3'))
    renameSync(f.path('app.log.1'), f.path('app.log.2'))
    appendFileSync(f.path('app.log.2'), 'ished\n')
    const last = follow({ patterns: ['app.log'], goesOnFrom: next })
    await last.start()
    expect(last.taken()).toEqual(['unfinished'])
  })

  test('generations outside the patterns that get their next names while they are looked for are found all the same', async () => {
    const f = follow({ patterns: ['app.log'] })
    writeFileSync(f.path('app.log'), 'a\n')
    await f.start()
    await f.kill()
    renameSync(f.path('app.log'), f.path('app.log.3'))
    for (const [name, line] of [
      ['app.log.2', 'b\n'],
      ['app.log.1', 'c\n'],
      ['app.log', 'd\n'],
    ] as const)
      writeFileSync(f.path(name), line)
    let isFirst = true
    const next = follow({
      patterns: ['app.log'],
      goesOnFrom: f,
      fields: () => {
        if (isFirst) for (const n of [3, 2, 1]) renameSync(f.path(`app.log.${n}`), f.path(`app.log.${n + 1}`))
        isFirst = false
        return {}
      },
    })
    await next.start()
    await next.settle()
    expect(next.taken().sort()).toEqual(['b', 'c', 'd'])
  })

  test('of two rotations soon after each other, the generation between them is found by its one short-lived name', async () => {
    const f = follow({ patterns: ['app.log'], scanIntervalMs: 3_600_000 })
    writeFileSync(f.path('app.log'), '0\n')
    await f.start()
    await f.time.step(100)
    for (let i = 1; i <= 5; i++) {
      renameSync(f.path('app.log'), f.path(`app.log.${i}`))
      writeFileSync(f.path('app.log'), `${i}\n`)
      for (let ms = 0; ms < 60; ms += 15) await f.time.step(15)
    }
    expect(f.taken()).toEqual(['0', '1', '2', '3', '4', '5'])
  })

  test('a name that comes to mean an open file between scan and opening is not read twice', async () => {
    const swap = (path: string) => {
      if (!path.endsWith('a.log')) return {}
      rmSync(path.replace('a.log', 'b.log'))
      linkSync(path, path.replace('a.log', 'b.log'))
      return {}
    }
    const f = follow({ patterns: ['*.log'], fields: swap })
    writeFileSync(f.path('a.log'), 'a\n')
    writeFileSync(f.path('b.log'), 'b\n')
    utimesSync(f.path('a.log'), 1000, 1000)
    await f.start()
    appendFileSync(f.path('a.log'), 'c\n')
    await f.settle()
    expect(f.taken()).toEqual(['a', 'c'])
  })

  test('a new file with the number of a deleted one is read from its start', async () => {
    const f = follow({ patterns: ['a.log'], rotateWaitMs: 100 })
    writeFileSync(f.path('a.log'), 'one\n')
    await f.start()
    for (let i = 0; i < 20; i++) {
      unlinkSync(f.path('a.log'))
      await f.settle()
      writeFileSync(f.path('a.log'), `${i}\n`)
      await f.settle()
    }
    expect(f.taken()).toEqual(['one', ...Array.from({ length: 20 }, (_, i) => `${i}`)])
  })
})

describe('truncation', () => {
  test('truncated to nothing and written anew', async () => {
    const f = follow({ patterns: ['a.log'] })
    writeFileSync(f.path('a.log'), 'one\ntwo\n')
    await f.start()
    truncateSync(f.path('a.log'), 0)
    appendFileSync(f.path('a.log'), 'new\n')
    await f.settle()
    expect(f.taken()).toEqual(['one', 'two', 'new'])
    expect(f.changes('truncated')).toBe(1)
  })

  test('written anew with lines that all end in the same 300 bytes, up to or past the offset', async () => {
    const f = follow({ patterns: ['a.log'] })
    const line = (text: string): string => `${text}${'x'.repeat(300)}\n`
    writeFileSync(f.path('a.log'), line('1') + line('2'))
    await f.start()
    writeFileSync(f.path('a.log'), line('3') + line('4'))
    await f.settle()
    writeFileSync(f.path('a.log'), line('5') + line('6') + line('7'))
    await f.settle()
    expect(f.taken().map((text) => text[0])).toEqual(['1', '2', '3', '4', '5', '6', '7'])
    expect(f.changes('truncated')).toBe(2)
  })

  test('an unfinished line that is written anew is no new file, also within the first bytes', async () => {
    const f = follow({ patterns: ['a.log'] })
    writeFileSync(f.path('a.log'), 'one\nunfini')
    await f.start()
    truncateSync(f.path('a.log'), 4)
    appendFileSync(f.path('a.log'), 'another')
    await f.settle()
    appendFileSync(f.path('a.log'), ' line\n')
    await f.settle()
    appendFileSync(f.path('a.log'), 'three\n')
    await f.settle()
    expect(f.taken()).toEqual(['one', 'another line', 'three'])
    expect(f.changes('truncated')).toBe(0)
  })

  test.each([
    ['the same', 'OLD\nOLD\n', 'new\nnew\n'],
    ['a larger', 'old\n', 'new\nnewer\n'],
    ['a much larger', `${'old\n'.repeat(1000)}`, `${'new\n'.repeat(200_000)}`],
  ])('written anew to %s size between two looks', async (_, before, after) => {
    const f = follow({ patterns: ['a.log'] })
    writeFileSync(f.path('a.log'), before)
    await f.start()
    f.taken()
    writeFileSync(f.path('a.log'), after)
    await f.settle()
    expect(f.lines.join('\n')).toBe(after.trimEnd())
  })

  test('written anew to the same size within one tick of the clock of the file system', async () => {
    const f = follow({ patterns: ['a.log'] })
    const write = (text: string) => {
      writeFileSync(f.path('a.log'), text)
      utimesSync(f.path('a.log'), 1000, 1000)
    }
    write('old\n')
    await f.start()
    write('new\n')
    await f.time.step(60)
    expect(f.taken()).toEqual(['old', 'new'])
    appendFileSync(f.path('a.log'), 'more\n')
    await f.time.step(60)
    expect(f.taken()).toEqual(['more'])
  })

  test('written anew to the same size and renamed between two looks', async () => {
    const f = follow({ patterns: ['a.log*'] })
    writeFileSync(f.path('a.log'), 'x:x')
    utimesSync(f.path('a.log'), 1000, 1000)
    await f.start()
    writeFileSync(f.path('a.log'), 'ab\n')
    utimesSync(f.path('a.log'), 1001, 1001)
    renameSync(f.path('a.log'), f.path('a.log.1'))
    await f.time.step(1000)
    expect(f.taken()).toEqual(['ab'])
  })

  test('a long unfinished line that becomes shorter ones without growing is read again', async () => {
    const f = follow({ patterns: ['a.log'] })
    writeFileSync(f.path('a.log'), `first\n${'x'.repeat(200_000)}`)
    await f.start()
    appendFileSync(f.path('a.log'), 'x'.repeat(100_000))
    await f.settle()
    writeFileSync(f.path('a.log'), `first\nsecond\n${'x'.repeat(299_993)}`)
    await f.settle()
    expect(f.taken()).toEqual(['first', 'second'])
    expect(f.changes('truncated')).toBe(0)
  })

  test('a long unfinished line that is written anew and grows is no new log', async () => {
    const f = follow({ patterns: ['a.log'] })
    writeFileSync(f.path('a.log'), `first\n${'x'.repeat(300_000)}`)
    await f.start()
    truncateSync(f.path('a.log'), 6)
    appendFileSync(f.path('a.log'), `second\n${'y'.repeat(400_000)}\n`)
    await f.settle()
    expect(f.taken()).toEqual(['first', 'second', 'y'.repeat(400_000)])
    expect(f.changes('truncated')).toBe(0)
  })

  test('the bytes that were known and not read are counted as lost', async () => {
    const f = follow({ patterns: ['a.log'] })
    writeFileSync(f.path('a.log'), 'one\nunfinished')
    await f.start()
    truncateSync(f.path('a.log'), 0)
    await f.settle()
    expect(f.telemetry.truncatedBytes.at('s').value).toBe('unfinished'.length)
  })

  test('a writer that takes back its unfinished line has not truncated the log', async () => {
    const f = follow({ patterns: ['a.log'] })
    writeFileSync(f.path('a.log'), 'one\nunfin')
    await f.start()
    truncateSync(f.path('a.log'), 4)
    await f.settle()
    appendFileSync(f.path('a.log'), 'two\n')
    await f.settle()
    expect(f.taken()).toEqual(['one', 'two'])
    expect(f.changes('truncated')).toBe(0)
  })

  test('the identity of a file that was written anew is another', async () => {
    const f = follow({ patterns: ['a.log'] })
    writeFileSync(f.path('a.log'), 'one\n')
    await f.start()
    const [before] = f.source.positions()
    appendFileSync(f.path('a.log'), 'x'.repeat(2000))
    await f.settle()
    expect(f.source.positions()[0]).toMatchObject({ id: before!.id, checkpoint: 4, changes: before!.changes })
    const noteBefore = before!.note()
    writeFileSync(f.path('a.log'), 'two\n')
    await f.settle()
    const after = f.source.positions().find(({ id }) => id === before!.id)
    expect(after!.checkpoint).toBe(4)
    expect(after!.changes).toBeGreaterThan(before!.changes)
    expect(after!.note()).not.toBe(noteBefore)
  })
})

describe('a restart', () => {
  test('with history: skip is no first start, also if there was no file before', async () => {
    const f = follow({ patterns: ['*.log'], history: 'skip' })
    await f.start()
    writeFileSync(f.path('a.log'), 'later\n')
    const g = new Following({ patterns: ['*.log'], history: 'skip', goesOnFrom: f })
    await g.start()
    expect(g.taken()).toEqual(['later'])
    await g.stop()
  })

  test('a second one finds a rotated file that was written anew meanwhile', async () => {
    const f = follow({ patterns: ['app.log'] })
    writeFileSync(f.path('app.log'), '0\n')
    await f.start()
    renameSync(f.path('app.log'), f.path('app.log.1'))
    const g = new Following({ patterns: ['app.log'], goesOnFrom: f })
    await g.start()
    const h = new Following({ patterns: ['app.log'], goesOnFrom: g })
    writeFileSync(f.path('app.log.1'), '1\n')
    await h.start()
    await h.settle()
    expect([...g.taken(), ...h.taken()]).toEqual(['1'])
    await g.kill()
    await h.stop()
  })

  test('a generation whose predecessor is deleted by then is found under its name', async () => {
    const f = follow({ patterns: ['app.log'] })
    writeFileSync(f.path('app.log'), '0\n')
    await f.start()
    const g = new Following({ patterns: ['app.log'], goesOnFrom: f })
    replaceLater(f.path('app.log'), '1\n')
    renameSync(f.path('app.log'), f.path('app.log.1'))
    writeFileSync(f.path('app.log'), '2\n')
    await g.start()
    await g.settle()
    expect(g.taken()).toEqual(['1', '2'])
    await g.stop()
  })
})

test('stopping closes every file and leaves the positions', async () => {
  const f = follow({ patterns: ['*.log'] })
  for (let i = 0; i < 5; i++) writeFileSync(f.path(`${i}.log`), 'x\n')
  await f.start()
  expect(openFiles(f.directory)).toBe(5)
  const { directory } = f
  await f.stop()
  expect(openFiles(directory)).toBe(0)
  expect(f.source.positions().map((p) => p.checkpoint)).toEqual([2, 2, 2, 2, 2])
})

/** Another file under its name, in a later tick of the clock of the file system. */
function replaceLater(path: string, text: string): void {
  const birthOf = () => statSync(path, { bigint: true }).birthtimeNs
  const before = birthOf()
  do {
    unlinkSync(path)
    writeFileSync(path, text)
  } while (birthOf() <= before)
}

/** Of the open files, in the order of opening. */
function checkpoints(f: Following): number[] {
  return f.source.positions().flatMap(({ origin, checkpoint }) => (origin === undefined ? [] : [checkpoint]))
}

/** Descriptors of this process that lead into the directory, deleted files too. */
function openFiles(directory: string): number {
  return descriptorsInto(`${directory}/`).length
}

function descriptorsInto(path: string): string[] {
  const leadsThere = (fd: string) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(path)
    } catch {
      return false
    }
  }
  return readdirSync('/proc/self/fd').filter(leadsThere)
}
