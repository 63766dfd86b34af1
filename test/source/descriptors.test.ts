/** Fewer descriptors than logs: what is closed in between is read all the same, and what only a descriptor leads to keeps it. */
import {
  appendFileSync,
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { descriptorShares, limitIn } from '../../src/cli/descriptor-shares.ts'
import { Descriptors } from '../../src/source/file/descriptors.ts'
import { openFile } from '../../src/source/file/open-file.ts'
import { asNobody, Following } from './following.ts'

let following: Following | undefined

function follow(allowed: number, ...patterns: readonly string[]): Following {
  following = new Following({ patterns, descriptors: new Descriptors(allowed), rotateWaitMs: 5000, scanIntervalMs: 40 })
  return following
}

/** Folders were changed long ago, so that names are not listed again and again: what is not looked at for that reason would be missed. */
beforeEach(() => {
  const laterMs = Date.now() + 10_000
  vi.spyOn(Date, 'now').mockImplementation(() => laterMs)
})

afterEach(async () => {
  vi.restoreAllMocks()
  await following?.stop()
  following = undefined
})

/** Logs `x0.log`, `x1.log`, … that take the descriptors which are there when they change. */
class Others {
  readonly #f: Following
  readonly #count: number
  #next = 0

  constructor(f: Following, count: number) {
    this.#f = f
    this.#count = count
    for (let i = 0; i < count; i++) writeFileSync(f.path(`x${i}.log`), '')
  }

  /** Afterwards no other log is open, if it was not written to lately. */
  async crowd(writtenCount = this.#count): Promise<void> {
    for (let i = 0; i < writtenCount; i++) {
      const n = this.#next++
      appendFileSync(this.#f.path(`x${n % this.#count}.log`), `other ${n}\n`)
    }
    await this.#f.settle()
  }
}

/** Lines since the last call, but for those of `Others`. */
function taken(f: Following): string[] {
  return f.taken().filter((line) => !line.startsWith('other'))
}

/** Names in the directory, of files that this process has open. */
function openNames(f: Following): string[] {
  const names = readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)]
    } catch {
      return []
    }
  })
  return names.filter((name) => name.startsWith(`${f.directory}/`)).map((name) => name.slice(f.directory.length + 1))
}

const missedBytes = (f: Following) => f.telemetry.vanishedBytes.at('s').value

describe('more logs than descriptors', () => {
  test('all are read, each line once, and no more are open than may be', async () => {
    const f = follow(3, '*.log')
    for (let i = 0; i < 20; i++) writeFileSync(f.path(`${i}.log`), `${i} first\nunfin`)
    await f.start()
    expect(openNames(f).length).toBe(3)
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 20; i++) appendFileSync(f.path(`${i}.log`), `ished ${i} ${round}\nunfin`)
      await f.settle()
      expect(openNames(f).length).toBeLessThanOrEqual(3)
    }
    const expected = Array.from({ length: 20 }, (_, i) => [`${i} first`, ...[0, 1, 2].map((round) => `unfinished ${i} ${round}`)])
    expect(f.taken().sort()).toEqual(expected.flat().sort())
    expect([f.files('open'), f.files('unreadable'), f.changes('found')]).toEqual([20, 0, 20])
  })

  test.each([
    ['a line now and then', 40, 10],
    ['two lines soon after each other', 20, 10],
  ])('a log that is written all the time keeps its descriptor among many with %s', async (_, count, writtenCount) => {
    const f = follow(4, '*.log')
    const others = new Others(f, count)
    writeFileSync(f.path('hot.log'), '')
    await f.start()
    for (let n = 0; n < 20; n++) {
      appendFileSync(f.path('hot.log'), `${n}\n`)
      await f.time.step(20)
    }
    for (let round = 0; round < 4; round++) await others.crowd(writtenCount)
    expect(taken(f).length).toBe(20)
    appendFileSync(f.path('hot.log'), 'last words\n')
    unlinkSync(f.path('hot.log'))
    await f.settle()
    expect(taken(f)).toEqual(['last words'])
    expect(missedBytes(f)).toBe(0)
  })

  test('an unfinished line keeps its log open rather than one that is read to its end', async () => {
    const f = follow(2, '*.log')
    const others = new Others(f, 30)
    writeFileSync(f.path('torn.log'), '')
    await f.start()
    appendFileSync(f.path('torn.log'), '{"torn":')
    await f.settle()
    await f.time.step(20_000)
    for (let i = 0; i < 3; i++) await others.crowd(10)
    expect(openNames(f)).toContain('torn.log')
  })

  test('a closed log that is truncated and written anew is read from its start', async () => {
    const f = follow(2, '*.log')
    const others = new Others(f, 5)
    writeFileSync(f.path('a.log'), 'one\ntwo\n')
    await f.start()
    await others.crowd()
    expect(openNames(f)).not.toContain('a.log')
    writeFileSync(f.path('a.log'), 'new\n')
    await f.settle()
    expect(taken(f)).toEqual(['one', 'two', 'new'])
    expect(f.changes('truncated')).toBe(1)
  })

  test('a log that is closed before the second look at it gets that all the same', async () => {
    const f = follow(1, '*.log')
    writeFileSync(f.path('b.log'), '')
    writeFileSync(f.path('a.log'), 'old 1\n')
    utimesSync(f.path('a.log'), 1000, 1000)
    await f.start()
    writeFileSync(f.path('a.log'), 'new 1\n')
    utimesSync(f.path('a.log'), 1000, 1000)
    appendFileSync(f.path('b.log'), 'b\n')
    await f.time.step(20)
    expect([f.lines, openNames(f)]).toEqual([['old 1', 'b'], ['b.log']])
    for (let i = 0; i < 3; i++) await f.time.step(30)
    expect(f.taken()).toEqual(['old 1', 'b', 'new 1'])
  })
})

