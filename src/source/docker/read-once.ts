/** `--once`: the logs of all containers to their ends, one answer each, and what could not be read. */

import { RefusedError } from './client.ts'
import type { ContainerLog } from './container-log.ts'
import type { DockerMeter } from './docker-meter.ts'
import type { Engine } from './engine.ts'
import type { StreamName } from './log-frame.ts'
import { LogReading } from './log-reading.ts'
import type { Slots } from './slots.ts'

export interface OnceOptions {
  readonly engine: Engine
  readonly streams: readonly StreamName[]
  readonly slots: Slots
  readonly flush: () => void
  readonly meter: DockerMeter
}

/** An answer that breaks is asked for once more from where it broke. */
const TRIES = 5
const QUIET_MS = 30_000

/** Answers what could not be read, each as `name: reason`. */
export async function readLogsOnce(logs: readonly ContainerLog[], options: OnceOptions, signal: AbortSignal): Promise<string[]> {
  const problems = await Promise.all(
    logs.map(async (log) => {
      if (!(await options.slots.take(signal))) return undefined
      try {
        return await readOnce(log, options, signal)
      } finally {
        options.slots.release()
      }
    }),
  )
  return problems.filter((problem) => problem !== undefined)
}

async function readOnce(log: ContainerLog, options: OnceOptions, signal: AbortSignal): Promise<string | undefined> {
  let problem: string | undefined
  for (let tries = 0; tries < TRIES && !signal.aborted; tries++) {
    problem = await readPass(log, options, signal)
    if (problem === undefined) break
  }
  log.close()
  log.rest()
  return problem === undefined ? undefined : `container ${log.name}: ${problem}`
}

async function readPass(log: ContainerLog, options: OnceOptions, signal: AbortSignal): Promise<string | undefined> {
  const { engine, streams, flush, meter } = options
  const since = log.since
  const opened = await engine.openLog({ id: log.id, since, isFollowed: false, streams }, signal).catch((error: Error) => error)
  // Between the list and the question: it is gone, and with it its log.
  if (opened instanceof RefusedError && opened.status === 404) return undefined
  if (opened instanceof Error) return opened.message
  log.connect(since, log.echoes)
  const reading = new LogReading(opened, {
    onFrame: (frame) => log.take(frame),
    onMalformed: () => meter.malformed.value++,
    onChunk: flush,
    busy: () => log.busy,
    quietMs: QUIET_MS,
  })
  const ending = await reading.read()
  return 'text' in ending ? ending.text : undefined
}
