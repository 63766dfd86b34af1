/** A metric as plain data: how process, runtime and own metrics come in, whoever collects them. */

export interface ExposedSample {
  /** What follows the family's name, such as `_sum`. */
  readonly suffix?: string
  /** Name and text of each label, in order. */
  readonly labels: readonly (readonly [string, string])[]
  readonly value: number
}

export interface ExposedFamily {
  readonly name: string
  readonly help: string
  /** As the text format names it: counter, gauge, histogram, summary, untyped. */
  readonly type: string
  readonly samples: readonly ExposedSample[]
}
