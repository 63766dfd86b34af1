/**
 * A strict parser of OpenMetrics 1.0, written from the specification and sharing no code with the product. Throws with a line number on
 * whatever the specification forbids: each MUST that a text can break has a document in open-metrics-parser.test.ts.
 */
export interface OpenMetricsSample {
  readonly name: string
  readonly labels: ReadonlyMap<string, string>
  readonly value: number
  readonly line: number
  readonly exemplar?: {
    readonly labels: ReadonlyMap<string, string>
    readonly value: number
    readonly timestamp: number | undefined
  }
}

export interface OpenMetricsFamily {
  readonly name: string
  type: string
  unit: string | undefined
  help: string | undefined
  readonly samples: OpenMetricsSample[]
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y
const LABEL_NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y
const LABEL_VALUE = /"((?:[^"\\\n]|\\["\\n])*)"/y
const NUMBER = /[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?[iI]nf(?:inity)?|[nN]a[nN]/y
const TIMESTAMP = /-?\d+(?:\.\d+)?/y
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total', '_created'],
  gauge: [''],
  unknown: [''],
  info: ['_info'],
  stateset: [''],
  histogram: ['_bucket', '_count', '_sum', '_created'],
  gaugehistogram: ['_bucket', '_gcount', '_gsum'],
  summary: ['', '_count', '_sum', '_created'],
}
const MAX_EXEMPLAR_CHARACTERS = 128

export function parseOpenMetrics(text: string | Buffer): Map<string, OpenMetricsFamily> {
  const decoded = typeof text === 'string' ? text : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text)
  const lines = decoded.split('\n')
  if (lines.at(-1) !== '') fail(lines.length, 'the last line has no end')
  lines.pop()
  if (lines.at(-1) !== '# EOF') fail(lines.length, 'the last line is not # EOF')
  const parser = new Parser()
  for (const [i, line] of lines.slice(0, -1).entries()) parser.line(line, i + 1)
  parser.close()
  return parser.families
}

function fail(line: number, what: string): never {
  throw new Error(`line ${line}: ${what}`)
}

class Parser {
  readonly families = new Map<string, OpenMetricsFamily>()
  #open: OpenMetricsFamily | undefined
  #text = ''
  #at = 0
  #number = 0

  line(text: string, number: number): void {
    this.#text = text
    this.#at = 0
    this.#number = number
    if (text === '') this.#fail('an empty line')
    if (text.startsWith('#')) this.#describe()
    else this.#sample()
  }

  close(): void {
    for (const family of this.families.values()) checkFamily(family)
    checkNames(this.families)
  }

