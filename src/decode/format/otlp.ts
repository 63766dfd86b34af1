/**
 * Lines of the collector's file exporter: one export request in OTLP's JSON, of which each log record is an event. The record's fields are
 * the event's; `attributes`, `resource` and `scope` are objects instead of lists of keys and values, of a key that comes twice the last
 * counts; int64, which are texts there, are numbers. `event` is its name and `time` its time (both also where OTLP has a second place for
 * them), so that a mapping finds them unasked. Names with underscores, as protobuf has them, stand for those of JSON. One record is made at
 * a time: a line of many costs the memory of its JSON.
 */
import type { JsonBounds } from '../json-bounds.ts'
import { JsonLine, type RejectReason } from '../json-line.ts'
import { isObject, type Json } from '../path.ts'
import type { LineFormat, LineReader } from './line-format.ts'

export const otlpLines: LineFormat = { name: 'otlp', newReader: (bounds) => new OtlpLine(bounds) }

type Fields = Record<string, Json>

/** Records that share a resource and a scope. */
interface Batch {
  readonly resource: Json
  readonly scope: Json
  readonly records: readonly Json[]
}

class OtlpLine implements LineReader {
  body: Json = undefined
  readonly isFaithful = true
  readonly #line: JsonLine
  #batches: readonly Batch[] = []
  #batch = 0
  #record = 0
  eventCount = 0

  constructor(bounds: JsonBounds) {
    this.#line = new JsonLine(bounds, true)
  }

  get hasInvalidUtf8(): boolean {
    return this.#line.hasInvalidUtf8
  }

  read(buffer: Buffer, start: number, end: number): RejectReason | 'blank' | undefined {
    const rejected = this.#line.read(buffer, start, end)
    if (rejected !== undefined) return rejected
    const { body } = this.#line
    if (!Array.isArray(either(body, 'resourceLogs', 'resource_logs'))) return 'not_otlp'
    if (hasRounded(body)) this.#line.parseFaithfully()
    this.#batches = batchesOf(either(this.#line.body, 'resourceLogs', 'resource_logs'))
    this.eventCount = this.#batches.reduce((count, { records }) => count + records.length, 0)
    this.#batch = 0
    this.#record = -1
    return this.next() ? undefined : 'blank'
  }

  /** Stands on the next record; false: there is none. */
  next(): boolean {
    this.#record++
    for (; this.#batch < this.#batches.length; this.#batch++, this.#record = 0) {
      const batch = this.#batches[this.#batch]!
      if (this.#record >= batch.records.length) continue
      this.body = eventOf(batch, batch.records[this.#record]!)
      return true
    }
    return false
  }

  parseFaithfully(): void {}

  mayDiffer(): boolean {
    return false
  }

  forget(): void {
    this.#line.forget()
    this.body = undefined
    this.#batches = []
  }
}

function batchesOf(resourceLogs: Json): Batch[] {
  return list(resourceLogs).flatMap((ofResource) => {
    const resource = attributesOf(own(own(ofResource, 'resource'), 'attributes'))
    return list(either(ofResource, 'scopeLogs', 'scope_logs')).map((ofScope) => ({
      resource,
      scope: withAttributes(own(ofScope, 'scope')),
      records: list(either(ofScope, 'logRecords', 'log_records')).filter(isObject),
    }))
  })
}

const TIMES = ['timeUnixNano', 'observedTimeUnixNano'] as const
/** Fields of a record that protobuf names otherwise than JSON. */
const BY_UNDERSCORES: Readonly<Record<string, string>> = {
  time_unix_nano: 'timeUnixNano',
  observed_time_unix_nano: 'observedTimeUnixNano',
  severity_number: 'severityNumber',
  severity_text: 'severityText',
  dropped_attributes_count: 'droppedAttributesCount',
  trace_id: 'traceId',
  span_id: 'spanId',
  event_name: 'eventName',
}

function eventOf({ resource, scope }: Batch, record: Json): Json {
  const event = withAttributes(record)
  for (const name of Object.keys(event)) {
    const known = Object.hasOwn(BY_UNDERSCORES, name) ? BY_UNDERSCORES[name] : undefined
    if (known !== undefined && !Object.hasOwn(event, known)) event[known] = event[name]
  }
  for (const name of TIMES) if (Object.hasOwn(event, name)) event[name] = int64(event[name])
  if (Object.hasOwn(event, 'body')) event.body = anyValue(event.body)
  const name = own(event, 'eventName')
  put(event, 'event', typeof name === 'string' && name !== '' ? name : own(event.attributes, 'event.name'))
  put(
    event,
    'time',
    TIMES.map((key) => own(event, key)).find((time) => time !== undefined && time !== 0),
  )
  event.resource = resource
  event.scope = scope
  return event
}

/** A copy of what has attributes, with them as an object. */
function withAttributes(value: Json): Fields {
  const out: Fields = {}
  for (const [name, inner] of Object.entries(isObject(value) ? value : {})) put(out, name, inner)
  out.attributes = attributesOf(own(out, 'attributes'))
  return out
}

function attributesOf(value: Json): Fields {
  const out: Fields = {}
  for (const attribute of list(value)) {
    const key = own(attribute, 'key')
    if (typeof key === 'string') put(out, key, anyValue(own(attribute, 'value')))
  }
  return out
}

/** An `AnyValue`. The depth of the line is bounded, and so is this. */
function anyValue(any: Json): Json {
  if (!isObject(any)) return undefined
  const [kind] = Object.keys(any)
  const value = kind === undefined ? undefined : any[kind]
  switch (kind) {
    case 'intValue':
    case 'int_value':
      return int64(value)
    case 'doubleValue':
    case 'double_value':
      return typeof value === 'string' ? double(value) : value
    case 'arrayValue':
    case 'array_value':
      return list(own(value, 'values')).map(anyValue)
    case 'kvlistValue':
    case 'kvlist_value':
      return attributesOf(own(value, 'values'))
    case 'stringValue':
    case 'string_value':
    case 'boolValue':
    case 'bool_value':
    case 'bytesValue':
    case 'bytes_value':
      return value
    default:
      return undefined
  }
}

const INT64 = /^-?\d{1,19}$/

function int64(value: Json): Json {
  if (typeof value !== 'string' || !INT64.test(value)) return value
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : BigInt(value)
}

const NOT_FINITE: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
}
const DOUBLE = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** What is none stays the text that it is. */
function double(text: string): Json {
  return Object.hasOwn(NOT_FINITE, text) ? NOT_FINITE[text] : DOUBLE.test(text) ? Number(text) : text
}

function hasRounded(value: Json): boolean {
  if (typeof value === 'number') return !Number.isSafeInteger(value) && Number.isInteger(value)
  if (typeof value !== 'object' || value === null) return false
  return (Array.isArray(value) ? value : Object.values(value)).some(hasRounded)
}

function own(value: Json, name: string): Json {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

function either(value: Json, name: string, other: string): Json {
  return own(value, name) ?? own(value, other)
}

function list(value: Json): readonly Json[] {
  return Array.isArray(value) ? value : []
}

/** Assigning to `__proto__` would be lost. */
function put(fields: Fields, name: string, value: Json): void {
  if (name !== '__proto__') fields[name] = value
  else Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true })
}
