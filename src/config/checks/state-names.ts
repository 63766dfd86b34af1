/** Names of what is remembered and derived: each once in a unit, and what rules and items take must be there, above them where they are items. */
import type { Place, Report } from '../../diag/diagnostic.ts'
import { nearest } from '../../diag/suggest.ts'
import type { DeriveSpec, MappingSpec, Placed } from '../../mapping/spec.ts'
import type { Config } from '../config.ts'

export function checkStateNames(config: Config, report: Report): void {
  const once = new Set<Place>()
  const tell: Report = (diagnostic) => {
    if (once.has(diagnostic.place)) return
    once.add(diagnostic.place)
    report(diagnostic)
  }
  const mappings = [config, ...[...config.profiles.values()].map(({ mapping }) => mapping)]
  for (const mapping of mappings) {
    checkTwice(mapping, tell)
    checkOrder(mapping.derive ?? [], tell)
  }
  checkRules(
    config,
    mappings.flatMap(({ derive = [] }) => derive),
    tell,
  )
}

function checkTwice({ remember = [], derive = [] }: MappingSpec, report: Report): void {
  const owners = new Map<string, Place>()
  for (const { name, place } of [...remember, ...derive]) {
    const first = owners.get(name)
    if (first === undefined) owners.set(name, place)
    else
      report({
        severity: 'error',
        code: 'conflict',
        message: `two things are called "${name}"`,
        place,
        notes: [{ message: 'the first one', place: first }],
        hint: 'rename one of them',
      })
  }
}

function checkOrder(derive: readonly DeriveSpec[], report: Report): void {
  const names = derive.map(({ name }) => name)
  for (const [i, { name, feeds }] of derive.entries()) {
    for (const { derived } of Object.values(feeds)) {
      if (derived === undefined || names.slice(0, i).includes(derived.spec)) continue
      if (!names.includes(derived.spec)) report(unknown(derived, names.slice(0, i)))
      else {
        const message =
          derived.spec === name ? `"${name}" cannot take what it makes itself` : `"${derived.spec}" stands below "${name}"`
        report({
          severity: 'error',
          code: 'conflict',
          message,
          place: derived.place,
          hint: 'an item takes what items above it derive',
        })
      }
    }
  }
}

function checkRules({ metrics }: Config, derive: readonly DeriveSpec[], report: Report): void {
  const names = [...new Set(derive.map(({ name }) => name))]
  for (const { rules } of metrics) {
    for (const { derived, open } of rules) {
      for (const taken of [derived, open]) if (taken !== undefined && !names.includes(taken.spec)) report(unknown(taken, names))
      const shown = open && derive.find(({ name }) => name === open.spec)
      if (shown?.kind === 'sequence')
        report({
          severity: 'error',
          code: 'bad-value',
          message: 'a sequence is never open: it makes an event of each member',
          place: open!.place,
        })
    }
  }
}

function unknown({ spec, place }: Placed<string>, names: readonly string[]) {
  const near = nearest(spec, names)
  const known = names.length === 0 ? 'nothing is derived' : `known: ${names.join(', ')}`
  const message = `no item of derive is called "${spec}"; ${known}`
  return {
    severity: 'error',
    code: 'unknown-name',
    message,
    place,
    ...(near ? { hint: `did you mean "${near}"?` } : {}),
  } as const
}
