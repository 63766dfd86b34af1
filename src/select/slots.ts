/**
 * Gives every path that the plan reads a slot of the row, each text once, and turns a path or `$` name into a reader of the row.
 * Also checks paths: whoever compiles asks here, with the place of the text, and goes on with a reader that is always missing.
 */
import { type Json, type Path, parsePath, type Step } from '../decode/path.ts'
import type { Row, SlotPath } from '../decode/row.ts'
import type { Diagnostic, Place, Report } from '../diag/diagnostic.ts'
import { nearest } from '../diag/suggest.ts'

/** Reads one thing from the row; undefined: missing. */
export type Read = (row: Row) => Json

/**
 * Names bound by `each` around the thing being compiled: `$block` → the paths read from its elements (shared, grows while compiling).
 * `$` itself is bound inside `take`, where paths start at the element.
 */
export type Bindings = ReadonlyMap<string, SlotPath[]>

const NO_BINDINGS: Bindings = new Map()

/** `$` names that the exporter itself knows. Those that need more than the row come with later issues. */
const OWN_NAMES: Readonly<Record<string, Read>> = {
  $name: (row) => row.name,
  $time: (row) => seconds(row.time()),
  $source: (row) => row.origin.source,
  $log: (row) => row.origin.log,
  $file: (row) => row.origin.file || undefined,
  $stream: (row) => row.wrapping?.stream || row.origin.stream || undefined,
  $bytes: (row) => row.lineBytes,
}

/** Whole seconds and fraction apart, so that 0.153 does not become 0.15299988. */
function seconds(ns: bigint): number {
  return Number(ns / 1_000_000_000n) + Number(ns % 1_000_000_000n) / 1e9
}

/** Names with one field each, and texts of a container's labels: `$container.labels."agentlog.team"`. */
const FIELDS_OF: Readonly<Record<string, Readonly<Record<string, Read>>>> = {
  $container: {
    id: (row) => row.origin.container?.id,
    // Where nobody could be asked, both are empty.
    name: (row) => row.origin.container?.name || row.wrapping?.container || undefined,
    image: (row) => row.origin.container?.image || undefined,
  },
  $pod: {
    namespace: (row) => row.origin.pod?.namespace,
    name: (row) => row.origin.pod?.name,
    container: (row) => row.origin.pod?.container,
    uid: (row) => row.origin.pod?.uid || undefined,
  },
}

const NOT_ASCII = /[^\u0000-\u007f]/

/** The `$` names that may stand here, but for `$` itself. */
export function knownRoots(bindings: Bindings): string[] {
  const bound = [...bindings.keys()].filter((name) => name !== '$')
  return [...bound, ...Object.keys(OWN_NAMES), '$path', ...Object.keys(FIELDS_OF), '$kept']
}

export function isKnownRoot(root: string, bindings: Bindings): boolean {
  return root === '$' || knownRoots(bindings).includes(root)
}

/** What `$kept.NAME` reads: given by whoever compiles what is remembered. */
export interface KeptNames {
  readonly names: readonly string[]
  /** Of a known name. */
  reader(name: string): Read
}

export class SlotTable {
  /** undefined: these rows are of derived events, which have no `$kept`. */
  kept: KeptNames | undefined = { names: [], reader: () => missing }
  /** Of the event that rules read: all that it may have, if that is known. */
  fields: { readonly of: string; readonly names: readonly string[] } | undefined = undefined
  /** How many expressions were compiled with these slots. */
  expressionCount = 0
  #slotCount = 0
  #readsBeyondAscii = false
  readonly #eventPaths = new Map<string, SlotPath>()
  #asked = new Set<SlotPath>()

