/** A program in a container of the fake daemon: writes messages on two streams, which a daemon cuts into frames, and knows what it wrote. */
import { type FakeContainer, type FakeDaemon, SECOND_NS, type StreamName } from './fake-daemon.ts'
import type { Random } from './random.ts'

export interface Written {
  readonly stream: StreamName
  readonly text: string
  /** Index of its first frame and behind its last one. */
  readonly from: number
  to: number
  /** All of it is written. */
  isWhole: boolean
  /** Without a line end: the program ended in it. */
  readonly isCut: boolean
}

const PART_BYTES = 16 * 1024
const SIZES = [0, 1, 30, 200, 200, 200, 1000, 16_300, 16_384, 16_385, 32_768, 40_000]

export class Agent {
  readonly container: FakeContainer
  readonly messages: Written[] = []
  readonly #daemon: FakeDaemon
  readonly #random: Random
  /** The daemon drops the line end of what it has cut, as the `local` driver did. */
  readonly #dropsLineEnds: boolean
  #number = 0
  readonly #lastNs = new Map<StreamName, bigint>()
  /** Parts of a message that are not written yet. */
  readonly #pending = new Map<StreamName, { readonly message: Written; readonly parts: Buffer[]; readonly timeNs: bigint }>()

  constructor(daemon: FakeDaemon, container: FakeContainer, random: Random) {
    this.#daemon = daemon
    this.container = container
    this.#random = random
    this.#dropsLineEnds = !container.isTty && random.chance(0.2)
  }

  /** One frame more, of a message that goes on or a new one. */
  write(): void {
    const stream = this.container.isTty || this.#random.chance(0.6) ? 'stdout' : 'stderr'
    if (!this.#pending.has(stream)) this.#begin(stream)
    this.#writePart(stream)
  }

  finishAll(): void {
    for (const stream of [...this.#pending.keys()]) while (this.#pending.has(stream)) this.#writePart(stream)
  }

  /** Ends, perhaps within a line: what is written is all of it. */
  die(): void {
    const isCut = !this.container.isTty && this.#random.chance(0.3)
    if (isCut) this.#writeUnterminated()
    this.finishAll()
    this.#daemon.die(this.container)
  }

  #begin(stream: StreamName): void {
    const random = this.#random
    const size = random.chance(0.8) ? random.below(200) : random.pick(SIZES)
    const number = this.#number++
    const text = `${this.container.name} ${stream} ${number} ${'x'.repeat(size)} ${number}`
    const isLong = text.length >= PART_BYTES
    const bytes = Buffer.from(text + (this.container.isTty ? '\r' : ''))
    const parts = cut(bytes)
    if (!(isLong && this.#dropsLineEnds)) parts.push(Buffer.concat([parts.pop()!, Buffer.from('\n')]))
    const from = this.container.frames.length
    const message = { stream, text, from, to: from, isWhole: false, isCut: false }
    this.messages.push(message)
    this.#pending.set(stream, { message, parts, timeNs: this.#stamp(stream) })
  }

  #writePart(stream: StreamName): void {
    const pending = this.#pending.get(stream)!
    const { message, parts, timeNs } = pending
    this.#daemon.write(this.container, { stream, timeNs, payload: parts.shift()!, from: message.from })
    message.to = this.container.frames.length
    if (parts.length > 0) return
    message.isWhole = true
    this.#pending.delete(stream)
  }

  #writeUnterminated(): void {
    this.finishAll()
    const text = `${this.container.name} stdout ${this.#number++} last words`
    const from = this.container.frames.length
    this.#daemon.write(this.container, { stream: 'stdout', timeNs: this.#stamp('stdout'), payload: Buffer.from(text), from })
    this.messages.push({ stream: 'stdout', text, from, to: from + 1, isWhole: true, isCut: true })
  }

  /** In order within a stream, but not across them; now and then the same again. */
  #stamp(stream: StreamName): bigint {
    const random = this.#random
    this.#daemon.nowNs += random.chance(0.1) ? 0n : BigInt(random.below(5_000_000))
    if (random.chance(0.01)) this.#daemon.nowNs += BigInt(random.below(60)) * SECOND_NS
    const nowNs = this.#daemon.nowNs - (stream === 'stderr' ? BigInt(random.below(2_000_000)) : 0n)
    const lastNs = this.#lastNs.get(stream) ?? 0n
    const timeNs = nowNs > lastNs ? nowNs : lastNs
    this.#lastNs.set(stream, timeNs)
    return timeNs
  }

  turnClockBack(): void {
    this.#lastNs.clear()
  }
}

/** Pieces of 16 KiB, and what is left: nothing, if it is a multiple. */
function cut(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = []
  let at = 0
  for (; bytes.length - at >= PART_BYTES; at += PART_BYTES) parts.push(bytes.subarray(at, at + PART_BYTES))
  return [...parts, bytes.subarray(at)]
}
