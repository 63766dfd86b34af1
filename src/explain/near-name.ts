/** The event name that rules wait for and that an unknown name most likely means. */
import { alike, nearest } from '../diag/suggest.ts'

export interface NearName {
  readonly name: string
  /** Only spelled otherwise, so that it most likely is the same; else the two have words in common. */
  readonly isSpelling: boolean
}

export function nearEventName(name: string, known: readonly string[]): NearName | undefined {
  const [near] = alike(name, known, 1)
  if (near === undefined) return undefined
  return { name: near, isSpelling: plain(name) === plain(near) || nearest(name, [near]) !== undefined }
}

/** `ToolCall`, `tool-call` and `tool.call` are `toolcall`. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')
}
