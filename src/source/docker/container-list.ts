/** What a daemon says of containers, in its list and in its events → `ContainerInfo`. What is not as expected is left out, not believed. */
import { type ContainerInfo, isContainerId } from '../containers.ts'

type Facts = Readonly<Record<string, unknown>>

export function containersIn(list: unknown): ContainerInfo[] {
  if (!Array.isArray(list)) throw new Error('the daemon gives no list of containers')
  return list.map(containerOf).filter((one) => one !== undefined)
}

function containerOf(entry: unknown): ContainerInfo | undefined {
  const { Id, Names, Image, Labels, State, Created } = Object(entry) as Facts
  if (typeof Id !== 'string' || !isContainerId(Id)) return undefined
  return {
    id: Id,
    name: nameIn(Names),
    image: textOf(Image),
    labels: labelsIn(Labels),
    isRunning: typeof State === 'string' ? RUNNING.has(State) : undefined,
    ...(typeof Created === 'number' && Created > 0 ? { createdMs: Created * 1000 } : {}),
    ...UNTOLD,
  }
}

/** States in which a container may write. */
const RUNNING: ReadonlySet<string> = new Set(['running', 'paused', 'restarting', 'removing'])
const UNTOLD = { logDriver: '', logPath: '', isTty: undefined } as const

/** `/other/alias` is what another container calls it. */
function nameIn(names: unknown): string {
  const all = Array.isArray(names) ? names.map(textOf).map((name) => name.replace(/^\//, '')) : []
  return all.find((name) => !name.includes('/')) ?? ''
}

function labelsIn(labels: unknown): Readonly<Record<string, string>> {
  const pairs = Object.entries(Object(labels) as Facts)
  return Object.fromEntries(pairs.filter((pair): pair is [string, string] => typeof pair[1] === 'string'))
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

export type Happening = 'create' | 'start' | 'die' | 'rename' | 'destroy'

export interface ContainerEvent {
  readonly happening: Happening
  /** As it is after it. */
  readonly container: ContainerInfo
  /** Nanoseconds since the epoch as 20 digits; undefined: not told. */
  readonly time: string | undefined
}

const HAPPENINGS: ReadonlySet<string> = new Set(['create', 'start', 'die', 'rename', 'destroy'])
/** What the daemon itself writes among the labels. */
const OWN_ATTRIBUTES: ReadonlySet<string> = new Set(['name', 'image', 'oldName', 'exitCode', 'execDuration', 'signal', 'execID'])

/** undefined: nothing of interest. `line` is JSON. */
export function eventIn(line: string): ContainerEvent | undefined {
  const { Type, Action, Actor, timeNano } = Object(JSON.parse(line)) as Facts
  const { ID, Attributes } = Object(Actor) as Facts
  if (Type !== 'container' || typeof Action !== 'string' || !HAPPENINGS.has(Action)) return undefined
  if (typeof ID !== 'string' || !isContainerId(ID)) return undefined
  const attributes = labelsIn(Attributes)
  const container = {
    id: ID,
    name: (attributes.name ?? '').replace(/^\//, ''),
    image: attributes.image ?? '',
    labels: Object.fromEntries(Object.entries(attributes).filter(([key]) => !OWN_ATTRIBUTES.has(key))),
    isRunning: Action === 'start' ? true : Action === 'rename' ? undefined : false,
    ...UNTOLD,
  }
  return { happening: Action as Happening, container, time: timeIn(line, timeNano) }
}

/** The number has more digits than numbers keep, so it is read from the text. */
function timeIn(line: string, timeNano: unknown): string | undefined {
  if (typeof timeNano !== 'number') return undefined
  return /"timeNano":(\d{1,20})[,}]/.exec(line)?.[1]?.padStart(20, '0')
}
