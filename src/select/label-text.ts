/**
 * Text that may stand in a label: no secrets, no control characters, no half characters, no longer than allowed.
 * Two long texts stay two: what is cut off leaves a hash. Characters that nobody sees stay: joiners make scripts and emoji, and two
 * texts that differ in them are two.
 */
import { createHash } from 'node:crypto'
import { MASKED } from '../mask/masked.ts'
import type { Masks } from '../mask/masks.ts'

/** C0, DEL, C1, separators of lines, what turns the direction of all that follows, and halves of surrogate pairs (which whole pairs are not, under `u`). */
const UNFIT = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]|\p{Surrogate}/gu
/** Without `u`, so any surrogate sends the text to the slow path: 20-40 ns against 36-80 ns for labels of 4-20 characters (Node 20). */
const SUSPECT = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/

const HASH_HEX_LENGTH = 8

/** Looking for secrets takes time in proportion to the text: of what is longer, so much is looked at and the rest is left out. */
const MAX_LOOKED_AT = 65_536
/** So much before that end may hold the first half of a secret. */
const UNSURE_LENGTH = 4096

/** What becomes of a label's text: masked (unless the mapping says otherwise), then cut, then cleaned. A cut before would let half a secret by. */
export type CleanLabel = (text: string, isUnmasked?: boolean) => string

export function labelCleaner(masks: Masks, maxLength: number): CleanLabel {
  return (text, isUnmasked = false) => cleanLabel(isUnmasked ? text : masked(text, masks, maxLength), maxLength)
}

/** Texts that differ only where nobody looks are one. */
function masked(text: string, masks: Masks, maxLength: number): string {
  if (text.length <= MAX_LOOKED_AT) return masks.text(text)
  const head = masks.text(headOf(text, MAX_LOOKED_AT))
  // Shorter: nearly all of it was secret.
  return head.length > maxLength + UNSURE_LENGTH ? headOf(head, head.length - UNSURE_LENGTH) : MASKED
}

/** `text` as a label, whatever it tells: at most `maxLength` UTF-16 units. A text that is fit and short is returned as it is. */
export function cleanLabel(text: string, maxLength: number): string {
  if (text.length > maxLength) return clean(cut(text, maxLength))
  return clean(text)
}

function clean(text: string): string {
  return SUSPECT.test(text) ? text.replace(UNFIT, '\ufffd') : text
}

function cut(text: string, maxLength: number): string {
  const mark = `…${createHash('sha256').update(text).digest('hex').slice(0, HASH_HEX_LENGTH)}`
  if (mark.length >= maxLength) return mark.slice(0, Math.max(0, maxLength))
  return headOf(text, maxLength - mark.length) + mark
}

/** The first `length` units, one less if that would halve a pair. */
export function headOf(text: string, length: number): string {
  if (text.length <= length) return text
  const last = text.charCodeAt(length - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length)
}
