/** Health of the built program: what is gone is named, and for how long it must be gone. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { DOWN_AFTER_MS, HealthWatch } from '../../src/cli/health.ts'
import { BUILT_IN_MASKS } from '../../src/mask/masks.ts'
import type { Component } from '../../src/server/health.ts'
import type { Fault } from '../../src/source/fault.ts'
import { createOwnMetrics } from '../../src/telemetry/own-metrics.ts'
import { Children } from './children.ts'
import { type Served, until } from './program.ts'

const scratch = mkdtempSync(join(tmpdir(), 'agentlog-health-'))
const children = new Children()

afterEach(() => children.kill())
afterAll(() => rmSync(scratch, { recursive: true }))

const start = (...args: readonly string[]): Promise<Served> => children.start(args)

function file(name: string, text: string): string {
  writeFileSync(join(scratch, name), text)
  return join(scratch, name)
}

interface Said {
  readonly status: number
  readonly reasons: readonly string[]
  readonly components: readonly Component[]
}

async function ready({ url }: Served): Promise<Said> {
  const answer = await fetch(`${url}/health/ready`)
  const { reasons, components } = (await answer.json()) as Omit<Said, 'status'>
  return { status: answer.status, reasons, components }
}

const MAPPING = 'version: 1\nmetrics:\n  - { name: a_total, type: counter, help: A., event: a }\n'

test('a log that is deleted takes readiness with it after a while, and nothing else; rotation does not', async () => {
  const log = file('app.log', '{"event":"a"}\n')
  const served = await start(log, '--log.level', 'debug')
  await until(
    () => ready(served),
    ({ status }) => status === 200,
  )
  renameSync(log, `${log}.1`)
  const rotated = await until(
    () => ready(served),
    ({ components }) => components[0]?.state !== 'ok',
  )
  expect([rotated.status, rotated.reasons, rotated.components[0]?.state]).toEqual([200, [], 'degraded'])
  writeFileSync(log, '{"event":"a"}\n')
  await until(
    () => ready(served),
    ({ components }) => components[0]?.state === 'ok',
  )
  rmSync(log)
  const deletedMs = Date.now()
  const down = await until(
    () => ready(served),
    ({ status }) => status === 503,
  )
  expect(Date.now() - deletedMs).toBeGreaterThanOrEqual(DOWN_AFTER_MS)
  expect(down.reasons).toEqual([`source files: ${log}: no such file`])
  const others = ['/health/live', '/health', '/v1/health', '/-/healthy', '/-/ready', '/metrics']
  expect(await Promise.all(others.map(async (path) => (await fetch(served.url + path)).status))).toEqual(others.map(() => 200))
  writeFileSync(log, '')
  await until(
    () => ready(served),
    ({ status }) => status === 200,
  )
}, 60_000)

test('a reload with errors, and a record that cannot be written, degrade', async () => {
  const mapping = file('mapping.yaml', MAPPING)
  const log = file('reload.log', '{"event":"a"}\n')
  // A file stands where the folder is to be.
  const served = await start('-c', mapping, '--state.dir', join(file('taken', ''), 'state'), log)
  const stateOf = async (name: string) => (await ready(served)).components.find((one) => one.name === name)
  expect(await stateOf('mapping')).toEqual({ name: 'mapping', state: 'ok', detail: '1 metrics' })
  expect(await stateOf('record')).toMatchObject({ state: 'degraded', detail: expect.stringContaining('cannot be written') })
  writeFileSync(mapping, 'version: 1\nmetrics: [{ name: a_total, typ: counter }]\n')
  served.child.kill('SIGHUP')
  const broken = await until(
    () => stateOf('mapping'),
    (one) => one?.state !== 'ok',
  )
  expect(broken).toMatchObject({ state: 'degraded', detail: expect.stringContaining('the one before is in force') })
  expect((await fetch(`${served.url}/health/ready`)).status).toBe(200)
  writeFileSync(mapping, MAPPING)
  served.child.kill('SIGHUP')
  await until(
    () => stateOf('mapping'),
    (one) => one?.state === 'ok',
  )
})

/** Sources with these faults, and a clock that the test moves. */
function watching(faults: Fault[], held?: string) {
  const own = createOwnMetrics()
  own.reloadSuccessful.at().value = 1
  const time = { nowMs: 0 }
  const inForce = {
    plan: { own, masks: BUILT_IN_MASKS, config: { metrics: [] } },
    specs: [{ name: 's' }],
    intakes: [{ faults: () => faults }],
  }
  const facts = { inForce, state: {}, pipeline: { hasCaughtUp: true } }
  const watch = new HealthWatch(
    facts as never,
    () => held,
    () => time.nowMs,
  )
  return { own, time, state: (name: string) => watch.look().components.find((one) => one.name === name) }
}

const gone = (what: string): Fault => ({ what, why: 'gone', isDown: true })

test('a fault takes a source down only if it has stood without a break', () => {
  const faults = [gone('a')]
  const { time, state } = watching(faults)
  const at = (ms: number): string | undefined => {
    time.nowMs = ms
    return state('source s')?.state
  }
  expect([at(0), at(DOWN_AFTER_MS - 1)]).toEqual(['degraded', 'degraded'])
  faults.length = 0
  expect(at(DOWN_AFTER_MS)).toBe('ok')
  faults.push(gone('a'))
  expect([at(DOWN_AFTER_MS + 1), at(2 * DOWN_AFTER_MS)]).toEqual(['degraded', 'degraded'])
  // One fault after another is no fault that stands.
  faults.splice(0, 1, gone('b'))
  expect([at(2 * DOWN_AFTER_MS + 1), at(3 * DOWN_AFTER_MS)]).toEqual(['degraded', 'degraded'])
  expect(at(3 * DOWN_AFTER_MS + 1)).toBe('down')
})

test('what only waits never takes a source down, many faults are cut, secrets in names are masked', () => {
  const faults = ['a', 'b', 'c', 'd', 'e'].map((what): Fault => ({ what, why: 'no file matches', isDown: false }))
  const { time, state } = watching(faults)
  state('source s')
  time.nowMs = DOWN_AFTER_MS * 100
  const [a, b, c] = ['a', 'b', 'c'].map((what) => `${what}: no file matches`)
  expect(state('source s')).toEqual({ name: 'source s', state: 'degraded', detail: `${a}; ${b}; ${c}; and 2 more` })
  faults.push(gone('/logs/ghp_0123456789abcdefghijABCDEFGHIJ012345.log'))
  expect(state('source s')?.detail).not.toContain('0123456789')
  expect(state('source s')?.detail).toMatch(/^\/logs\/\S+: gone; /)
})

test('while nothing can be exposed the record is down; a web configuration that was not taken degrades the server', () => {
  const { own, state } = watching([], 'Part of it was lost.\n')
  expect(state('record')).toEqual({ name: 'record', state: 'down', detail: 'Part of it was lost.' })
  own.stateDurable.at().value = 1
  expect(watching([]).state('record')?.state).toBe('degraded')
  own.webConfigSuccessful.at('/etc/web.yml').value = 0
  expect(state('server')).toMatchObject({ state: 'degraded', detail: expect.stringContaining('/etc/web.yml was not taken') })
})
