/**
 * Which file this is, whatever its name. While a descriptor is open, device and inode are enough: the number cannot be given
 * away. Later the birth time tells a reused number (ext4 reuses at once), and its fingerprint what stands under it.
 */
import type { BigIntStats } from 'node:fs'

/** Unique among files that exist or are held open. */
export function inodeKey(stat: BigIntStats): string {
  return `${stat.dev}:${stat.ino}`
}

/** Unique over time too, where the file system knows the birth. It is 0 where it does not. */
export function fileKey(stat: BigIntStats): string {
  return `${stat.dev}:${stat.ino}:${stat.birthtimeNs}`
}

/** The same after the machine was started anew, which may change the device's number. Where no birth is known, nothing but the device helps. */
export function lastingKey(key: string): string {
  return key.endsWith(':0') ? key : key.slice(key.indexOf(':') + 1)
}

/** Of nanoseconds since the epoch: fine enough to tell which of two came first. */
export function millisecondsOf(ns: bigint): number {
  return Number(ns) / 1e6
}

/** 0 where it is not known. */
export function birthOf(key: string): bigint {
  return BigInt(key.slice(key.lastIndexOf(':') + 1))
}
