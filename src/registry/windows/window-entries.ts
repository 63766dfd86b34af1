/** How the groups of a window stand in the record: those that came since it was last written, or all of them. */
import { readNs, writeNs } from '../../clock/clocks-part.ts'
import { BrokenRecord } from '../../state/broken-record.ts'
import type { ByteReader } from '../../state/byte-reader.ts'
import type { ByteWriter } from '../../state/byte-writer.ts'
import type { Group } from './groups.ts'
import type { ValueWindow } from './value-window.ts'

export interface RecordedWindow {
  readonly epoch: number
  /** Number of the first group. */
  readonly start: number
  readonly groups: readonly Group[]
}

/** `from`: those before it are in the record; undefined: none is. */
export function writeWindow(out: ByteWriter, window: ValueWindow, from: number | undefined): void {
  const first = Math.max(window.start, from ?? window.start)
  out.byte(from === undefined ? 1 : 0)
  out.count(window.epoch)
  out.count(window.start)
  out.count(first)
  const groups = window.groups(first)
  out.count(groups.length)
  for (const group of groups) writeGroup(out, group)
}

/** What is known afterwards. The journal that is read behind a snapshot tells again what that holds already: nothing goes back. */
export function readWindow(input: ByteReader, known: RecordedWindow | undefined): RecordedWindow {
  const isWhole = input.byte() === 1
  const [epoch, start, first] = [input.count(), input.count(), input.count()]
  const groups = Array.from({ length: input.count() }, () => readGroup(input))
  if (known === undefined || epoch > known.epoch) {
    if (!isWhole) throw new BrokenRecord('a window goes on from what is not there')
    return { epoch, start, groups }
  }
  if (epoch < known.epoch) return known
  const end = known.start + known.groups.length
  // All that was known may have left.
  if (first > Math.max(end, start)) throw new BrokenRecord('a part of a window is missing')
  const from = Math.max(start, known.start)
  const all = first > end ? groups : [...known.groups, ...groups.slice(end - first)]
  return { epoch, start: from, groups: all.slice(from - (first > end ? first : known.start)) }
}

function writeGroup(out: ByteWriter, { ns, count, sum, min, max }: Group): void {
  writeNs(out, ns)
  out.count(count)
  out.number(sum)
  if (count === 1) return
  out.number(min)
  out.number(max)
}

function readGroup(input: ByteReader): Group {
  const ns = readNs(input)
  const count = input.count()
  const sum = input.number()
  return count === 1 ? { ns, count, sum, min: sum, max: sum } : { ns, count, sum, min: input.number(), max: input.number() }
}
