/** What can happen to logs and to the process that reads them, as data that fast-check makes and shrinks. */
import fc from 'fast-check'

/** Lines are unlike each other, but for `empty`. `banner`: the first 1,100 bytes are alike; `tail`: the last 300. */
export type LineKind = 'short' | 'tail' | 'banner' | 'empty' | 'kilo' | 'window' | 'huge'

export interface Text {
  readonly line: LineKind
  /** How many. */
  readonly count: number
  /** Without: the last one is torn, and what is written next goes on with it. */
  readonly ends: boolean
}

/** Names of generations: counted, dated, or dated and compressed at once. */
export type Style = 'number' | 'date' | 'packed'

/** `slot`: one of the names that logs are written under. `name`: any name that is there. Both are taken modulo their number. */
export type Operation =
  | { readonly kind: 'append'; readonly slot: number; readonly text: Text }
  | { readonly kind: 'rotate'; readonly slot: number; readonly style: 'number' | 'date'; readonly creates: boolean }
  | { readonly kind: 'remove'; readonly name: number }
  | { readonly kind: 'truncate'; readonly name: number; readonly keeps: Kept; readonly text: Text | null }
  | { readonly kind: 'rewrite same'; readonly name: number; readonly text: Text | null }
  | { readonly kind: 'rename over'; readonly slot: number; readonly text: Text }
  | { readonly kind: 'open writer'; readonly name: number; readonly appends: boolean }
  | { readonly kind: 'write'; readonly writer: number; readonly text: Text }
  | { readonly kind: 'close writer'; readonly writer: number }
  | { readonly kind: 'swap link'; readonly text: Text }
  | { readonly kind: 'hard link'; readonly name: number }
  | { readonly kind: 'move'; readonly name: number }
  | {
      readonly kind: 'copy and truncate'
      readonly slot: number
      readonly style: Style
      readonly between: Text | null
      readonly text: Text | null
    }
  | { readonly kind: 'copy'; readonly slot: number; readonly asGeneration: boolean; readonly share: Kept | 'all' }
  | { readonly kind: 'move over file systems'; readonly slot: number; readonly asGeneration: boolean; readonly text: Text | null }
  | { readonly kind: 'write anew as a whole'; readonly slot: number; readonly text: Text | null }
  | { readonly kind: 'pack'; readonly name: number }
  | { readonly kind: 'exchange'; readonly slot: number; readonly other: number }
  | { readonly kind: 'move folder'; readonly folder: number; readonly back: boolean }
  | { readonly kind: 'permit'; readonly name: number; readonly readable: boolean }
  | { readonly kind: 'poll'; readonly waitMs: number }
  | { readonly kind: 'look'; readonly waitMs: number }
  | { readonly kind: 'rest' | 'commit' | 'kill' }
  | { readonly kind: 'commit amid' | 'kill amid'; readonly turns: number }
  | { readonly kind: 'append amid'; readonly turns: number; readonly slot: number; readonly text: Text }
  | { readonly kind: 'rotate amid'; readonly turns: number; readonly slot: number; readonly text: Text }

/** How much of a file stays when it is truncated. */
export type Kept = 'nothing' | 'one byte' | 'half' | 'all but one' | 'whole lines'

const text: fc.Arbitrary<Text> = fc.record({
  line: fc.oneof(
    { weight: 12, arbitrary: fc.constant<LineKind>('short') },
    { weight: 5, arbitrary: fc.constantFrom<LineKind>('tail', 'banner', 'kilo') },
    { weight: 2, arbitrary: fc.constantFrom<LineKind>('empty', 'window') },
    { weight: 1, arbitrary: fc.constant<LineKind>('huge') },
  ),
  count: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constantFrom(2, 3, 8) }),
  ends: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
})

const textOrNothing: fc.Arbitrary<Text | null> = fc.option(text)
const index = fc.nat(11)
const kept = fc.constantFrom<Kept>('nothing', 'nothing', 'one byte', 'half', 'all but one', 'whole lines')
const flag = fc.boolean()

type Weighted = readonly (readonly [number, fc.Arbitrary<Operation>])[]

