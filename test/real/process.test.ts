/** The process as a supervisor sees it: a taken port, a signal, a backlog at the signal. */
import { createServer } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeMix } from '../bench/mix.mjs'
import { Exporter, MAIN, Running, SAMPLE, Scratch, sum } from './workbench.ts'

const AT_ONCE_MS = 5000

let scratch: Scratch
beforeEach(() => {
  scratch = new Scratch()
})
afterEach(() => scratch.remove())

test('a taken port ends the program at once with exit code 1, and the message names the port', async () => {
  const other = createServer()
  const port = await new Promise<number>((done) => {
    other.listen(0, '127.0.0.1', () => done((other.address() as { port: number }).port))
  })
  const startMs = Date.now()
  const flags = ['--web.listen-address', `127.0.0.1:${port}`, '--state.dir', 'none', '--preset', 'agent']
  const running = new Running(process.execPath, [MAIN, 'run', ...flags, SAMPLE])
  expect(await running.exit).toBe(1)
  expect(Date.now() - startMs).toBeLessThan(AT_ONCE_MS)
  expect(running.stderr).toContain(String(port))
  await new Promise((done) => other.close(done))
})

test('SIGTERM ends an idle program with exit code 0', async () => {
  const exporter = await Exporter.start('--preset', 'agent', SAMPLE)
  const startMs = Date.now()
  expect(await exporter.stop('SIGTERM')).toBe(0)
  expect(Date.now() - startMs).toBeLessThan(AT_ONCE_MS)
})

test('SIGTERM in the middle of a backlog ends the program with exit code 0, without waiting for the rest', async () => {
  const log = scratch.file('long.jsonl')
  writeMix(log, 400_000, 3)
  const exporter = await Exporter.start('--preset', 'agent', log)
  const text = await exporter.caughtUp(1)
  expect(sum(text, 'agentlog_lines_total')).toBeLessThan(400_000)
  const startMs = Date.now()
  expect(await exporter.stop('SIGTERM')).toBe(0)
  expect(Date.now() - startMs).toBeLessThan(AT_ONCE_MS)
})
