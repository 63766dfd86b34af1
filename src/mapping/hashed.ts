/** Texts → the identity of a key: a text of eight units that stands for all 128 bits, or a number where a few thousand are told apart. */
import type { KeyHash } from '../marks/key-hash.ts'

/** Texts of the log in the order given, under a tag that no log can write. */
export function hashed(hash: KeyHash, tag: string, texts: readonly string[], more: readonly string[] = []): string {
  const words = wordsOf(hash, tag, texts, more)
  const [a, b, c, d] = [words[0]!, words[1]!, words[2]!, words[3]!]
  return String.fromCharCode(a & 0xffff, a >>> 16, b & 0xffff, b >>> 16, c & 0xffff, c >>> 16, d & 0xffff, d >>> 16)
}

/** 53 bits of it. */
export function hashNumber(hash: KeyHash, tag: string, texts: readonly string[]): number {
  const words = wordsOf(hash, tag, texts, [])
  return (words[0]! >>> 0) * 2 ** 21 + (words[1]! >>> 11)
}

function wordsOf(hash: KeyHash, tag: string, texts: readonly string[], more: readonly string[]): Int32Array {
  return hash.of([tag, ...texts, ...more])
}