describe('while it is closed, a log is', () => {
  test('renamed to where no pattern leads: read on there, also when a late writer adds to it', async () => {
    const f = follow(2, '*.log')
    const others = new Others(f, 5)
    writeFileSync(f.path('a.log'), 'one\n')
    await f.start()
    await others.crowd()
    appendFileSync(f.path('a.log'), 'two\n')
    renameSync(f.path('a.log'), f.path('a.log.1'))
    writeFileSync(f.path('a.log'), 'three\n')
    await f.settle()
    await others.crowd()
    appendFileSync(f.path('a.log.1'), 'late\n')
    await f.settle()
    expect(taken(f)).toEqual(['one', 'two', 'three', 'late'])
    expect([f.changes('rotated'), f.changes('vanished'), missedBytes(f)]).toEqual([1, 0, 0])
  })

  test('renamed to another name of the patterns: the same log', async () => {
    const f = follow(2, '*.log')
    const others = new Others(f, 5)
    writeFileSync(f.path('a.log'), 'one\n')
    await f.start()
    await others.crowd()
    renameSync(f.path('a.log'), f.path('b.log'))
    appendFileSync(f.path('b.log'), 'two\n')
    await f.settle()
    expect(taken(f)).toEqual(['one', 'two'])
    expect(f.changes('found')).toBe(6)
  })

  test('deleted with all of it read: gone, and nothing is lost', async () => {
    const f = follow(2, '*.log')
    const others = new Others(f, 5)
    writeFileSync(f.path('a.log'), 'one\n')
    await f.start()
    await others.crowd()
    unlinkSync(f.path('a.log'))
    await f.settle()
    expect([f.changes('vanished'), missedBytes(f), f.files('open')]).toEqual([1, 0, 5])
    expect(f.source.positions().length).toBe(5)
  })

  test('deleted, and another file gets its number: that one is read from its start', async (context) => {
    const f = follow(2, '*.log')
    const others = new Others(f, 5)
    writeFileSync(f.path('a.log'), 'one one\n')
    await f.start()
    await others.crowd()
    const { ino } = statSync(f.path('a.log'))
    expect(openNames(f)).not.toContain('a.log')
    unlinkSync(f.path('a.log'))
    let path = ''
    for (let i = 0; i < 50 && path === ''; i++) {
      writeFileSync(f.path(`try${i}`), 'new one\nnew two\n')
      if (statSync(f.path(`try${i}`)).ino === ino) path = f.path(`try${i}`)
    }
    if (path === '') return context.skip('this file system does not give numbers again')
    renameSync(path, f.path('a.log'))
    await f.settle()
    expect(taken(f)).toEqual(['one one', 'new one', 'new two'])
    expect([f.changes('found'), f.changes('vanished'), f.changes('truncated')]).toEqual([7, 1, 0])
  })

  test('renamed with an unfinished last line: that counts when it was quiet for the time of rotation', async () => {
    const f = follow(1, '*.log')
    const others = new Others(f, 3)
    writeFileSync(f.path('a.log'), 'one\nlast')
    await f.start()
    await others.crowd()
    renameSync(f.path('a.log'), f.path('a.log.1'))
    writeFileSync(f.path('a.log'), 'new\n')
    for (let i = 0; i < 8; i++) await others.crowd()
    expect(taken(f)).toEqual(['one', 'new', 'last'])
  })

  test('packed and deleted in one go: what was not read is read from the packed copy', async () => {
    const f = follow(2, '*.log')
    const others = new Others(f, 5)
    writeFileSync(f.path('a.log'), 'one\n')
    await f.start()
    await others.crowd()
    appendFileSync(f.path('a.log'), 'two\n')
    writeFileSync(f.path('a.log.1.gz'), gzipSync('one\ntwo\n'))
    unlinkSync(f.path('a.log'))
    await f.settle()
    while (f.lines.at(-1) !== 'two') await f.time.step(50)
    expect(taken(f)).toEqual(['one', 'two'])
  })

  test('behind a link that leads elsewhere now: its file is read on', async () => {
    const f = follow(2, '*.log')
    const others = new Others(f, 5)
    writeFileSync(f.path('1'), 'one\n')
    writeFileSync(f.path('2'), 'two\n')
    symlinkSync('1', f.path('a.log'))
    await f.start()
    await others.crowd()
    expect(openNames(f)).not.toContain('1')
    symlinkSync('2', f.path('next'))
    renameSync(f.path('next'), f.path('a.log'))
    appendFileSync(f.path('1'), 'one more\n')
    await f.settle()
    await others.crowd()
    appendFileSync(f.path('1'), 'one late\n')
    await f.settle()
    expect(taken(f).sort()).toEqual(['one', 'one late', 'one more', 'two'])
    expect(f.changes('vanished')).toBe(0)
  })

  test('in a folder that is replaced by another of its name: the new one is followed', async () => {
    const f = follow(2, 'd/*.log', '*.log')
    const others = new Others(f, 5)
    mkdirSync(f.path('d'))
    writeFileSync(f.path('d/a.log'), 'one\n')
    await f.start()
    await others.crowd()
    renameSync(f.path('d'), f.path('e'))
    mkdirSync(f.path('d'))
    writeFileSync(f.path('d/a.log'), 'two\n')
    await f.settle()
    expect(taken(f)).toEqual(['one', 'two'])
    expect([f.changes('vanished'), missedBytes(f)]).toEqual([1, 0])
  })
})

