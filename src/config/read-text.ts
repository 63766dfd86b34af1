/** The text of a mapping file, read no further than any may be long: what is named may be endless. */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { MAX_YAML_BYTES } from '../diag/yaml-limits.ts'

/** One more byte than is allowed tells that there are too many. */
const MAX_READ_BYTES = MAX_YAML_BYTES + 1

/** `mayWait`: what the user names at the command line may be a pipe; what a mapping names is a file. Throws what opening and reading throw. */
export async function readText(path: string, mayWait: boolean): Promise<string> {
  const handle = await open(path, mayWait ? constants.O_RDONLY : constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    if (!mayWait && !(await handle.stat()).isFile()) throw new Error('it is no file')
    const buffer = Buffer.alloc(MAX_READ_BYTES)
    let length = 0
    for (let count = -1; count !== 0 && length < MAX_READ_BYTES; length += count)
      count = (await handle.read(buffer, length, MAX_READ_BYTES - length, null)).bytesRead
    return buffer.toString('utf8', 0, length)
  } finally {
    await handle.close()
  }
}
