import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { expositionOf } from './exposition-of.ts'
import { parseText, sampleKey } from './text-parser.ts'

function counterOf(world: ReturnType<typeof expositionOf>): (n: number) => void {
  const counter = world.family('counter', ['l'], { name: 'a_total' })
  const slot = counter.site([undefined]).series(['x'])
  const add = counter.recorder()
  return (n) => add(slot, n)
}

function shown(body: Buffer): number | undefined {
  return parseText(body).families.get('a_total')!.samples.get('a_total{l="x"}')
}

test('all who ask within 10 ms share one body', () => {
  const world = expositionOf()
  const add = counterOf(world)
  const first = world.exposition.body()
  add(1)
  world.advance(9)
  expect(world.exposition.body()).toBe(first)
  world.advance(1)
  expect(shown(world.exposition.body())).toBe(1)
})

test('a body that took long is given for ten times as long, but for two seconds at most', () => {
  for (const [renderMs, ageMs] of [
    [25, 250],
    [300, 2000],
  ] as const) {
    const world = expositionOf({ renderMs })
    const add = counterOf(world)
    const first = world.exposition.body()
    add(1)
    world.advance(ageMs - 1)
    expect([world.exposition.isFresh, world.exposition.body() === first]).toEqual([true, true])
    world.advance(1)
    expect([world.exposition.isFresh, shown(world.exposition.body())]).toEqual([false, 1])
  }
})

test('a body that was given is never written to again', () => {
  const world = expositionOf()
  const add = counterOf(world)
  const first = world.exposition.body()
  const before = Buffer.from(first)
  for (let i = 0; i < 5; i++) {
    add(123_456)
    world.advance(10)
    world.exposition.body()
  }
  expect(first.equals(before)).toBe(true)
  expect(shown(first)).toBe(0)
})

test('while nothing changes the body stays the same, and so does its compressed form', async () => {
  const world = expositionOf()
  counterOf(world)
  const body = world.exposition.body()
  const compressed = await world.exposition.gzip()
  world.advance(1000)
  expect(world.exposition.body()).toBe(body)
  expect(await world.exposition.gzip()).toBe(compressed)
})

test('a change of our own numbers or of the process shows in the next body', () => {
  const world = expositionOf()
  counterOf(world)
  world.exposition.body()
  world.own.lines.at('s', 'event').value = 7
  world.advance(10)
  const lines = sampleKey('agentlog_lines_total', [
    ['source', 's'],
    ['outcome', 'event'],
  ])
  expect(parseText(world.exposition.body()).families.get('agentlog_lines_total')!.samples.get(lines)).toBe(7)
  world.others.push({ name: 'process_x', help: 'X.', type: 'gauge', samples: [{ labels: [], value: 5 }] })
  world.advance(10)
  expect(parseText(world.exposition.body()).families.get('process_x')!.samples.get('process_x')).toBe(5)
  world.others.pop()
  world.advance(10)
  expect(parseText(world.exposition.body()).families.has('process_x')).toBe(false)
})

test('compressing is done once for all who ask at the same time, and unpacks to the body', async () => {
  const world = expositionOf()
  const add = counterOf(world)
  add(3)
  const [first, second] = [world.exposition.gzip(), world.exposition.gzip()]
  expect(first).toBe(second)
  expect(gunzipSync(await first).equals(world.exposition.body())).toBe(true)
  add(1)
  world.advance(10)
  expect(shown(gunzipSync(await world.exposition.gzip()))).toBe(4)
})

test('without own metrics only mapped families are in the text; with them ours, but not those of the process', () => {
  const world = expositionOf()
  counterOf(world)
  world.others.push({ name: 'process_x', help: 'X.', type: 'gauge', samples: [] })
  expect([...parseText(world.exposition.mappedText()).families.keys()]).toEqual(['a_total'])
  const names = [...parseText(world.exposition.mappedText({ withOwn: true })).families.keys()]
  expect(names[0]).toBe('a_total')
  expect(names).toContain('agentlog_series')
  expect(names).not.toContain('process_x')
})

test('the text of mapped families is as fresh as the numbers, whatever the age of the body', () => {
  const world = expositionOf()
  const add = counterOf(world)
  world.exposition.body()
  add(2)
  expect(shown(Buffer.from(world.exposition.mappedText()))).toBe(2)
})

test('families that are added later show in the next body', () => {
  const world = expositionOf()
  world.exposition.body()
  counterOf(world)
  world.advance(10)
  expect(shown(world.exposition.body())).toBe(0)
})

const step = fc.record({
  agent: fc.constantFrom('a', 'b', 'c'),
  state: fc.constantFrom('1', '2', '3', '4'),
  scrape: fc.boolean(),
})

test('when series replace each other, slots of the dead show the labels and numbers of the living', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const world = expositionOf()
      const gauge = world.family('gauge', ['agent', 'state'], { name: 'g', onePer: ['agent'] })
      const site = gauge.site([undefined, undefined])
      const add = gauge.recorder('add')
      const model = new Map<string, { state: string; value: number }>()
      for (const { agent, state, scrape } of steps) {
        add(site.series([agent, state]), 1)
        const known = model.get(agent)
        model.set(agent, { state, value: known?.state === state ? known.value + 1 : 1 })
        if (!scrape) continue
        world.advance(10)
        const expected = [...model].map(
          ([a, { state: s, value }]) =>
            [
              sampleKey('g', [
                ['agent', a],
                ['state', s],
              ]),
              value,
            ] as const,
        )
        const got = parseText(world.exposition.body()).families.get('g')!.samples
        expect([...got].sort()).toEqual([...expected].sort())
      }
    }),
  )
})

test('whoever asks after a body has expired gets what stands then, however young it was', () => {
  const { family, exposition } = expositionOf()
  const counter = family('counter', [], { name: 'a_total' })
  const add = (): void => counter.recorder('add')(counter.site([]).series([]), 1)
  add()
  expect(exposition.body().toString()).toContain('a_total 1\n')
  add()
  expect(exposition.body().toString()).toContain('a_total 1\n')
  exposition.expire()
  expect(exposition.body().toString()).toContain('a_total 2\n')
})