describe('permission', () => {
  test.each([
    ['the log', 'd/a.log', 100],
    ['the log, while it is closed', 'd/a.log', 2],
    ['its folder', 'd', 100],
    ['its folder, while it is closed', 'd', 2],
  ])('taken from %s and given back: nothing is lost, and it is said once', async (_, what, allowed) => {
    const f = follow(allowed, '*.log', 'd/*.log')
    const others = new Others(f, 5)
    chmodSync(f.directory, 0o777)
    mkdirSync(f.path('d'))
    writeFileSync(f.path('d/a.log'), 'one\n')
    await f.start()
    await others.crowd()
    appendFileSync(f.path('d/a.log'), 'two\n')
    const late = openSync(f.path('d/a.log'), 'a')
    chmodSync(f.path(what), 0)
    await asNobody(async () => {
      for (let i = 0; i < 5; i++) await f.settle()
    })
    const said = f.warnings.length
    const unreadable = f.files('unreadable')
    writeSync(late, 'three\n')
    closeSync(late)
    chmodSync(f.path(what), 0o755)
    for (let i = 0; i < 12; i++) await f.time.step(1000)
    await f.settle()
    expect(taken(f)).toEqual(['one', 'two', 'three'])
    expect([f.files('unreadable'), missedBytes(f)]).toEqual([0, 0])
    const isHeldOpen = allowed === 100
    const isSeen = what === 'd' || !isHeldOpen
    expect(said).toBe(isSeen ? 1 : 0)
    expect(unreadable).toBe(what === 'd/a.log' && !isHeldOpen ? 1 : 0)
  })
})

