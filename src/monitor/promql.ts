/** Pieces of PromQL. Every text of a mapping goes through `promString`; names are names already. */

/** A text as PromQL reads it, of printable ASCII alone, and of nothing that Grafana or a template of Prometheus would replace. */
export function promString(text: string): string {
  const inside = [...text].map((char) => (/[A-Za-z0-9 ~!@#%^&*()_+=|:;',.<>/?\]-]/.test(char) ? char : escaped(char))).join('')
  return `"${inside}"`
}

function escaped(char: string): string {
  const code = char.codePointAt(0)!
  if (char === '"' || char === '\\') return `\\${char}`
  // Half a surrogate pair is no character: the log's own are replaced in the same way.
  if (code >= 0xd800 && code <= 0xdfff) return '\\ufffd'
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}

/** A matcher for any of these texts. */
export function oneOf(label: string, texts: readonly string[]): string {
  if (texts.length === 1) return `${label}=${promString(texts[0]!)}`
  return `${label}=~${promString(texts.map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'))}`
}

/** Where the series of a mapping are found, and over which time rates go. */
export interface Scope {
  /** Matchers for each series of these labels. */
  readonly matchers: (labels: readonly string[]) => readonly string[]
  /** Labels that stay whenever series are put together. */
  readonly kept: readonly string[]
}

/** Words that PromQL does not take for a metric's name, or for a label's in `by`. */
const NO_METRICS = /^(?:on|bool|ignoring|group_left|group_right|atan2|inf|nan)$/i
export const NO_LABELS = /^(?:without|inf|nan)$/i

/** `name{…}` */
export function select(scope: Scope, name: string, labels: readonly string[], ...more: readonly string[]): string {
  const matchers = [...scope.matchers(labels), ...more]
  if (NO_METRICS.test(name)) return `{${[`__name__=${promString(name)}`, ...matchers].join(', ')}}`
  return matchers.length === 0 ? name : `${name}{${matchers.join(', ')}}`
}

/** `sum by (a, b) (…)`, without `by` if nothing stays apart. */
export function merged(how: string, labels: readonly string[], inner: string): string {
  return labels.length === 0 ? `${how}(${inner})` : `${how} by (${labels.join(', ')}) (${inner})`
}
