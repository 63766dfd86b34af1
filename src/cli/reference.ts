/** `reference`: every key, flag, metric and diagnostic, or one of them by name. The committed `config/reference.md` is this text. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { jsonSchemaText, mappingJsonSchema } from '../config/json-schema.ts'
import { loadConfig } from '../config/load.ts'
import { presetNames } from '../config/loader.ts'
import { shapeIssues } from '../config/shape-issues.ts'
import { topic, wholeReference } from '../reference/markdown.ts'
import type { JsonSchema } from '../reference/schema-keys.ts'
import type { Section } from '../reference/section.ts'
import { type Facts, sectionsOf } from '../reference/sections.ts'
import { scenarioSchema } from '../scenario/schema.ts'
import { ENDPOINTS, HEALTH_COMPONENTS } from '../server/endpoints.ts'
import { WEB_CONFIG_KEYS } from '../server/web-config/keys.ts'
import { EXIT, EXIT_MEANINGS } from './exit-codes.ts'
import { type Flag, variableOf } from './flags.ts'
import type { Io } from './io.ts'
import { aboutPreset } from './presets.ts'
import { PRESET_DIR } from './shipped.ts'
import type { Verb } from './verb.ts'

/** Exit 2 for a name that nothing has. */
export async function reference(names: readonly string[], verbs: readonly Verb[], io: Io): Promise<number> {
  const sections = await referenceSections(verbs)
  if (names.length === 0) io.stdout(wholeReference(sections))
  for (const name of names) {
    const found = topic(name, sections)
    if (typeof found !== 'string') {
      const hint = found.near === undefined ? 'agentlog-exporter reference shows all' : `did you mean ${found.near}?`
      io.stderr(`agentlog-exporter: nothing is called "${name}"; ${hint}\n`)
      return EXIT.usage
    }
    io.stdout(found)
  }
  return EXIT.ok
}

export async function referenceSections(verbs: readonly Verb[]): Promise<Section[]> {
  return sectionsOf({
    mappingSchema: JSON.parse(mappingJsonSchema()) as JsonSchema,
    testsSchema: JSON.parse(jsonSchemaText(scenarioSchema)) as JsonSchema,
    verbs: verbs.map(({ name, help, argument }) => ({ name, help, argument: argument?.name ?? '' })),
    flags: verbs.flatMap((verb) => verb.flags.map((flag) => flagFacts(verb.name, flag))),
    endpoints: ENDPOINTS,
    healthComponents: HEALTH_COMPONENTS,
    webConfigKeys: WEB_CONFIG_KEYS,
    exitCodes: EXIT_MEANINGS,
    presets: await Promise.all((await presetNames(PRESET_DIR)).map(presetFacts)),
  })
}

function flagFacts(verb: string, flag: Flag): Facts['flags'][number] {
  const { flags, help, later, isWithoutVariable } = flag
  const choices = flag.choices === undefined ? '' : ` (${flag.choices.join(', ')})`
  return {
    verb,
    flags,
    variable: isWithoutVariable === true ? '' : variableOf(flag),
    default: flag.default === undefined ? '' : String(flag.default),
    help: help + choices,
    isLater: later !== undefined,
  }
}

async function presetFacts(name: string): Promise<Facts['presets'][number]> {
  const text = await readFile(join(PRESET_DIR, `${name}.yaml`), 'utf8')
  const { config } = await loadConfig({
    files: [],
    presets: [name],
    presetDir: PRESET_DIR,
    validate: async (data) => shapeIssues(data),
  })
  const metrics = config.metrics.map(({ name: metric, type, help, rules }) => {
    const labels = rules.flatMap((rule) => [...rule.labels.map((label) => label.name), ...(rule.split ? [rule.split.label] : [])])
    return { name: metric, type, help, labels: [...new Set(labels)] }
  })
  return { name, about: aboutPreset(text), metrics }
}
