/** Escapes of the text format. What comes out holds no raw line feed, so no text can pose as another line. */

const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\u0000': '\ufffd' }

/**
 * A label value. NUL, which Prometheus' own scanner takes for the end of the input, becomes U+FFFD; lone surrogates, which have no
 * UTF-8, do as well when the text is written.
 */
export function escapeLabel(text: string): string {
  return /[\\"\n\u0000]/.test(text) ? text.replace(/[\\"\n\u0000]/g, (c) => ESCAPED[c]!) : text
}

/** A HELP text; quotes stay. */
export function escapeHelp(text: string): string {
  return text.replace(/[\\\n\u0000]/g, (c) => ESCAPED[c]!)
}
