/**
 * What is remembered of a file's content: its first bytes, and the bytes before the place up to which it was read, each as a hash. By it
 * a file is known again after a restart, and a copy of it wherever it turns up. No text of the log is kept.
 */
import { createHash } from 'node:crypto'

/** Bytes of the head that are hashed. */
export const HEAD_BYTES = 1024
/** The very first bytes, by which a fingerprint is looked up and a copy that is shorter than the head is known. */
export const LEAD_BYTES = 64
/** Bytes before an offset that are hashed. */
export const MARK_BYTES = 256

export interface Fingerprint {
  /** Of the first `LEAD_BYTES`, or of the head if that is shorter. */
  readonly leadHash: string
  readonly headBytes: number
  readonly headHash: string
  /** The mark is the `markBytes` before this offset: at most the checkpoint. */
  readonly markOffset: number
  readonly markBytes: number
  readonly markHash: string
}

export function fingerprintOf(head: Uint8Array, markOffset: number, mark: Uint8Array): Fingerprint {
  return {
    leadHash: hashOf(head.subarray(0, LEAD_BYTES)),
    headBytes: head.length,
    headHash: hashOf(head),
    markOffset,
    markBytes: mark.length,
    markHash: hashOf(mark),
  }
}

/** Up to `length` bytes from `offset` of the file in question. */
export type ReadAt = (offset: number, length: number) => Uint8Array

/** `same`: what was read of the one stands in the other. `shorter`: it does as far as the other goes, and as far as can be told. */
export type Likeness = 'same' | 'shorter' | 'other'

/** Throws what `read` throws. */
export function likenessOf(fingerprint: Fingerprint, sizeBytes: number, read: ReadAt): Likeness {
  const { leadHash, headBytes, headHash, markOffset, markBytes, markHash } = fingerprint
  const leadBytes = Math.min(LEAD_BYTES, headBytes)
  if (sizeBytes < leadBytes) return 'shorter'
  if (hashOf(read(0, leadBytes)) !== leadHash) return 'other'
  if (sizeBytes < headBytes) return 'shorter'
  if (hashOf(read(0, headBytes)) !== headHash) return 'other'
  if (sizeBytes < markOffset) return 'shorter'
  return hashOf(read(markOffset - markBytes, markBytes)) === markHash ? 'same' : 'other'
}

export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32)
}