  /** Paths of the event itself: the decoder fills them. */
  get eventPaths(): readonly SlotPath[] {
    return [...this.#eventPaths.values()]
  }

  get slotCount(): number {
    return this.#slotCount
  }

  /** Whether some path has a text that is not ASCII, or goes into JSON inside a string. */
  get readsBeyondAscii(): boolean {
    return this.#readsBeyondAscii
  }

  newSlot(): number {
    return this.#slotCount++
  }

  /** The slot of a path of the event, given once per path. */
  eventSlot(steps: readonly Step[]): number {
    const key = JSON.stringify(steps)
    const path = this.#eventPaths.get(key) ?? { slot: this.newSlot(), steps }
    this.#eventPaths.set(key, path)
    this.#asked.add(path)
    return path.slot
  }

  /** The paths of the event that `compile` asks for: what the decoder fills before the compiled thing may read the row. */
  pathsOf(compile: () => void): SlotPath[] {
    const outer = this.#asked
    this.#asked = new Set()
    compile()
    const paths = [...this.#asked]
    this.#asked = outer
    for (const path of paths) outer.add(path)
    return paths
  }

  /** Compiles the text of a path. Problems are reported at `place`; the reader is then always missing. */
  reader(text: string, place: Place, report: Report, bindings: Bindings = NO_BINDINGS): Read {
    const parsed = parsePath(text)
    this.#readsBeyondAscii ||= text.includes('$json')
    if (parsed.ok) return this.pathReader(parsed.path, text, place, report, bindings)
    const { message, at } = parsed.problem
    report({ severity: 'error', code: 'bad-path', place, message: `"${text}" is no path: ${message} (character ${at + 1})` })
    return missing
  }

  /** Compiles a path, of which problems are reported as those of `text`. */
  pathReader(path: Path, text: string, place: Place, report: Report, bindings: Bindings): Read {
    this.#readsBeyondAscii ||= NOT_ASCII.test(text)
    const bound = bindings.get(path.root)
    if (bound !== undefined) return readSlot(this.#boundSlot(bound, path.steps))
    if (path.root === '$') {
      this.#checkField(path, place, report)
      return readSlot(this.eventSlot(path.steps))
    }
    if (path.root === '$path') return this.#pathField(path, text, place, report)
    if (path.root === '$kept') return this.#keptField(path, text, place, report)
    if (Object.hasOwn(FIELDS_OF, path.root)) return ownFieldReader(path, text, place, report)
    const own = Object.hasOwn(OWN_NAMES, path.root) ? OWN_NAMES[path.root]! : undefined
    if (own !== undefined && path.steps.length === 0) return own
    report(own === undefined ? unknownName(path, place, knownRoots(bindings)) : hasNoParts(path, text, place))
    return missing
  }

  #checkField({ steps: [first] }: Path, place: Place, report: Report): void {
    const { fields } = this
    if (fields === undefined || first === undefined) return
    const name = first.kind === 'name' ? first.name : undefined
    if (name !== undefined && fields.names.includes(name)) return
    const near = name === undefined ? undefined : nearest(name, fields.names)
    const message = `${fields.of} has ${name === undefined ? 'only named fields' : `no "${name}"`}; it has ${fields.names.join(', ')}`
    report({ severity: 'error', code: 'unknown-name', place, message, ...(near ? { hint: `did you mean "${near}"?` } : {}) })
  }

  #boundSlot(bound: SlotPath[], steps: readonly Step[]): number {
    const key = JSON.stringify(steps)
    const known = bound.find((p) => JSON.stringify(p.steps) === key)
    if (known !== undefined) return known.slot
    const slot = this.newSlot()
    bound.push({ slot, steps })
    return slot
  }

  #pathField(path: Path, text: string, place: Place, report: Report): Read {
    const [field] = path.steps
    if (path.steps.length === 1 && field?.kind === 'name') return (row) => ownField(row.origin.fields, field.name)
    report({ severity: 'error', code: 'bad-path', place, message: `"${text}" must be $path and one name, such as $path.project` })
    return missing
  }

  #keptField({ steps }: Path, text: string, place: Place, report: Report): Read {
    const [field] = steps
    const name = steps.length === 1 && field?.kind === 'name' ? field.name : undefined
    const { kept } = this
    if (kept === undefined) {
      const hint = `carry it in the item: carry: { ${name ?? 'x'}: ${text} }`
      report({ severity: 'error', code: 'unknown-name', place, message: 'a derived event has no $kept', hint })
    } else if (name === undefined) {
      const message = `"${text}" must be $kept and one name of "remember"`
      report({ severity: 'error', code: 'bad-path', place, message })
    } else if (kept.names.includes(name)) return kept.reader(name)
    else report(notRemembered(name, kept.names, place))
    return missing
  }
}

function notRemembered(name: string, known: readonly string[], place: Place): Diagnostic {
  const near = nearest(name, known)
  const told = known.length === 0 ? 'there is no "remember"' : `known: ${known.join(', ')}`
  const message = `nothing is remembered as "${name}"; ${told}`
  const hint = near ? `did you mean "$kept.${near}"?` : `remember: { ${name}: { event: NAME, path: PATH } }`
  return { severity: 'error', code: 'unknown-name', place, message, hint }
}

function ownFieldReader({ root, steps }: Path, text: string, place: Place, report: Report): Read {
  const names = steps.map((step) => (step.kind === 'name' ? step.name : undefined))
  const [field, label] = names
  if (root === '$container' && field === 'labels' && label !== undefined && names.length === 2)
    return (row) => ownField(row.origin.container?.labels ?? {}, label)
  const fields = FIELDS_OF[root]!
  if (names.length === 1 && field !== undefined && Object.hasOwn(fields, field)) return fields[field]!
  const known = [...Object.keys(fields), ...(root === '$container' ? ['labels.NAME'] : [])]
  report({ severity: 'error', code: 'bad-path', place, message: `"${text}" must be ${root} and one of ${known.join(', ')}` })
  return missing
}

const missing: Read = () => undefined

function readSlot(slot: number): Read {
  return (row) => row.slots[slot]
}

function ownField(fields: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined
}

function hasNoParts({ root }: Path, text: string, place: Place): Diagnostic {
  return { severity: 'error', code: 'bad-path', place, message: `"${text}": ${root} is one text or number and has no parts` }
}

function unknownName(path: Path, place: Place, known: readonly string[]) {
  const near = nearest(path.root, known)
  const message = `nothing is called ${path.root} here; known: ${known.join(' ')}`
  return {
    severity: 'error',
    code: 'unknown-name',
    place,
    message,
    ...(near ? { hint: `did you mean "${near}"?` } : {}),
  } as const
}
