/** A JSON Schema → its keys as people read them: name, form, meaning. A key without a sentence is a mistake of ours and throws. */

export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | JsonSchema
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  /** One schema, beside a description of its own. */
  readonly allOf?: readonly [JsonSchema]
  readonly enum?: readonly (string | number | boolean)[]
  readonly const?: unknown
  readonly pattern?: string
  readonly $ref?: string
  readonly definitions?: Readonly<Record<string, JsonSchema>>
}

export interface KeyNote {
  readonly name: string
  readonly form: string
  readonly meaning: string
  readonly isNeeded: boolean
}

/** Keys of the object at `path` of properties; `[]` is an element of a list, `*` what stands under any name. */
export function keysAt(schema: JsonSchema, path: readonly string[], except: readonly string[] = []): KeyNote[] {
  const object = schemaAt(schema, path)
  const needed = new Set(object.required ?? [])
  return Object.entries(object.properties ?? {})
    .filter(([name]) => !except.includes(name))
    .map(([name, key]) => {
      if (!key.description) throw new Error(`the key ${[...path, name].join('.')} has no sentence in the schema`)
      return { name, form: formOf(key), meaning: key.description, isNeeded: needed.has(name) }
    })
}

export function schemaAt(schema: JsonSchema, path: readonly string[]): JsonSchema {
  let at = schema
  for (const step of path) {
    const next =
      step === '[]'
        ? at.items
        : step === '*'
          ? schemaOf(at.additionalProperties)
          : (at.properties?.[step] ?? schema.definitions?.[step])
    if (next === undefined) throw new Error(`the schema has nothing at ${path.join('.')}`)
    at = next
  }
  return at
}

function schemaOf(additional: JsonSchema['additionalProperties']): JsonSchema | undefined {
  return typeof additional === 'object' ? additional : undefined
}

/** How a value is written: `text`, `number`, `a \| b`, `list of text`. */
export function formOf(schema: JsonSchema): string {
  if (schema.$ref !== undefined) return schema.$ref.endsWith('/where') ? 'tests by path' : 'value'
  if (schema.allOf !== undefined) return formOf(schema.allOf[0])
  if (schema.enum !== undefined) return schema.enum.join(', ')
  if (schema.const !== undefined) return String(schema.const)
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(formOf))].join(' or ')
  if (Array.isArray(schema.type)) return 'text, number or truth'
  if (schema.type === 'array') return schema.items ? `list of ${formOf(schema.items)}` : 'list'
  if (schema.type === 'object') return 'keys and values'
  if (schema.pattern?.includes('ms|s|m|h|d')) return 'duration'
  if (schema.pattern?.includes('KiB')) return 'size'
  const words: Readonly<Record<string, string>> = {
    string: 'text',
    integer: 'whole number',
    boolean: 'true or false',
    null: 'null',
  }
  return words[String(schema.type)] ?? String(schema.type ?? 'value')
}
