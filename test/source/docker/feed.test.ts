/** Frames of one stream → lines with parts: where messages end, what is left out, and where another process goes on. */
import { describe, expect, test } from 'vitest'
import { CriBatch } from '../../../src/source/docker/cri-batch.ts'
import { Feed } from '../../../src/source/docker/feed.ts'
import { type FeedState, FRESH, pastFeedOf } from '../../../src/source/docker/feed-note.ts'
import type { StreamName } from '../../../src/source/docker/log-frame.ts'
import { LogTimes } from '../../../src/source/docker/log-time.ts'
import type { OpenStream } from '../../../src/source/source.ts'

const ID = 'c'.repeat(64)
const PART = 'p'.repeat(16 * 1024)
const T = (n: number): string => `2026-11-21T10:00:0${n}.000000000Z`
const digits = (n: number): string => new LogTimes().parse(T(n))!

class Bench {
  readonly batch = new CriBatch()
  readonly lines: string[] = []
  readonly counts = { taken: { value: 0 }, replayed: { value: 0 }, parts: { value: 0 }, gaps: { value: 0 } }

  readonly open: OpenStream = (origin) => {
    let givenBytes = 0
    return {
      needBytes: 0,
      get checkpoint() {
        return givenBytes
      },
      push: ({ buffer, start, end, offset }) => {
        const how = (origin.primedBytes ?? 0) > 0 ? 'primed ' : (origin.historyBytes ?? 0) > 0 ? 'old ' : ''
        const lines = buffer.toString('latin1', start, end).replaceAll(PART, '<part>').split('\n')
        this.lines.push(...lines.slice(0, -1).map((line) => `${how}${origin.stream}| ${line}`))
        givenBytes = offset + end - start
        return givenBytes
      },
      end: () => {},
      reset: () => {},
    }
  }

  feed(stream: StreamName = 'stdout', state: FeedState = FRESH, bounds: object = {}): Feed {
    const origin = { source: 'd', log: '', file: '', stream, fields: {} }
    const all = { skipBefore: '', primeBefore: '', liveFrom: '', ...bounds }
    return new Feed({ id: `${ID}:${stream}`, origin, state, open: this.open, batch: this.batch, counts: this.counts, ...all })
  }
}

function give(feed: Feed, n: number, payload: string): void {
  const buffer = Buffer.from(payload)
  const stream = feed.origin.stream as StreamName
  feed.take({ stream, timeText: T(n), time: digits(n), buffer, start: 0, end: buffer.length })
}

describe('a message', () => {
  test('in parts ends with its line end', () => {
    const bench = new Bench()
    const feed = bench.feed()
    for (const payload of [PART, PART, 'end\n']) give(feed, 1, payload)
    bench.batch.flush()
    expect(bench.lines).toEqual([
      `stdout| ${T(1)} stdout P <part>`,
      `stdout| ${T(1)} stdout P <part>`,
      `stdout| ${T(1)} stdout F end`,
    ])
    expect([feed.position.checkpoint, bench.counts.parts.value]).toEqual([1, 2])
  })

  test('without a line end ends behind a short part, or where the time is another', () => {
    const bench = new Bench()
    const feed = bench.feed()
    for (const payload of [PART, 'end']) give(feed, 1, payload)
    bench.batch.flush()
    expect(bench.lines.slice(1)).toEqual([`stdout| ${T(1)} stdout P end`, `stdout| ${T(1)} stdout F `])
    give(feed, 2, 'last words')
    expect(feed.position.checkpoint).toBe(1)
    give(feed, 3, 'next\n')
    bench.batch.flush()
    const rest = [`stdout| ${T(2)} stdout P last words`, `stdout| ${T(2)} stdout F `, `stdout| ${T(3)} stdout F next`]
    expect(bench.lines.slice(3)).toEqual(rest)
    expect(feed.position.checkpoint).toBe(3)
  })

  test('with line ends within is as many messages', () => {
    const bench = new Bench()
    give(bench.feed(), 1, 'a\nb\n')
    bench.batch.flush()
    expect(bench.lines).toEqual([`stdout| ${T(1)} stdout F a`, `stdout| ${T(1)} stdout F b`])
  })

  test('of two streams goes to the sink of each', () => {
    const bench = new Bench()
    const [out, err] = [bench.feed('stdout'), bench.feed('stderr')]
    give(out, 1, 'a\n')
    give(err, 1, 'b\n')
    bench.batch.flush()
    expect(bench.lines).toEqual([`stdout| ${T(1)} stdout F a`, `stderr| ${T(1)} stderr F b`])
  })
})

test('what is older than the marks is left out, primed or history', () => {
  const bench = new Bench()
  const feed = bench.feed('stdout', FRESH, { skipBefore: digits(2), primeBefore: digits(3), liveFrom: digits(4) })
  for (const n of [1, 2, 3, 4]) give(feed, n, `${n}\n`)
  bench.batch.flush()
  const line = (n: number): string => `stdout| ${T(n)} stdout F ${n}`
  expect(bench.lines).toEqual([`primed ${line(2)}`, `old ${line(3)}`, line(4)])
})

describe('a position', () => {
  test('is behind the last whole message, and the parts of an open one come again', () => {
    const bench = new Bench()
    const feed = bench.feed()
    give(feed, 1, 'a\n')
    give(feed, 2, PART)
    bench.batch.flush()
    const { id, checkpoint } = feed.position
    const past = pastFeedOf({ id, checkpoint, note: feed.position.note() })!
    expect([past.container, past.stream, past.state.messages, past.state.openTime]).toEqual([ID, 'stdout', 1, digits(2)])
    const heir = new Bench()
    const next = heir.feed('stdout', past.state)
    expect(next.since(digits(9))).toBe(digits(1))
    next.cursor.connect(next.since(''), next.cursor.echo)
    for (const [n, payload] of [
      [1, 'a\n'],
      [2, PART],
      [2, 'end\n'],
    ] as const)
      give(next, n, payload)
    heir.batch.flush()
    expect(heir.lines).toEqual([`stdout| ${T(2)} stdout P <part>`, `stdout| ${T(2)} stdout F end`])
    expect([next.position.checkpoint, heir.counts.gaps.value]).toEqual([2, 0])
    expect(next.since(digits(9))).toBe(digits(9))
  })

  test.each([
    ['another id', 'first scan', '{}'],
    ['a stream that is none', `${ID}:stdin`, '{"time":"","count":0,"hashes":[],"offset":0,"name":""}'],
    ['no JSON', `${ID}:stdout`, 'history is skipped'],
    ['a time that is none', `${ID}:stdout`, '{"time":"1","count":0,"hashes":[],"offset":0,"name":""}'],
    ['hashes that are none', `${ID}:stdout`, '{"time":"","count":0,"hashes":[1],"offset":0,"name":""}'],
    ['a negative count', `${ID}:stdout`, '{"time":"","count":-1,"hashes":[],"offset":0,"name":""}'],
  ])('with %s is not ours', (_, id, note) => {
    expect(pastFeedOf({ id, checkpoint: 0, note })).toBeUndefined()
  })
})
