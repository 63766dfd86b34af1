/** However an answer with a log ends, its reading ends. */
import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { LogReading } from '../../../src/source/docker/log-reading.ts'
import { framed } from './fake-daemon.ts'

const FRAME = framed(1, Buffer.from('2026-11-21T10:00:00.000000001Z x\n'))

/** A stream in the place of a connection. */
function readingOf(onFrame: () => void = () => {}) {
  const stream = Object.assign(new PassThrough(), { setTimeout: () => {} })
  const answer = stream as unknown as IncomingMessage
  const options = { onFrame, onMalformed: () => {}, onChunk: () => {}, quietMs: 1000 }
  return { stream, reading: new LogReading({ answer, dateMs: undefined }, options) }
}

test('at its end', async () => {
  let count = 0
  const { stream, reading } = readingOf(() => count++)
  const ending = reading.read()
  stream.end(Buffer.concat([FRAME, FRAME]))
  expect([await ending, count]).toEqual([{ kind: 'ended' }, 2])
})

test('within a frame', async () => {
  const { stream, reading } = readingOf()
  const ending = reading.read()
  stream.end(FRAME.subarray(0, 20))
  expect(await ending).toEqual({ kind: 'malformed', text: 'the log ends within a frame' })
})

test('with the connection', async () => {
  const { stream, reading } = readingOf()
  const ending = reading.read()
  stream.destroy(new Error('reset by peer'))
  expect(await ending).toEqual({ kind: 'broken', text: 'reset by peer' })
})

test('with a connection that was closed before anybody read', async () => {
  const { stream, reading } = readingOf()
  stream.write(FRAME)
  stream.destroy()
  await new Promise((done) => stream.once('close', done))
  expect(await reading.read()).toEqual({ kind: 'broken', text: 'the connection was closed' })
})

test('when it is left', async () => {
  const { stream, reading } = readingOf()
  const ending = reading.read()
  reading.leave()
  expect([await ending, stream.destroyed]).toEqual([{ kind: 'left' }, true])
})

test('with what a sink throws', async () => {
  const { stream, reading } = readingOf(() => {
    throw new Error('a bug')
  })
  const ending = reading.read()
  stream.write(FRAME)
  await expect(ending).rejects.toThrow('a bug')
  expect(stream.destroyed).toBe(true)
})
