/**
 * The newest snapshot is broken, so the record falls back by one generation: what was exposed is more than what is known. Scrapers are told
 * to wait until the log has been read again, and see no counter fall; after a minute they are told what there is.
 */
import { execFileSync } from 'node:child_process'
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Exporter, Scratch, sum, until } from '../real/workbench.ts'

const IS_LONG = process.env.AGENTLOG_LONG === '1'
const LINES = 400_000
const MAPPING = `version: 1
metrics:
  - { name: calls_total, type: counter, event: call, labels: { tool: tool } }
`
const calls = (count: number): string => `${JSON.stringify({ event: 'call', tool: 'x', pad: 'x'.repeat(80) })}\n`.repeat(count)

let scratch: Scratch
const running: Exporter[] = []
beforeEach(() => {
  scratch = new Scratch()
  scratch.write('m.yaml', MAPPING)
})
afterEach(async () => {
  for (const exporter of running.splice(0)) await exporter.stop('SIGKILL')
  scratch.remove()
})

async function start(...logs: readonly string[]): Promise<Exporter> {
  const exporter = await Exporter.start('-c', scratch.file('m.yaml'), '--state.dir', scratch.file('state'), ...logs)
  running.push(exporter)
  return exporter
}

/** All calls are counted and durable. */
const counted = (exporter: Exporter, count: number): Promise<true> =>
  until(`${count} calls`, async () => {
    const text = await (await fetch(`${exporter.url}/metrics`)).text()
    return (sum(text, 'calls_total') === count && text.includes('agentlog_state_durable 1\n')) || undefined
  })

/** Two lives of the exporter; then the snapshot of the second one is spoilt. Answers what a scraper has seen. */
async function exposedThenSpoilt(log: string): Promise<number> {
  writeFileSync(log, calls(1000))
  const first = await start(log)
  await counted(first, 1000)
  await first.stop('SIGKILL')
  appendFileSync(log, calls(LINES))
  const second = await start(log)
  await counted(second, 1000 + LINES)
  await second.stop('SIGKILL')
  const newest = readdirSync(scratch.file('state'))
    .filter((name) => name.startsWith('snapshot-'))
    .sort()
    .at(-1)!
  const path = scratch.file(`state/${newest}`)
  const bytes = readFileSync(path)
  bytes[bytes.length - 3]! ^= 1
  writeFileSync(path, bytes)
  return 1000 + LINES
}

test('a death while the log is read again changes nothing of that', async () => {
  const log = scratch.file('a.log')
  const seen = await exposedThenSpoilt(log)
  let waits = 0
  for (let kill = 0; kill < 5; kill++) {
    const exporter = await start(log)
    const response = await fetch(`${exporter.url}/metrics`)
    if (response.status === 503) waits++
    else expect(sum(await response.text(), 'calls_total')).toBe(seen)
    await exporter.stop(kill % 2 === 0 ? 'SIGKILL' : 'SIGTERM')
  }
  console.log({ waits })
  expect(waits).toBeGreaterThan(1)
  await counted(await start(log), seen)
})

test('scrapers wait until the log has been read again, and see nothing fall', async () => {
  const log = scratch.file('a.log')
  const seen = await exposedThenSpoilt(log)
  const third = await start(log)
  let waits = 0
  await until('an exposition', async () => {
    const response = await fetch(`${third.url}/metrics`)
    const text = await response.text()
    if (response.status === 200) return text
    expect([response.status, text]).toEqual([503, expect.stringContaining('the logs are being read again') as string])
    waits++
    return undefined
  }).then((text) => expect(sum(text, 'calls_total')).toBe(seen))
  console.log({ waits })
  expect(waits).toBeGreaterThan(0)
  expect(third.stderr).toContain('part of the durable record was not used')
  expect(sum(await third.scrape(), 'agentlog_state_recoveries_total')).toBe(1)
})

test.runIf(IS_LONG)('after a minute scrapers are told what there is', async () => {
  const log = scratch.file('a.log')
  await exposedThenSpoilt(log)
  // Nobody reads so much in a minute.
  execFileSync('truncate', ['-s', '8T', scratch.file('endless.log')])
  const startMs = performance.now()
  const third = await start(log, scratch.file('endless.log'))
  while ((await fetch(`${third.url}/metrics`)).status === 503) await pause(200)
  const waitedSeconds = (performance.now() - startMs) / 1000
  console.log({ waitedSeconds })
  expect(waitedSeconds).toBeGreaterThan(55)
  expect(waitedSeconds).toBeLessThan(65)
})
