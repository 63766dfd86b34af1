/** An item of `derive`, compiled: which events reach it in which role, and in which order: resets, members, ends, starts. */
import type { Row, SlotPath } from '../decode/row.ts'
import type { Cause } from '../derive/derived-event.ts'
import type { Item, Touch } from '../derive/item.ts'
import type { OpenKeys } from '../derive/open-keys.ts'
import { Pair } from '../derive/pair.ts'
import type { Report } from '../diag/diagnostic.ts'
import type { CleanLabel } from '../select/label-text.ts'
import type { SlotTable } from '../select/slots.ts'
import { Feed } from './feed.ts'
import { definitionOfItem, ownerOf, tagOf } from './item-identity.ts'
import type { DeriveSpec, FeedRole, FeedSpec } from './spec.ts'

export interface ItemContext {
  /** Of events, and of derived events. */
  readonly slots: SlotTable
  readonly derivedSlots: SlotTable
  readonly report: Report
  readonly keys: OpenKeys
  readonly unit: string
  readonly cleanLabel: CleanLabel
  readonly onNoKey: (name: string) => void
}

/** One role of an item, with the paths that it reads of the event, or of the derived event that it takes. */
export interface Role {
  readonly role: FeedRole
  readonly feed: Feed
  readonly paths: readonly SlotPath[]
  /** The item whose events it takes; undefined: events of logs. */
  readonly derived: string | undefined
  readonly act: (touch: Touch) => void
}

export interface CompiledItem {
  readonly item: Item
  readonly spec: DeriveSpec
  /** In the order in which one event reaches them. */
  readonly roles: readonly Role[]
}

const ORDER: readonly FeedRole[] = ['reset', 'member', 'end', 'start']

/** The item is in force from now on. */
export function compileItem(spec: DeriveSpec, context: ItemContext): CompiledItem {
  const { keys, unit } = context
  const owner = ownerOf(unit, spec.name)
  const feeds = ORDER.flatMap((role) => (spec.feeds[role] === undefined ? [] : [{ role, feed: spec.feeds[role] }]))
  const carryNames = [...new Set(feeds.flatMap(({ feed }) => feed.carry.map(({ name }) => name)))]
  const hasScopeReset = spec.feeds.reset !== undefined && spec.feeds.reset.key.length === 0
  const identity = { owner, definition: definitionOfItem(spec), carryNames, hasScopeReset }
  const item = keys.item(owner, identity.definition) ?? itemOf(spec, identity, keys)
  keys.define(item)
  const common = { ...context, hash: keys.hash, tag: tagOf(owner), scope: spec.scope, hasScopeReset, carryNames }
  const roles = feeds.map(({ role, feed }) =>
    compileRole(role, feed, item, { ...common, onNoKey: () => context.onNoKey(spec.name) }),
  )
  return { item, spec, roles }
}

type Identity = Pick<Item['spec'], 'owner' | 'definition' | 'carryNames' | 'hasScopeReset'>

function itemOf(spec: DeriveSpec, identity: Identity, keys: OpenKeys): Item {
  const { name, kind, timeoutNs, isFifo } = spec
  if (kind === 'pair') return new Pair({ ...identity, name, kind, timeoutNs, isFifo }, keys)
  throw new Error(kind)
}

type RoleContext = Omit<ItemContext, 'onNoKey'> & Omit<ConstructorParameters<typeof Feed>[1], 'slots'>

function compileRole(role: FeedRole, spec: FeedSpec, item: Item, context: RoleContext): Role {
  const slots = spec.derived === undefined ? context.slots : context.derivedSlots
  let feed: Feed | undefined
  const paths = slots.pathsOf(() => {
    feed = new Feed(spec, { ...context, slots })
  })
  return { role, feed: feed!, paths, derived: spec.derived?.spec, act: actOf(role, item, feed!.hasKey) }
}

function actOf(role: FeedRole, item: Item, hasKey: boolean): (touch: Touch) => void {
  if (role === 'reset') return hasKey ? (touch) => item.reset(touch) : ({ scope, cause }) => item.resetScope(scope, cause)
  if (item instanceof Pair) return role === 'start' ? (touch) => item.start(touch) : (touch) => item.end(touch)
  throw new Error(`no ${role} in a ${item.spec.kind}`)
}

/** Gives the event in the row to these roles. Answers whether one took it. */
export function feedRoles(roles: readonly Role[], row: Row, cause: Cause): boolean {
  let isTaken = false
  for (let i = 0; i < roles.length; i++) {
    const { feed, act } = roles[i]!
    isTaken = feed.forEach(row, cause, act) || isTaken
  }
  return isTaken
}
