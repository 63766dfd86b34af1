/** Names of what is remembered and derived: each once in a unit, what items take must stand above them, what gauges show can be open. */
import type { Place, Report } from '../../diag/diagnostic.ts'
import type { DeriveSpec, MappingSpec } from '../../mapping/spec.ts'
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
    checkOpen(mapping, tell)
  }
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

/** What does not exist at all is told where units are fitted. */
function checkOrder(derive: readonly DeriveSpec[], report: Report): void {
  const names = derive.map(({ name }) => name)
  for (const [i, { name, feeds }] of derive.entries()) {
    for (const { derived } of Object.values(feeds)) {
      if (derived === undefined || names.indexOf(derived.spec) < i) continue
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

function checkOpen({ metrics, derive = [] }: MappingSpec, report: Report): void {
  for (const { open } of metrics.flatMap(({ rules }) => rules)) {
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