test('a closed log outside the patterns is looked at also if as many others cannot be read', async () => {
  const f = follow(1, '*.log')
  chmodSync(f.directory, 0o777)
  const others = new Others(f, 2)
  writeFileSync(f.path('a.log'), 'one\n')
  await f.start()
  await others.crowd()
  renameSync(f.path('a.log'), f.path('a.log.1'))
  writeFileSync(f.path('z.log'), '', { mode: 0o000 })
  // The writer's descriptor, the only one.
  const late = openSync(f.path('a.log.1'), 'a')
  await asNobody(async () => {
    for (let i = 0; i < 3; i++) await f.settle()
    expect(openNames(f)).toEqual(['a.log.1'])
    writeSync(late, 'late\n')
    await f.settle()
  })
  closeSync(late)
  expect(taken(f)).toEqual(['one', 'late'])
})

test('of many deleted logs the ones deleted last wait for late writers, and no more than 128 do', async () => {
  const f = follow(10_000, '*.log')
  for (let i = 0; i < 150; i++) writeFileSync(f.path(`${i}.log`), `${i}\n`)
  await f.start()
  for (let i = 0; i < 100; i++) unlinkSync(f.path(`${i}.log`))
  await f.settle()
  expect(openNames(f).length).toBe(150)
  const late = openSync(f.path('149.log'), 'a')
  for (let i = 100; i < 150; i++) unlinkSync(f.path(`${i}.log`))
  await f.settle()
  await f.settle()
  writeSync(late, 'late\n')
  closeSync(late)
  await f.settle()
  expect(openNames(f).length).toBe(128)
  expect(openNames(f).filter((name) => /^\d{3}\.log/.test(name)).length).toBe(50)
  expect(f.taken().length).toBe(151)
})

