/** Lines → one explanation after the other, as text or JSON. Every line is applied, also those that are not shown: numbers depend on them. */
import type { Origin } from '../source/source.ts'
import type { AppliedLine } from './applied-line.ts'
import type { Explainer } from './explainer.ts'
import type { LineOutcome } from './explanation.ts'
import type { LineTaker } from './line-stream.ts'
import { lineText } from './line-text.ts'
import { painter } from './paint.ts'

export interface LineReportOptions {
  readonly isJson: boolean
  readonly isColoured: boolean
  readonly firstLine: number
  readonly lastLine: number
  /** undefined: all. */
  readonly outcomes: ReadonlySet<LineOutcome> | undefined
  /** Shown lines after which no more are wanted. */
  readonly limit: number
  readonly write: (text: string) => void
  /** Resolves when more can be written; missing or undefined: now. */
  readonly drained: (() => Promise<void> | undefined) | undefined
}

export class LineReport implements LineTaker {
  /** Aborts when no more lines are wanted. */
  readonly stop = new AbortController()
  readonly #explainer: Explainer
  readonly #options: LineReportOptions
  readonly #paint: ReturnType<typeof painter>
  #shownCount = 0

  constructor(explainer: Explainer, options: LineReportOptions) {
    this.#explainer = explainer
    this.#options = options
    this.#paint = painter(options.isColoured)
  }

  get busy(): Promise<void> | undefined {
    return this.#options.drained?.()
  }

  opened(_origin: Origin): void {}

  wantsAfter(number: number): boolean {
    return number < this.#options.lastLine && !this.stop.signal.aborted
  }

  line(...line: Parameters<LineTaker['line']>): void {
    let applied: AppliedLine | undefined = this.#explainer.apply(...line)
    for (; applied !== undefined && !this.stop.signal.aborted; applied = this.#explainer.next(applied)) this.#show(applied)
  }

  unread(...line: Parameters<LineTaker['unread']>): void {
    this.#show(this.#explainer.unread(...line))
  }

  end(): void {}

  #show(line: AppliedLine): void {
    const { firstLine, outcomes, limit, isJson, write } = this.#options
    if (this.stop.signal.aborted || line.number < firstLine || outcomes?.has(line.outcome) === false) return
    const told = this.#explainer.tell(line)
    write(isJson ? `${JSON.stringify(told)}\n` : lineText(told, this.#paint))
    if (++this.#shownCount >= limit) this.stop.abort()
  }
}
