/**
 * More logs than the system has means for: 10,000 followed by a process that may open 256 files, while they are written, rotated and
 * deleted, a scraper scrapes and others hold as many connections as they get; and 500 where the system watches no folder, or a few. No line
 * is lost or counts twice, none comes late, nothing breaks. The short form runs in CI, the long one with AGENTLOG_LONG=1.
 */
import { spawnSync } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Exporter, MAIN, Scratch, sum, until } from '../real/workbench.ts'
import { judged, MAPPING } from './digits.ts'
import { ManyFiles, type ManyFilesOptions } from './many-files.ts'
import { randomOf } from './random.ts'
import { Witness } from './witness.ts'

const IS_LONG = process.env.AGENTLOG_LONG === '1'
const DESCRIPTORS = 256
/** For the durable record, listings and a connection that is just ending. */
const LEFT_OVER = 24
const IDLE_CONNECTIONS = 100

let scratch: Scratch
let exporter: Exporter | undefined
beforeEach(() => {
  scratch = new Scratch()
})
afterEach(async () => {
  await exporter?.stop('SIGKILL')
  exporter = undefined
  scratch.remove()
})

/** Connections that ask for nothing. The server may end them; they come back. */
function hoard(url: string, count: number): () => void {
  const { hostname, port } = new URL(url)
  const sockets = new Set<Socket>()
  let isOver = false
  const open = (): void => {
    const socket = connect(Number(port), hostname)
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => {
      sockets.delete(socket)
      if (!isOver) setTimeout(open, 1000)
    })
  }
  for (let i = 0; i < count; i++) open()
  return () => {
    isOver = true
    for (const socket of sockets) socket.destroy()
  }
}

/** Follows the writer's logs with the program under `around`, from the first line to the last. */
async function follow(around: readonly string[], options: Omit<ManyFilesOptions, 'folder' | 'random'>, idleConnections: number) {
  const seed = Number(process.env.AGENTLOG_SEED ?? Date.now() % 1_000_000)
  const { lines, files } = options
  const many = new ManyFiles({ ...options, folder: scratch.file('logs'), random: randomOf(seed) })
  const flags = ['-c', scratch.write('m.yaml', MAPPING), '--state.dir', scratch.file('state'), scratch.file('logs/*/*.log')]
  const running = await Exporter.startUnder(around, MAIN, ...flags)
  exporter = running
  const followed = async () => sum(await running.scrape(), 'agentlog_source_files', 'open') === files
  await until('all files', async () => ((await followed()) ? true : undefined))
  const witness = new Witness(running, many.writtenMs)
  const watching = witness.run()
  const letGo = hoard(running.url, idleConnections)
  await many.write()
  const { cpuPercent } = witness
  await until(
    'all lines',
    async () => (judged(await running.scrape(), lines).lost.length === 0 ? true : undefined),
    10_000,
  ).catch(() => {})
  witness.stop()
  letGo()
  await watching
  const text = await running.scrape()
  const { decreases, failures, notDurable, scrapes, mostDescriptors } = witness
  const missedBytes = sum(text, 'agentlog_source_vanished_unread_bytes_total')
  const { lost, double } = judged(text, lines)
  const outcome = { seed, lost: lost.length, double, decreases, failures, notDurable, missedBytes }
  const { rotations, deletions, hotDeletions } = many
  const [p50Ms, p99Ms, maxMs] = [witness.latencyMs(0.5), witness.latencyMs(0.01), witness.latencyMs(0)] as const
  const peakRssMb = Math.round(running.peakRssBytes / 2 ** 20)
  console.log(outcome, {
    rotations,
    deletions,
    hotDeletions,
    scrapes,
    p50Ms,
    p99Ms,
    maxMs,
    mostDescriptors,
    cpuPercent,
    peakRssMb,
  })
  expect(outcome).toEqual({ seed, lost: 0, double: 0, decreases: 0, failures: 0, notDurable: 0, missedBytes: 0 })
  expect(Math.min(rotations, deletions, hotDeletions, scrapes)).toBeGreaterThan(20)
  return { text, running, maxMs, p99Ms, mostDescriptors }
}

test(`10,000 logs and ${DESCRIPTORS} file descriptors: written, rotated, deleted, scraped`, async () => {
  const limited = ['sh', '-c', `ulimit -n ${DESCRIPTORS}; exec "$@"`, 'sh']
  const lines = IS_LONG ? 600_000 : 60_000
  const options = { folders: 1, files: 10_000, hotFiles: 20, lines, linesPerSecond: 2000, quietMs: 10_000 }
  const { running, p99Ms, maxMs, mostDescriptors } = await follow(limited, options, IDLE_CONNECTIONS)
  // 3 s at most where the machine is free. Where others keep it busy the last lines take longer, but never as long as a file lives.
  expect(p99Ms).toBeLessThan(5000)
  expect(maxMs).toBeLessThan(options.quietMs)
  expect(mostDescriptors).toBeLessThanOrEqual(DESCRIPTORS - LEFT_OVER)
  expect(running.stderr).not.toContain('EMFILE')
  expect(await running.stop('SIGTERM')).toBe(0)
})

/** A user namespace of its own has limits of its own. */
function withInotify(limit: string, value: number): string[] {
  return ['unshare', '-Ur', 'sh', '-c', `echo ${value} > /proc/sys/user/${limit} && exec "$@"`, 'sh']
}

function cannotUnshare(): boolean {
  const [command, ...args] = [...withInotify('max_inotify_watches', 5), 'true']
  const cannot = spawnSync(command!, args).status !== 0
  if (cannot && process.env.CI === 'true') throw new Error('no user namespaces here')
  return cannot
}

test.skipIf(cannotUnshare()).each([
  ['no folder', 'max_inotify_instances', 0, 0, 'EMFILE'],
  ['5 of 20 folders', 'max_inotify_watches', 5, 5, 'ENOSPC'],
])('500 logs where the system watches %s: polling finds all, and that is said once', async (_, limit, value, watched, code) => {
  const lines = IS_LONG ? 60_000 : 12_000
  const options = { folders: 20, files: 500, hotFiles: 5, lines, linesPerSecond: 1000, quietMs: 2000 }
  const { text, running, maxMs, p99Ms } = await follow(withInotify(limit, value), options, 0)
  expect(p99Ms).toBeLessThan(1500)
  expect(maxMs).toBeLessThan(3000)
  expect(sum(text, 'agentlog_source_directories', 'notify')).toBe(watched)
  expect(sum(text, 'agentlog_source_directories')).toBe(21)
  expect(running.stderr.match(/watching directories fails.*$/gm)).toEqual([expect.stringContaining(code)])
  expect(await running.stop('SIGTERM')).toBe(0)
})
