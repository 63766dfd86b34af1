/**
 * Timestamps of log frames as texts that compare as times do: 20 digits, nanoseconds since the epoch. Numbers would lose the nanoseconds, and
 * a cursor that is off by one of them loses a line or counts it twice.
 */

const DIGITS = 20
const NANO_DIGITS = 9
/** What a daemon writes: UTC with nine digits; others may leave digits out or write an offset. */
const WRITTEN = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/
/** The longest that a timestamp can be. */
export const MAX_TIME_LENGTH = 35

/** Before every other. */
export const NO_TIME = ''

/** Parses many timestamps, most of which share their second with the one before. */
export class LogTimes {
  #second = ''
  #secondDigits = ''

  /** undefined: no timestamp. */
  parse(text: string): string | undefined {
    // The usual form, in the same second as before.
    if (text.length === 30 && text.endsWith('Z') && text.startsWith(this.#second) && this.#second !== '') {
      const nanos = text.slice(20, 29)
      if (text[19] === '.' && /^\d{9}$/.test(nanos)) return this.#secondDigits + nanos
    }
    const match = WRITTEN.exec(text)
    if (match === null) return undefined
    const [, second = '', nanos = '', zone = ''] = match
    const ms = Date.parse(`${second}${zone}`)
    if (Number.isNaN(ms)) return undefined
    const digits = secondsText(ms)
    this.#second = zone === 'Z' ? second : ''
    this.#secondDigits = digits
    return digits + nanos.padEnd(NANO_DIGITS, '0')
  }
}

/** Times before the epoch (a daemon's zero time) are the epoch. */
function secondsText(ms: number): string {
  return String(Math.max(0, Math.floor(ms / 1000))).padStart(DIGITS - NANO_DIGITS, '0')
}

export function timeOfMs(ms: number): string {
  const millis = Math.max(0, Math.floor(ms)) % 1000
  return secondsText(ms) + String(millis).padStart(3, '0').padEnd(NANO_DIGITS, '0')
}

export function isTime(text: unknown): text is string {
  return typeof text === 'string' && (text === NO_TIME || /^\d{20}$/.test(text))
}

/** `time` less so many seconds. */
export function earlier(time: string, seconds: number): string {
  const whole = Math.max(0, Number(time.slice(0, -NANO_DIGITS)) - seconds)
  return String(whole).padStart(DIGITS - NANO_DIGITS, '0') + time.slice(-NANO_DIGITS)
}

/** As the API takes it: `<seconds>.<nine digits>`; anything else that it takes is not exact to the nanosecond. */
export function sinceText(time: string): string {
  if (time === NO_TIME) return '0'
  return `${Number(time.slice(0, -NANO_DIGITS))}.${time.slice(-NANO_DIGITS)}`
}
