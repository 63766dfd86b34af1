/** `schema`: the JSON Schema of the mapping file, or of mapping tests, for editors. The committed files come from zod (a test compares). */
import { readFile } from 'node:fs/promises'
import { EXIT } from './exit-codes.ts'
import type { FlagValues } from './flags.ts'
import type { Io } from './io.ts'
import { SCHEMA_FILE, TESTS_SCHEMA_FILE } from './shipped.ts'

export async function schema(flags: FlagValues, io: Io): Promise<number> {
  io.stdout(await readFile(flags.value('tests') === true ? TESTS_SCHEMA_FILE : SCHEMA_FILE, 'utf8'))
  return EXIT.ok
}
