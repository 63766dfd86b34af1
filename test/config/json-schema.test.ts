import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { jsonSchemaText, mappingJsonSchema } from '../../src/config/json-schema.ts'

import { scenarioSchema } from '../../src/scenario/schema.ts'

const FILE = join(import.meta.dirname, '../../config/mapping.schema.json')
const TESTS_FILE = join(import.meta.dirname, '../../config/mapping-tests.schema.json')

test('the committed JSON Schema is what the zod schema gives', () => {
  const text = mappingJsonSchema()
  if (process.env.UPDATE_GOLDEN) writeFileSync(FILE, text)
  expect(readFileSync(FILE, 'utf8')).toBe(text)
})

test('the committed JSON Schema of mapping tests is what theirs gives', () => {
  const text = jsonSchemaText(scenarioSchema)
  if (process.env.UPDATE_GOLDEN) writeFileSync(TESTS_FILE, text)
  expect(readFileSync(TESTS_FILE, 'utf8')).toBe(text)
})

test('it is draft-07, knows every key with a sentence, and lets x- keys by', () => {
  const schema = JSON.parse(mappingJsonSchema()) as {
    $schema: string
    properties: Record<string, { description?: string }>
    patternProperties: object
    additionalProperties: boolean
  }
  expect(schema.$schema).toContain('draft-07')
  expect(schema.additionalProperties).toBe(false)
  expect(Object.keys(schema.patternProperties)).toEqual(['^x-'])
  const silent = Object.entries(schema.properties).filter(([, property]) => !property.description)
  expect(silent.map(([key]) => key)).toEqual([])
})
