/**
 * What is to be derived, recomputed plainly over all events: one list of what is open, gone through from its start at each question. Knows the
 * mapping of `world.ts` by heart, and nothing of the product.
 */

export interface Event {
  readonly name: string
  readonly log: number
  readonly ns: bigint
  readonly k?: string
  readonly g?: string
  readonly v?: number
  readonly u?: string
}

type Fields = Record<string, unknown>

/** As it comes out: item, time and fields. */
export type Made = Fields & { item: string; at: bigint }

interface Open {
  item: string
  key: string
  scope: string | undefined
  log: number
  /** Times of its events, the first first. */
  times: bigint[]
  carried: Fields[]
  members: (Event & { risen?: unknown; isFirst?: unknown; duration?: unknown })[]
  isSilent: boolean
  touched: number
}

const s = (seconds: number): bigint => BigInt(seconds) * 1_000_000_000n
const WAITS: Record<string, bigint> = { p: s(50), q: s(80), chat: s(40), step: s(60), quiet: s(30), total: s(100) }

export class Naive {
  readonly made: Made[] = []
  readonly kept = new Map<string, unknown>()
  evictions = 0
  /** By event made: the log that touched its key last. */
  readonly #logs: number[] = []
  readonly #clocks = new Map<number, bigint>()
  #open: Open[] = []
  /** Highest numbers by key of `rise`, keys of `once`. */
  readonly #highest = new Map<string, number>()
  readonly #seen = new Set<string>()
  #touches = 0
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  take(event: Event): void {
    const before = this.#clocks.get(event.log)
    this.#passTo(event.log, before === undefined || event.ns > before ? event.ns : before)
    const derived = this.made.length
    if (event.name === 'm' && event.k !== undefined && event.v !== undefined) {
      this.#keep(event.k, event)
      this.kept.set(event.k, event.v)
    }
    this.#pairs('p', event)
    this.#pairs('q', event)
    this.#session(event)
    this.#sequence(event)
    this.#silence(event)
    for (let i = derived; i < this.made.length; i++) this.#total(i)
  }

  /** Every clock so much later. */
  moveOn(ns: bigint): void {
    for (const [log, at] of [...this.#clocks]) this.#passTo(log, at + ns)
  }

  get openCount(): number {
    return this.#open.length
  }

  #passTo(log: number, ns: bigint): void {
    for (;;) {
      const due = this.#open
        .filter((one) => one.log === log && this.#dueOf(one) !== undefined && this.#dueOf(one)! <= ns)
        .sort((a, b) => Number(this.#dueOf(a)! - this.#dueOf(b)!))[0]
      if (due === undefined) break
      this.#runOut(due, this.#dueOf(due)!)
    }
    this.#clocks.set(log, ns)
  }

  #dueOf({ item, times, isSilent }: Open): bigint | undefined {
    if (isSilent || item === 'kept') return undefined
    const wait = WAITS[item]!
    const least = times.reduce((a, b) => (b < a ? b : a))
    const most = times.reduce((a, b) => (b > a ? b : a))
    return item === 'p' || item === 'q' ? least + wait : most + wait
  }

  #runOut(one: Open, at: bigint): void {
    if (one.item === 'quiet') {
      one.isSilent = true
      this.#tell({ item: 'quiet', at, key: one.key, gap: 30, ...one.carried.at(-1) }, one.log)
    } else if (one.item === 'step') this.#close(one)
    else if (one.item === 'q' || one.item === 'p') {
      const i = one.times.findIndex((time) => time + WAITS[one.item]! === at)
      this.#endStart(one, i, at, 'timeout', {})
    } else this.#endSession(one, at, 'idle')
  }

  #tell(made: Made, log: number): void {
    this.#logs[this.made.length] = log
    this.made.push(made)
    if (!this.#isOutside) return
    // What no line causes goes on at once.
    this.#isOutside = false
    for (let i = this.made.length - 1; i < this.made.length; i++) this.#total(i)
    this.#isOutside = true
  }

  /** No line is at work. */
  #isOutside = true

  #pairs(item: 'p' | 'q', event: Event): void {
    this.#isOutside = false
    const scope = item === 'p' ? event.g : undefined
    const isMine = (one: Open) => one.item === item && one.key === event.k && one.scope === scope
    const hasKey = event.k !== undefined && (item === 'q' || event.g !== undefined)
    if (event.name === 'reset' && item === 'p' && event.g !== undefined)
      for (const one of this.#open.filter((two) => two.item === 'p' && two.scope === event.g)) this.#reset(one, event)
    if (event.name === 'reset' && item === 'q') for (const one of this.#open.filter(isMine)) this.#reset(one, event)
    if ((event.name === 'end' || event.name === 'both') && hasKey) {
      const one = this.#open.find(isMine)
      const carried = event.v === undefined ? {} : { a: event.v }
      if (one === undefined)
        this.#tell({ item, at: event.ns, key: event.k, outcome: 'orphan', ...(item === 'p' ? carried : {}) }, event.log)
      else {
        one.log = event.log
        this.#endStart(one, 0, event.ns, 'ended', item === 'p' ? carried : {})
        if (one.times.length > 0) this.#touch(one, event)
      }
    }
    if ((event.name === 'start' || event.name === 'both') && hasKey) {
      const one = this.#open.find(isMine)
      const carried = item === 'p' ? { ...(event.u === undefined ? {} : { a: event.u }), ...this.#keptOf(event) } : {}
      if (one === undefined) this.#add(item, event, scope, carried)
      else if (item === 'q') {
        one.times.push(event.ns)
        one.carried.push(carried)
        this.#touch(one, event)
      }
    }
    this.#isOutside = true
  }

  #keptOf({ k }: Event): Fields {
    const entry = this.#open.find((one) => one.item === 'kept' && one.key === k)
    if (entry === undefined) return {}
    entry.touched = ++this.#touches
    return { w: this.kept.get(k!) }
  }

  #keep(k: string, event: Event): void {
    const entry = this.#open.find((one) => one.item === 'kept' && one.key === k)
    if (entry === undefined) this.#add('kept', event, undefined, {})
    else this.#touch(entry, event)
  }

  #reset(one: Open, { log, ns }: Event): void {
    one.log = log
    while (one.times.length > 0) this.#endStart(one, 0, ns, 'reset', {})
  }

  #endStart(one: Open, i: number, at: bigint, outcome: string, carried: Fields): void {
    const [from] = one.times.splice(i, 1)
    const [own] = one.carried.splice(i, 1)
    const made: Made = { item: one.item, at, key: one.key, duration: seconds(at - from!), outcome, ...own, ...carried }
    if (one.times.length === 0) this.#close(one)
    this.#tell(made, one.log)
  }

