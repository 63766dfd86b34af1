/**
 * Which file this is, whatever its name. While a descriptor is open, device and inode are enough: the number cannot be given
 * away. Later the birth time tells a reused number (ext4 reuses at once), and the hash of the head what stands under it.
 */
import { createHash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'

/** Bytes of the head that are hashed. */
export const HEAD_BYTES = 1024

/** Unique among files that exist or are held open. */
export function inodeKey(stat: BigIntStats): string {
  return `${stat.dev}:${stat.ino}`
}

/** Unique over time too, where the file system knows the birth. It is 0 where it does not. */
export function fileKey(stat: BigIntStats): string {
  return `${stat.dev}:${stat.ino}:${stat.birthtimeNs}`
}

/** `head`: the first bytes of the file, as many as were read, at most `HEAD_BYTES`. */
export function identityText(key: string, head: Uint8Array): string {
  return `${key}:${head.length}:${createHash('sha256').update(head).digest('hex').slice(0, 32)}`
}
