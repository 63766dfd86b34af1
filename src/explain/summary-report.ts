/** Lines → one table of all of them, as text or JSON, when there are no more. */
import type { Origin } from '../source/source.ts'
import type { AppliedLine } from './applied-line.ts'
import type { Explainer } from './explainer.ts'
import type { LineTaker } from './line-stream.ts'
import { painter } from './paint.ts'
import { Summary } from './summary.ts'
import { summaryText } from './summary-text.ts'
import { type SummaryContext, tellSummary } from './tell-summary.ts'
import type { Updates } from './updates.ts'

export interface SummaryReportOptions {
  readonly isJson: boolean
  readonly isColoured: boolean
  readonly write: (text: string) => void
}

export class SummaryReport implements LineTaker {
  /** Aborted by who has seen enough: what was read is told all the same. */
  readonly stop = new AbortController()
  readonly busy = undefined
  readonly #explainer: Explainer
  readonly #summary: Summary
  readonly #context: SummaryContext
  readonly #options: SummaryReportOptions

  constructor(explainer: Explainer, updates: Updates, context: SummaryContext, options: SummaryReportOptions) {
    this.#explainer = explainer
    this.#context = context
    this.#options = options
    this.#summary = new Summary(explainer, context.mappings, updates)
  }

  opened(origin: Origin): void {
    this.#summary.addFile(origin.file)
  }

  wantsAfter(): boolean {
    return true
  }

  line(...line: Parameters<LineTaker['line']>): void {
    const [, , , origin, number] = line
    let last = this.#add(origin, number, () => this.#explainer.apply(...line))
    for (let next = this.#explainer.next(last); next !== undefined; next = this.#explainer.next(last)) {
      this.#summary.add(next)
      last = next
    }
  }

  unread(...line: Parameters<LineTaker['unread']>): void {
    const [, , origin, number] = line
    this.#add(origin, number, () => this.#explainer.unread(...line))
  }

  end(): void {
    const told = tellSummary(this.#summary, this.#context)
    const { isJson, isColoured, write } = this.#options
    write(isJson ? `${JSON.stringify(told)}\n` : summaryText(told, painter(isColoured)))
  }

  #add({ file }: Origin, number: number, apply: () => AppliedLine): AppliedLine {
    this.#summary.expect(() => `${this.#explainer.logText.text(file || '-', undefined, 500)}:${number}`)
    const applied = apply()
    this.#summary.add(applied)
    return applied
  }
}
