/** Bodies of logs, cut anywhere, give the same frames; what is no frame ends the reading, and costs no memory. */
import { describe, expect, test } from 'vitest'
import { AnyFrames } from '../../../src/source/docker/any-frames.ts'
import type { FrameFault } from '../../../src/source/docker/log-frame.ts'
import { framed } from './fake-daemon.ts'

const T1 = '2026-11-21T10:00:00.000000001Z'
const T2 = '2026-11-21T10:00:00.100000000Z'
const PART = 'p'.repeat(16 * 1024)

interface Read {
  readonly frames: readonly string[]
  readonly fault: FrameFault | undefined
  readonly isWhole: boolean
  readonly malformed: number
}

function read(chunks: readonly Buffer[], endsWell = true): Read {
  const frames: string[] = []
  let malformed = 0
  const reader = new AnyFrames({
    onFrame: ({ stream, timeText, time, buffer, start, end }) =>
      frames.push(`${stream} ${timeText} ${time} ${buffer.toString('latin1', start, end)}`),
    onMalformed: () => malformed++,
  })
  for (const chunk of chunks) {
    const fault = reader.push(chunk)
    if (fault !== undefined) return { frames, fault, isWhole: false, malformed }
  }
  return { frames, fault: undefined, isWhole: endsWell ? reader.end() : false, malformed }
}

function halves(bytes: Buffer, at: number): Buffer[] {
  return [Buffer.from(bytes.subarray(0, at)), Buffer.from(bytes.subarray(at))]
}

const log = Buffer.concat([
  framed(1, Buffer.from(`${T1} {"a":1}\n`)),
  framed(2, Buffer.from(`${T1} warning\n`)),
  framed(0, Buffer.from(`${T2} \n`)),
  framed(1, Buffer.from(`${T2} no line end`)),
])
const DIGITS = '01795255200000000001'

describe('a log of two streams', () => {
  const whole = read([log])

  test('gives each frame with its stream, time and bytes', () => {
    expect(whole.frames).toEqual([
      `stdout ${T1} ${DIGITS} {"a":1}\n`,
      `stderr ${T1} ${DIGITS} warning\n`,
      `stdout ${T2} 01795255200100000000 \n`,
      `stdout ${T2} 01795255200100000000 no line end`,
    ])
    expect(whole.isWhole).toBe(true)
  })

  test('gives the same when it is cut at any byte, or into single bytes', () => {
    for (let at = 0; at <= log.length; at++) expect(read(halves(log, at))).toEqual(whole)
    expect(read([...log].map((byte) => Buffer.from([byte])))).toEqual(whole)
  })

  test('is not whole when it ends within a frame, wherever that is', () => {
    const ends = [0]
    for (let at = 0; at < log.length; at += 8 + log.readUInt32BE(at + 4)) ends.push(at)
    for (let at = 0; at < log.length; at++) expect([at, read([log.subarray(0, at)]).isWhole]).toEqual([at, ends.includes(at)])
  })

  test.each([
    ['a type that is none', Buffer.from([7, 0, 0, 0, 0, 0, 0, 9]), 'a frame header 0700000000000009'],
    ['padding that is none', Buffer.from([1, 1, 0, 0, 0, 0, 0, 9]), 'a frame header 0101000000000009'],
    ['4 GB', Buffer.from([1, 0, 0, 0, 255, 255, 255, 255]), 'a frame of 4294967295 bytes'],
    ['one byte more than a frame has', Buffer.from([1, 0, 0, 0, 0, 0x10, 0, 1]), 'a frame of 1048577 bytes'],
  ])('ends at a header with %s', (_, header, text) => {
    const { fault, frames } = read([log, header, log])
    expect(fault).toEqual({ kind: 'malformed', text })
    expect(frames).toEqual(whole.frames)
  })

  test('ends with what the daemon says of an error', () => {
    expect(read([framed(3, Buffer.from('Error grabbing logs: EOF\n')), log]).fault).toEqual({
      kind: 'daemon',
      text: 'Error grabbing logs: EOF',
    })
  })

  test('leaves out a frame without a timestamp, and goes on', () => {
    const { frames, malformed, fault } = read([framed(1, Buffer.from('what? when?\n')), framed(1, Buffer.alloc(0)), log])
    expect([frames, malformed, fault]).toEqual([whole.frames, 2, undefined])
  })

  test('takes times with fewer digits and with an offset, as other daemons write them', () => {
    const times = [
      '2026-11-21T11:00:00.000000001+01:00',
      '2026-11-21T10:00:00.1Z',
      '2026-11-21T10:00:00Z',
      '0001-01-01T00:00:00Z',
    ]
    const { frames } = read(times.map((time) => framed(1, Buffer.from(`${time} x\n`))))
    expect(frames.map((frame) => frame.split(' ')[2])).toEqual([
      DIGITS,
      '01795255200100000000',
      '01795255200000000000',
      '00000000000000000000',
    ])
  })
})

describe('a log of a terminal', () => {
  const tty = Buffer.from(
    `${T1} {"a":1}\r\n${T1} \r\n${T1} ${PART}${T1} rest\r\n${T2} ${PART}${T2} \n${T2} a ${T1} in a line\r\n${T2} $ `,
  )
  const whole = read([tty])

  test('gives parts where 16 KiB are full, and lines without the carriage return', () => {
    expect(whole.frames.map((frame) => frame.slice(0, 7) + frame.slice(59))).toEqual([
      'stdout {"a":1}\n',
      'stdout \n',
      `stdout ${PART}`,
      'stdout rest\n',
      `stdout ${PART}`,
      'stdout \n',
      `stdout a ${T1} in a line\n`,
      'stdout $ ',
    ])
    expect(whole.isWhole).toBe(true)
  })

  test('gives the same when it is cut at any byte near a border, or into single bytes', () => {
    const borders = Array.from({ length: tty.length + 1 }, (_, at) => at).filter((at) => at % 16384 < 260 || at > 32_768)
    for (const at of borders) expect([at, read(halves(tty, at)).frames]).toEqual([at, whole.frames])
    expect(read([...tty].map((byte) => Buffer.from([byte]))).frames).toEqual(whole.frames)
  })

  test('gives no frame that a broken connection has cut', () => {
    const cut = tty.indexOf(`rest\r\n`) + 3
    expect(read([tty.subarray(0, cut)], false).frames).toEqual(whole.frames.slice(0, 3))
  })

  test('ends at what has no timestamp', () => {
    expect(read([Buffer.from(`${T1} a\r\n2 wrong turns, and nothing but wrong turns\r\n`)]).fault?.kind).toBe('malformed')
  })
})
