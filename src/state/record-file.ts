/**
 * One file of the record: a magic word, a version, and frames, each with its length and a checksum that goes on from the frame before
 * it. So a torn end is found whatever length it has, and no frame of another file or place can be taken for one of this.
 */
import { crc32 } from 'node:zlib'
import { BrokenRecord, LaterRecord } from './broken-record.ts'
import type { Disk } from './disk.ts'

/** The format of these files and of everything in them. One higher: this program does not touch it. */
export const RECORD_VERSION = 1
const MAGIC = Buffer.from('agentlog')
const HEAD_BYTES = MAGIC.length + 4
/** Room for length and checksum, which whoever makes a frame leaves free at its start. */
export const FRAME_HEAD_BYTES = 8

function fileHead(): Buffer {
  const head = Buffer.alloc(HEAD_BYTES)
  MAGIC.copy(head)
  head.writeUInt32LE(RECORD_VERSION, MAGIC.length)
  return head
}

/** Appends frames to a new file. Throws the system's errors; after one, the next `append` writes over what the failed one left. */
export class RecordFile {
  readonly path: string
  readonly #disk: Disk
  readonly #fd: number
  #lengthBytes = 0
  #checksum = 0
  #isTailDirty = false
  #isOpen = true

  constructor(disk: Disk, path: string) {
    this.path = path
    this.#disk = disk
    this.#fd = disk.create(path)
    try {
      const head = fileHead()
      disk.write(this.#fd, head, 0)
      this.#lengthBytes = head.length
      this.#checksum = crc32(head)
    } catch (error) {
      this.close()
      throw error
    }
  }

  get lengthBytes(): number {
    return this.#lengthBytes
  }

  /** Whether somebody deleted it: what is appended then would be lost. */
  get isDeleted(): boolean {
    return this.#disk.linkCount(this.#fd) === 0
  }

  /** `frame` starts with `FRAME_HEAD_BYTES` that are filled in here. */
  append(frame: Buffer): void {
    frame.writeUInt32LE(frame.length - FRAME_HEAD_BYTES, 0)
    const checksum = crc32(frame.subarray(FRAME_HEAD_BYTES), crc32(frame.subarray(0, 4), this.#checksum))
    frame.writeUInt32LE(checksum, 4)
    if (this.#isTailDirty) this.#disk.cut(this.#fd, this.#lengthBytes)
    this.#isTailDirty = true
    this.#disk.write(this.#fd, frame, this.#lengthBytes)
    this.#isTailDirty = false
    this.#lengthBytes += frame.length
    this.#checksum = checksum
  }

  sync(): void {
    this.#disk.sync(this.#fd)
  }

  syncLater(done: (error: Error | null) => void): void {
    this.#disk.syncLater(this.#fd, (error) => done(this.#isOpen ? error : null))
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    try {
      this.#disk.close(this.#fd)
    } catch {
      // Whatever it reports late: all that counts was written and synced before.
    }
  }
}

export interface RecordContent {
  /** Whole frames in their order. */
  readonly frames: readonly Buffer[]
  /** Bytes behind them that are no frame. */
  readonly tornBytes: number
  /** They are the beginning of one, as a process leaves it that dies while it writes. */
  readonly isUnfinished: boolean
}

/** What of a file can be relied on. Throws `BrokenRecord` if it is no record file, `LaterRecord` if this program cannot know it. */
export function readRecordFile(bytes: Buffer): RecordContent {
  if (bytes.length < HEAD_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw new BrokenRecord('it has no head')
  const version = bytes.readUInt32LE(MAGIC.length)
  if (version > RECORD_VERSION) throw new LaterRecord(`version ${version}; this program knows versions up to ${RECORD_VERSION}`)
  if (version === 0) throw new BrokenRecord('its version is 0')
  const frames: Buffer[] = []
  let checksum = crc32(bytes.subarray(0, HEAD_BYTES))
  let at = HEAD_BYTES
  let isUnfinished = true
  while (bytes.length - at >= FRAME_HEAD_BYTES) {
    const length = bytes.readUInt32LE(at)
    const start = at + FRAME_HEAD_BYTES
    if (length > bytes.length - start) break
    const payload = bytes.subarray(start, start + length)
    checksum = crc32(payload, crc32(bytes.subarray(at, at + 4), checksum))
    if (checksum !== bytes.readUInt32LE(at + 4)) {
      isUnfinished = false
      break
    }
    frames.push(payload)
    at = start + length
  }
  return { frames, tornBytes: bytes.length - at, isUnfinished }
}
