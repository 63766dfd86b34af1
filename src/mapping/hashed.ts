/** Texts → the identity of a key: a text of eight units that stands for all 128 bits, or a number where a few thousand are told apart. */
import type { KeyHash } from '../marks/key-hash.ts'

/** The first text stands for what the others are texts of: no log can write it. */
export function hashed(hash: KeyHash, texts: readonly string[]): string {
  const words = hash.of(texts)
  const [a, b, c, d] = [words[0]!, words[1]!, words[2]!, words[3]!]
  return String.fromCharCode(a & 0xffff, a >>> 16, b & 0xffff, b >>> 16, c & 0xffff, c >>> 16, d & 0xffff, d >>> 16)
}

/** 53 bits of it. */
export function hashNumber(hash: KeyHash, texts: readonly string[]): number {
  const words = hash.of(texts)
  return (words[0]! >>> 0) * 2 ** 21 + (words[1]! >>> 11)
}
