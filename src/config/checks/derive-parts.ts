/** Whether the parts of an item of `derive` go together: its kind with its keys, its names with the fields that it makes itself. */
import type { Diagnostic, NodePath, Report } from '../../diag/diagnostic.ts'
import { nearest } from '../../diag/suggest.ts'
import { OWN_FIELDS } from '../../mapping/item-fields.ts'
import { ITEM_KINDS, type ItemKind, kindOf } from '../merge-state.ts'
import { type MappingFile, placeIn, type RawCollect, type RawDerive, type RawFeed } from '../raw.ts'

type Say = (message: string, path: NodePath, more?: Partial<Diagnostic>, part?: 'key' | 'value') => void

const MEMBER_KEYS = ['event', 'derived', 'each', 'where', 'key', 'carry']
const KEYS: Readonly<Record<ItemKind, readonly string[]>> = {
  pair: ['start', 'end', 'timeout', 'order'],
  session: [...MEMBER_KEYS, 'end', 'idle', 'collect'],
  sequence: [...MEMBER_KEYS, 'value', 'same', 'idle'],
  silence: [...MEMBER_KEYS, 'after'],
}
const SHARED_KEYS = ['scope', 'reset']
const NEEDED: Readonly<Record<ItemKind, readonly string[]>> = {
  pair: ['start', 'end'],
  session: ['key'],
  sequence: ['key'],
  silence: ['key', 'after'],
}
const OF_NUMBERS = ['sum', 'max', 'min']

export function checkDeriveParts({ file, raw }: MappingFile, _: unknown, report: Report): void {
  const say: Say = (message, path, more = {}, part = 'value') =>
    report({ severity: 'error', code: 'bad-value', message, place: placeIn(file, path, part), ...more })
  for (const [i, item] of (raw.derive ?? []).entries()) {
    const path = ['derive', i]
    const kind = checkKind(item, path, say)
    if (kind === undefined) continue
    checkKeys(item, kind, path, say)
    checkFeeds(item, path, say)
    checkFields(item, kind, path, say)
    for (const [name, one] of Object.entries(item.collect ?? {})) checkCollect(one, [...path, 'collect', name], say)
  }
}

function checkKind(item: RawDerive, path: NodePath, say: Say): ItemKind | undefined {
  const kinds = ITEM_KINDS.filter((kind) => item[kind] !== undefined)
  if (kinds.length === 1) return kindOf(item)
  const hint = 'start the item with its kind and name, such as pair: tool_run'
  if (kinds.length === 0) say(`an item is one of ${ITEM_KINDS.join(', ')}`, path, { code: 'missing-key', hint })
  else say(`an item is one thing, found ${kinds.join(' and ')}`, [...path, kinds[1]!], { code: 'conflict' }, 'key')
  return undefined
}

function checkKeys(item: RawDerive, kind: ItemKind, path: NodePath, say: Say): void {
  const known = [kind, ...KEYS[kind], ...SHARED_KEYS]
  for (const key of Object.keys(item)) {
    if (known.includes(key)) continue
    const hint = kind === 'pair' && MEMBER_KEYS.includes(key) ? 'it belongs into start and end' : keyHint(key, known)
    say(`a ${kind} has no "${key}"`, [...path, key], { hint }, 'key')
  }
  for (const key of NEEDED[kind])
    if (!Object.hasOwn(item, key)) say(`the ${kind} "${item[kind]}" needs "${key}"`, path, { code: 'missing-key' })
}

function keyHint(key: string, known: readonly string[]): string {
  const near = nearest(key, known)
  return near === undefined ? `known here: ${known.join(' ')}` : `did you mean "${near}"?`
}

/** Only `reset` may do without a key: it then means all of its scope. */
function checkFeeds(item: RawDerive, path: NodePath, say: Say): void {
  checkTakes(item, path, say)
  for (const role of ['start', 'end', 'reset'] as const) {
    const feed = item[role]
    if (feed === undefined) continue
    checkTakes(feed, [...path, role], say)
    if (feed.key === undefined && role !== 'reset')
      say(
        `"${role}" needs a key: which ${role} belongs to what`,
        [...path, role],
        { code: 'missing-key', hint: 'key: PATH' },
        'key',
      )
    if (feed.event === undefined && feed.derived === undefined && feed.where === undefined && feed.each === undefined)
      say(
        `"${role}" takes every event of the log`,
        [...path, role],
        { severity: 'warning', hint: 'name an event: event: NAME' },
        'key',
      )
  }
  if (item.reset?.carry !== undefined && item.pair === undefined && item.session === undefined)
    say('what is reset here makes no event, so it carries nothing', [...path, 'reset', 'carry'], {}, 'key')
}

function checkTakes({ event, derived }: RawFeed, path: NodePath, say: Say): void {
  if (event !== undefined && derived !== undefined)
    say('takes events of logs, or what an item derives: not both', [...path, 'derived'], { code: 'conflict' }, 'key')
}

/** What is carried or collected must not hide what the item itself says. */
function checkFields(item: RawDerive, kind: ItemKind, path: NodePath, say: Say): void {
  const own: readonly string[] = OWN_FIELDS[kind]
  const clash = (name: string, at: NodePath): void => {
    if (own.includes(name))
      say(`a ${kind} has a "${name}" of its own`, at, { code: 'conflict', hint: 'take another name' }, 'key')
  }
  const collected = Object.keys(item.collect ?? {})
  for (const name of collected) clash(name, [...path, 'collect', name])
  for (const [at, feed] of [
    [path, item],
    ...(['start', 'end', 'reset'] as const).map((role) => [[...path, role], item[role]] as const),
  ] as const) {
    for (const name of Object.keys(feed?.carry ?? {})) {
      clash(name, [...at, 'carry', name])
      if (collected.includes(name)) say(`"${name}" is collected and carried`, [...at, 'carry', name], { code: 'conflict' }, 'key')
    }
  }
}

function checkCollect({ op, value, rise, derived }: RawCollect, path: NodePath, say: Say): void {
  if (derived !== undefined) say('members are taken by the session: "derived" stands there', [...path, 'derived'], {}, 'key')
  if (op !== 'count' && value === undefined)
    say(`"${op}" needs a value`, path, { code: 'missing-key', hint: 'value: PATH' }, 'key')
  const isPriced = typeof value === 'object' && Object.hasOwn(value, 'price')
  if (isPriced && !OF_NUMBERS.includes(op))
    say(`"price" is a number; "${op}" is not of numbers`, [...path, 'value', 'price'], {}, 'key')
  if (rise !== undefined && op !== 'sum') say('"rise" goes with op: sum', [...path, 'rise'], {}, 'key')
}