  #session(event: Event): void {
    if (event.k === undefined) return
    this.#isOutside = false
    const find = () => this.#open.find((one) => one.item === 'chat' && one.key === event.k)
    if (event.name === 'start' || event.name === 'm') {
      const one = find() ?? this.#new('chat', event, undefined)
      const isNew = one.members.length === 0
      one.members.push({ ...event, ...this.#risen(event) })
      one.times.push(event.ns)
      one.carried.push(event.g === undefined ? {} : { c: event.g })
      if (isNew) this.#enter(one)
      else this.#touch(one, event)
    }
    const one = event.name === 'bye' ? find() : undefined
    if (one !== undefined) one.log = event.log
    if (one !== undefined) this.#endSession(one, event.ns, 'ended', event.v === undefined ? {} : { c: event.v })
    this.#isOutside = true
  }

  #risen(event: Event): Fields {
    const found: Fields = {}
    if (event.name !== 'm' || event.u === undefined) return found
    if (event.v !== undefined) {
      const highest = this.#highest.get(event.u)
      if (highest === undefined || event.v > highest) {
        found.risen = event.v - (highest ?? 0)
        this.#highest.set(event.u, event.v)
      }
    }
    if (!this.#seen.has(event.u)) found.isFirst = true
    this.#seen.add(event.u)
    return found
  }

  #endSession(one: Open, at: bigint, outcome: string, carried: Fields = {}): void {
    this.#close(one)
    if (one.item === 'total') {
      const sum = one.members.reduce((all, { duration }) => all + nanoseconds(duration as number | undefined), 0n)
      const span = latest(one.times) - one.times[0]!
      const spent = { duration: seconds(span), members: one.members.length, outcome }
      this.#tell({ item: 'total', at, key: one.key, ...spent, seconds: seconds(sum) }, one.log)
      return
    }
    const values = one.members.flatMap(({ name, v }) => (name === 'm' && v !== undefined ? [v] : []))
    const of = (name: string, value: unknown) => (value === undefined ? {} : { [name]: value })
    const risen = one.members.flatMap((member) => (member.risen === undefined ? [] : [member.risen as number]))
    const firsts = one.members.filter(({ isFirst }) => isFirst === true).length
    this.#tell(
      {
        item: 'chat',
        at,
        key: one.key,
        duration: seconds(latest(one.times) - one.times[0]!),
        members: one.members.length,
        outcome,
        n: one.members.length,
        ...of('sum', values.length === 0 ? undefined : values.reduce((a, b) => a + b)),
        ...of('max', values.length === 0 ? undefined : Math.max(...values)),
        ...of('min', values.length === 0 ? undefined : Math.min(...values)),
        ...of('first', values[0]),
        ...of('last', values.at(-1)),
        ...of('kinds', values.length === 0 ? undefined : new Set(values).size),
        ...of('risen', risen.length === 0 ? undefined : risen.reduce((a, b) => a + b)),
        ...of('firsts', firsts === 0 ? undefined : firsts),
        ...Object.assign({}, ...one.carried),
        ...carried,
      },
      one.log,
    )
  }

  #sequence(event: Event): void {
    if (event.k === undefined) return
    const find = () => this.#open.find((one) => one.item === 'step' && one.key === event.k)
    if (event.name === 'bye') {
      const one = find()
      if (one !== undefined) this.#close(one)
    }
    if (event.name !== 'm') return
    const known = find()
    const all = [...(known?.members ?? []), event]
    const [previous] = all.slice(-2, -1)
    const recent = all.slice(-20).filter(({ v }) => v === event.v).length
    let repeat = 0
    while (repeat < all.length && all[all.length - 1 - repeat]!.v === event.v) repeat++
    this.made.push({
      item: 'step',
      at: event.ns,
      key: event.k,
      ...(previous?.v === undefined ? {} : { previous: previous.v }),
      ...(previous === undefined ? {} : { gap: seconds(event.ns - previous.ns) }),
      ...(event.v === undefined ? {} : { value: event.v }),
      position: all.length - 1,
      repeat,
      recent,
    })
    const one = known ?? this.#new('step', event, undefined)
    one.members.push(event)
    one.times.push(event.ns)
    if (known === undefined) this.#enter(one)
    else this.#touch(one, event)
  }

  #silence(event: Event): void {
    if (event.name !== 'm' || event.k === undefined) return
    const one = this.#open.find((two) => two.item === 'quiet' && two.key === event.k)
    const carried = event.g === undefined ? {} : { c: event.g }
    if (one === undefined) this.#add('quiet', event, undefined, carried)
    else {
      one.times.push(event.ns)
      one.carried.push({ ...one.carried.at(-1), ...carried })
      one.isSilent = false
      this.#touch(one, event)
    }
  }

  /** A session of what the first pair makes, by its outcome. */
  #total(i: number): void {
    const [made, log] = [this.made[i]!, this.#logs[i]!]
    if (made.item !== 'p') return
    const key = made.outcome as string
    const event = { name: 'p', log, ns: made.at, k: key, duration: made.duration }
    const known = this.#open.find((one) => one.item === 'total' && one.key === key)
    const one = known ?? this.#new('total', event, undefined)
    one.members.push(event)
    one.times.push(event.ns)
    if (known === undefined) this.#enter(one)
    else this.#touch(one, event)
  }

  #new(item: string, event: Event, scope: string | undefined): Open {
    return { item, key: event.k!, scope, log: event.log, times: [], carried: [], members: [], isSilent: false, touched: 0 }
  }

  #add(item: string, event: Event, scope: string | undefined, carried: Fields): void {
    const one = this.#new(item, event, scope)
    one.times.push(event.ns)
    one.carried.push(carried)
    this.#enter(one)
  }

  #enter(one: Open): void {
    this.#open.push(one)
    one.touched = ++this.#touches
    this.#makeRoom(one)
  }

  #touch(one: Open, event: Event): void {
    one.log = event.log
    one.touched = ++this.#touches
    this.#makeRoom(one)
  }

  #close(one: Open): void {
    this.#open = this.#open.filter((two) => two !== one)
  }

  /** The event that needs the room is the last one taken. */
  #makeRoom(but: Open): void {
    const at = but.times.at(-1)!
    const size = () => this.#open.reduce((sum, { item, times }) => sum + (item === 'q' ? times.length : 1), 0)
    while (size() > this.#limit) {
      const oldest = this.#open.reduce((a, b) => (b.touched < a.touched ? b : a))
      if (oldest === but) return
      this.evictions++
      const wasOutside = this.#isOutside
      this.#isOutside = false
      if (oldest.item === 'p' || oldest.item === 'q') this.#endStart(oldest, 0, at, 'evicted', {})
      else if (oldest.item === 'chat' || oldest.item === 'total') this.#endSession(oldest, at, 'evicted')
      else {
        this.#close(oldest)
        if (oldest.item === 'kept') this.kept.delete(oldest.key)
      }
      this.#isOutside = wasOutside
    }
  }
}

function nanoseconds(duration = 0): bigint {
  return BigInt(Math.round(duration * 1e9))
}

function latest(times: readonly bigint[]): bigint {
  return times.reduce((a, b) => (b > a ? b : a))
}

/** The digits of the nanoseconds with a point in them: what a reader of the log would write down. */
function seconds(ns: bigint): number {
  const digits = String(ns > 0n ? ns : 0n).padStart(10, '0')
  return Number(`${digits.slice(0, -9)}.${digits.slice(-9)}`)
}
