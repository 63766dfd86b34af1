/** What `dashboard` and `rules` are made of: the mapping that the flags name, or why there is nothing to make them of. */
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { renderDiagnostics } from '../diag/render.ts'
import { type Model, modelOf } from '../monitor/model.ts'
import { slugOf } from '../monitor/names.ts'
import type { FlagValues } from './flags.ts'
import type { Io } from './io.ts'
import { loadPlan, mappingNames, type Wanted } from './plan.ts'
import { onePathOnly } from './served-presets.ts'

export interface Monitored {
  readonly model: Model
  /** The mapping's files and presets, by name alone. */
  readonly of: string
  /** The same as part of a name: lower case, digits, dashes, at most 24. */
  readonly slug: string
}

const MOST_OF_SLUG = 24
const HASH_HEX_LENGTH = 8

/** undefined: the mapping has errors or no metrics, and that was told. */
export async function loadMonitored(
  verb: string,
  named: readonly string[],
  flags: FlagValues,
  io: Io,
): Promise<Monitored | undefined> {
  const wanted = wantedOf(named, flags)
  const apart = onePathOnly(verb, wanted.presets)
  if (apart !== undefined) return refused(apart, io)
  const { plan, diagnostics, texts } = await loadPlan(wanted)
  if (diagnostics.length > 0) io.stderr(`${renderDiagnostics(diagnostics, texts, 'text', io.colour)}\n`)
  if (plan === undefined) return refused(`${mappingNames(wanted)}: this mapping does not start; nothing was made of it\n`, io)
  const model = modelOf(plan.config)
  if (model.families.length === 0)
    return refused(`${mappingNames(wanted)}: this mapping has no metrics; there is nothing to look at\n`, io)
  const names = [...wanted.presets, ...wanted.files.map((file) => basename(file).replace(/\.ya?ml$/, ''))]
  return { model, of: names.join(', '), slug: shortSlug(names) }
}

function refused(why: string, io: Io): undefined {
  io.stderr(why)
  return undefined
}

function wantedOf(named: readonly string[], flags: FlagValues): Wanted {
  const inFlag = flags.value('config.file') as string | undefined
  // A file that is named says more than one that the environment gives.
  const isFromElsewhere = named.length > 0 && flags.source('config.file') === 'env'
  const files = inFlag === undefined || isFromElsewhere ? named : [...named, inFlag]
  const presets = (flags.value('preset') as readonly string[] | undefined) ?? []
  return { files, presets: files.length + presets.length === 0 ? ['agent'] : presets }
}

/** The same for the same names, whatever stands in the files: what is made again takes the place of what was made before. */
function shortSlug(names: readonly string[]): string {
  const slug = slugOf(names.join(' '))
  if (slug !== '' && slug.length <= MOST_OF_SLUG) return slug
  const hash = createHash('sha256').update(names.join('\n')).digest('hex').slice(0, HASH_HEX_LENGTH)
  return `${slug.slice(0, MOST_OF_SLUG - HASH_HEX_LENGTH - 1).replace(/-$/, '')}-${hash}`.replace(/^-/, '')
}
