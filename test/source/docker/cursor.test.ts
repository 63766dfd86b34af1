/** What is new and what came before, whatever is sent again. */
import { describe, expect, test } from 'vitest'
import { Cursor, type CursorMark, START, stateOf } from '../../../src/source/docker/cursor.ts'
import { earlier, sinceText, timeOfMs } from '../../../src/source/docker/log-time.ts'

const at = (ns: number): string => String(1_800_000_000_000_000_000n + BigInt(ns)).padStart(20, '0')

class Reader {
  gaps = 0
  cursor: Cursor
  taken: string[] = []

  constructor() {
    this.cursor = new Cursor(START, () => this.gaps++)
  }

  /** Frames as `<ns>:<content>`; content that ends with `-` is a part. */
  send(...frames: readonly string[]): void {
    for (const frame of frames) {
      const [ns, content = ''] = frame.split(':')
      const isOpen = this.taken.at(-1)?.endsWith('-') === true
      if (!this.cursor.isNew(at(Number(ns)), content, isOpen)) continue
      this.cursor.take(at(Number(ns)), content, isOpen)
      this.taken.push(frame)
    }
  }

  connect(since = this.cursor.since): void {
    this.cursor.connect(since, this.cursor.echo)
  }

  /** Another process. */
  restart(): void {
    const mark: CursorMark = { ...START }
    this.cursor.mark(mark)
    this.cursor = new Cursor(JSON.parse(JSON.stringify(stateOf(mark))), () => this.gaps++)
  }
}

function readerOf(...frames: readonly string[]): Reader {
  const reader = new Reader()
  reader.connect()
  reader.send(...frames)
  reader.taken = []
  return reader
}

describe('after a reconnect', () => {
  test('the echo and what is older are skipped, and what follows is taken', () => {
    const reader = readerOf('1:a', '2:b')
    reader.connect()
    reader.send('1:a', '2:b', '3:c')
    expect([reader.taken, reader.gaps]).toEqual([['3:c'], 0])
  })

  test('frames of one nanosecond are told apart by their order, over a restart', () => {
    const reader = readerOf('1:a', '2:x', '2:y')
    reader.restart()
    reader.connect()
    reader.send('2:x', '2:y', '2:x2', '2:y2', '3:c')
    expect([reader.taken, reader.gaps]).toEqual([['2:x2', '2:y2', '3:c'], 0])
  })

  test('of one nanosecond, the first may be thrown away and the others are known by their content', () => {
    const reader = readerOf('2:x', '2:y')
    reader.connect()
    reader.send('2:y', '2:z')
    expect([reader.taken, reader.gaps]).toEqual([['2:z'], 0])
  })

  test('a missing echo is a gap, told once', () => {
    const reader = readerOf('1:a', '2:b')
    reader.connect()
    reader.send('5:e', '6:f')
    expect([reader.taken, reader.gaps]).toEqual([['5:e', '6:f'], 1])
    const quiet = readerOf('1:a', '2:b')
    for (let i = 0; i < 3; i++) {
      quiet.connect()
      quiet.cursor.passed()
    }
    expect(quiet.gaps).toBe(1)
  })

  test('an echo that came, with nothing behind it, is no gap', () => {
    const reader = readerOf('1:a', '2:b')
    reader.connect()
    reader.send('1:a', '2:b')
    reader.cursor.passed()
    expect([reader.taken, reader.gaps]).toEqual([[], 0])
  })

  test('where the echo was not asked for, none is missed', () => {
    const reader = readerOf('1:a', '2:b')
    reader.connect(at(3))
    reader.send('5:e')
    expect([reader.taken, reader.gaps]).toEqual([['5:e'], 0])
  })

  test('parts of an open message that are equal count as often as they came', () => {
    const reader = readerOf('1:a', '2:head-', '2:xx-')
    reader.taken = ['-']
    reader.connect()
    reader.send('1:a', '2:head-', '2:xx-', '2:xx-', '2:end')
    expect(reader.taken.slice(1)).toEqual(['2:xx-', '2:end'])
  })
})

describe('within a connection', () => {
  test('a finished frame that comes again at its time is a replay', () => {
    const reader = readerOf('1:a', '2:b')
    reader.send('2:b', '3:c', '3:c', '3:d')
    expect(reader.taken).toEqual(['3:c', '3:d'])
  })

  test('a daemon that goes back is skipped until it is where it was', () => {
    const reader = readerOf('1:a', '2:b', '3:c')
    reader.send('1:a', '2:b', '3:c', '4:d', '2:b', '3:c', '4:d', '5:e')
    expect(reader.taken).toEqual(['4:d', '5:e'])
  })

  test('a frame of a moment ago that never came is taken, once', () => {
    const reader = readerOf('1:a', '3:c', '5:e')
    reader.send('4:d', '4:d', '6:f')
    expect(reader.taken).toEqual(['4:d', '6:f'])
  })
})

describe('a clock that is set back by an hour', () => {
  const HOUR = 3_600_000_000_000

  test('is read in the order of the log behind the echo, also after a restart, and by time when it has caught up', () => {
    const reader = readerOf(`${HOUR}:a`, `${HOUR + 2}:b`)
    reader.cursor.turnBack()
    expect(reader.cursor.since).toBe('')
    reader.connect()
    reader.send(`${HOUR}:a`, `${HOUR + 2}:b`, '1:c', '2:d')
    reader.restart()
    expect(reader.cursor.since).toBe(at(2))
    reader.connect()
    reader.send(`${HOUR}:a`, `${HOUR + 2}:b`, '2:d', '3:e', `${HOUR + 5}:f`)
    expect([reader.taken, reader.gaps]).toEqual([['1:c', '2:d', '3:e', `${HOUR + 5}:f`], 0])
    reader.connect()
    expect(reader.cursor.isTurnedBack).toBe(false)
  })

  test('without the echo all that is left is new, and a gap is told', () => {
    const reader = readerOf(`${HOUR}:a`)
    reader.cursor.turnBack()
    reader.connect()
    reader.send('1:c', '2:d')
    reader.cursor.passed()
    expect([reader.taken, reader.gaps]).toEqual([[], 1])
    reader.connect()
    reader.send('1:c', '2:d')
    expect(reader.taken).toEqual(['1:c', '2:d'])
  })
})

test('times are asked for with nine digits, to the nanosecond', () => {
  expect(sinceText(at(7))).toBe('1800000000.000000007')
  expect(sinceText('')).toBe('0')
  expect(earlier(at(7), 10)).toBe('01799999990000000007')
  expect(timeOfMs(1_800_000_000_012)).toBe('01800000000012000000')
})
