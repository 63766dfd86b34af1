/**
 * Logs of containers, rotated between any two lines and read by processes that die after any line: every message counts once, also one whose
 * parts are in two files. Digits of all messages are added up, apart from what the source says.
 */
import { appendFileSync, readdirSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { MessageStream } from '../../src/decode/message-stream.ts'
import { LineFramer } from '../../src/frame/line-framer.ts'
import type { OpenStream } from '../../src/source/source.ts'
import { cri, docker, interleaved, type LogLine, type Runtime, timeOf, type Written } from '../decode/runtimes.ts'
import { Following } from './following.ts'

/** What came of all lives. */
class Counted {
  readonly messages: string[] = []
  readonly rejects: string[] = []

  readonly open: OpenStream = (origin) =>
    new MessageStream({
      origin,
      envelope: 'auto',
      maxLineBytes: 8 << 20,
      createFramer: (options) => new LineFramer(options),
      onMessage: (buffer, start, end) => this.messages.push(shortOf(buffer.toString('latin1', start, end))),
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
      await following.settle()
      recorded.look(following)
      await following.kill()
    }
    expect(counted).toMatchObject({ messages: ['wh5le', 'la5t!'], rejects: ['torn'] })
    expect(readdirSync(following.directory)).toEqual([live])
  })
})
