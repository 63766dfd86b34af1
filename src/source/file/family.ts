/**
 * Which files are generations of one log, judged by name: `app.log`, `app.log.1`, `app.log-20260131` are. Only the order of
 * reading depends on it, so a wrong guess costs nothing but that one file waits until another has been read.
 */
import { basename, dirname } from 'node:path'

const GENERATION = /(?:[._-]\d[\dT:_-]*)+(?:\.gz)?$/

export function familyOf(path: string): string {
  return `${dirname(path)}/${basename(path).replace(GENERATION, '')}`
}
