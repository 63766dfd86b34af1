/** What the names in an expression mean: variables of `map`, `filter` and so on, `event`, and every `$x` of the language as `x`. */
import { INDEX, type Path, type Step } from '../../decode/path.ts'
import type { CompileContext } from '../compile-context.ts'
import { isKnownRoot, knownRoots } from '../slots.ts'
import type { Tree } from './parser.ts'

/** A name followed by steps that stand in the text: `event.usage["input tokens"][0]`. */
export interface Chain {
  readonly name: string
  readonly steps: readonly Step[]
}

/** Whole chains only: undefined where a step is computed, or something else than a name begins it. */
export function chainOf(tree: Tree): Chain | undefined {
  if (tree.op === 'id') return { name: tree.args, steps: [] }
  if (tree.op !== '.' && tree.op !== '[]') return undefined
  const before = chainOf(tree.args[0])
  const step = tree.op === '.' ? ({ kind: 'name', name: tree.args[1] } as const) : stepOf(tree.args[1])
  return before === undefined || step === undefined ? undefined : { name: before.name, steps: [...before.steps, step] }
}

function stepOf(key: Tree): Step | undefined {
  if (key.op !== 'value') return undefined
  if (typeof key.args === 'string') return { kind: 'name', name: key.args }
  return typeof key.args === 'bigint' && key.args >= 0n && key.args < 1e9 ? { kind: 'index', index: Number(key.args) } : undefined
}

/** The root of the language that a name means: `event` is `$`, `block` is `$block`; undefined: nothing has this name. */
export function rootOf(name: string, { bindings }: CompileContext): string | undefined {
  const root = name === 'event' ? '$' : `$${name}`
  return isKnownRoot(root, bindings) ? root : undefined
}

export function knownNames({ bindings }: CompileContext): string[] {
  return ['event', ...knownRoots(bindings).map((root) => root.slice(1))]
}

const BARE = /^[A-Za-z_][\w-]*$/

/** A path as the language writes it. */
export function pathText({ root, steps }: Path): string {
  const texts = steps.map((step) => {
    if (step.kind === 'index') return String(step.index)
    if (step.kind !== 'name') return ''
    return BARE.test(step.name) && !INDEX.test(step.name) ? step.name : `"${step.name.replace(/(["\\])/g, '\\$1')}"`
  })
  if (root !== '$' || texts.length === 0) return [root, ...texts].join('.')
  return texts.join('.')
}
