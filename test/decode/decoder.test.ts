/** Where the event of a line is, and which of the times around it is taken. */
import { describe, expect, test } from 'vitest'
import { type DecodePlan, Decoder } from '../../src/decode/decoder.ts'
import { Wrapping } from '../../src/decode/envelope/wrapping.ts'
import type { Json } from '../../src/decode/json.ts'
import { Row } from '../../src/decode/row.ts'

const NOW_MS = Date.UTC(2026, 0, 31, 12)
const steps = (...names: string[]) => names.map((name) => ({ kind: 'name' as const, name }))
const plan: DecodePlan = {
  namePaths: [{ slot: 0, steps: steps('event') }],
  name: (row) => (typeof row.slots[0] === 'string' ? row.slots[0] : undefined),
  timePaths: [{ slot: 1, steps: steps('time') }],
  time: (row) => row.slots[1],
  timeZone: 'UTC',
  readsBeyondAscii: false,
  pathsOf: () => [{ slot: 2, steps: steps('x') }],
}

function decoded(line: Json, time?: string) {
  const decoder = new Decoder(plan, { maxValues: 100, maxDepth: 20 }, () => NOW_MS)
  const row = new Row(3, { source: 's', log: 'l', file: 'f', stream: '', fields: {} })
  const bytes = Buffer.from(JSON.stringify(line))
  const wrapping = new Wrapping()
  wrapping.time = time ?? ''
  const outcome = decoder.decode(bytes, 0, bytes.length, row, time === undefined ? undefined : wrapping)
  const { ns, from } = decoder.traceTime(row)
  expect(decoder.time(row)).toBe(ns)
  const at = new Date(Number(ns / 1_000_000n)).toISOString().slice(11, 19)
  return { outcome, name: row.name, x: row.slots[2], bytes: row.lineBytes, field: decoder.field, at, from }
}

describe('an event in a text of an object', () => {
  const inner = { event: 'a', x: 'é "q" \\ 😀' }

  test.each(['log', 'message'])('that a shipper wrote under %s is the event', (field) => {
    const text = JSON.stringify(inner)
    const found = decoded({ host: 'h', [field]: `${text}\n`, x: 'outer' })
    expect(found).toMatchObject({ outcome: 'event', name: 'a', x: inner.x, bytes: Buffer.byteLength(text), field })
  })

  test.each([
    ['has a name itself', { event: 'own', message: JSON.stringify(inner), x: 1 }, 'own'],
    ['has no name inside either', { message: '{"level":"info"}', x: 1 }, undefined],
    ['holds a broken object', { log: '{"event":"a"', x: 1 }, undefined],
    ['holds a text', { message: 'x {"event":"a"}', x: 1 }, undefined],
    ['holds a list', { message: '[{"event":"a"}]', x: 1 }, undefined],
    ['holds one that is nested too deep', { message: `{"event":"a","y":${'['.repeat(30)}${']'.repeat(30)}}`, x: 1 }, undefined],
    ['holds an object, not a text', { message: inner, x: 1 }, undefined],
  ])('one that %s stays itself', (_, line, name) => {
    expect(decoded(line)).toMatchObject({ outcome: 'event', name, x: 1, field: undefined })
  })

  test('its own time is taken, else that of the object around it', () => {
    const of = (time?: string) => JSON.stringify({ event: 'a', x: 'own', ...(time ? { time } : {}) })
    expect(decoded({ time: '2026-01-31T10:00:00Z', log: of('2026-01-31T09:00:00Z') })).toMatchObject({
      at: '09:00:00',
      from: 'event',
    })
    expect(decoded({ time: '2026-01-31T10:00:00Z', log: of() })).toMatchObject({ at: '10:00:00', from: 'envelope', x: 'own' })
    expect(decoded({ log: of() })).toMatchObject({ at: '12:00:00', from: 'arrival' })
  })
})

describe("the envelope's time", () => {
  const around = '2026-01-31T11:00:00.123456789Z'
  test.each([
    ['is not asked for if the event has one', { time: '2026-01-31T09:00:00Z' }, around, '09:00:00', 'event'],
    ['stands in for a missing one', {}, around, '11:00:00', 'envelope'],
    ['stands in for one that is none', { time: 'soon' }, around, '11:00:00', 'envelope'],
    ['stands in for one over 10 min ahead', { time: '2026-01-31T12:10:01Z' }, around, '11:00:00', 'envelope'],
    ['that is none gives arrival', {}, '2026-99-31T11:00:00Z', '12:00:00', 'arrival'],
    ['over 10 min ahead gives arrival', {}, '2026-01-31T12:10:01Z', '12:00:00', 'arrival'],
    ['that is empty gives arrival', {}, '', '12:00:00', 'arrival'],
  ])('%s', (_, event, time, at, from) => {
    expect(decoded({ event: 'a', ...event }, time)).toMatchObject({ at, from })
  })
})
