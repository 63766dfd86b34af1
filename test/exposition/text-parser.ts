/**
 * A strict parser of text format 0.0.4, written from the format's description and sharing no code with the product. Throws
 * with a line number on whatever Prometheus, or a careful reader, would not accept.
 */

export interface ParsedFamily {
  readonly name: string
  type: string
  help: string | undefined
  /** `name{a="x",b="y"}` with labels sorted by name and values as JSON strings → value. */
  readonly samples: Map<string, number>
  /** The same samples in order, taken apart. */
  readonly list: ParsedSample[]
}

export interface ParsedSample {
  readonly name: string
  readonly labels: ReadonlyMap<string, string>
  readonly value: number
  readonly line: number
}

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*/
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/
const SPECIAL = new Map([
  ['NaN', Number.NaN],
  ['+Inf', Number.POSITIVE_INFINITY],
  ['-Inf', Number.NEGATIVE_INFINITY],
])
const TYPES = new Set(['counter', 'gauge', 'histogram', 'summary', 'untyped'])
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
}

/** Key of a sample: what `samples` maps from. */
export function sampleKey(name: string, labels: Iterable<readonly [string, string]> = []): string {
  const sorted = [...labels].sort(([a], [b]) => (a < b ? -1 : 1))
  return sorted.length === 0 ? name : `${name}{${sorted.map(([l, v]) => `${l}=${JSON.stringify(v)}`).join(',')}}`
}

export function parseText(text: string | Buffer): { families: Map<string, ParsedFamily> } {
  const parser = new Parser()
  const decoded = typeof text === 'string' ? text : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text)
  if (decoded !== '' && !decoded.endsWith('\n')) throw new Error(`line ${decoded.split('\n').length}: the last line has no end`)
  decoded
    .split('\n')
    .slice(0, -1)
    .forEach((line, i) => {
      parser.line(line, i + 1)
    })
  for (const family of parser.families.values()) checkFamily(family)
  return { families: parser.families }
}

function fail(line: number, what: string): never {
  throw new Error(`line ${line}: ${what}`)
}

class Parser {
  readonly families = new Map<string, ParsedFamily>()
  #current: ParsedFamily | undefined
  /** Of all families: `x_count` may be of a histogram x or of a family of that name. */
  readonly #keys = new Set<string>()

  line(line: string, at: number): void {
    if (line === '') return
    if (line.startsWith('#')) this.#comment(line, at)
    else this.#sample(line, at)
  }

  #comment(line: string, at: number): void {
    const found = /^# (HELP|TYPE) (\S+)(?: (.*))?$/su.exec(line)
    if (found === null) {
      if (/^#\s*(HELP|TYPE)\b/.test(line)) fail(at, `bad comment ${line}`)
      return
    }
    const [, keyword, name, rest = ''] = found as unknown as [string, string, string, string?]
    if (METRIC_NAME.exec(name)?.[0] !== name) fail(at, `bad name ${name}`)
    const family = this.#family(name, at)
    if (family.list.length > 0) fail(at, `${keyword} of ${name} after its samples`)
    if (keyword === 'HELP') {
      if (family.help !== undefined) fail(at, `second HELP of ${name}`)
      family.help = unescaped(rest, /\\([\\n])/g, at)
    } else {
      if (family.type !== '') fail(at, `second TYPE of ${name}`)
      if (!TYPES.has(rest)) fail(at, `unknown type ${rest}`)
      family.type = rest
    }
  }

  #family(name: string, at: number): ParsedFamily {
    if (this.#current?.name === name) return this.#current
    if (this.families.has(name)) fail(at, `lines of ${name} do not stand together`)
    const family: ParsedFamily = { name, type: '', help: undefined, samples: new Map(), list: [] }
    this.families.set(name, family)
    this.#current = family
    return family
  }

  #sample(line: string, at: number): void {
    const name = METRIC_NAME.exec(line)?.[0] ?? fail(at, `no metric name in ${line.slice(0, 80)}`)
    const { labels, rest } = parseLabels(line.slice(name.length), at)
    const [, valueText] = /^[ \t]+(\S+)$/.exec(rest) ?? fail(at, `expected a value and nothing else, found ${rest.slice(0, 80)}`)
    const value = SPECIAL.get(valueText!) ?? (NUMBER.test(valueText!) ? Number(valueText) : fail(at, `bad value ${valueText}`))
    const family = this.#belongsToCurrent(name) ? this.#current! : this.#family(name, at)
    const key = sampleKey(name, labels)
    if (this.#keys.has(key)) fail(at, `second sample of ${key}`)
    this.#keys.add(key)
    family.samples.set(key, value)
    family.list.push({ name, labels, value, line: at })
  }

