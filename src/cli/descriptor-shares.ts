/**
 * The process's limit of file descriptors, shared out: logs may be created without end and scrapers connect as they like, so neither may
 * take what the other, the durable record or the runtime need.
 */
import { readFileSync } from 'node:fs'

export interface DescriptorShares {
  /** How many logs may be open at once, of all sources together. */
  readonly logs: number
  readonly connections: number
}

/** Runtime, listeners, watches, the durable record, listings; of a small limit no more than half. */
const RESERVED = 64
const MOST_LOGS = 10_000
const MOST_CONNECTIONS = 1024

/** `limit`: none means that the system does not tell, and it is taken to be large. */
export function descriptorShares(limit: number | undefined = descriptorLimit()): DescriptorShares {
  if (limit === undefined) return { logs: MOST_LOGS, connections: MOST_CONNECTIONS }
  const free = limit - Math.min(RESERVED, Math.ceil(limit / 2))
  const connections = Math.max(1, Math.min(MOST_CONNECTIONS, Math.floor(free / 3)))
  return { logs: Math.max(1, Math.min(MOST_LOGS, free - connections)), connections }
}

/** The soft limit, which Node has raised to the hard one when it started. */
function descriptorLimit(): number | undefined {
  return limitIn(readLimits()) ?? limitReported()
}

/** What Linux says in /proc/self/limits. */
export function limitIn(text: string): number | undefined {
  const soft = /^Max open files\s+(\d+)/m.exec(text)?.[1]
  return soft === undefined ? undefined : Number(soft)
}

function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8')
  } catch {
    return ''
  }
}

/** Elsewhere, such as on macOS. */
function limitReported(): number | undefined {
  const report = process.report as (NodeJS.ProcessReport & { excludeNetwork?: boolean }) | undefined
  if (report === undefined) return undefined
  // Looking up the names of all peers may take long.
  report.excludeNetwork = true
  const { userLimits } = report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } }
  const soft = userLimits?.open_files?.soft
  return typeof soft === 'number' ? soft : undefined
}
