/**
 * Which files are generations of one log, judged by name: `app.log.1`, `app.log-20260131.gz` and `app-20260131.log` are of `app.log`.
 */
import { type BigIntStats, readdirSync, statSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import type { FoundFile } from './paths.ts'

const SUFFIX = /^(?:[._-]\d[\dT:_-]*)+$/
const ANY_SUFFIX = /(?:[._-]\d[\dT:_-]*)+(?:\.gz)?$/
/** An agent may create files without end. */
const MAX_LISTED = 10_000

/** The name without what makes it a generation: equal for all of one log, as far as names tell. */
export function familyOf(path: string): string {
  return `${dirname(path)}/${basename(path).replace(ANY_SUFFIX, '')}`
}

/** Whether the first is the name that the second gets when it is rotated, in whatever folder. */
export function isGenerationOf(path: string, live: string): boolean {
  const name = basename(path).replace(/\.gz$/, '')
  const base = basename(live)
  if (name.startsWith(base)) return SUFFIX.test(name.slice(base.length))
  const extension = extname(base)
  const stem = base.slice(0, base.length - extension.length)
  if (extension === '' || !name.startsWith(stem) || !name.endsWith(extension)) return false
  return SUFFIX.test(name.slice(stem.length, name.length - extension.length))
}

/** The regular files beside `live` that are its generations by name. Nothing, if the folder cannot be listed. */
export function generationsBeside(live: string): FoundFile[] {
  const folder = dirname(live)
  const names = listOrNothing(folder).filter((name) => isGenerationOf(name, live))
  return names.slice(0, MAX_LISTED).flatMap((name) => {
    const path = join(folder, name)
    const stat = statOrNothing(path)
    return stat?.isFile() === true ? [{ path, stat }] : []
  })
}

function listOrNothing(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function statOrNothing(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