  #belongsToCurrent(name: string): boolean {
    const family = this.#current
    return family !== undefined && (SUFFIXES[family.type] ?? ['']).some((suffix) => family.name + suffix === name)
  }
}

function parseLabels(text: string, at: number): { labels: Map<string, string>; rest: string } {
  const labels = new Map<string, string>()
  if (!text.startsWith('{')) return { labels, rest: text }
  let rest = text.slice(1)
  while (!rest.startsWith('}')) {
    const name = LABEL_NAME.exec(rest)?.[0] ?? fail(at, `bad label name at ${rest.slice(0, 80)}`)
    if (!rest.startsWith('="', name.length)) fail(at, `label ${name} without ="`)
    if (labels.has(name)) fail(at, `label ${name} twice`)
    const start = name.length + 2
    const end = closingQuote(rest, start, at)
    labels.set(name, unescaped(rest.slice(start, end), /\\([\\n"])/g, at))
    rest = rest.slice(end + 1)
    if (rest.startsWith(',')) rest = rest.slice(1)
    else if (!rest.startsWith('}')) fail(at, `expected , or } at ${rest.slice(0, 80)}`)
  }
  return { labels, rest: rest.slice(1) }
}

function closingQuote(text: string, start: number, at: number): number {
  for (let i = start; i < text.length; i++) {
    if (text[i] === '"') return i
    if (text[i] === '\\') i++
  }
  return fail(at, 'label value without end')
}

function unescaped(text: string, allowed: RegExp, at: number): string {
  if (text.replace(allowed, '').includes('\\')) fail(at, `bad escape in ${text.slice(0, 80)}`)
  return text.replace(allowed, (_, c: string) => (c === 'n' ? '\n' : c))
}

function checkFamily(family: ParsedFamily): void {
  if (family.type === 'histogram') checkHistogram(family)
  if (family.type === 'summary') checkSummary(family)
  if (family.type === 'counter')
    for (const { value, line } of family.list) if (value < 0 || Number.isNaN(value)) fail(line, `counter is ${value}`)
}

/** Samples of one histogram or summary: equal labels but `le` or `quantile`. */
function groups(family: ParsedFamily, without: string): ParsedSample[][] {
  const found = new Map<string, ParsedSample[]>()
  for (const sample of family.list) {
    const key = sampleKey(
      '',
      [...sample.labels].filter(([name]) => name !== without),
    )
    found.set(key, [...(found.get(key) ?? []), sample])
  }
  return [...found.values()]
}

function checkHistogram(family: ParsedFamily): void {
  for (const samples of groups(family, 'le')) {
    const at = samples[0]!.line
    const buckets = samples.filter((s) => s.name.endsWith('_bucket'))
    let before = { bound: Number.NEGATIVE_INFINITY, value: 0 }
    for (const { labels, value, line } of buckets) {
      const le = labels.get('le') ?? fail(line, 'bucket without le')
      const bound = SPECIAL.get(le) ?? (NUMBER.test(le) ? Number(le) : fail(line, `bad le ${le}`))
      if (!(bound > before.bound)) fail(line, `le ${le} does not ascend`)
      if (!(value >= before.value)) fail(line, `bucket counts are not cumulative at le ${le}`)
      before = { bound, value }
    }
    if (before.bound !== Number.POSITIVE_INFINITY) fail(at, 'no bucket +Inf')
    const count = samples.find((s) => s.name.endsWith('_count')) ?? fail(at, 'no _count')
    if (count.value !== before.value) fail(count.line, `_count ${count.value} is not bucket +Inf ${before.value}`)
    if (!samples.some((s) => s.name.endsWith('_sum'))) fail(at, 'no _sum')
  }
}

function checkSummary(family: ParsedFamily): void {
  for (const samples of groups(family, 'quantile')) {
    const at = samples[0]!.line
    for (const suffix of ['_sum', '_count']) if (!samples.some((s) => s.name === family.name + suffix)) fail(at, `no ${suffix}`)
    for (const { name, labels, line } of samples)
      if (name === family.name && !(Number(labels.get('quantile')) >= 0 && Number(labels.get('quantile')) <= 1))
        fail(line, `bad quantile ${labels.get('quantile')}`)
  }
}