const AMID = { turns: fc.nat(6), slot: index, text }

const WEIGHTED: Weighted = [
  [12, fc.record({ kind: fc.constant('append'), slot: index, text })],
  [6, fc.record({ kind: fc.constant('rotate'), slot: index, style: fc.constantFrom('number', 'date'), creates: flag })],
  [2, fc.record({ kind: fc.constant('remove'), name: index })],
  [4, fc.record({ kind: fc.constant('truncate'), name: index, keeps: kept, text: textOrNothing })],
  [1, fc.record({ kind: fc.constant('rewrite same'), name: index, text: textOrNothing })],
  [2, fc.record({ kind: fc.constant('rename over'), slot: index, text })],
  [3, fc.record({ kind: fc.constant('open writer'), name: index, appends: fc.constantFrom(true, true, true, false) })],
  [5, fc.record({ kind: fc.constant('write'), writer: index, text })],
  [1, fc.record({ kind: fc.constant('close writer'), writer: index })],
  [1, fc.record({ kind: fc.constant('swap link'), text })],
  [1, fc.record({ kind: fc.constant('hard link'), name: index })],
  [1, fc.record({ kind: fc.constant('move'), name: index })],
  [2, fc.record({ kind: fc.constant('move folder'), folder: index, back: flag })],
  [2, fc.record({ kind: fc.constant('permit'), name: index, readable: flag })],
  [2, fc.record({ kind: fc.constant('exchange'), slot: index, other: index })],
  [8, fc.record({ kind: fc.constant('poll'), waitMs: fc.constantFrom(1000, 12_000) })],
  [3, fc.record({ kind: fc.constant('look'), waitMs: fc.constantFrom(5, 20, 60, 300) })],
  [1, fc.record({ kind: fc.constant('rest') })],
  [5, fc.record({ kind: fc.constant('commit') })],
  [4, fc.record({ kind: fc.constant('kill') })],
  [2, fc.record({ kind: fc.constantFrom('commit amid', 'kill amid'), turns: fc.nat(6) })],
  [4, fc.record({ kind: fc.constantFrom('append amid', 'rotate amid'), ...AMID })],
]

const style = fc.constantFrom<Style>('number', 'date', 'packed')
const share = fc.constantFrom<Kept | 'all'>('all', 'all', 'half', 'all but one')
const WITH_COPIES: Weighted = [
  ...WEIGHTED,
  [8, fc.record({ kind: fc.constant('copy and truncate'), slot: index, style, between: textOrNothing, text: textOrNothing })],
  [3, fc.record({ kind: fc.constant('copy'), slot: index, asGeneration: flag, share })],
  [2, fc.record({ kind: fc.constant('move over file systems'), slot: index, asGeneration: flag, text: textOrNothing })],
  [2, fc.record({ kind: fc.constant('write anew as a whole'), slot: index, text: textOrNothing })],
  [5, fc.record({ kind: fc.constant('pack'), name: index })],
]

/** Without bias: most of them are long. */
function listOf(weighted: Weighted): fc.Arbitrary<Operation[]> {
  const one = fc.oneof(...weighted.map(([weight, arbitrary]) => ({ weight, arbitrary })))
  return fc.noBias(fc.array(one, { maxLength: 50, size: 'max' }))
}

export const operations = listOf(WEIGHTED)
export const operationsWithCopies = listOf(WITH_COPIES)

export const OPERATIONS: readonly Operation['kind'][] = [
  ...(['append', 'rotate', 'remove', 'truncate', 'rewrite same', 'rename over', 'open writer', 'write', 'close writer'] as const),
  ...(['swap link', 'hard link', 'move', 'move folder', 'permit', 'exchange', 'poll', 'look', 'rest', 'commit', 'kill'] as const),
  ...(['commit amid', 'kill amid', 'append amid', 'rotate amid'] as const),
]
export const OPERATIONS_WITH_COPIES: readonly Operation['kind'][] = [
  ...OPERATIONS.filter((kind) => kind !== 'hard link'),
  ...(['copy and truncate', 'copy', 'move over file systems', 'write anew as a whole', 'pack'] as const),
]
