/** What has counted is remembered as a user meets it: over restarts, reloads and `state reset`, and with each kind of `history`. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Children } from './children.ts'
import { finish, type Served, until } from './program.ts'

let folder: string
const children = new Children()
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agentlog-marks-'))
})
afterEach(async () => {
  await children.kill()
  rmSync(folder, { recursive: true })
})

const at = (name: string): string => join(folder, name)
const CALLS = '{ name: calls_total, type: counter, event: call, once: id }'
const TOKENS = '{ name: tokens_total, type: counter, event: call, value: n, rise: id }'
const RESETS = '{ name: tokens_total, type: counter, event: call, value: n, rise: { key: id, fall: reset } }'
const LINES = '{ name: lines_total, type: counter, event: call }'

function map(metrics: readonly string[], history = 'count'): void {
  const sources = `sources: [{ name: a, file: { paths: ['${at('*.log')}'], history: ${history} } }]`
  writeFileSync(at('m.yaml'), `version: 1\n${sources}\nmetrics:\n${metrics.map((one) => `  - ${one}\n`).join('')}`)
}

function call(id: number, n: number, name = 'a.log'): void {
  appendFileSync(at(name), `${JSON.stringify({ event: 'call', id, n })}\n`)
}

async function start(): Promise<Served> {
  const served = await children.start(['--state.dir', at('state'), '-c', at('m.yaml'), '--web.enable-lifecycle'])
  // What was there has been found.
  await until(
    async () => (await fetch(`${served.url}/-/ready`)).status,
    (status) => status === 200,
  )
  return served
}

async function end(served: Served, signal: NodeJS.Signals): Promise<void> {
  served.child.kill(signal)
  await served.ended
}

/** The numbers, once all lines are counted. */
async function counted(served: Served, lines: number): Promise<Record<string, number>> {
  const text = await until(
    async () => (await fetch(`${served.url}/metrics`)).text(),
    (found) => found.includes(`lines_total ${lines}\n`),
  )
  return Object.fromEntries(
    [...text.matchAll(/^(calls_total|tokens_total) (\S+)$/gm)].map(([, name, value]) => [name, Number(value)]),
  )
}

const reload = async ({ url }: Served): Promise<number> => (await fetch(`${url}/-/reload`, { method: 'POST' })).status

test('a key that has counted does not count again after a restart, nor after a kill', async () => {
  map([CALLS, TOKENS, LINES])
  call(1, 10)
  let served = await start()
  for (const [i, signal] of (['SIGTERM', 'SIGKILL'] as const).entries()) {
    expect(await counted(served, 2 * i + 1)).toEqual({ calls_total: 1 + i, tokens_total: 10 + 11 * i })
    await end(served, signal)
    call(1, 11 + i)
    call(2 + i, 10)
    served = await start()
  }
  expect(await counted(served, 5)).toEqual({ calls_total: 3, tokens_total: 32 })
})

test('a reload keeps what is known for metrics that are defined as before; others begin anew', async () => {
  map([CALLS, TOKENS, LINES])
  call(1, 10)
  const served = await start()
  await counted(served, 1)
  map([CALLS, RESETS, LINES])
  expect(await reload(served)).toBe(200)
  call(1, 10)
  expect(await counted(served, 2)).toEqual({ calls_total: 1, tokens_total: 10 })
  map([CALLS.replace('counter,', 'counter, help: Calls.,'), TOKENS, LINES])
  expect(await reload(served)).toBe(200)
  call(1, 10)
  expect(await counted(served, 3)).toEqual({ calls_total: 1, tokens_total: 10 })
  await end(served, 'SIGKILL')
  call(1, 11)
  expect(await counted(await start(), 4)).toEqual({ calls_total: 1, tokens_total: 11 })
})

test('state show counts keys, and state reset forgets those of its metric alone', async () => {
  map([CALLS, TOKENS, LINES])
  call(1, 10)
  call(2, 10)
  const first = await start()
  await counted(first, 2)
  await end(first, 'SIGTERM')
  const ask = (...args: string[]): ReturnType<typeof finish> => finish(['state', ...args, '--state.dir', at('state')])
  expect((await ask('show')).stdout).toContain('calls_total (counter): 1 series, 2 keys of once or rise\n')
  expect((await ask('show')).stdout).toContain('lines_total (counter): 1 series\n')
  expect((await ask('reset', 'tokens_total')).stdout).toContain('tokens_total starts at 0, and knows no keys')
  call(1, 12)
  expect(await counted(await start(), 3)).toEqual({ calls_total: 2, tokens_total: 12 })
})

test('history: prime fills the marks', async () => {
  map([CALLS, TOKENS, LINES], 'prime')
  appendFileSync(at('m.yaml'), 'drop: [{ event: call, where: { n: { gt: 1000 } } }]\n')
  call(1, 10)
  call(1, -5)
  call(1, 2000)
  call(2, 2000)
  const served = await start()
  call(1, 14)
  call(2, 3)
  expect(await counted(served, 2)).toEqual({ calls_total: 1, tokens_total: 7 })
})

test("history: skip makes a key's first value a baseline in logs whose lines were skipped, also after a restart", async () => {
  map([TOKENS, LINES], 'skip')
  call(1, 10)
  const first = await start()
  call(1, 14)
  call(1, 15)
  call(7, 100, 'later.log')
  expect(await counted(first, 3)).toEqual({ tokens_total: 101 })
  await end(first, 'SIGKILL')
  call(2, 50)
  call(2, 52)
  expect(await counted(await start(), 5)).toEqual({ tokens_total: 103 })
})
