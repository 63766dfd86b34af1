/**
 * Labels of which the log can make as many as it likes: from ids, texts, times, places and numbers, told by the last word of their path.
 * What says itself how many there are (`one_of`, `map` with `else`, `max_values`), or takes a part out, is fine.
 */
import type { Report } from '../../diag/diagnostic.ts'
import { isLong, type PathWords, pathsOf } from '../../select/path-words.ts'
import type { LongValue, ValueSpec } from '../../select/spec.ts'
import { type MappingFile, placeIn } from '../raw.ts'
import { labelsOf } from './labels-of.ts'

type Bounds = 'max_values' | 'match' | 'part' | 'normalize'

interface Kind {
  readonly what: string
  readonly words: ReadonlySet<string>
  /** Names of ours that are of this kind. */
  readonly roots: readonly string[]
  /** What bounds it, besides a closed set. */
  readonly by: readonly Bounds[]
  readonly cure: string
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

const CAP = '{ path: PATH, max_values: 100 } bounds it'
const KINDS: readonly Kind[] = [
  {
    what: 'an id',
    words: words('id ids uuid uuids guid uid sid pid tid sha sha1 sha256 md5 hash digest nonce fingerprint etag traceparent'),
    roots: ['$log'],
    by: ['max_values', 'match', 'part', 'normalize'],
    cure: `leave it out, or show it as an exemplar; ${CAP}`,
  },
  {
    what: 'a text',
    words: words(
      'prompt prompts command commands cmd cmdline argv args arguments params parameters message messages msg content contents text body payload query question answer completion stderr stdout output input stack stacktrace traceback backtrace description summary title comment detail details snippet diff instruction instructions transcript thinking',
    ),
    roots: [],
    by: ['max_values', 'match', 'part'],
    cure: `sort it into kinds with map_re and else; ${CAP}`,
  },
  {
    what: 'a time',
    words: words('timestamp timestamps ts time datetime date at epoch'),
    roots: ['$time'],
    by: ['max_values', 'match', 'normalize'],
    cure: 'make it the value of a gauge, not a label',
  },
  {
    what: 'a path or URL',
    words: words('path paths file files filename filepath dir directory folder cwd pwd url urls uri href referer referrer'),
    roots: ['$file'],
    by: ['max_values', 'match', 'part', 'normalize'],
    cure: `part: basename or host takes a part, normalize: [uuid, number] levels ids; ${CAP}`,
  },
  {
    what: 'an address',
    words: words('ip ips ipv4 ipv6 addr address email mail'),
    roots: [],
    by: ['max_values', 'match', 'part', 'normalize'],
    cure: CAP,
  },
  {
    what: 'a number that is measured',
    words: words('ms millis nanos micros seconds secs duration latency elapsed tokens bytes cost usd'),
    roots: ['$bytes'],
    by: ['max_values', 'match'],
    cure: 'make it the value, not a label',
  },
]

/** Ids of things that somebody has set up: there are as many as of their names. */
const FEW = words(
  'model tool rule policy server provider service app application team org organization tenant region zone plugin skill product category type kind level severity template feature flag check',
)

export function checkUnboundedLabels(file: MappingFile, _: unknown, report: Report): void {
  for (const { name, spec, path } of labelsOf(file)) {
    const found = unboundedIn(spec)
    if (found === undefined) continue
    const message = `label "${name}" is read from ${found.path}, which looks like ${found.kind.what}: each new one is a new series`
    const hint = found.kind.cure.replace('PATH', found.path)
    report({ severity: 'warning', code: 'unbounded-label', message, place: placeIn(file.file, path), hint })
  }
}

function unboundedIn(spec: ValueSpec): { readonly path: string; readonly kind: Kind } | undefined {
  if (isClosed(spec)) return undefined
  for (const read of pathsOf(spec)) {
    const kind = kindOf(read)
    if (kind !== undefined && !(isLong(spec) && kind.by.some((key) => spec[key] !== undefined))) return { path: read.path, kind }
  }
  return undefined
}

/** The kind of what stands at a path; undefined: nothing that is known to have no end. */
function kindOf({ root, words: named }: PathWords): Kind | undefined {
  const last = named.at(-1)
  if (last === undefined) return KINDS.find(({ roots }) => roots.includes(root))
  if ((last === 'id' && FEW.has(named.at(-2) ?? '')) || (last === 'at' && named.length === 1)) return undefined
  return KINDS.find((kind) => kind.words.has(last))
}

function isClosed(spec: ValueSpec): boolean {
  if (!isLong(spec)) return false
  const { one_of, map, map_re, else: rest }: LongValue = spec
  return one_of !== undefined || ((map ?? map_re) !== undefined && rest !== undefined)
}
