/** How far the numbers are behind the files of one source, kept up to date by the change that each look at a file makes. */
import type { Cell } from '../../telemetry/tally.ts'
import type { Tail } from './tail.ts'

interface Share {
  bytes: number
  isUnread: boolean
}

export class Lag {
  readonly #bytesCell: Cell
  readonly #secondsCell: Cell
  readonly #shares = new Map<Tail, Share>()
  #bytes = 0
  #unreadCount = 0
  #unreadSinceMs = 0

  constructor(bytesCell: Cell, secondsCell: Cell) {
    this.#bytesCell = bytesCell
    this.#secondsCell = secondsCell
  }

  note(tail: Tail, nowMs: number): void {
    const share = this.#shares.get(tail) ?? { bytes: 0, isUnread: false }
    this.#shares.set(tail, share)
    this.#move(share, tail.lagBytes, tail.isUnread, nowMs)
  }

  forget(tail: Tail, nowMs: number): void {
    const share = this.#shares.get(tail)
    if (share !== undefined) this.#move(share, 0, false, nowMs)
    this.#shares.delete(tail)
  }

  #move(share: Share, bytes: number, isUnread: boolean, nowMs: number): void {
    this.#bytes += bytes - share.bytes
    if (isUnread && !share.isUnread && this.#unreadCount++ === 0) this.#unreadSinceMs = nowMs
    if (!isUnread && share.isUnread) this.#unreadCount--
    share.bytes = bytes
    share.isUnread = isUnread
    this.#bytesCell.value = this.#bytes
    this.#secondsCell.value = this.#unreadCount === 0 ? 0 : (nowMs - this.#unreadSinceMs) / 1000
  }
}
