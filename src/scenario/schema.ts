/** The shape of a file of mapping tests, each key once with one sentence. JSON Schema and the reference come from here. */
import { z } from 'zod'

const duration = z.string().regex(/^(\d+(\.\d+)?(ms|s|m|h|d))+$/, 'a duration such as 30s, 10m or 24h')

const log = {
  lines: z
    .union([z.string(), z.array(z.string()).min(1)])
    .describe('The log: a block of text, or a list of lines. Each case begins with nothing.'),
  file: z.string().min(1).optional().describe('Path that the lines come from, for $file and $path; default /logs/test.jsonl.'),
  source: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Name of the source of the mapping that the lines come from; default: the only one, or the first that finds the file.',
    ),
}

const testCase = z.strictObject({
  name: z.string().min(1).describe('What is proved, one sentence.'),
  ...log,
  further: z.array(z.strictObject(log)).optional().describe('Further logs, each read to its end behind the one before.'),
  advance: duration.optional().describe('Moves the clock after the lines.'),
  expect: z
    .string()
    .optional()
    .describe('Samples that must be there with these values; others may be. `±1%` after a value allows so much.'),
  exactly: z.string().optional().describe('The same, and the mapped metrics have no other samples.'),
  absent: z
    .array(z.string().min(1))
    .optional()
    .describe(
      'Series that must not be there: a name, or a name and some labels: name{label="value"}. The name of a histogram or summary means all its samples.',
    ),
})

export const scenarioSchema = z
  .strictObject({
    mapping: z.string().min(1).describe('The mapping: a file beside this one, preset:NAME, or its text in a block.'),
    cases: z.array(testCase).min(1).describe('The cases. Each is read on its own.'),
  })
  .meta({ title: 'agentlog-exporter mapping tests, version 1' })
