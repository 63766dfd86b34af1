/**
 * Logs of containers, rotated between any two lines and read by processes that die after any line: every message counts once, also one whose
 * parts are in two files. Digits of all messages are added up, apart from what the source says.
 */
import { appendFileSync, readdirSync, renameSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { MessageStream } from '../../src/decode/message-stream.ts'
import { LineFramer } from '../../src/frame/line-framer.ts'
import { fingerprintOf } from '../../src/source/file/fingerprint.ts'
import { openFile } from '../../src/source/file/open-file.ts'
import { PastFiles } from '../../src/source/file/past-files.ts'
import { Progress } from '../../src/source/file/progress.ts'
import { keepGhost } from '../../src/source/file/succession.ts'
import { Tail } from '../../src/source/file/tail.ts'
import { Window } from '../../src/source/file/window.ts'
import type { OpenStream, StreamSink } from '../../src/source/source.ts'
import { cri, docker, interleaved, type LogLine, type Runtime, timeOf, type Written } from '../decode/runtimes.ts'
import { Following } from './following.ts'

/** What came of all lives. */
class Counted {
  readonly messages: string[] = []
  readonly rejects: string[] = []
  #count = 0
  #onCount: () => void = () => {}

  /** Called once so many messages have come. */
  onCount(count: number, call: () => void): void {
    this.#count = count
    this.#onCount = call
  }

  readonly open: OpenStream = (origin) =>
    new MessageStream({
      origin,
      envelope: 'auto',
      maxLineBytes: 8 << 20,
      createFramer: (options) => new LineFramer(options),
      onMessage: (buffer, start, end) => {
        this.messages.push(shortOf(buffer.toString('latin1', start, end)))
        if (this.messages.length === this.#count) this.#onCount()
      },
      onReject: (reason) => this.rejects.push(reason),
    })
}

const shortOf = (text: string): string => `${text.slice(0, 2)}${text.length}${text.slice(-2)}`
const sizes = [10, 40_000, 5, 33_000, 20_000, 16_384, 3]
const messages: Written[] = sizes.map((size, i) => ({
  stream: i % 3 === 1 ? 'stderr' : 'stdout',
  text: Buffer.from(`${i}${'x'.repeat(size)}${i}${i}`),
}))
const linesOf = (runtime: Runtime): LogLine[] =>
  interleaved(
    messages.flatMap((one, i) => runtime(one, timeOf(i))),
    [true, false],
  )
const WRITTEN = messages.map(({ text }) => shortOf(text.toString('latin1'))).sort()

/** The record writes only positions that say that they have changed. */
class Recorded {
  readonly #known = new Map<string, { readonly says: string; readonly note: string }>()

  look({ source }: Following): void {
    for (const { id, checkpoint, changes, note } of source.positions()) {
      const now = { says: `${checkpoint} ${changes}`, note: JSON.stringify(JSON.parse(note()).resumption) }
      const before = this.#known.get(id)
      if (before?.says === now.says) expect(now).toEqual(before)
      this.#known.set(id, now)
    }
  }
}

let following: Following | undefined
afterEach(async () => {
  await following?.stop()
  following = undefined
})

const RUNTIMES = {
  docker: { runtime: docker, live: 'c-json.log', rotated: 'c-json.log.1', patterns: ['*-json.log'] },
  'docker, with its rotated logs named': {
    runtime: docker,
    live: 'c-json.log',
    rotated: 'c-json.log.1',
    patterns: ['*-json.log*'],
  },
  cri: { runtime: cri, live: '0.log', rotated: '0.log.20260131-120000', patterns: ['*.log'] },
  'cri, with its rotated logs named': {
    runtime: cri,
    live: '0.log',
    rotated: '0.log.20260131-120000',
    patterns: ['*.log', '*.log.2*'],
  },
} as const

describe.each(Object.entries(RUNTIMES))('%s', (_, { runtime, live, rotated, patterns }) => {
  const lines = linesOf(runtime)

  /** `at`: lines before which something happens. */
  async function play(at: { readonly rotate: number; readonly kill: readonly number[]; readonly looks: boolean }) {
    const counted = new Counted()
    const start = (goesOnFrom?: Following) =>
      new Following({ patterns, open: counted.open, ...(goesOnFrom ? { goesOnFrom } : {}) })
    following = start()
    let recorded = new Recorded()
    writeFileSync(following.path(live), '')
    await following.start()
    for (const [i, { bytes }] of lines.entries()) {
      if (at.rotate === i) {
        renameSync(following.path(live), following.path(rotated))
        if (at.looks) await following.settle()
        writeFileSync(following.path(live), '')
      }
      if (at.kill.includes(i)) {
        await following.kill()
        following = await start(following).start()
        recorded = new Recorded()
      }
      appendFileSync(following.path(live), bytes)
      if (at.looks) await following.settle()
      recorded.look(following)
    }
    await following.settle()
    recorded.look(following)
    const positions = following.source.positions().map(({ checkpoint, note }) => ({ checkpoint, note: JSON.parse(note()) }))
    await following.stop()
    return { ...counted, messages: [...counted.messages].sort(), positions }
  }

  test('rotated before any line, and killed before or after it: nothing is lost or doubled', async () => {
    for (let rotate = 1; rotate < lines.length; rotate++) {
      for (const kill of [[], [rotate], [rotate - 1], [rotate + 1], [rotate - 1, rotate, rotate + 1, rotate + 2]]) {
        const { messages, rejects, positions } = await play({ rotate, kill, looks: true })
        expect({ rotate, kill, messages, rejects }).toEqual({ rotate, kill, messages: WRITTEN, rejects: [] })
        expect(positions.map(({ note }) => note.resumption?.open)).toEqual(positions.map(() => undefined))
      }
    }
  })

  test('the same when nobody looks in between, and the process dies only once', async () => {
    for (let rotate = 1; rotate < lines.length; rotate++) {
      const { messages, rejects } = await play({ rotate, kill: [rotate], looks: false })
      expect({ rotate, messages, rejects }).toEqual({ rotate, messages: WRITTEN, rejects: [] })
    }
  })

  test('a process that dies after every line', async () => {
    const { messages, rejects } = await play({ rotate: 4, kill: lines.map((_, i) => i), looks: true })
    expect({ messages, rejects }).toEqual({ messages: WRITTEN, rejects: [] })
  })

  test('a generation that is gone when the process comes back: the torn message is counted as such, the others once', async () => {
    const counted = new Counted()
    following = new Following({ patterns, open: counted.open })
    const [whole, torn, last] = [
      runtime({ stream: 'stdout', text: Buffer.from('whole') }, timeOf(0)),
      runtime(messages[1]!, timeOf(1)),
      runtime({ stream: 'stderr', text: Buffer.from('last!') }, timeOf(2)),
    ]
    writeFileSync(following.path(live), Buffer.concat([whole[0]!.bytes, torn[0]!.bytes]))
    await following.start()
    await following.kill()
    renameSync(following.path(live), following.path(rotated))
    writeFileSync(following.path(live), Buffer.concat([...torn.slice(1), ...last].map(({ bytes }) => bytes)))
    unlinkSync(following.path(rotated))
    for (let lives = 0; lives < 3; lives++) {
      following = new Following({ patterns, open: counted.open, goesOnFrom: following })
      const recorded = new Recorded()
      recorded.look(following)
      await following.start()
      recorded.look(following)
      appendFileSync(
        following.path(live),
        runtime({ stream: 'stderr', text: Buffer.from(`more${lives}`) }, timeOf(3 + lives))[0]!.bytes,
      )
      await following.settle()
      recorded.look(following)
      await following.kill()
    }
    expect(counted).toMatchObject({ messages: ['wh5le', 'la5t!', 'mo5e0', 'mo5e1', 'mo5e2'], rejects: ['torn'] })
    expect(readdirSync(following.directory)).toEqual([live])
  })
})

describe('what is left open', () => {
  const T = '2026-01-31T12:00:00.1Z'
  const line = (text: string, tag = 'F', stream = 'stdout') => `${T} ${stream} ${tag} ${text}\n`
  const follow = (counted: Counted, goesOnFrom?: Following) =>
    new Following({ patterns: ['*.log'], open: counted.open, ...(goesOnFrom ? { goesOnFrom } : {}) })

  test.each([[['*.log']], [['*.log', '*.log.*']]])(
    'waits for its rest, however long the old log %j has been quiet',
    async (patterns) => {
      const counted = new Counted()
      following = new Following({ patterns, open: counted.open })
      const [live, rotated] = [following.path('0.log'), following.path('0.log.20260131-120000')]
      writeFileSync(live, line('aaa', 'P'))
      await following.start()
      renameSync(live, rotated)
      writeFileSync(live, line('err', 'F', 'stderr'))
      await following.settle()
      for (let i = 0; i < 5; i++) await following.time.step(70_000)
      appendFileSync(live, line('err', 'F', 'stderr'))
      await following.settle()
      expect(counted.messages).toEqual(['er3rr', 'er3rr'])
      appendFileSync(live, line('bbb'))
      await following.settle()
      expect(counted).toMatchObject({ messages: ['er3rr', 'er3rr', 'aa6bb'], rejects: [] })
      for (let i = 0; i < 3; i++) await following.time.step(70_000)
      expect(following.files('open') + following.files('rotated')).toBe(patterns.length)
    },
  )

  test.each([
    ['one of two', line('aaa', 'P') + line('bbb', 'P', 'stderr'), line('ccc', 'F', 'stderr')],
    ['one that was given up', line('a'.repeat(5 << 20), 'P').repeat(2), line('ccc')],
  ])('is recorded as finished, though the checkpoint of the old log stays: %s', async (_, left, rest) => {
    const counted = new Counted()
    following = follow(counted)
    const live = following.path('0.log')
    writeFileSync(live, left)
    await following.start()
    renameSync(live, following.path('0.log.20260131-120000'))
    writeFileSync(live, '')
    await following.settle()
    const recorded = new Recorded()
    const checkpoints = () => following!.source.positions().map(({ checkpoint }) => checkpoint)
    const [checkpoint] = checkpoints()
    recorded.look(following)
    appendFileSync(live, rest)
    await following.settle()
    recorded.look(following)
    expect(checkpoints()[0]).toBe(checkpoint)
  })

  test('and is read to its end before the next log begins, also what came after it was renamed', async () => {
    const counted = new Counted()
    following = follow(counted)
    const [live, rotated] = [following.path('0.log'), following.path('0.log.20260131-120000')]
    writeFileSync(live, line('one'))
    await following.start()
    renameSync(live, rotated)
    await following.settle()
    appendFileSync(rotated, line('aaa', 'P') + line('x'.repeat(700_000), 'F', 'stderr') + line('bbb', 'P'))
    writeFileSync(live, line('ccc'))
    await following.settle()
    expect(counted.messages).toEqual(['on3ne', 'xx700000xx', 'aa9cc'])
  })

  test('is gone with what is written anew in its place; what follows counts from its first byte', async () => {
    const counted = new Counted()
    following = follow(counted)
    const live = following.path('0.log')
    writeFileSync(live, line('aaa', 'P') + line('one', 'F', 'stderr'))
    await following.start()
    writeFileSync(live, line('two', 'F', 'stderr'))
    await following.settle()
    appendFileSync(live, line('three') + line('four', 'F', 'stderr'))
    await following.settle()
    expect(counted.messages).toEqual(['on3ne', 'tw3wo', 'th5ee', 'fo4ur'])
  })

  test('does not hide that what stands behind it is other text now', async () => {
    const counted = new Counted()
    following = follow(counted)
    const live = following.path('0.log')
    const rest = line('x'.repeat(400), 'F', 'stderr')
    writeFileSync(live, line('aaa', 'P') + line('one', 'F', 'stderr') + rest)
    await following.start()
    writeFileSync(live, line('bbb', 'P') + line('two', 'F', 'stderr') + rest + line('end', 'F', 'stderr'))
    await following.settle()
    expect(following.changes('truncated')).toBe(1)
    expect(counted.messages).toEqual(['on3ne', 'xx400xx', 'tw3wo', 'xx400xx', 'en3nd'])
  })

  test('is gone when the log is truncated before it could be read again', () => {
    const counted = new Counted()
    following = follow(counted)
    const live = following.path('0.log')
    const content = line('aaa', 'P') + line('one', 'F', 'stderr')
    writeFileSync(live, line('t'))
    const resumption = { appliedBytes: content.length, open: { stdout: '2026-11-21T10:00:00Z' } }
    const origin = { source: 's', log: 'l', file: live, stream: '', fields: {}, resumption }
    const tail = new Tail({
      ...openFile(live)!,
      nowMs: 0,
      startOffset: 0,
      origin,
      sink: counted.open(origin),
      window: new Window(),
    })
    expect([tail.turn(0), tail.turn(1)]).toEqual(['truncated', 'idle'])
    tail.close()
    expect(counted.messages).toEqual(['t1t'])
  })

  test('is not read again for what stands before it, when the log is in a .gz by then', async () => {
    const counted = new Counted()
    following = follow(counted)
    const live = following.path('0.log')
    const first = line('zzz') + line('aaa', 'P') + line('one', 'F', 'stderr') + line('more'.repeat(300), 'F', 'stderr')
    writeFileSync(live, first)
    await following.start()
    await following.kill()
    writeFileSync(`${live}.1.gz`, gzipSync(first + line('bbb') + line('two', 'F', 'stderr')))
    unlinkSync(live)
    following = await follow(counted, following).start()
    await following.source.caughtUp
    expect(counted).toMatchObject({ messages: ['zz3zz', 'on3ne', 'mo1200re', 'aa6bb', 'tw3wo'], rejects: [] })
  })

  test('in a .gz that is read itself is kept over a death', async () => {
    const counted = new Counted()
    following = new Following({ patterns: ['a.gz'], open: counted.open })
    const many = Array.from({ length: 20_000 }, (_, i) => line(`message ${i}`, 'F', 'stderr')).join('')
    writeFileSync(following.path('a.gz'), gzipSync(line('aaa', 'P') + many + line('bbb')))
    const halfway = new Promise<void>((resolve) => counted.onCount(5000, resolve))
    void following.run()
    await halfway
    await following.kill()
    const { length } = counted.messages
    expect(length).toBeLessThan(20_000)
    following = new Following({ patterns: ['a.gz'], open: counted.open, goesOnFrom: following })
    await following.start()
    await following.source.caughtUp
    expect(counted.messages).toHaveLength(20_001)
    expect(counted.messages.at(-1)).toBe('aa6bb')
  })

  test('in a log that was deleted unread goes to its successor as lost', async () => {
    const counted = new Counted()
    const origin = { source: 's', log: 'l', file: '0.log', stream: '', fields: {} }
    const sinks = [counted.open(origin), counted.open(origin)] as const
    const [old, next] = sinks.map((sink) => new Progress(sink, 0, undefined)) as [Progress, Progress]
    const push = (sink: StreamSink, text: string) =>
      sink.push({ buffer: Buffer.from(text), start: 0, end: text.length, offset: 0 })
    next.succeed(old)
    push(sinks[0], line('aaa', 'P'))
    old.note()
    const past = new PastFiles()
    const ghost = {
      id: 'a:1:5',
      key: 'a:1:5',
      path: '0.log',
      sinceMs: 1,
      historyBytes: 0,
      state: 'ghost',
      ...fingerprintOf(Buffer.from('x'), 0, Buffer.alloc(0)),
    } as const
    keepGhost({ ...ghost, checkpoint: old.checkpoint, resumption: sinks[0].resumption }, { progress: old }, past)
    old.isOver = true
    push(sinks[1], line('bbb') + line('ccc'))
    expect(counted).toMatchObject({ messages: ['cc3cc'], rejects: ['torn'] })
    expect([...past.ghosts].map(({ resumption }) => resumption)).toEqual([
      { appliedBytes: line('aaa', 'P').length, envelope: 'cri' },
    ])
  })

  test('is joined with `--once` too, also from a .gz; what nobody goes on with is a message at the end', async () => {
    const counted = new Counted()
    following = new Following({ patterns: ['*.log*'], open: counted.open, once: true })
    const write = (name: string, mtime: number, content: string | Buffer) => {
      writeFileSync(following!.path(name), content)
      utimesSync(following!.path(name), mtime, mtime)
    }
    write('0.log.20260131-110000.gz', 1000, gzipSync(line('aaa', 'P') + line('eee', 'P', 'stderr')))
    write('0.log.20260131-120000', 2000, line('bbb', 'P'))
    write('other.log', 2500, line('other'))
    write('0.log', 3000, line('ccc') + line('ddd'))
    await following.once()
    expect(counted).toMatchObject({ messages: ['ot5er', 'aa9cc', 'dd3dd', 'ee3ee'], rejects: [] })
  })
})
