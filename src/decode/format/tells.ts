/** What a line tells of the format that it and those after it are written in. */
import { isJson, skipEmpty, trimEnd } from '../json-line.ts'
import { jsonDocuments } from './documents.ts'
import { jsonLines, type LineFormat } from './line-format.ts'
import { logfmtLines, readLogfmt } from './logfmt.ts'
import { otlpLines } from './otlp.ts'
import { textLine } from './text-line.ts'

const BRACE = 0x7b
const OTLP = /^\{\s*"resource_?(?:[Ll]ogs|[Ss]pans|[Mm]etrics)"\s*:\s*\[/
const HEAD_BYTES = 64
/** Looking for pairs takes memory with the length of what is looked at. */
const MAX_LOOKED_AT = 4096
/** `level=info msg="..."`, with three such pairs at least. */
const LOGFMT = /^(?:[\w.@/-]+=(?:"(?:[^"\\]|\\.)*"|[^\s"]*)(?:\s+|$)){3}/

/** Why a log is taken for what it is, for people. */
export const WHY_FOUND: Readonly<Record<LineFormat['name'], string>> = {
  json: 'its first line that tells is an object, or none told in 16 KiB',
  logfmt: 'its first line that tells begins with three name=value',
  otlp: 'its first line that tells is an export of a collector',
  'json-documents': 'its first line that tells is a bracket alone',
  regex: 'the mapping says so',
}

/** undefined: the line in bytes `[start, end)` tells nothing. */
export function toldBy(buffer: Buffer, start: number, end: number): LineFormat | undefined {
  const from = skipEmpty(buffer, start, end)
  const to = trimEnd(buffer, from, end)
  if (buffer[from] === BRACE && from < to) return toldByObject(buffer, from, to)
  const { text } = textLine(buffer, from, to)
  const brace = text.indexOf('{')
  if (brace >= 0 && text.slice(brace).trim() === '{') return text.slice(0, brace).trim() === '' ? jsonDocuments : undefined
  if (brace >= 0 && isJson(text.slice(brace))) return jsonLines
  return looksLikeLogfmt(text) && 'fields' in readLogfmt(text, Number.POSITIVE_INFINITY) ? logfmtLines : undefined
}

/** Whether three name=value stand at the start of it. */
export function looksLikeLogfmt(text: string): boolean {
  return LOGFMT.test(text.slice(0, MAX_LOOKED_AT))
}

function toldByObject(buffer: Buffer, from: number, to: number): LineFormat {
  if (to === from + 1) return jsonDocuments
  return OTLP.test(buffer.toString('latin1', from, Math.min(to, from + HEAD_BYTES))) ? otlpLines : jsonLines
}
