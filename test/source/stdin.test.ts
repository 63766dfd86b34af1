import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { StreamLines } from '../../src/frame/stream-lines.ts'
import { StdinSource } from '../../src/source/stdin.ts'
import { createOwnMetrics } from '../../src/telemetry/own-metrics.ts'

function sourceOf(input: NodeJS.ReadableStream) {
  const telemetry = createOwnMetrics()
  const source = new StdinSource({ name: 'stdin', input: input as PassThrough, telemetry })
  const lines: string[] = []
  const open = () =>
    new StreamLines({
      maxLineBytes: 1 << 20,
      onLine: (buffer, start, end) => lines.push(buffer.toString('utf8', start, end)),
      onTooLong: () => lines.push('too long'),
    })
  return { source, lines, open, up: telemetry.sourceUp.at('stdin'), errors: telemetry.sourceFileEvents.at('stdin', 'error') }
}

test('a pipe is read to its end, with an unterminated last line', async () => {
  const child = spawn('sh', ['-c', `printf 'one\\ntw'; printf 'o\\n'; head -c 2000000 /dev/zero; printf '\\nrest'`])
  const { source, lines, open, up } = sourceOf(child.stdout)
  await source.run(open, new AbortController().signal)
  expect(lines).toEqual(['one', 'two', 'too long', 'rest'])
  expect(up.value).toBe(0)
  expect(source.faults).toEqual([{ what: 'standard input', why: expect.stringMatching(/^has ended/), isDown: true }])
  expect(source.positions()).toEqual([])
})

test('lines are delivered while the writer goes on, and an abort ends the run', async () => {
  const input = new PassThrough()
  const { source, lines, open, up } = sourceOf(input)
  const stop = new AbortController()
  const run = source.run(open, stop.signal)
  input.write('one\nun')
  while (lines.length === 0) await new Promise((resolve) => setImmediate(resolve))
  expect([up.value, source.faults]).toEqual([1, []])
  stop.abort()
  await run
  expect(lines).toEqual(['one'])
  expect(up.value).toBe(0)
})

test('a slow sink stops the writer instead of filling memory', async () => {
  const child = spawn('sh', ['-c', 'yes | head -c 10000000'])
  const { source, lines, open } = sourceOf(child.stdout)
  let most = 0
  const look = setInterval(() => {
    most = Math.max(most, child.stdout.readableLength)
  }, 0)
  await source.run(open, new AbortController().signal)
  clearInterval(look)
  expect(lines.length).toBe(5_000_000)
  expect(most).toBeLessThan(1 << 20)
})

test('an input that breaks is an end, and counted', async () => {
  const input = new PassThrough()
  const { source, lines, open, errors } = sourceOf(input)
  const run = source.run(open, new AbortController().signal)
  input.write('one\ntwo')
  while (lines.length === 0) await new Promise((resolve) => setImmediate(resolve))
  input.destroy(new Error('EIO'))
  await run
  expect(lines).toEqual(['one', 'two'])
  expect(errors.value).toBe(1)
})

test('a sink that asks back is refused', async () => {
  const child = spawn('printf', ['a'])
  const { source } = sourceOf(child.stdout)
  const asksBack = () => ({ push: () => 0, needBytes: 0, checkpoint: 0, end: () => {}, reset: () => {} })
  await expect(source.run(asksBack, new AbortController().signal)).rejects.toThrow('must take all')
  if (child.exitCode === null) await once(child, 'exit')
})

test('what is in the pipe when the end is asked for is delivered, and no torn line', async () => {
  const input = new PassThrough()
  const { source, lines, open, errors, up } = sourceOf(input)
  const run = source.run(open, new AbortController().signal)
  input.write('one\ntwo\n')
  while (lines.length === 0) await new Promise((resolve) => setImmediate(resolve))
  for (const block of ['three\n', 'four\nto']) input.write(block)
  source.drain()
  await run
  expect(lines).toEqual(['one', 'two', 'three', 'four'])
  expect([errors.value, up.value]).toEqual([0, 0])
})

test('a writer that goes on for ever does not keep the end waiting', async () => {
  const child = spawn('yes')
  const { source, lines, open, errors } = sourceOf(child.stdout)
  const run = source.run(open, new AbortController().signal)
  while (lines.length === 0) await new Promise((resolve) => setImmediate(resolve))
  const before = lines.length
  source.drain()
  await run
  expect(lines.length - before).toBeGreaterThan(1000)
  expect(lines.length - before).toBeLessThan(2_000_000)
  expect(errors.value).toBe(0)
})

test('an input that ends while it is drained is delivered with its unterminated last line', async () => {
  const input = new PassThrough()
  const { source, lines, open } = sourceOf(input)
  const run = source.run(open, new AbortController().signal)
  source.drain()
  input.end('one\ntwo')
  await run
  expect(lines).toEqual(['one', 'two'])
})

test('it stands at its end when nothing has come for a moment, and again after the next lines', async () => {
  const input = new PassThrough()
  const { source, lines, open } = sourceOf(input)
  const ends: number[] = []
  const stop = new AbortController()
  const run = source.run(() => Object.assign(open(), { noteAtEnd: () => void ends.push(lines.length) }), stop.signal)
  const until = async (count: number): Promise<void> => {
    while (ends.at(-1) !== count) await new Promise((resolve) => setImmediate(resolve))
  }
  await until(0)
  input.write('one\ntwo\n')
  await until(2)
  input.write('three\n')
  await until(3)
  stop.abort()
  await run
})
