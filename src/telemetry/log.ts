/**
 * Our own log: one line per fact, logfmt or JSON, to a given write function. Never holds text of an agent's log. Names of files, URLs and
 * messages of errors may hold secrets: all are masked here, and control characters escaped.
 */
import { BUILT_IN_MASKS, type Masks } from '../mask/masks.ts'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

export interface LogOptions {
  readonly write: (line: string) => void
  readonly level: LogLevel
  readonly format: 'logfmt' | 'json'
  /** Default: the built-in ones. */
  readonly masks?: Masks
  readonly wallClockMs: () => number
}

const MAX_VALUE_LENGTH = 500

export class Log {
  readonly #options: LogOptions
  #masks: Masks

  constructor(options: LogOptions) {
    this.#options = options
    this.#masks = options.masks ?? BUILT_IN_MASKS
  }

  /** Another mapping has other patterns of secrets. */
  useMasks(masks: Masks): void {
    this.#masks = masks
  }

  debug(message: string, fields: LogFields = {}): void {
    this.#write('debug', message, fields)
  }

  info(message: string, fields: LogFields = {}): void {
    this.#write('info', message, fields)
  }

  warn(message: string, fields: LogFields = {}): void {
    this.#write('warn', message, fields)
  }

  error(message: string, fields: LogFields = {}): void {
    this.#write('error', message, fields)
  }

  #write(level: LogLevel, message: string, fields: LogFields): void {
    const { write, format, wallClockMs } = this.#options
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(this.#options.level)) return
    const facts = { time: new Date(wallClockMs()).toISOString(), level, msg: message }
    const entry = { ...facts, ...fields, ...facts }
    const pairs = Object.entries(entry).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]))
    const plain = pairs.map(([key, value]): Pair => [key, typeof value === 'string' ? this.#masks.underKey(key, value) : value])
    write(format === 'json' ? `{${plain.map(jsonPair).join(',')}}\n` : `${plain.map(logfmtPair).join(' ')}\n`)
  }
}

type Pair = readonly [key: string, value: string | number | boolean]

function jsonPair([key, value]: Pair): string {
  return `"${key}":${typeof value === 'string' ? quoted(value) : value}`
}

function logfmtPair([key, value]: Pair): string {
  return `${key}=${typeof value === 'string' && !PLAIN.test(value) ? quoted(value) : value}`
}

/** What needs no quotes in logfmt. */
const PLAIN = /^[!#-<>-[\]-~]{1,500}$/
/** What a terminal or a viewer acts on. */
const UNFIT = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** A JSON string of bounded length, which is what logfmt has in quotes too. */
function quoted(text: string): string {
  const cut = text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}…` : text
  const escaped = cut.replace(/["\\]/g, '\\$&').replace(UNFIT, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return `"${escaped}"`
}
