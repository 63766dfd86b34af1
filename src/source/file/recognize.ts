/** The content of a `.gz` file → which ghost stands in it, decompressing no more than that takes. */
import { createReadStream } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import { HEAD_BYTES, hashOf, LEAD_BYTES } from './fingerprint.ts'
import { appliedBytes, type PastFile } from './past-file.ts'

const BLOCK_BYTES = 256 * 1024

/** The one that was read furthest. `ghostsLike`: what it may be, by its first bytes. Closes `fd`. Rejects with the system's or zlib's error. */
export async function recognize(
  fd: number,
  ghostsLike: (lead: Buffer) => readonly PastFile[],
  signal: AbortSignal,
): Promise<PastFile | undefined> {
  const file = createReadStream('', { fd, start: 0, highWaterMark: BLOCK_BYTES })
  const content = createGunzip({ chunkSize: BLOCK_BYTES })
  file.on('error', (error) => content.destroy(error))
  const recognition = new Recognition(ghostsLike)
  try {
    for await (const block of file.pipe(content) as AsyncIterable<Buffer>) {
      if (signal.aborted || !recognition.wantsMoreThan(block)) break
      await nextTurn()
    }
    return recognition.result()
  } finally {
    file.destroy()
    content.destroy()
  }
}

class Recognition {
  readonly #ghostsLike: (lead: Buffer) => readonly PastFile[]
  #head: Buffer = Buffer.alloc(0)
  /** The last bytes that came. */
  #end: Buffer = Buffer.alloc(0)
  #bytes = 0
  /** By where their marks end. */
  #pending: PastFile[] | undefined = undefined
  #found: PastFile | undefined = undefined

  constructor(ghostsLike: (lead: Buffer) => readonly PastFile[]) {
    this.#ghostsLike = ghostsLike
  }

  wantsMoreThan(block: Buffer): boolean {
    const known = Buffer.concat([this.#end, block])
    this.#bytes += block.length
    if (this.#head.length < HEAD_BYTES) this.#head = Buffer.concat([this.#head, block]).subarray(0, HEAD_BYTES)
    if (this.#head.length === HEAD_BYTES) this.#choose()
    this.#compareMarks(known)
    this.#end = Buffer.from(known.subarray(Math.max(0, known.length - HEAD_BYTES)))
    return this.#pending === undefined || this.#pending.length > 0
  }

  result(): PastFile | undefined {
    this.#choose()
    this.#compareMarks(this.#end)
    return this.#found
  }

  #choose(): void {
    this.#pending ??= this.#ghostsLike(this.#head.subarray(0, LEAD_BYTES))
      .filter(
        ({ headBytes, headHash }) => headBytes <= this.#head.length && hashOf(this.#head.subarray(0, headBytes)) === headHash,
      )
      .sort((a, b) => a.markOffset - b.markOffset)
  }

  /** `known`: the bytes before `#bytes`. */
  #compareMarks(known: Buffer): void {
    while (this.#pending?.[0] !== undefined && this.#pending[0].markOffset <= this.#bytes) {
      const ghost = this.#pending.shift()!
      const end = known.length - (this.#bytes - ghost.markOffset)
      const mark = known.subarray(Math.max(0, end - ghost.markBytes), Math.max(0, end))
      if (mark.length !== ghost.markBytes || hashOf(mark) !== ghost.markHash) continue
      if (appliedBytes(ghost) > (this.#found === undefined ? 0 : appliedBytes(this.#found))) this.#found = ghost
    }
  }
}
