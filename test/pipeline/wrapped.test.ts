/** The same log bare and wrapped: the same numbers. And what a message of several parts is to those who look on. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { LineFramer } from '../../src/frame/line-framer.ts'
import { EventStream, type EventStreamOptions } from '../../src/pipeline/event-stream.ts'
import { LineApplier } from '../../src/pipeline/line-applier.ts'
import { compilePlan } from '../../src/pipeline/plan.ts'
import { play } from '../../src/scenario/play.ts'
import type { Origin } from '../../src/source/source.ts'
import { configOf, loaded } from '../config/loading.ts'
import { RUNTIMES, type RuntimeName, timeOf } from '../decode/runtimes.ts'

const MAPPING = `version: 1
metrics:
  - { name: calls_total, type: counter, event: call, labels: { stream: $stream, container: $container.name, n: n } }
  - { name: call_bytes_total, type: counter, event: call, value: $bytes }
  - { name: last_timestamp_seconds, type: gauge, value: $time, op: max }
`
/** An hour before the wall clock of `play`. */
const hourBefore = '2026-01-01T11:00:00Z'
const samples = (exposition: string) => exposition.split('\n').filter((line) => line !== '' && !line.startsWith('#'))

describe.each(['docker', 'cri', 'compose'] as const)('%s', (runtime: RuntimeName) => {
  test('the sample log with the preset comes out as it does bare, with our own numbers of its lines', async () => {
    const { config } = await loaded([], ['agent'])
    const bare = readFileSync(join(import.meta.dirname, '../../config/examples/sample.jsonl'))
    const lines = bare
      .toString('latin1')
      .trimEnd()
      .split('\n')
      .map((text) => Buffer.from(text, 'latin1'))
    const wrapped = lines.flatMap((text, i) => RUNTIMES[runtime]({ stream: i % 3 === 0 ? 'stderr' : 'stdout', text }, timeOf(i)))
    const log = Buffer.concat(wrapped.map(({ bytes }) => bytes))
    const ours = (exposition: string) => samples(exposition).filter((line) => !/timestamp_seconds/.test(line))
    const expected = play(config, { log: bare, file: 'a', advanceMs: 0 })
    const found = play(config, { log, file: 'a', advanceMs: 0 })
    expect(ours(found.mapped)).toEqual(ours(expected.mapped))
    expect(ours(found.withOwn)).toEqual(ours(expected.withOwn))
    expect(ours(expected.withOwn).length).toBeGreaterThan(50)
  })

  test('rules read its stream or container, the bytes of the message, and its time', async () => {
    const config = await configOf(MAPPING)
    const text = Buffer.from(`{"event":"call","n":"${'x'.repeat(40)}","y":"${'é'.repeat(20_000)}"}`)
    const log = Buffer.concat(RUNTIMES[runtime]({ stream: 'stderr', text }, hourBefore).map(({ bytes }) => bytes))
    const { mapped } = play(config, { log, file: 'a', advanceMs: 0 })
    const labels = runtime === 'compose' ? 'stream="unknown",container="agent-1"' : 'stream="stderr",container="unknown"'
    expect(samples(mapped)).toEqual([
      `call_bytes_total ${text.length}`,
      `calls_total{${labels},n="${'x'.repeat(40)}"} 1`,
      // Compose was not asked for times: arrival.
      `last_timestamp_seconds ${Date.parse(runtime === 'compose' ? '2026-01-01T12:00:00Z' : hourBefore) / 1000}`,
    ])
  })
})

test('input.envelope of the mapping and of its only source holds for tests too', async () => {
  const log = '2026-01-31T12:00:00Z stdout F {"event":"call"}\n{"event":"call"}\n'
  const counted = async (rest: string) => {
    const { mapped, withOwn } = play(await configOf(MAPPING + rest), { log, file: 'a', advanceMs: 0 })
    const calls = [...mapped.matchAll(/^calls_total\{.*\} (\d+)$/gm)].reduce((sum, match) => sum + Number(match[1]), 0)
    return [calls, /reason="bad_envelope"} (\d+)/.exec(withOwn)?.[1] ?? '0']
  }
  expect(await counted('')).toEqual([2, '0'])
  expect(await counted('input: { envelope: cri }\n')).toEqual([1, '1'])
  expect(await counted('input: { envelope: docker }\nsources: [{ stdin: {}, input: { envelope: cri } }]\n')).toEqual([1, '1'])
  expect(await counted('input: { envelope: docker }\nsources: [{ stdin: {}, input: { envelope: none } }]\n')).toEqual([2, '0'])
})

describe('a message of several parts', () => {
  const T = '2026-01-31T12:00:00Z'
  const log = Buffer.from(
    `${T} stdout P {"event":"call",\n${T} stderr F {"event":"call","n":2}\n${T} stdout P "n"\n${T} stdout F :1}\n`,
  )
  const ORIGIN: Origin = { source: 's', log: 'l', file: '/a', stream: '', fields: {} }

  async function read(watch: Pick<EventStreamOptions, 'guard' | 'onEnvelope'>) {
    const { mappings, own, registry, sightings, cleanLabel } = compilePlan(await configOf(MAPPING), () => {})
    const onBug = (error: unknown): never => {
      throw error
    }
    const common = {
      mapping: mappings.ofSource('s'),
      own,
      cleanLabel,
      sightings,
      births: registry.births,
      wallClockMs: Date.now,
      onBug,
    }
    const applier = new LineApplier({ ...common, source: 's', bounds: { maxValues: 100, maxDepth: 10 } }, ORIGIN)
    const createFramer: EventStreamOptions['createFramer'] = (options) => new LineFramer(options)
    const stream = new EventStream({
      origin: ORIGIN,
      application: { applier },
      envelope: 'auto',
      maxLineBytes: 1000,
      createFramer,
      ...watch,
    })
    for (const end of [70, 130, log.length]) {
      const offset = stream.appliedBytes
      stream.push({ buffer: log, start: offset, end, offset })
    }
    return { events: own.events.at('s', 'mapped').value, poison: own.rejects.at('s', 'poison').value }
  }

  test('is in hand whole while it is applied, and left out whole if it is poison', async () => {
    const entered: [text: string, endOffset: number][] = []
    const guard = {
      enter: (_: Origin, line: Uint8Array, endOffset: number) => {
        const text = Buffer.from(line).toString()
        entered.push([text, endOffset])
        return !text.includes('"n":1')
      },
      leave: () => {},
    }
    expect(await read({ guard })).toEqual({ events: 1, poison: 1 })
    expect(entered).toEqual([
      ['{"event":"call","n":2}', log.indexOf('2}') + 3],
      ['{"event":"call","n":1}', log.length],
    ])
  })

  test('what wraps the lines is told once', async () => {
    const told: unknown[] = []
    expect(await read({ onEnvelope: (envelope, { file }) => told.push([envelope, file]) })).toEqual({ events: 2, poison: 0 })
    expect(told).toEqual([['cri', '/a']])
  })
})
