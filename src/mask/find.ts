/**
 * Finds the secrets that are masked in every text: one walk over it from lead to lead, linear in its length whatever it says. Where no lead
 * ends a character costs one look into a table.
 */
import { assignedAt, flagValueAt } from './assignments.ts'
import type { Place } from './masked.ts'
import { basicAt, bearerAt, botTokenAt, privateKeyAt, urlPasswordAt, webTokenAt } from './shapes.ts'
import { FailedRuns, TOKEN_SHAPES, tokenAt } from './token-shapes.ts'

/** A literal that a secret begins with, and who looks at what follows. */
interface Lead {
  readonly text: string
  /** The lead stands at `[start, body)`. */
  readonly placeOf: (text: string, start: number, body: number, failed: FailedRuns) => Place | undefined
}

const LEADS: readonly Lead[] = [
  { text: '=', placeOf: assignedAt },
  { text: ':', placeOf: colonAt },
  { text: '--', placeOf: flagValueAt },
  { text: 'eyJ', placeOf: webTokenAt },
  { text: '-----BEGIN ', placeOf: privateKeyAt },
  ...['Bearer ', 'bearer ', 'BEARER '].map((text) => ({ text, placeOf: bearerAt })),
  ...['Basic ', 'basic ', 'BASIC '].map((text) => ({ text, placeOf: basicAt })),
  ...TOKEN_SHAPES.flatMap((shape) => shape.leads.map((text) => ({ text, placeOf: tokenAt.bind(undefined, shape) }))),
]

const ASCII = 128
/** By the last two characters of a lead: which list of `BY_NUMBER` it is in. */
const NUMBERS = new Uint8Array(ASCII * ASCII)
const BY_NUMBER: Lead[][] = [[]]
for (const lead of LEADS) {
  const last = lead.text.charCodeAt(lead.text.length - 1)
  // Of a lead of one character anything may stand before it.
  const before =
    lead.text.length > 1 ? [lead.text.charCodeAt(lead.text.length - 2)] : Array.from({ length: ASCII }, (_, code) => code)
  for (const code of before) enter(lead, code * ASCII + last)
}

function enter(lead: Lead, pair: number): void {
  if (NUMBERS[pair] === 0) NUMBERS[pair] = BY_NUMBER.push([]) - 1
  BY_NUMBER[NUMBERS[pair]!]!.push(lead)
}

/** The places of all secrets in `text`; undefined: there is none. */
export function findSecrets(text: string): Place[] | undefined {
  let places: Place[] | undefined
  let failed: FailedRuns | undefined
  let before = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const number = code < ASCII ? NUMBERS[before * ASCII + code]! : 0
    before = code < ASCII ? code : 0
    if (number === 0) continue
    failed ??= new FailedRuns()
    const place = placeAt(BY_NUMBER[number]!, text, at + 1, failed)
    if (place === undefined) continue
    places ??= []
    places.push(place)
    at = Math.max(at, place[1] - 1)
  }
  return places
}

/** The first place that one of the leads that may end before `body` finds. */
function placeAt(leads: readonly Lead[], text: string, body: number, failed: FailedRuns): Place | undefined {
  for (const lead of leads) {
    const start = body - lead.text.length
    const place = text.startsWith(lead.text, start) ? lead.placeOf(text, start, body, failed) : undefined
    if (place !== undefined) return place
  }
  return undefined
}

function colonAt(text: string, at: number): Place | undefined {
  if (text.startsWith('//', at + 1)) return urlPasswordAt(text, at + '://'.length)
  if (text.startsWith('\\/\\/', at + 1)) return urlPasswordAt(text, at + ':\\/\\/'.length)
  return assignedAt(text, at) ?? (text.startsWith('AA', at + 1) ? botTokenAt(text, at) : undefined)
}
