/** How many logs may be open at once, so that descriptors are left for scrapers: who writes the logs may create files without end. */
import { readFileSync } from 'node:fs'

/** Connections of scrapers (256), listeners, watches, runtime. Of a small limit no more than half. */
const RESERVED = 320
const MOST = 10_000

/** For all sources together. `limitsText`: what Linux says in /proc/self/limits; without it the limit is taken to be large. */
export function openFilesAllowed(limitsText: string = readLimits()): number {
  const soft = /^Max open files\s+(\d+)/m.exec(limitsText)?.[1]
  if (soft === undefined) return MOST
  const limit = Number(soft)
  return Math.min(MOST, limit - Math.min(RESERVED, Math.ceil(limit / 2)))
}

function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8')
  } catch {
    return ''
  }
}
