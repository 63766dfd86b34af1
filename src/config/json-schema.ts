/** The zod schema as JSON Schema draft-07, which editors know: what `config/mapping.schema.json` holds. */
import { z } from 'zod'
import { mappingSchema } from './schema.ts'

/** Text of the committed file. */
export function mappingJsonSchema(): string {
  const schema = z.toJSONSchema(mappingSchema, { target: 'draft-7', io: 'input' }) as Record<string, unknown>
  // Keys of the user's own, which validation takes off before the schema sees them.
  return `${JSON.stringify({ ...schema, patternProperties: { '^x-': {} } }, undefined, 2)}\n`
}
