/**
 * A copy of a text that shares no memory with it. A text cut from a big string keeps the whole string alive (500 labels held
 * 125 MB), so everything that is kept for long goes through here.
 */
const ONE_BYTE_ONLY = /^[\u0000-\u00ff]*$/

export function flatCopy(text: string): string {
  const encoding = ONE_BYTE_ONLY.test(text) ? 'latin1' : 'utf16le'
  return Buffer.from(text, encoding).toString(encoding)
}
