/** An item of `derive`, compiled: which events reach it in which role, and in which order: resets, members, ends, starts. */

import type { Row, SlotPath } from '../decode/row.ts'
import type { Cause, Touch } from '../derive/entry.ts'
import { Item } from '../derive/item.ts'
import type { OpenKeys } from '../derive/open-keys.ts'
import { Pair } from '../derive/pair.ts'
import { Sequence } from '../derive/sequence.ts'
import { Session } from '../derive/session.ts'
import { Silence } from '../derive/silence.ts'
import type { Report } from '../diag/diagnostic.ts'
import type { Marks } from '../marks/marks.ts'
import type { CleanLabel } from '../select/label-text.ts'
import type { PriceFiles } from '../select/price.ts'
import type { SlotTable } from '../select/slots.ts'
import { compileValue } from '../select/value.ts'
import { Collector } from './collector.ts'
import { Feed, KeptReader } from './feed.ts'
import { fieldsOf } from './item-fields.ts'
import { definitionOfItem, ownerOf, tagOf } from './item-identity.ts'
import type { CountSkip, CountUnpriced, UpdateWatch } from './rule.ts'
import { Sameness } from './sameness.ts'
import type { DeriveSpec, FeedRole } from './spec.ts'

export interface ItemContext {
  /** Of events, and of derived events. */
  readonly slots: SlotTable
  readonly derivedSlots: SlotTable
  readonly report: Report
  readonly keys: OpenKeys
  readonly marks: Marks
  readonly unit: string
  readonly cleanLabel: CleanLabel
  readonly onNoKey: (name: string) => void
  readonly countSkip: CountSkip
  readonly countUnpriced?: CountUnpriced | undefined
  readonly priceFiles: PriceFiles
  readonly watch?: UpdateWatch | undefined
  /** All items of the mapping. */
  readonly items: readonly DeriveSpec[]
}

/** One role of an item, with the paths that it reads of the event, or of the derived event that it takes. */
export interface Role {
  readonly role: FeedRole
  readonly feed: Feed
  readonly paths: readonly SlotPath[]
  /** The item whose events it takes; undefined: events of logs. */
  readonly derived: string | undefined
  readonly act: (touch: Touch, row: Row) => void
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
  const known = keys.item(owner, identity.definition)
  const item = known instanceof Item ? known : itemOf(spec, identity, keys)
  keys.define(item)
  const common = { ...context, hash: keys.hash, tag: tagOf(owner), scope: spec.scope, hasScopeReset, carryNames }
  const roles = feeds.map(({ role }) => compileRole(role, spec, item, { ...common, onNoKey: () => context.onNoKey(spec.name) }))
  return { item, spec, roles }
}

type Identity = Pick<Item['spec'], 'owner' | 'definition' | 'carryNames' | 'hasScopeReset'>

function itemOf(spec: DeriveSpec, identity: Identity, keys: OpenKeys): Item {
  const { name, kind, timeoutNs, isFifo, idleNs, afterNs = 0n, collect } = spec
  switch (kind) {
    case 'pair':
      return new Pair({ ...identity, name, kind, timeoutNs, isFifo }, keys)
    case 'session':
      return new Session({ ...identity, name, kind, idleNs, collect }, keys)
    case 'sequence':
      return new Sequence({ ...identity, name, kind, idleNs }, keys)
    case 'silence':
      return new Silence({ ...identity, name, kind, afterNs }, keys)
  }
}

type RoleContext = Omit<ItemContext, 'onNoKey'> & Omit<ConstructorParameters<typeof Feed>[1], 'slots'>
type Act = (touch: Touch, row: Row) => void

function compileRole(role: FeedRole, spec: DeriveSpec, item: Item, context: RoleContext): Role {
  const feedSpec = spec.feeds[role]!
  const slots = feedSpec.derived === undefined ? context.slots : context.derivedSlots
  let compiled: { readonly feed: Feed; readonly act: Act } | undefined
  const taken = feedSpec.derived && context.items.find(({ name }) => name === feedSpec.derived!.spec)
  if (taken !== undefined) slots.fields = { of: `an event of the ${taken.kind} "${taken.name}"`, names: fieldsOf(taken) }
  const paths = slots.pathsOf(() => {
    const feed = new Feed(feedSpec, { ...context, slots })
    compiled = { feed, act: seen(actOf(role, spec, item, feed, { ...context, slots }), role, spec.name, context.watch) }
  })
  return { role, ...compiled!, paths, derived: feedSpec.derived?.spec }
}

function seen(act: Act, role: FeedRole, item: string, watch: UpdateWatch | undefined): Act {
  if (watch === undefined) return act
  return (touch, row) => {
    watch.fed(item, role, touch.key)
    act(touch, row)
  }
}

function actOf(role: FeedRole, spec: DeriveSpec, item: Item, feed: Feed, context: RoleContext): Act {
  if (role === 'reset') return feed.hasKey ? (touch) => item.reset(touch) : ({ scope, cause }) => item.resetScope(scope, cause)
  if (item instanceof Pair) return role === 'start' ? (touch) => item.start(touch) : (touch) => item.end(touch)
  if (item instanceof Session) return role === 'end' ? (touch) => item.end(touch) : sessionMember(spec, item, feed, context)
  if (item instanceof Sequence) return sequenceMember(spec, item, feed, context)
  if (item instanceof Silence) return (touch) => item.member(touch)
  throw new Error(`no ${role} in a ${item.spec.kind}`)
}

function sessionMember(spec: DeriveSpec, item: Session, { takes }: Feed, context: RoleContext): Act {
  const { marks, unit } = context
  const owner = { marks, unit, definition: item.spec.definition }
  const collectors = spec.collect.map((one) => new Collector(one, takes, { ...context, item: spec.name, owner }))
  return (touch, row) =>
    item.member(touch, (collected) => {
      for (let i = 0; i < collectors.length; i++) collectors[i]!.collect(row, collected, i)
    })
}

function sequenceMember(spec: DeriveSpec, item: Sequence, { takes }: Feed, context: RoleContext): Act {
  const { slots, report, cleanLabel, hash } = context
  const inside = { slots, report, bindings: takes.bindings, secretNames: takes.secretNames }
  const value = spec.value && new KeptReader(spec.value, { ...inside, place: spec.value.place }, cleanLabel)
  const what = spec.same.length > 0 ? spec.same : spec.value === undefined ? [] : [spec.value]
  const same = new Sameness(
    what.map((one) => compileValue(one.spec, { ...inside, place: one.place })),
    hash,
  )
  return (touch, row) => item.member(touch, value?.read(row), same.of(row))
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
