/** A log that goes on with what the one before it has left open: it takes that at its first line, whenever it reads that, and asks for it no more. */
import { expect, test } from 'vitest'
import { jsonDocuments } from '../../src/decode/format/documents.ts'
import { MessageStream, type MessageStreamOptions } from '../../src/decode/message-stream.ts'
import { LineFramer } from '../../src/frame/line-framer.ts'
import type { HeadlessMessage, OpenMessage, Resumption, Unfinished } from '../../src/source/source.ts'

const TIME = '2026-11-21T10:00:00.000000001Z'
const part = (text: string, tag = 'F'): string => `${TIME} stdout ${tag} ${text}\n`

interface Log {
  /** What is open is called. */
  readonly key: string
  readonly head: string
  readonly rest: readonly [string, string]
  readonly whole: string
  /** One more that is whole, and how it is given. */
  readonly next: string
  readonly text: string
}

const LOGS: Readonly<Record<string, Log>> = {
  'parts of a runtime': {
    key: 'stdout',
    head: 'a-',
    rest: [part('b-', 'P'), part('c')],
    whole: 'a-b-c',
    next: part('next', 'P') + part('!'),
    text: 'next!',
  },
  'objects over several lines': {
    key: '{',
    head: '{\n',
    rest: ['"a":\n', '1}\n'],
    whole: '{\n"a":\n1}\n',
    next: '{\n"b": 2}\n',
    text: '{\n"b": 2}\n',
  },
}

class Before implements Unfinished {
  asked = 0
  settled = 0
  readonly #key: string
  #bytes: Buffer | undefined

  constructor({ key, head }: Log) {
    this.#key = key
    this.#bytes = Buffer.from(head)
  }

  partOf(key: string): ReturnType<Unfinished['partOf']> {
    this.asked++
    return key === this.#key && this.#bytes ? { bytes: this.#bytes, time: TIME, partCount: 1 } : undefined
  }

  settle(key: string): void {
    if (key !== this.#key) return
    this.settled++
    this.#bytes = undefined
  }
}

interface Reading {
  readonly format?: MessageStreamOptions['format']
  readonly resumption?: Resumption
}

function following(before: Unfinished, { format = 'auto', resumption }: Reading = {}) {
  const messages: string[] = []
  const rejects: string[] = []
  const sink = new MessageStream({
    origin: { source: 's', log: 'l', file: 'f', stream: '', fields: {}, resumption },
    envelope: 'auto',
    format,
    maxLineBytes: 1000,
    createFramer: (options) => new LineFramer(options),
    onMessage: (buffer, start, end) => messages.push(buffer.toString('latin1', start, end)),
    onReject: (reason) => rejects.push(reason),
  })
  sink.follow(before)
  const push = (text: string, offset: number): number =>
    sink.push({ buffer: Buffer.from(text), start: 0, end: text.length, offset })
  return { push, messages, rejects }
}

test.each(Object.entries(LOGS))('%s: its first line is read again, and goes on with the head again', (_, log) => {
  const { rest, whole } = log
  const before = new Before(log)
  const { push, messages, rejects } = following(before)
  push(rest[0], 0)
  push(rest[0] + rest[1], 0)
  expect([messages, rejects, before.settled]).toEqual([[whole], [], 1])
})

test.each(Object.entries(LOGS))('%s: the log before is asked at the first line alone', (_, log) => {
  const { rest, whole, next, text } = log
  const before = new Before(log)
  const { push, messages, rejects } = following(before)
  const begun = rest.join('') + next.repeat(10)
  push(begun, 0)
  const { asked } = before
  expect([messages, rejects, before.settled]).toEqual([[whole, ...Array(10).fill(text)], [], 1])
  push(next.repeat(100), begun.length)
  expect([messages.length, before.asked - asked, before.settled]).toEqual([111, 0, 1])
})

const GIVEN_UP: HeadlessMessage = { why: 'given up', time: TIME }
const leaving = (open: Iterable<[string, OpenMessage | HeadlessMessage]>): Unfinished => {
  const left = new Map(open)
  return { partOf: (key) => left.get(key), settle: (key) => void left.delete(key) }
}

test('a restart within the rest of a message that was given up: the one behind it counts, whatever is recorded of the log before', () => {
  const resumption = { appliedBytes: 100, givenUp: { stdout: TIME }, envelope: 'cri', formats: { stdout: 'json' } }
  const { push, messages, rejects } = following(leaving([['stdout', GIVEN_UP]]), { resumption })
  push(part('rest') + part('one') + part('two'), 100)
  expect([messages, rejects]).toEqual([['one', 'two'], []])
})

test('the rest of a message that was given up is read again: what is no part of the document of the log before does not hide it', () => {
  const head = { bytes: Buffer.from('{\n'), time: TIME, partCount: 1 }
  const before = leaving([
    ['stdout', GIVEN_UP],
    ['{stdout', head],
  ])
  const { push, messages, rejects } = following(before, { format: jsonDocuments })
  push(part('rest'), 0)
  push(part('rest') + part('"a": 1') + part('}'), 0)
  expect([messages, rejects, before.partOf('{stdout')]).toEqual([['{\n"a": 1\n}\n'], [], undefined])
})

test('a message that is given up takes nothing from the document whose first line began in the log before', () => {
  const docker = (log: string, time: number) =>
    `{"log":${JSON.stringify(log)},"stream":"stdout","time":"2026-11-21T10:00:00.${time}Z"}\n`
  const line = { bytes: Buffer.from('"a": 1'), time: '2026-11-21T10:00:00.1Z', partCount: 1 }
  const head = { bytes: Buffer.from('{\n'), time: '0', partCount: 1 }
  const before = leaving([
    ['stdout', line],
    ['{stdout', head],
  ])
  const { push, messages, rejects } = following(before, { format: jsonDocuments })
  const begun = docker('x'.repeat(600), 2) + docker('x'.repeat(600), 2)
  push(begun, 0)
  push(begun + docker('\n', 2) + docker('}\n', 3), 0)
  expect([messages, rejects, before.partOf('stdout')]).toEqual([['{\n"a": 1\n}\n'], ['too_long'], undefined])
})
