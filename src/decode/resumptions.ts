/** What is read out of a `Resumption`, and what is left of one. */
import type { HeadlessMessage, Resumption } from '../source/source.ts'

export function isEmpty(keys: object): boolean {
  return Object.keys(keys).length === 0
}

/** What there was of a message when this was read before. */
export function headlessOf({ open, givenUp }: Pick<Resumption, 'open' | 'givenUp'>, stream: string): HeadlessMessage | undefined {
  if (givenUp !== undefined && Object.hasOwn(givenUp, stream)) return { why: 'given up', time: givenUp[stream]! }
  return open !== undefined && Object.hasOwn(open, stream) ? { why: 'lost', time: open[stream]! } : undefined
}

export function withoutStream({ open = {}, givenUp = {}, ...rest }: Resumption, stream: string): Resumption {
  const [stillOpen, stillGivenUp] = [without(open, stream), without(givenUp, stream)]
  return { ...rest, ...(stillOpen ? { open: stillOpen } : {}), ...(stillGivenUp ? { givenUp: stillGivenUp } : {}) }
}

/** undefined: nothing is left. */
function without(times: Readonly<Record<string, string>>, stream: string): Readonly<Record<string, string>> | undefined {
  const { [stream]: _, ...others } = times
  return Object.keys(others).length > 0 ? others : undefined
}
