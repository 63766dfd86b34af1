/**
 * `Accept` → format and exact Content-Type, by weight, then by how specific a range is, then by order. Whatever nobody understands gets
 * text 0.0.4. Linear in the length of the header, which the server limits.
 */

export interface Negotiated {
  readonly format: 'text' | 'openmetrics'
  readonly contentType: string
}

interface Range {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
  readonly weight: number
}

/** Escaping schemes under which our names, all of letters, digits and _, stay as they are. `dots` would double each _. */
const IDENTITY_SCHEMES = ['allow-utf-8', 'underscores', 'values']
const TEXT: Negotiated = { format: 'text', contentType: 'text/plain; version=0.0.4; charset=utf-8' }

export function negotiate(accept: string | undefined): Negotiated {
  let best: { readonly answer: Negotiated; readonly range: Range } | undefined
  for (const part of (accept ?? '').split(',')) {
    const range = parseRange(part)
    const answer = answerTo(range)
    if (answer === undefined || !(range.weight > 0)) continue
    const isBetter =
      best === undefined ||
      range.weight > best.range.weight ||
      (range.weight === best.range.weight && specificity(range) > specificity(best.range))
    if (isBetter) best = { answer, range }
  }
  return best?.answer ?? TEXT
}

function answerTo({ type, parameters }: Range): Negotiated | undefined {
  const version = parameters.get('version')
  if (type === 'application/openmetrics-text') {
    if (version !== undefined && version !== '1.0.0' && version !== '0.0.1') return undefined
    const named = `application/openmetrics-text; version=${version ?? '1.0.0'}; charset=utf-8`
    return { format: 'openmetrics', contentType: named + escapingOf(parameters) }
  }
  if (type === 'text/plain' && version === '1.0.0')
    return { format: 'text', contentType: `text/plain; version=1.0.0; charset=utf-8${escapingOf(parameters)}` }
  const isText = type === 'text/plain' && (version === undefined || version === '0.0.4')
  return isText || type === 'text/*' || type === '*/*' ? TEXT : undefined
}

/** Who asks for an escaping is told which one he gets. */
function escapingOf(parameters: ReadonlyMap<string, string>): string {
  const asked = parameters.get('escaping')
  if (asked === undefined) return ''
  return `; escaping=${IDENTITY_SCHEMES.includes(asked) ? asked : 'underscores'}`
}

function specificity({ type, parameters }: Range): number {
  if (type === '*/*') return 0
  return type.endsWith('/*') ? 1 : 2 + parameters.size
}

function parseRange(part: string): Range {
  const [type, ...rest] = part
    .toLowerCase()
    .split(';')
    .map((text) => text.trim())
  const parameters = new Map<string, string>()
  let weight = 1
  for (const parameter of rest) {
    const equals = parameter.indexOf('=')
    const name = parameter.slice(0, equals).trim()
    const value = parameter
      .slice(equals + 1)
      .trim()
      .replace(/^"|"$/g, '')
    if (equals < 0) continue
    if (name === 'q') weight = weightOf(value)
    else if (name !== 'charset') parameters.set(name, value)
  }
  return { type: type ?? '', parameters, weight }
}

/** Between 0 and 1; what is no weight counts as 0. */
function weightOf(text: string): number {
  return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(text) ? Number(text) : 0
}
