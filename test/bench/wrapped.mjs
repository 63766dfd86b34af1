/** The lines of a log as container runtimes write them: stdout, each line whole, a time for each. */

import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'

/** Docker's json-file driver escapes as Go does. */
const docker = (line, time) => {
  const log = JSON.stringify(`${line}\n`).replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)
  return `{"log":${log},"stream":"stdout","time":"${time}"}\n`
}
const cri = (line, time) => `${time} stdout F ${line}\n`

export const WRAPPINGS = { docker, cri }

/** Nanoseconds from the start of 2026 on. */
const timeOf = (i) => `${new Date(Date.UTC(2026, 0, 1) + i).toISOString().slice(0, -1)}${String(i % 1_000_000).padStart(6, '0')}Z`

/** Writes the lines of `from` to `to`, wrapped. */
export async function writeWrapped(from, to, wrap) {
  const out = createWriteStream(to)
  let block = ''
  let count = 0
  for await (const line of createInterface({ input: createReadStream(from), crlfDelay: Number.POSITIVE_INFINITY })) {
    block += wrap(line, timeOf(count++))
    if (block.length < 1 << 20) continue
    if (!out.write(block)) await once(out, 'drain')
    block = ''
  }
  out.end(block)
  await once(out, 'finish')
}
