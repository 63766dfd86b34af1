/** `schema`: the JSON Schema of the mapping file, for editors. The committed file is generated from the zod schema (a test compares). */
import { readFile } from 'node:fs/promises'
import { EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'
import { SCHEMA_FILE } from './shipped.ts'

export async function schema(io: Io): Promise<number> {
  io.stdout(await readFile(SCHEMA_FILE, 'utf8'))
  return EXIT.ok
}
