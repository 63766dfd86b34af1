/**
 * What windows and expiry come to, recomputed from all that ever happened by searching lists: no deadlines, nothing kept up to date. Slow and
 * plain; shares nothing with the product but the language's words.
 */

export interface NaiveEvent {
  readonly log: number
  readonly ns: bigint
  readonly tool: string
  readonly user: string
  readonly n: number
}

/** `restart`: no log stands at its end until it is said again. */
export type Happening =
  | ({ readonly kind: 'event' } & NaiveEvent)
  | { readonly kind: 'stand'; readonly log: number }
  | { readonly kind: 'wall'; readonly ns: bigint }
  | { readonly kind: 'restart' }

export interface NaiveMetric {
  readonly name: string
  readonly type: 'counter' | 'gauge'
  /** Of a gauge; `add` is no window. */
  readonly op?: 'mean' | 'sum' | 'count' | 'max' | 'min' | 'distinct' | 'add'
  readonly over?: bigint
  readonly last?: number
  readonly expire?: bigint
  readonly maxSeries?: number
}

interface Sample {
  readonly ns: bigint
  readonly n: number
  readonly user: string
  hasLeft: boolean
}

interface Series {
  tool: string
  samples: Sample[]
  total: number
  log: number
  touched: bigint
  readonly born: number
}

/** Series → value, as an exposition would name them. */
export function naive(metric: NaiveMetric, happenings: readonly Happening[], logCount: number): Map<string, number> {
  const clocks = Array.from({ length: logCount }, () => ({ own: 0n, stands: false }))
  let wall = 0n
  let series: Series[] = []
  let births = 0
  const now = (log: number): bigint => {
    const { own, stands } = clocks[log]!
    return stands && wall > own ? wall : own
  }
  const isOut = (one: Series): boolean =>
    metric.expire !== undefined && one.tool !== '_other' ? now(one.log) >= one.touched + metric.expire : false
  const isOutOther = (one: Series): boolean => metric.expire !== undefined && now(one.log) >= one.touched + metric.expire
  const leave = (one: Series): void => {
    for (const sample of one.samples)
      if (metric.over !== undefined && sample.ns <= now(one.log) - metric.over) sample.hasLeft = true
  }
  for (const one of happenings) {
    if (one.kind === 'wall') wall = one.ns > wall ? one.ns : wall
    else if (one.kind === 'stand') clocks[one.log]!.stands = true
    else if (one.kind === 'restart') {
      for (const [log, clock] of clocks.entries()) clock.own = now(log)
      for (const clock of clocks) clock.stands = false
    } else {
      const clock = clocks[one.log]!
      clock.own = now(one.log)
      clock.stands = false
      if (one.ns > clock.own) clock.own = one.ns
      if (metric.type === 'gauge') series = series.filter((each) => !isOut(each))
      let mine = series.find(({ tool }) => tool === one.tool)
      if (mine === undefined) {
        const counted = series.filter(({ tool }) => tool !== '_other')
        let tool = one.tool
        if (counted.length >= (metric.maxSeries ?? 1e9)) {
          const hidden = counted
            .filter(isOut)
            .sort((a, b) => (a.touched !== b.touched ? (a.touched < b.touched ? -1 : 1) : a.born - b.born))
          if (metric.type === 'gauge') continue
          if (hidden.length > 0) {
            const gone = hidden[0]!
            let other = series.find((each) => each.tool === '_other')
            if (other === undefined) {
              other = { tool: '_other', samples: [], total: 0, log: one.log, touched: clock.own, born: births++ }
              series.push(other)
            }
            other.total += gone.total
            series = series.filter((each) => each !== gone)
          } else tool = '_other'
        }
        mine = series.find((each) => each.tool === tool)
        if (mine === undefined) {
          mine = { tool, samples: [], total: 0, log: one.log, touched: clock.own, born: births++ }
          series.push(mine)
        }
      }
      if (mine.log !== one.log) leave(mine)
      mine.log = one.log
      mine.touched = clock.own
      mine.total += one.n
      leave(mine)
      mine.samples.push({ ns: clock.own, n: one.n, user: one.user, hasLeft: false })
      const staying = mine.samples.filter(({ hasLeft }) => !hasLeft)
      for (const sample of metric.last === undefined ? [] : staying.slice(0, -metric.last)) sample.hasLeft = true
    }
    for (const each of series) leave(each)
  }
  const found = new Map<string, number>()
  for (const one of series) {
    if (isOutOther(one)) continue
    const value = metric.type === 'counter' || metric.op === 'add' ? one.total : made(metric, one)
    if (value !== undefined) found.set(`${metric.name}{tool="${one.tool}"}`, value)
  }
  return found
}

function made({ op }: NaiveMetric, { samples }: Series): number | undefined {
  const all = samples.filter(({ hasLeft }) => !hasLeft)
  const numbers = all.map(({ n }) => n)
  const sum = numbers.reduce((a, b) => a + b, 0)
  if (op === 'count') return all.length
  if (op === 'sum') return sum
  if (op === 'distinct') return new Set(all.map(({ user }) => user)).size
  if (all.length === 0) return undefined
  return op === 'mean' ? sum / all.length : op === 'max' ? Math.max(...numbers) : Math.min(...numbers)
}
