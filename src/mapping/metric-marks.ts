/**
 * The marks of one metric: its `once`, and its `rise` with a number per split entry, or five for the counts of a price. They belong to the
 * metric as it is defined, in its unit: all its rules share them.
 */
import type { KeySpace } from '../marks/key-space.ts'
import type { Marks } from '../marks/marks.ts'
import { Once } from '../marks/once.ts'
import { Rise } from '../marks/rise.ts'
import type { CompileContext } from '../select/compile-context.ts'
import { compileWhere } from '../select/condition.ts'
import { compileKey } from '../select/key.ts'
import { COUNTS } from '../select/prices/rates.ts'
import type { RuleSpec } from './spec.ts'

type KeyContext = Omit<CompileContext, 'place'>

/** What is counted by marks: a rule of a metric, or what a session collects. */
export type Marked = Pick<RuleSpec, 'once' | 'rise' | 'value' | 'split'>

export interface MarksOwner {
  readonly marks: Marks
  /** What shares state; the empty string for sources without a mapping of their own. */
  readonly unit: string
  readonly definition: string
}

export class MetricMarks {
  readonly #owner: MarksOwner
  readonly #metric: string
  /** By sample of what rises: where its numbers start. */
  readonly #starts = new Map<string, number>()
  #width = 0

  constructor({ name, rules }: { readonly name: string; readonly rules: readonly Marked[] }, owner: MarksOwner) {
    this.#metric = name
    this.#owner = owner
    for (const rule of rules.filter(({ rise }) => rise !== undefined))
      for (const text of rule.split?.entries.map((entry) => entry.text) ?? [undefined]) this.#give(rule, text)
  }

  once({ once }: Marked, context: KeyContext): Once | undefined {
    return once && new Once(compileKey(once.key, context), this.#space('once', 1), once.withinMs)
  }

  rise({ rise }: Marked, context: KeyContext): Rise | undefined {
    if (rise === undefined) return undefined
    const { key, skipsNew, resets, baseline } = rise
    const condition = baseline && compileWhere(baseline.spec, { ...context, place: baseline.place })
    return new Rise(compileKey(key, context), this.#space('rise', this.#width), { skipsNew, resets, baseline: condition })
  }

  /** Where the numbers of a rule's sample start. */
  markOf(rule: Marked, text: string | undefined): number {
    return this.#starts.get(identityOf(rule, text)) ?? 0
  }

  #give(rule: Marked, text: string | undefined): void {
    const identity = identityOf(rule, text)
    if (this.#starts.has(identity)) return
    this.#starts.set(identity, this.#width)
    this.#width += isPriced(rule, text) ? COUNTS.length : 1
  }

  #space(purpose: string, width: number): KeySpace {
    const { marks, unit, definition } = this.#owner
    return marks.space([unit, this.#metric, definition, purpose, width].join('\u0000'), width)
  }
}

/** The metric whose keys stand in a space of this name. */
export function metricOfSpace(name: string): string | undefined {
  return name.split('\u0000')[1]
}

function identityOf(rule: Marked, text: string | undefined): string {
  return JSON.stringify([text === undefined ? null : rule.split!.label, text ?? null, isPriced(rule, text)])
}

function isPriced({ value, split }: Marked, text: string | undefined): boolean {
  const spec = text === undefined ? value?.spec : split?.entries.find((entry) => entry.text === text)?.spec
  return typeof spec === 'object' && spec.price !== undefined
}
