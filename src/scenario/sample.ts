/** Lines of an exposition → samples. Takes what we expose and what people write by hand: label order and blanks are free. */

export interface Sample {
  readonly name: string
  readonly labels: ReadonlyMap<string, string>
  readonly value: number
  /** Relative: 0.01 is 1 %. */
  readonly tolerance: number
}

/** `column`: from 0, where it went wrong. */
export interface SampleProblem {
  readonly column: number
  readonly message: string
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y
const LABEL = /[a-zA-Z_][a-zA-Z0-9_]*/y
const TEXT = /"((?:[^"\\]|\\.)*)"/y
const BLANKS = /[ \t]*/y
const VALUE = /[^ \t±]+/y
const TOLERANCE = /±[ \t]*(\d+(?:\.\d+)?)%/y
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const WORDS: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  '+Inf': Number.POSITIVE_INFINITY,
  Inf: Number.POSITIVE_INFINITY,
  '-Inf': Number.NEGATIVE_INFINITY,
}

/** `name{label="text"} 1`. */
export function parseSample(line: string): Sample | SampleProblem {
  const reader = new Reader(line)
  const head = reader.head()
  if ('message' in head) return head
  const text = reader.take(VALUE)?.[0]
  const value = text === undefined ? undefined : (WORDS[text] ?? (NUMBER.test(text) ? Number(text) : undefined))
  if (value === undefined) return reader.problem(text === undefined ? 'expected a value' : `"${text}" is no number`, text?.length)
  const tolerance = Number(reader.take(TOLERANCE)?.[1] ?? 0) / 100
  return reader.isAtEnd
    ? { ...head, value, tolerance }
    : reader.problem('expected nothing behind the value, not a timestamp either')
}

/** `name` or `name{label="text"}`. */
export function parseSelector(text: string): Omit<Sample, 'value' | 'tolerance'> | SampleProblem {
  const reader = new Reader(text)
  const head = reader.head()
  if ('message' in head || reader.isAtEnd) return head
  return reader.problem('expected a name and labels, without a value')
}

/** All samples of an exposition that is ours; comments are left out. */
export function samplesOf(exposition: string): Sample[] {
  return exposition
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const sample = parseSample(line)
      if ('message' in sample) throw new Error(`the exposition has a line that cannot be read: ${line}`)
      return sample
    })
}

/** Equal for equal series, whatever the order of labels. */
export function seriesKey({ name, labels }: Pick<Sample, 'name' | 'labels'>): string {
  return `${name}${JSON.stringify([...labels].sort(([a], [b]) => (a < b ? -1 : 1)))}`
}

/** As an exposition writes it. */
export function seriesText({ name, labels }: Pick<Sample, 'name' | 'labels'>): string {
  if (labels.size === 0) return name
  return `${name}{${[...labels].map(([label, text]) => `${label}="${escaped(text)}"`).join(',')}}`
}

export function valueText(value: number): string {
  if (Number.isFinite(value)) return String(value)
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
}

function escaped(text: string): string {
  return text.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))
}

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  get isAtEnd(): boolean {
    this.#skipBlanks()
    return this.#at === this.#text.length
  }

  take(pattern: RegExp): RegExpExecArray | undefined {
    this.#skipBlanks()
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found === null) return undefined
    this.#at = pattern.lastIndex
    return found
  }

  problem(message: string, backBy = 0): SampleProblem {
    return { column: this.#at - backBy, message }
  }

  head(): { readonly name: string; readonly labels: ReadonlyMap<string, string> } | SampleProblem {
    const name = this.take(NAME)?.[0]
    if (name === undefined) return this.problem('expected the name of a metric')
    const labels = new Map<string, string>()
    if (!this.#has('{')) return { name, labels }
    while (!this.#has('}')) {
      if (labels.size > 0 && !this.#has(',')) return this.problem('expected , or }')
      if (this.#has('}')) break
      const label = this.take(LABEL)?.[0]
      if (label === undefined) return this.problem('expected the name of a label')
      if (labels.has(label)) return this.problem(`the label ${label} stands here twice`, label.length)
      const text = this.#has('=') ? this.take(TEXT)?.[1] : undefined
      if (text === undefined) return this.problem(`expected ${label}="..."`)
      labels.set(
        label,
        text.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c)),
      )
    }
    // An empty label is an absent one.
    for (const [label, text] of labels) if (text === '') labels.delete(label)
    return { name, labels }
  }

  #has(character: string): boolean {
    this.#skipBlanks()
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #skipBlanks(): void {
    BLANKS.lastIndex = this.#at
    this.#at += BLANKS.exec(this.#text)?.[0].length ?? 0
  }
}
