/** What stands where a secret stood, and how the places of secrets in a text become that. It tells neither kind nor length. */

export const MASKED = '[masked]'

/** Where a secret is: `[start, end)`. */
export type Place = readonly [number, number]

/** `text` with each place masked; places may be in any order, and those that overlap or touch become one. The very text if there is none. */
export function maskPlaces(text: string, places: readonly Place[]): string {
  let out = ''
  let copied = 0
  let maskedTo = -1
  for (const [start, end] of [...places].sort((a, b) => a[0] - b[0])) {
    if (end <= start) continue
    if (start > maskedTo) out += text.slice(copied, start) + MASKED
    maskedTo = Math.max(maskedTo, end)
    copied = maskedTo
  }
  return copied === 0 ? text : out + text.slice(copied)
}
