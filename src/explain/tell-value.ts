/** Traces of values and conditions → what is told of them, with the fields of the event that a missing path may have meant. */
import type { Json } from '../decode/path.ts'
import type { Standing } from '../mapping/trace.ts'
import type { ConditionTrace, StageTrace, ValueTrace } from '../select/trace.ts'
import type { ConditionTold, StageTold, ValueTold } from './explanation.ts'
import { fieldsLike } from './like-fields.ts'
import { harmless, type LogText } from './log-text.ts'

/** Whatever stands under it is masked. */
const A_SECRET = 'password'

export class ValueTeller {
  readonly #logText: LogText
  readonly #event: Json
  #secrets: readonly string[] = []

  constructor(logText: LogText, event: Json) {
    this.#logText = logText
    this.#event = event
  }

  /** What follows is told of the element that these stand on. */
  standOn(on: readonly Standing[]): this {
    this.#secrets = on.flatMap(({ secrets }) => secrets)
    return this
  }

  /** Without fields that look like what is missing: where others tell more of that. */
  plain(trace: ValueTrace): ValueTold {
    const { like, ...told } = this.value(trace)
    return told
  }

  value(trace: ValueTrace): ValueTold {
    const key = trace.tried.map(({ path }) => this.#keyOf(path)).findLast((one) => one !== undefined)
    const tried = this.#tried(trace.tried)
    const isMissing = trace.found === undefined && trace.tried.length > 0
    const missing = trace.tried.filter(({ found }) => found === undefined).map(({ path }) => path)
    const like = isMissing ? this.like(missing) : {}
    return {
      source: trace.source,
      of: harmless(trace.of),
      tried,
      stages: trace.stages.map((stage) => this.#stage(stage, key)),
      ...(trace.fallback === undefined ? {} : { default: trace.fallback }),
      result: this.#logText.value(trace.result, key),
      ...like,
    }
  }

  #tried(tried: ValueTrace['tried']): ValueTold['tried'] {
    return tried.map(({ path, found }) => ({ path: harmless(path), found: this.#logText.value(found, this.#keyOf(path)) }))
  }

  condition(trace: ConditionTrace): ConditionTold {
    return this.#condition(trace, !trace.holds, pathsOf(trace))
  }

  /** `isBlamed`: the whole does not hold for the sake of this part, too. Paths that are asked anyway are no news. */
  #condition(trace: ConditionTrace, isBlamed: boolean, asked: readonly string[]): ConditionTold {
    if (trace.kind !== 'test') {
      const parts = trace.parts.map((part) => this.#condition(part, isBlamed && !part.holds, asked))
      return { kind: trace.kind, holds: trace.holds, parts }
    }
    const { kind, path, asks, found, reads, holds } = trace
    const missing = reads === undefined ? [path] : reads.filter((read) => read.found === undefined).map((read) => read.path)
    const like = isBlamed && found === undefined ? this.like(missing, asked) : {}
    const told = { kind, path: harmless(path), asks: harmless(asks), found: this.#logText.value(found, this.#keyOf(path)), holds }
    return { ...told, ...(reads === undefined ? {} : { reads: this.#tried(reads) }), ...like }
  }

  /** `{ like }`, or nothing: fields like those at `paths`, and not among `known`. */
  like(paths: readonly string[], known: readonly string[] = paths): { readonly like?: readonly string[] } {
    const found = [...new Set(paths.flatMap((path) => fieldsLike(path, this.#event)))]
    const like = found.filter((path) => !known.includes(path)).slice(0, 2)
    return like.length === 0 ? {} : { like: like.map((path) => this.#logText.text(path)) }
  }

  /** The field that a path ends in, or one whose name is a secret's where the event says that this is one. */
  #keyOf(path: string): string | undefined {
    const isSecret = this.#secrets.some((secret) => path === secret || path.startsWith(`${secret}.`))
    return isSecret ? A_SECRET : lastKey(path)
  }

  #stage({ stage, detail, before, after, operands }: StageTrace, key: string | undefined): StageTold {
    return {
      stage,
      ...(detail === undefined ? {} : { detail: harmless(detail) }),
      before: this.#logText.value(before, key),
      after: this.#logText.value(after, key),
      ...(operands === undefined ? {} : { operands: operands.map((operand) => this.value(operand)) }),
    }
  }
}

function pathsOf(trace: ConditionTrace): string[] {
  if (trace.kind !== 'test') return trace.parts.flatMap(pathsOf)
  return trace.reads === undefined ? [trace.path] : trace.reads.map(({ path }) => path)
}

function lastKey(path: string): string {
  return /([^."]+)"?$/.exec(path)?.[1] ?? path
}
