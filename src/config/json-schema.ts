/** The zod schema as JSON Schema draft-07, which editors know: what `config/mapping.schema.json` holds. */
import { z } from 'zod'
import { mappingSchema } from './schema.ts'

/** Text of the committed file. */
export function mappingJsonSchema(): string {
  // Keys of the user's own, which validation takes off before the schema sees them.
  return jsonSchemaText(mappingSchema, { patternProperties: { '^x-': {} } })
}

/** The same for another file of the same style. */
export function jsonSchemaText(schema: z.ZodType, more: object = {}): string {
  return `${JSON.stringify({ ...z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }), ...more }, undefined, 2)}\n`
}