  #describe(): void {
    const found = /^# (TYPE|UNIT|HELP|EOF)(?: ([a-zA-Z_:][a-zA-Z0-9_:]*)(?: (.*))?)?$/.exec(this.#text)
    if (found === null) this.#fail('neither TYPE, UNIT, HELP nor EOF')
    const [, keyword, name, rest] = found
    if (keyword === 'EOF' || name === undefined || rest === undefined) this.#fail(`${keyword} stands wrong`)
    const family = this.#openFamily(name)
    if (family.samples.length > 0) this.#fail(`${keyword} after a sample of its family`)
    if (keyword === 'TYPE') this.#type(family, rest)
    else if (keyword === 'UNIT') this.#unit(family, rest)
    else {
      if (family.help !== undefined) this.#fail('HELP twice')
      if (!/^(?:[^\\"]|\\["\\n])*$/.test(rest)) this.#fail('HELP with a wrong escape')
      family.help = rest
    }
  }

  #type(family: OpenMetricsFamily, type: string): void {
    if (family.type !== '') this.#fail('TYPE twice')
    if (SUFFIXES[type] === undefined) this.#fail(`no type is called ${type}`)
    family.type = type
  }

  #unit(family: OpenMetricsFamily, unit: string): void {
    if (family.unit !== undefined) this.#fail('UNIT twice')
    if (unit !== '' && !family.name.endsWith(`_${unit}`)) this.#fail(`the name does not end with its unit ${unit}`)
    family.unit = unit
  }

  #openFamily(name: string): OpenMetricsFamily {
    if (this.#open?.name === name) return this.#open
    if (this.families.has(name)) this.#fail(`the family ${name} stands in two places`)
    const family: OpenMetricsFamily = { name, type: '', unit: undefined, help: undefined, samples: [] }
    this.families.set(name, family)
    this.#open = family
    return family
  }

  #sample(): void {
    const name = this.#take(NAME, 'a name')
    const labels = this.#text[this.#at] === '{' ? this.#labels() : new Map<string, string>()
    this.#blank()
    const value = this.#value()
    if (this.#at < this.#text.length && !this.#text.startsWith(' # ', this.#at)) {
      this.#blank()
      this.#take(TIMESTAMP, 'a timestamp')
    }
    const exemplar = this.#at < this.#text.length ? this.#exemplar(name) : undefined
    const family = this.#familyOf(name)
    family.samples.push({ name, labels, value, line: this.#number, ...(exemplar ? { exemplar } : {}) })
  }

  #familyOf(name: string): OpenMetricsFamily {
    const open = this.#open
    if (open !== undefined && SUFFIXES[open.type || 'unknown']!.some((suffix) => name === open.name + suffix)) return open
    if (open !== undefined && open.type !== '' && name.startsWith(`${open.name}_`) && open.samples.length === 0)
      this.#fail(`${name} is no sample of the ${open.type} ${open.name}`)
    return this.#openFamily(name)
  }

  #labels(): Map<string, string> {
    const labels = new Map<string, string>()
    this.#at++
    while (this.#text[this.#at] !== '}') {
      if (labels.size > 0) this.#expect(',')
      const name = this.#take(LABEL_NAME, 'the name of a label')
      this.#expect('=')
      const raw = this.#take(LABEL_VALUE, 'a label value in quotes, with no escapes but \\\\ \\" \\n')
      if (labels.has(name)) this.#fail(`the label ${name} twice`)
      labels.set(
        name,
        raw.slice(1, -1).replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c)),
      )
    }
    this.#at++
    return labels
  }

  #exemplar(name: string): NonNullable<OpenMetricsSample['exemplar']> {
    this.#expect(' # ')
    if (!/_(total|bucket)$/.test(name)) this.#fail(`an exemplar on ${name}`)
    if (this.#text[this.#at] !== '{') this.#fail('an exemplar without labels')
    const labels = this.#labels()
    if ([...[...labels].flat().join('')].length > MAX_EXEMPLAR_CHARACTERS) this.#fail('an exemplar that is too long')
    this.#blank()
    const value = this.#value()
    const timestamp = this.#at < this.#text.length ? this.#timestamp() : undefined
    if (this.#at < this.#text.length) this.#fail('something after the exemplar')
    return { labels, value, timestamp }
  }

  #timestamp(): number {
    this.#blank()
    return Number(this.#take(TIMESTAMP, 'a timestamp'))
  }

  #value(): number {
    const text = this.#take(NUMBER, 'a number')
    if (/nan/i.test(text)) return Number.NaN
    return /inf/i.test(text) ? (text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY) : Number(text)
  }

  #blank(): void {
    this.#expect(' ')
  }

  #expect(text: string): void {
    if (!this.#text.startsWith(text, this.#at)) this.#fail(`expected ${JSON.stringify(text)} at column ${this.#at + 1}`)
    this.#at += text.length
  }

  #take(pattern: RegExp, what: string): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found === null) this.#fail(`expected ${what} at column ${this.#at + 1}`)
    this.#at = pattern.lastIndex
    return found[0]
  }

  #fail(what: string): never {
    fail(this.#number, what)
  }
}

/** Labels without those that the type itself adds. */
function metricOf({ labels }: OpenMetricsSample, type: string): string {
  const own = type === 'histogram' || type === 'gaugehistogram' ? 'le' : type === 'summary' ? 'quantile' : ''
  return JSON.stringify([...labels].filter(([name]) => name !== own).sort())
}

