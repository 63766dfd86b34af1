/**
 * A logger that begins a new file at a size limit and keeps a few: winston's file transport, which without `tailable` renames nothing.
 * It writes app.log, app1.log, app2.log … and deletes the oldest, whose inode number the next file may get.
 */
import { closeSync, openSync, readdirSync, unlinkSync, writeSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { Exporter, Scratch, sum, until } from '../../real/workbench.ts'

const MAX_FILE_BYTES = 2000
const KEPT_FILES = 5
/** A file that is deleted before anybody could look is lost to everybody: the writer does not run away from a machine that is busy. */
const MOST_UNSEEN_FILES = 3
const WRITES = 10_000

class SizedLog {
  readonly #scratch: Scratch
  #fd: number
  #sizeBytes = 0
  /** Number of the file that is written. */
  current = 0

  constructor(scratch: Scratch) {
    this.#scratch = scratch
    this.#fd = openSync(this.#path(0), 'a')
  }

  /** Answers whether that began a new file. */
  write(line: string): boolean {
    this.#sizeBytes += writeSync(this.#fd, line)
    if (this.#sizeBytes < MAX_FILE_BYTES) return false
    closeSync(this.#fd)
    this.current++
    this.#sizeBytes = 0
    if (this.current >= KEPT_FILES) unlinkSync(this.#path(this.current - KEPT_FILES))
    this.#fd = openSync(this.#path(this.current), 'a')
    return true
  }

  close(): void {
    closeSync(this.#fd)
  }

  #path(number: number): string {
    return this.#scratch.file(`app${number || ''}.log`)
  }
}

function call(number: number): string {
  const timestamp = new Date(Date.UTC(2026, 0, 1) + number).toISOString().replace('T', ' ').slice(0, -1)
  const envelope = {
    timestamp,
    level: 'info',
    message: 'MCP tool invoked',
    traceId: 'no-trace',
    spanId: 'no-span',
    service: 'mcp-server',
  }
  const payload = {
    event: 'tool_invocation',
    tool_name: 'search',
    user_id: `u${number % 7}`,
    result_status: 'success',
    duration_ms: 20,
  }
  return `${JSON.stringify({ ...envelope, ...payload, payload_size: 37 })}\n`
}

const scratch = new Scratch()
let exporter: Exporter | undefined
afterAll(async () => {
  await exporter?.stop()
  scratch.remove()
})

test('files that are numbered on and deleted again: each line of 10,000 counts once', async () => {
  const log = new SizedLog(scratch)
  const program = await Exporter.start('--preset', 'makeaihq', scratch.file('app*.log'))
  exporter = program
  const foundFiles = async () => sum(await program.scrape(), 'agentlog_source_file_changes_total', 'change="found"')
  for (let i = 0; i < WRITES; i++) {
    if (!log.write(call(i))) continue
    await until(`file ${log.current}`, async () => ((await foundFiles()) > log.current - MOST_UNSEEN_FILES ? true : undefined))
  }
  log.close()
  expect(log.current).toBeGreaterThan(1000)
  expect(readdirSync(scratch.path).length).toBe(KEPT_FILES)
  const text = await program.caughtUp(WRITES)
  expect(sum(text, 'mcp_tool_invocations_total', 'tool_name="search",status="success"')).toBe(WRITES)
  expect(sum(text, 'mcp_tool_execution_seconds_count')).toBe(WRITES)
  expect(sum(text, 'agentlog_lines_total')).toBe(WRITES)
})
