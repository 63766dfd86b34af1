/** What stands in a frame: sections, each of one part; or one of the two marks that a file begins and a snapshot ends with. */
import { BrokenRecord } from './broken-record.ts'
import { ByteReader } from './byte-reader.ts'
import type { ByteWriter } from './byte-writer.ts'
import type { RecordPart } from './part.ts'
import { FRAME_HEAD_BYTES } from './record-file.ts'

const BEGIN = 1
const SECTIONS = 2
const END = 3

/** First frame of a file. */
export interface FileNote {
  readonly kind: 'snapshot' | 'journal'
  readonly generation: number
  /** The journal whose end it goes on from, and where that is; without it a journal stands on its own snapshot alone. */
  readonly follows?: { readonly generation: number; readonly lengthBytes: number }
  /** Version of the program, for people. */
  readonly program: string
}

export type FrameContent =
  | { readonly kind: 'begin'; readonly note: FileNote }
  | { readonly kind: 'sections'; readonly sections: readonly { readonly part: string; readonly content: ByteReader }[] }
  | { readonly kind: 'end'; readonly journalBytes: number }

export function beginFrame(out: ByteWriter, note: FileNote): void {
  open(out, BEGIN)
  out.text(JSON.stringify(note))
}

/** The snapshot is exact only together with so many bytes of its generation's journal: what changed while it was written. */
export function endFrame(out: ByteWriter, journalBytes: number): void {
  open(out, END)
  out.count(journalBytes)
}

/** A frame to which sections are added. */
export function sectionsFrame(out: ByteWriter): void {
  open(out, SECTIONS)
}

/** Adds what `write` writes as a section of the part; nothing at all if that is nothing. Answers whether it is there. */
export function addSection(out: ByteWriter, part: RecordPart, write: () => void): boolean {
  const before = out.length
  out.text(part.name)
  const lengthAt = out.reserveWord()
  const start = out.length
  write()
  if (out.length === start) out.cutTo(before)
  else out.setWord(lengthAt, out.length - start)
  return out.length > before
}

/** Throws `BrokenRecord`: the checksum was right and the content is not, so a program wrote what it should not. */
export function readFrame(payload: Buffer): FrameContent {
  const input = new ByteReader(payload)
  const kind = input.byte()
  if (kind === BEGIN) return { kind: 'begin', note: JSON.parse(input.text()) as FileNote }
  if (kind === END) return { kind: 'end', journalBytes: input.count() }
  if (kind !== SECTIONS) throw new BrokenRecord(`a frame is of the unknown kind ${kind}`)
  const sections = []
  while (!input.isAtEnd) {
    const part = input.text()
    sections.push({ part, content: input.part(input.word()) })
  }
  return { kind: 'sections', sections }
}

function open(out: ByteWriter, kind: number): void {
  out.clear()
  for (let i = 0; i < FRAME_HEAD_BYTES; i += 4) out.reserveWord()
  out.byte(kind)
}