function checkFamily(family: OpenMetricsFamily): void {
  const type = family.type || 'unknown'
  const { samples } = family
  if (family.unit && ['info', 'stateset'].includes(type)) fail(samples[0]?.line ?? 0, `a ${type} with a unit`)
  const metrics = new Map<string, OpenMetricsSample[]>()
  let last: string | undefined
  const seen = new Set<string>()
  for (const sample of samples) {
    const metric = metricOf(sample, type)
    const key = JSON.stringify([sample.name, [...sample.labels].sort()])
    if (seen.has(key)) fail(sample.line, 'the same sample twice')
    seen.add(key)
    if (metric !== last && metrics.has(metric)) fail(sample.line, 'samples of two metrics are mixed')
    last = metric
    metrics.set(metric, [...(metrics.get(metric) ?? []), sample])
    for (const name of sample.labels.keys()) if (name.startsWith('__')) fail(sample.line, `the label ${name} is reserved`)
    if (sample.name.endsWith('_created') && type !== 'gauge' && !(sample.value > 0))
      fail(sample.line, 'a time of creation that is none')
  }
  for (const metric of metrics.values()) CHECKS[type]?.(metric, family)
}

const CHECKS: Readonly<Record<string, (samples: readonly OpenMetricsSample[], family: OpenMetricsFamily) => void>> = {
  counter: (samples, { name }) => {
    const total = samples.find((sample) => sample.name === `${name}_total`)
    if (total === undefined) fail(samples[0]!.line, 'a counter without _total')
    if (!(total.value >= 0)) fail(total.line, 'a counter that is NaN or negative')
  },
  info: (samples) => {
    if (samples[0]!.value !== 1) fail(samples[0]!.line, 'an info that is not 1')
  },
  histogram: checkHistogram,
  summary: (samples, { name }) => {
    for (const { line, labels, value, name: sample } of samples) {
      const quantile = labels.get('quantile')
      if (sample === name && !(Number(quantile) >= 0 && Number(quantile) <= 1)) fail(line, 'a quantile outside 0 to 1')
      if (sample === name && value < 0) fail(line, 'a quantile that is negative')
      if (quantile !== undefined) checkCanonical(line, quantile)
      if (sample === `${name}_count` && !isCount(value)) fail(line, 'a count that is none')
      if (sample === `${name}_sum` && !(value >= 0)) fail(line, 'a sum that is NaN or negative')
    }
  },
}

function checkHistogram(samples: readonly OpenMetricsSample[], { name }: OpenMetricsFamily): void {
  const [first] = samples as readonly [OpenMetricsSample, ...OpenMetricsSample[]]
  const buckets = samples.filter((sample) => sample.name === `${name}_bucket`)
  const bounds = buckets.map(({ line, labels }) => {
    const le = labels.get('le')
    if (le === undefined) fail(line, 'a bucket without le')
    checkCanonical(line, le)
    return le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le)
  })
  if (bounds.at(-1) !== Number.POSITIVE_INFINITY) fail(first.line, 'the last bucket is not +Inf')
  for (const [i, { line, value }] of buckets.entries()) {
    if (!isCount(value)) fail(line, 'a bucket that is no count')
    if (i > 0 && !(bounds[i]! > bounds[i - 1]!)) fail(line, 'buckets do not ascend')
    if (i > 0 && value < buckets[i - 1]!.value) fail(line, 'buckets are not cumulative')
  }
  const of = (suffix: string): OpenMetricsSample | undefined => samples.find((sample) => sample.name === name + suffix)
  const [count, sum] = [of('_count'), of('_sum')]
  if (sum !== undefined && count === undefined) fail(first.line, 'a sum without a count')
  if (sum === undefined && count !== undefined) fail(count.line, 'a count without a sum')
  if (count !== undefined && count.value !== buckets.at(-1)!.value) fail(count.line, 'the count is not the last bucket')
  if (sum !== undefined && bounds[0]! < 0) fail(sum.line, 'a sum although a bucket is negative')
  if (sum !== undefined && !(sum.value >= 0)) fail(sum.line, 'a sum that is NaN or negative')
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0
}

/** As a float: with a point, an exponent, or infinite. */
function checkCanonical(line: number, text: string): void {
  if (!/[.e]|Inf/.test(text)) fail(line, `"${text}" is not written as a float`)
}

/** No two families may have samples of one name. */
function checkNames(families: ReadonlyMap<string, OpenMetricsFamily>): void {
  const owners = new Map<string, string>()
  for (const family of families.values()) {
    for (const suffix of SUFFIXES[family.type || 'unknown']!) {
      const name = family.name + suffix
      const owner = owners.get(name)
      if (owner !== undefined) fail(family.samples[0]?.line ?? 0, `${name} belongs to ${owner} and to ${family.name}`)
      owners.set(name, family.name)
    }
  }
}
