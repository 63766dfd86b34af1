/**
 * What a PromQL expression names: its selectors with what stands around them, and the labels it groups by. A reader of tokens for
 * checks; whether the text is an expression at all is promtool's to say.
 */
export interface Matcher {
  readonly label: string
  readonly operator: string
  readonly value: string
}

export interface Selector {
  /** Empty if only `__name__` names it. */
  readonly metric: string
  readonly matchers: readonly Matcher[]
  /** Such as `5m` or `$__rate_interval`; of a subquery's own range nothing stands here. */
  readonly range: string | undefined
  /** Functions and aggregations around it, the innermost last. */
  readonly callers: readonly string[]
}

export interface Named {
  readonly selectors: readonly Selector[]
  readonly groupings: readonly string[]
}

const TOKEN = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[\d.]+(?:[eE][+-]?\d+)?[a-z]*|[A-Za-z_:$][\w:$]*|[=!<>]=|=~|!~|\S/g
const GROUPING = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right'])
const AGGREGATIONS = [
  'sum',
  'min',
  'max',
  'avg',
  'group',
  'stddev',
  'stdvar',
  'count',
  'count_values',
  'bottomk',
  'topk',
  'quantile',
]
const WORDS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'atan2', 'inf', 'nan', 'start', 'end', ...AGGREGATIONS])
const isName = (token: string | undefined): boolean => /^[A-Za-z_:]/.test(token ?? '')

export function namedIn(expression: string): Named {
  return new Reader(expression.match(TOKEN) ?? []).read()
}

class Reader {
  readonly #tokens: readonly string[]
  readonly #selectors: Selector[] = []
  readonly #groupings: string[] = []
  readonly #callers: string[] = []
  /** A function or aggregation whose bracket is to come. */
  #pending = ''
  #at = 0

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens
  }

  read(): Named {
    while (this.#at < this.#tokens.length) this.#step(this.#tokens[this.#at]!)
    return { selectors: this.#selectors, groupings: this.#groupings }
  }

  #step(token: string): void {
    const isGrouping = GROUPING.has(token.toLowerCase())
    if (isGrouping && this.#tokens[this.#at + 1] === '(') this.#groupings.push(...this.#labels())
    else if (token === '{') this.#selector('')
    // Of a subquery: behind its bracket.
    else if (token === '[') this.#range()
    else if (isName(token) && !isGrouping) this.#name(token)
    else this.#sign(token)
  }

  #sign(token: string): void {
    this.#at += 1
    if (token === '(') {
      this.#callers.push(this.#pending)
      this.#pending = ''
    } else if (token === ')') this.#callers.pop()
  }

  #name(token: string): void {
    this.#at += 1
    if (this.#tokens[this.#at] === '(' || WORDS.has(token.toLowerCase())) this.#pending = token
    else this.#selector(token)
  }

  /** From `by` to behind its bracket. */
  #labels(): string[] {
    const close = this.#tokens.indexOf(')', this.#at)
    const labels = this.#tokens.slice(this.#at + 2, close).filter(isName)
    this.#at = close + 1
    return labels
  }

  /** Its matchers and its range, if it has some. */
  #selector(metric: string): void {
    const matchers = this.#tokens[this.#at] === '{' ? this.#matchers() : []
    const range = this.#tokens[this.#at] === '[' ? this.#range() : undefined
    this.#selectors.push({ metric, matchers, range, callers: this.#callers.filter((caller) => caller !== '') })
  }

  #matchers(): Matcher[] {
    const close = this.#tokens.indexOf('}', this.#at)
    const inside = this.#tokens.slice(this.#at + 1, close).filter((token) => token !== ',')
    this.#at = close + 1
    return Array.from({ length: Math.floor(inside.length / 3) }, (_, index) => {
      const [label = '', operator = '', value = ''] = inside.slice(index * 3)
      return { label, operator, value: value.slice(1, -1) }
    })
  }

  #range(): string {
    const close = this.#tokens.indexOf(']', this.#at)
    const range = this.#tokens.slice(this.#at + 1, close).join('')
    this.#at = close + 1
    return range
  }
}
