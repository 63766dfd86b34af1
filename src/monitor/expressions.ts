/** What is asked of a family, as PromQL: by the dashboard over what is selected there, by the rules over each job. */
import { OPEN_FAILURES, type Outcome } from './labels.ts'
import type { FamilyFacts } from './model.ts'
import { merged, oneOf, promString, type Scope, select } from './promql.ts'

/** Expressions of one family in one scope. `by`: labels that stay apart beside those of the scope. */
export class Expressions {
  readonly #family: FamilyFacts
  readonly #scope: Scope

  constructor(family: FamilyFacts, scope: Scope) {
    this.#family = family
    this.#scope = scope
  }

  /** The sample that counts what came, or sums it up. */
  get #total(): string {
    const { name, type } = this.#family
    return type === 'histogram' || type === 'summary' ? `${name}_sum` : name
  }

  /** Of a histogram: one for each that came. Its `_count` is not there in OpenMetrics if the sum is below 0. */
  #counted(): string {
    const { type, name } = this.#family
    if (type === 'histogram') return this.#series(`${name}_bucket`, 'le="+Inf"')
    return this.#series(type === 'summary' ? `${name}_count` : name)
  }

  #series(sample: string, ...more: readonly string[]): string {
    const labels = this.#family.labels.map(({ name }) => name)
    return select(this.#scope, sample, labels, ...more)
  }

  #by(how: string, by: readonly string[], inner: string): string {
    return merged(how, [...this.#scope.kept, ...by], inner)
  }

  rate(by: readonly string[], range: string): string {
    return this.#by('sum', by, `rate(${this.#series(this.#total)}[${range}])`)
  }

  /** What the counter stands at. */
  sumOf(by: readonly string[], offset = ''): string {
    return this.#by('sum', by, this.#series(this.#total) + offset)
  }

  increase(by: readonly string[], range: string): string {
    return this.#by('sum', by, `increase(${this.#series(this.#total)}[${range}])`)
  }

  /** How many came. */
  count(by: readonly string[], range: string): string {
    return this.#by('sum', by, `increase(${this.#counted()}[${range}])`)
  }

  /** Where nothing came there is no ratio; where nothing ever failed it is 0. */
  failureRatio({ label, failures }: Outcome, by: readonly string[], range: string): string {
    const matcher = failures.length > 0 ? oneOf(label, failures) : `${label}=~${promString(OPEN_FAILURES)}`
    const all = this.rate(by, range)
    const failed = this.#by('sum', by, `rate(${this.#series(this.#total, matcher)}[${range}])`)
    return `(\n  ${failed}\n  or\n  0 * ${all}\n)\n/\n(${all} > 0)`
  }

  quantile(quantile: number, by: readonly string[], range: string): string {
    const buckets = this.#series(`${this.#family.name}_bucket`)
    return `histogram_quantile(${quantile}, ${this.#by('sum', [...by, 'le'], `rate(${buckets}[${range}])`)})`
  }

  mean(by: readonly string[], range: string): string {
    const counts = this.#by('sum', by, `rate(${this.#series(`${this.#family.name}_count`)}[${range}])`)
    return `${this.rate(by, range)}\n/\n(${counts} > 0)`
  }

  /** Of a gauge, an info, or the quantiles of a summary, which cannot be put together: the worst. */
  level(by: readonly string[]): string {
    const { type, merging, name } = this.#family
    return this.#by(type === 'gauge' ? merging : 'max', by, this.#series(name))
  }

  /** Of a gauge of a time: seconds since then. */
  age(by: readonly string[], offset = ''): string {
    return `time() - ${this.#by('max', by, this.#series(this.#family.name) + offset)}`
  }

  /** Of a gauge, nothing put together. */
  overTime(how: 'min_over_time' | 'changes', range: string): string {
    return `${how}(${this.#series(this.#family.name)}[${range}])`
  }

  /** What ended on each exporter, by a sample that rises then. */
  endsOf(sample: string, range: string): string {
    const series = sample.endsWith('_bucket') ? select(this.#scope, sample, [], 'le="+Inf"') : select(this.#scope, sample, [])
    return merged('sum', ['job', 'instance'], `increase(${series}[${range}])`)
  }
}
