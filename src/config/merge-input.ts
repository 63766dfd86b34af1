/** How lines become events: `input` of the files of a unit, by key, the later one wins; that of a source wins over all of them. */
import type { Place } from '../diag/diagnostic.ts'
import type { InputSpec, Placed } from '../mapping/spec.ts'
import type { ValueSpec } from '../select/spec.ts'
import { type MappingFile, placeIn, type RawInput } from './raw.ts'

const DEFAULT_NAME: ValueSpec = { path: ['event', 'type', 'event_type'] }
const DEFAULT_TIME: ValueSpec = { path: ['timestamp', 'ts', 'time', '@timestamp'] }

interface Given {
  readonly input: RawInput
  readonly place: Place
}

/** `own`: what the source says. */
export function inputSpec(files: readonly MappingFile[], own?: Given): InputSpec {
  const given = files.map(({ file, raw }): Given => ({ input: raw.input ?? {}, place: placeIn(file, ['input']) }))
  const all = own === undefined ? given : [...given, own]
  const last = <Key extends keyof RawInput>(key: Key): Given | undefined => all.findLast(({ input }) => input[key] !== undefined)
  const value = (key: 'event_name' | 'event_time', fallback: ValueSpec): Placed<ValueSpec> => {
    const { input, place } = last(key) ?? { input: {}, place: { file: '' } }
    const spec = input[key] ?? fallback
    return {
      spec: Array.isArray(spec) ? { path: spec as readonly string[] } : (spec as ValueSpec),
      place: { ...place, path: [...(place.path ?? []), key] },
    }
  }
  return {
    eventName: value('event_name', DEFAULT_NAME),
    eventTime: value('event_time', DEFAULT_TIME),
    timeZone: last('time_zone')?.input.time_zone ?? 'UTC',
  }
}
