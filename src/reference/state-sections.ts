/** What the reference says of `remember` and `derive`: what is kept between events. */
import { EXAMPLES } from './examples.ts'
import { type Section, yaml } from './section.ts'

const REMEMBER_WORDS =
  'By name; read as `$kept.NAME`. Beside these keys stand those of a value. A value of an event is there for the rules that take the same event, ' +
  'and stays until a later one is remembered in its scope; an event without the value leaves it. `drop` comes before, so it sees what earlier events left. ' +
  'Without `scope` it is kept by `$log`, and the file that follows a rotation is another log: where logs are rotated within a session, name the session as its scope.'

const DERIVE_WORDS =
  'Each item is one of `pair`, `session`, `sequence` and `silence`, which names it. Rules take what it makes with `derived: NAME`, gauges show what is open ' +
  'with `open: NAME`. Fields: of a pair `key`, `duration`, `outcome` (ended, timeout, reset, orphan, evicted); of a session `key`, `duration`, `members`, ' +
  '`outcome` (ended, idle, reset, evicted) and what it collects; of a sequence `key`, `previous`, `value`, `position`, `repeat`, `recent`, `gap`; of a silence `key`, `gap`; ' +
  'what is open has `age` too; all have what they carry. `start`, `end` and `reset` are rules with a `key` and `carry`; of one event resets come first, then members, ends, starts. A key of several values is a list: `key.0`. Texts are kept as labels show them: masked and cut. ' +
  'Where a key is missing, nothing happens, and it is counted as `no_key` under the name of the item. Past `limits.keys` the key touched longest ago ends `evicted`; ' +
  'starts of one key that are queued are bounded by 1000 too, and `distinct` counts up to 1000. What runs out once its source is gone counts only ' +
  'where another source of the unit has neither `labels` nor `only`: under its rules.'

type Keys = (path: readonly string[], except?: readonly string[]) => Section['rows']

/** `known`: keys that other sections tell of. */
export function stateSections(
  keys: Keys,
  known: { readonly takes: readonly string[]; readonly value: readonly string[] },
  columns: Section['columns'],
): Section[] {
  return [
    {
      id: 'remember',
      title: 'remember: a value for later events',
      words: REMEMBER_WORDS,
      columns: columns,
      rows: keys(['remember', '*'], known.value),
      more: yaml(EXAMPLES.remember),
    },
    {
      id: 'derive',
      title: 'derive: events made of events',
      words: DERIVE_WORDS,
      columns: columns,
      rows: keys(['derive', '[]']),
      more: yaml(EXAMPLES.derive),
    },
    {
      id: 'collect',
      title: 'derive: collect of a session',
      words:
        'By name. Beside these keys stand `event`, `each` and `where`, as in a rule: they narrow the members; without them all count.',
      columns: columns,
      rows: keys(['derive', '[]', 'collect', '*'], known.takes),
    },
  ]
}
