/** `~/` at the start of a path in a mapping: no shell reads it, so it is put right here. */
import { homedir } from 'node:os'
import { join } from 'node:path'

/** In the home directory of whoever runs this. */
export function fromHome(path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path
}
