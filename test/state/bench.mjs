/**
 * How long the durable record holds up the event loop. Run on a build: `npm run build && node test/state/bench.mjs`. For each size of a
 * record: the first writing, before anybody is served; a commit of as many changes as may wait (all of it, if it holds fewer), a slice of
 * a snapshot. Exit 1 if one of the last two takes more than LIMIT_MS.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'

const LIMIT_MS = 5
const ROUNDS = 8
const dist = pathToFileURL(`${resolve(process.argv[2] ?? 'dist')}/`)
const { Registry } = await import(new URL('registry/registry.js', dist))
const { SeriesPart } = await import(new URL('registry/series-part.js', dist))
const { createOwnMetrics } = await import(new URL('telemetry/own-metrics.js', dist))
const { DurableRecord } = await import(new URL('state/durable-record.js', dist))
const { nodeDisk } = await import(new URL('state/disk.js', dist))
const { PositionsPart } = await import(new URL('source/positions-part.js', dist))
const { CHANGES_PER_BATCH, MANY_CHANGES, SLICE_BYTES } = await import(new URL('state/keeper.js', dist))

/** Small entries by key, as what is remembered of events will be: a key of 20 bytes, a number. */
class KeysPart {
  name = 'keys'
  #keys
  #values
  #dirty = []
  #isDirty
  constructor(keys) {
    this.#keys = keys
    this.#values = new Float64Array(keys.length)
    this.#isDirty = new Uint8Array(keys.length)
    for (const i of keys.keys()) this.set(i, i)
  }
  get hasChanges() {
    return this.changeCount > 0
  }
  get changeCount() {
    return this.#dirty.length
  }
  set(i, value) {
    this.#values[i] = value
    if (this.#isDirty[i] === 0) this.#dirty.push(i)
    this.#isDirty[i] = 1
  }
  beginJournal() {}
  writeChanges(out) {
    for (const i of this.#dirty) this.#write(out, i)
  }
  acknowledge() {
    this.#isDirty.fill(0)
    this.#dirty = []
  }
  *sweep(out) {
    for (let i = 0; i < this.#keys.length; i++) {
      this.#write(out, i)
      yield
    }
  }
  openReader() {
    return () => {}
  }
  #write(out, i) {
    out.text(this.#keys[i])
    out.number(this.#values[i])
  }
}

function counters(count) {
  const registry = new Registry({ maxSeries: 1e6, own: createOwnMetrics(), cleanLabel: (text) => text })
  const family = registry.family({
    help: 'A metric.',
    buckets: [],
    quantiles: [],
    maxSeries: 1e6,
    definition: 'd',
    name: 'agent_tool_calls_total',
    type: 'counter',
    labelNames: ['agent', 'tool', 'status'],
  })
  const site = family.site([undefined, undefined, undefined])
  const record = family.recorder()
  const slots = Array.from({ length: count }, (_, i) =>
    site.series([`agent-${i % 100}`, `tool-${i}`, i % 2 ? 'success' : 'error']),
  )
  const part = new SeriesPart()
  part.keep([family])
  return { part, count, change: (i) => record(slots[i], 1.5) }
}

function keys(count) {
  // As they are kept: flat, not joined of pieces.
  const flat = (text) => Buffer.from(text).toString()
  const part = new KeysPart(Array.from({ length: count }, (_, i) => flat(`session-${i}`.padEnd(20, '-'))))
  return { part, count, change: (i, n) => part.set(i, n) }
}

/** Positions of so many logs, as their source gives them: made anew each time they are asked for. */
function logs(count) {
  const tails = Array.from({ length: count }, (_, i) => ({ id: `65024:${i}:1795246559608011834`, checkpoint: 0, changes: 1 }))
  const positions = () => tails.map(({ id, checkpoint, changes }) => ({ id, checkpoint, changes, note: () => 'x'.repeat(200) }))
  const part = new PositionsPart([{ name: 'files', positions }])
  const change = (i) => {
    tails[i].checkpoint += 100
    tails[i].changes++
  }
  return { part, count, change, weight: CHANGES_PER_BATCH }
}

/** Changes as many entries as may wait, all over the record. */
function change(content, n) {
  for (const { count, change, weight = 1 } of content) {
    const changes = Math.min(count, Math.round(MANY_CHANGES / weight / content.length))
    for (let i = 0; i < changes; i++) change((i * 7919 + n * 31) % count, n)
  }
}

/** The clock's time, or the processor's if that is less: then others had it meanwhile. */
function timed(times, work) {
  const startMs = performance.now()
  const busy = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(busy)
  times.push(Math.min(performance.now() - startMs, (user + system) / 1000))
}

/** The longest of a round, in the quietest round. */
const longest = (rounds) => Math.min(...rounds.filter((times) => times.length > 0).map((times) => Math.max(...times)))

async function bench(title, content) {
  const folder = mkdtempSync(join(tmpdir(), 'agentlog-bench-'))
  const parts = content.map(({ part }) => part)
  const onError = (what, error) => {
    throw new Error(what, { cause: error })
  }
  const record = new DurableRecord({ disk: nodeDisk, folder, parts, program: 'bench', onError, leastJournalBytes: 1 })
  record.restore()
  const start = []
  timed(start, () => record.commit())
  const rounds = []
  for (let round = 0; round < ROUNDS; round++) {
    const times = { commit: [], slice: [] }
    // One whole snapshot: until it is due, while it is written, and until what it replaces is gone.
    for (let n = 0; times.slice.length === 0 || record.isWritingSnapshot; n++) {
      change(content, n)
      timed(times.commit, () => record.commit())
      timed(record.isWritingSnapshot ? times.slice : [], () => record.writeSlice(SLICE_BYTES))
      await pause(1)
    }
    rounds.push(times)
  }
  record.close()
  rmSync(folder, { recursive: true })
  const told = ['commit', 'slice'].map((kind) => longest(rounds.map((round) => round[kind])))
  const columns = [start[0], ...told].map((ms) => ms.toFixed(2).padStart(10))
  console.log(`${title.padEnd(44)}${columns.join('')}`)
  return Math.max(...told)
}

console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}; milliseconds`)
console.log(`${'the record holds'.padEnd(44)}${['start', 'commit', 'slice'].map((word) => word.padStart(10)).join('')}`)
const most = []
for (const count of [1000, 10_000, 100_000]) most.push(await bench(`${count} series`, [counters(count)]))
most.push(await bench('200000 keys', [keys(200_000)]))
most.push(await bench('100000 series, 200000 keys, 1000 logs', [counters(100_000), keys(200_000), logs(1000)]))
// For comparison: all positions are made anew for each commit.
await bench('10000 logs', [logs(10_000)])
if (Math.max(...most) > LIMIT_MS) {
  console.log(`more than ${LIMIT_MS} ms: ${Math.max(...most).toFixed(2)}`)
  process.exitCode = 1
}
