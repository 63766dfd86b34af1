/** Escapes of the text format. What comes out holds no raw line feed, so no text can pose as another line. */

const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' }

/** A label value. Other control characters may stand as they are (Prometheus reads them); lone surrogates become U+FFFD when written. */
export function escapeLabel(text: string): string {
  return /[\\"\n]/.test(text) ? text.replace(/[\\"\n]/g, (c) => ESCAPED[c]!) : text
}

/** A HELP text; quotes stay. */
export function escapeHelp(text: string): string {
  return text.replace(/[\\\n]/g, (c) => ESCAPED[c]!)
}
