/** Plain data → YAML that people read: comments, blocks of expressions, and texts in JSON's quotes wherever a bare one could be read otherwise. */

export type Yaml = string | number | boolean | readonly Yaml[] | Commented | { readonly [key: string]: Yaml | undefined }

/** A mapping with words above it. Each line of the comment is one text without line ends. */
export class Commented {
  readonly comment: readonly string[]
  readonly of: { readonly [key: string]: Yaml | undefined }

  constructor(comment: readonly string[], of: { readonly [key: string]: Yaml | undefined }) {
    this.comment = comment
    this.of = of
  }
}

/** What a reader does not see, or YAML does not take, as it stands: controls, joiners, marks of direction, other ends of lines, halves of pairs. */
const UNSEEN = /[^\x20-\x7e\u00a1-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\ud7ff]/

export function yamlText(data: { readonly [key: string]: Yaml | undefined }): string {
  return mapping(data, '')
}

/** A comment's lines, whatever is in them. */
export function commentLines(lines: readonly string[], indent = ''): string {
  return lines.map((line) => `${indent}# ${line.replace(/[^\x20-\x7e]/g, '?')}\n`).join('')
}

function mapping(data: { readonly [key: string]: Yaml | undefined }, indent: string): string {
  return Object.entries(data)
    .map(([key, value]) => (value === undefined ? '' : `${indent}${scalar(key)}:${inside(value, indent)}`))
    .join('')
}

/** What stands behind `key:`, with its line end. */
function inside(value: Yaml, indent: string): string {
  if (typeof value === 'string')
    return value.includes('\n') && isBlock(value) ? block(value, `${indent}  `) : ` ${scalar(value)}\n`
  if (typeof value !== 'object') return ` ${value}\n`
  if (isList(value)) return value.length === 0 ? ' []\n' : `\n${list(value, `${indent}  `)}`
  const { of } = value instanceof Commented ? value : { of: value as { readonly [key: string]: Yaml } }
  return Object.keys(of).length === 0 ? ' {}\n' : `\n${mapping(of, `${indent}  `)}`
}

function isList(value: Yaml): value is readonly Yaml[] {
  return Array.isArray(value)
}

function list(items: readonly Yaml[], indent: string): string {
  return items.map((item) => entry(item, indent)).join('')
}

function entry(item: Yaml, indent: string): string {
  if (typeof item !== 'object' || isList(item)) return `${indent}-${inside(item, indent)}`
  const comment = item instanceof Commented ? commentLines(item.comment, indent) : ''
  const { of } = item instanceof Commented ? item : { of: item as { readonly [key: string]: Yaml } }
  return `${comment}${indent}- ${mapping(of, `${indent}  `).slice(indent.length + 2)}`
}

/** Printable lines, none of which begins or ends with a blank that would be lost. */
function isBlock(text: string): boolean {
  return !UNSEEN.test(text.replaceAll('\n', '')) && !/^[ \n]|\n\n$/.test(text)
}

function block(text: string, indent: string): string {
  const style = text.endsWith('\n') ? '|' : '|-'
  const lines = text.replace(/\n$/, '').split('\n')
  return ` ${style}\n${lines.map((line) => (line === '' ? '\n' : `${indent}${line}\n`)).join('')}`
}

/** Words as they are; whatever could be a number, a truth, a tag, a comment or markup is quoted. */
function scalar(text: string): string {
  if (isPlain(text)) return text
  return JSON.stringify(text.replace(/\p{Surrogate}/gu, '\ufffd')).replace(new RegExp(UNSEEN, 'gu'), inHex)
}

/** Begins with a letter, so it is no number, tag, quote or list; nothing in it is a key's colon or a comment. Durations are texts too. */
function isPlain(text: string): boolean {
  if (/^\d+[smhd]$/.test(text)) return true
  return (
    /^[A-Za-z_][\x20-\x7e]*$/.test(text) && !/: |:$| #| $/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text)
  )
}

/** Not as JSON does it: what YAML escapes are characters, not halves of them. */
function inHex(char: string): string {
  const code = char.codePointAt(0)!
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}