describe('descriptors run out', () => {
  test('deleted logs that are not read yet keep them; others wait, which is counted and said once', async () => {
    const f = follow(1, '*.log')
    writeFileSync(f.path('a.log'), '')
    await f.start()
    appendFileSync(f.path('a.log'), 'x\n'.repeat(100_000))
    unlinkSync(f.path('a.log'))
    for (const name of ['b', 'c']) writeFileSync(f.path(`${name}.log`), `${name}\n`)
    await f.time.step(1000)
    expect(f.files('waiting')).toBe(2)
    expect(f.taken().length).toBe(100_000)
    for (let i = 0; i < 3; i++) await f.settle()
    expect(f.taken().sort()).toEqual(['b', 'c'])
    expect(f.files('waiting')).toBe(0)
    expect(f.warnings.length).toBe(2)
    expect(f.warnings[0]).toContain('all file descriptors are held by deleted logs')
  })

  test('deleted logs that only wait for late writers hold half of them', async () => {
    const f = follow(8, '*.log')
    for (let i = 0; i < 8; i++) writeFileSync(f.path(`${i}.log`), `${i}\n`)
    await f.start()
    for (let i = 0; i < 8; i++) {
      appendFileSync(f.path(`${i}.log`), `${i} last\n`)
      unlinkSync(f.path(`${i}.log`))
    }
    for (let i = 0; i < 3; i++) await f.settle()
    expect(f.taken().length).toBe(16)
    expect(openNames(f).length).toBe(4)
  })

  test('bytes that were seen in a closed log and are deleted before one is free are counted as lost, until a copy turns up', async () => {
    const f = follow(1, '*.log')
    writeFileSync(f.path('a.log'), 'one\n')
    writeFileSync(f.path('b.log'), '')
    await f.start()
    appendFileSync(f.path('b.log'), 'b\n')
    await f.settle()
    expect(openNames(f)).toEqual(['b.log'])
    appendFileSync(f.path('a.log'), 'two\n')
    appendFileSync(f.path('b.log'), 'more\n')
    unlinkSync(f.path('b.log'))
    await f.time.step(1000)
    expect(f.telemetry.lagBytes.at('s').value).toBe(0)
    unlinkSync(f.path('a.log'))
    await f.settle()
    expect(f.taken().sort()).toEqual(['b', 'more', 'one'])
    expect(missedBytes(f)).toBe('two\n'.length)
    writeFileSync(f.path('a.log.1'), 'one\ntwo\n')
    await f.settle()
    expect(f.taken()).toEqual(['two'])
  })

  test('the system has fewer than was thought: those that there are serve all, and more are taken again later', async () => {
    let most = 100
    const f = new Following({
      patterns: ['*.log'],
      descriptors: new Descriptors(100, (path) => {
        if (openNames(f).length >= most) throw Object.assign(new Error('too many'), { code: 'EMFILE', syscall: 'open' })
        return openFile(path)
      }),
    })
    following = f
    most = 5
    for (let i = 0; i < 20; i++) writeFileSync(f.path(`${i}.log`), `${i}\n`)
    await f.start()
    for (let i = 0; i < 5; i++) await f.settle()
    expect(f.taken().length).toBe(20)
    expect([f.files('open'), f.files('waiting'), f.files('unreadable')]).toEqual([20, 0, 0])
    most = 100
    for (let round = 0; round < 30; round++) {
      for (let i = 0; i < 20; i++) appendFileSync(f.path(`${i}.log`), `${i}\n`)
      await f.settle()
    }
    expect(f.taken().length).toBe(600)
    expect(openNames(f).length).toBe(20)
  })
})

test('a log that waits for a descriptor at the start is read from where it ended then', async () => {
  let isExhausted = true
  const open = (path: string) => {
    if (isExhausted) throw Object.assign(new Error('too many'), { code: 'EMFILE', syscall: 'open' })
    return openFile(path)
  }
  following = new Following({ patterns: ['*.log'], history: 'skip', descriptors: new Descriptors(10, open) })
  writeFileSync(following.path('a.log'), 'old\n')
  await following.start()
  expect([following.files('waiting'), following.files('open')]).toEqual([1, 0])
  isExhausted = false
  await following.settle()
  appendFileSync(following.path('a.log'), 'new\n')
  await following.settle()
  expect(following.taken()).toEqual(['new'])
  expect([following.files('waiting'), following.files('open')]).toEqual([0, 1])
})

test('of many archives that are named, some are read at once, and then the others', async () => {
  const names = Array.from({ length: 30 }, (_, i) => `${i}.gz`)
  const f = follow(100, ...names)
  for (const name of names) writeFileSync(f.path(name), gzipSync(`${name}\n`))
  let most = 0
  const look = setInterval(() => {
    most = Math.max(most, openNames(f).length)
  }, 0)
  await f.start()
  while (f.lines.length < 30) await f.time.step(50)
  clearInterval(look)
  await f.source.caughtUp
  expect(f.taken().sort()).toEqual(names.sort())
  // One that was read may be closed a moment later.
  expect(most).toBeLessThanOrEqual(16)
})

describe('the share of the process limit', () => {
  test.each([
    [1024, 640, 320],
    [256, 128, 64],
    [64, 22, 10],
    [20, 7, 3],
    [1_048_576, 10_000, 1024],
  ])('of %i descriptors: %i logs and %i connections', (limit, logs, connections) => {
    expect(descriptorShares(limit)).toEqual({ logs, connections })
  })

  test('is read from the system', () => {
    expect(
      limitIn(
        'Max processes   7  7  processes\nMax open files            256                  4096                 files     \n',
      ),
    ).toBe(256)
    expect(limitIn('Max open files            unlimited            unlimited            files     \n')).toBeUndefined()
    expect(limitIn('')).toBeUndefined()
    const { logs } = descriptorShares()
    expect(logs).toBeGreaterThan(0)
  })
})
