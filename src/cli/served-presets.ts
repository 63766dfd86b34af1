/**
 * `--preset NAME=/path` → presets by the path that they are served under. Each path is a mapping of its own with its own series, record and
 * page, so that families of one name may be defined as each preset has them; the logs are the same.
 */

/** The presets of a path, merged like `include`. */
export interface ServedPresets {
  readonly path: string
  readonly presets: readonly string[]
}

export interface SplitPresets {
  /** Without a path, or with that of the default: they are the default mapping. */
  readonly merged: readonly string[]
  readonly served: readonly ServedPresets[]
}

const FORM = /^([^=]+)=(\/[\w.~/-]*[\w.~-])$/

export function splitPresets(
  given: readonly string[],
  telemetryPath: string | undefined,
): SplitPresets | { readonly problem: string } {
  const merged: string[] = []
  const byPath = new Map<string, string[]>()
  for (const text of given) {
    const [, name, path] = FORM.exec(text) ?? []
    if (text.includes('=') && path === undefined)
      return { problem: `--preset ${text}: expected NAME=/path, such as agent=/agents/metrics\n` }
    if (path === undefined || path === telemetryPath) merged.push(name ?? text)
    else byPath.set(path, [...(byPath.get(path) ?? []), name!])
  }
  const served = [...byPath].map(([path, presets]) => ({ path, presets }))
  const twice = servedTwice(served)
  if (twice !== undefined) return { problem: `--preset ${twice}: the same presets twice; name one path for them\n` }
  return { merged, served }
}

/** The record of a path is known by its presets. */
function servedTwice(served: readonly ServedPresets[]): string | undefined {
  const pathOf = new Map<string, string>()
  for (const { path, presets } of served) {
    const names = presets.join('+')
    const before = pathOf.get(names)
    if (before !== undefined) return `${names} at ${before} and ${path}`
    pathOf.set(names, path)
  }
  return undefined
}

/** For verbs that take one mapping: what to say to who names several. */
export function onePathOnly(verb: string, presets: readonly string[]): string | undefined {
  const served = presets.find((preset) => preset.includes('='))
  if (served === undefined) return undefined
  return `--preset ${served}: ${verb} takes one mapping at a time; name the preset without its path\n`
}
