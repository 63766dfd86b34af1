/**
 * Who is connected, over all listeners: at most `maxCount`, the one that has done nothing for longest gives way to a new one; an
 * answer that is not taken in time, or too many that nobody takes, end their connection.
 */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

interface State {
  pendingCount: number
  deadline: NodeJS.Timeout | undefined
}

export interface ConnectionLimits {
  readonly maxCount: number
  readonly maxPendingCount: number
  readonly writeDeadlineMs: number
}

export class Connections {
  readonly #limits: ConnectionLimits
  /** In order of their last sign of life: whoever is answered moves to the end. */
  readonly #states = new Map<Socket, State>()

  constructor(limits: ConnectionLimits) {
    this.#limits = limits
  }

  /** Takes a new one in; past the limit an idle one goes, or the one being answered for longest. */
  take(socket: Socket): void {
    if (this.#states.size >= this.#limits.maxCount) this.#evict()
    this.#states.set(socket, { pendingCount: 0, deadline: undefined })
    socket.once('close', () => this.#forget(socket))
  }

  /** What was taken in goes on through another socket. */
  goesThrough(socket: Socket, through: Socket): void {
    const state = this.#states.get(socket)
    if (state === undefined) return void through.destroy()
    this.#states.delete(socket)
    this.#states.set(through, state)
    through.once('close', () => this.#forget(through))
  }

  /** Whether this request is to be answered. */
  began(socket: Socket, response: ServerResponse): boolean {
    const state = this.#states.get(socket)
    if (state === undefined || socket.destroyed) return false
    if (state.pendingCount >= this.#limits.maxPendingCount) {
      socket.destroy()
      return false
    }
    state.pendingCount++
    state.deadline ??= setTimeout(() => socket.destroy(), this.#limits.writeDeadlineMs).unref()
    response.once('close', () => this.#ended(socket, state))
    return true
  }

  #ended(socket: Socket, state: State): void {
    state.pendingCount--
    clearTimeout(state.deadline)
    state.deadline = undefined
    if (!this.#states.delete(socket)) return
    this.#states.set(socket, state)
    if (state.pendingCount > 0) state.deadline = setTimeout(() => socket.destroy(), this.#limits.writeDeadlineMs).unref()
  }

  #evict(): void {
    let victim: Socket | undefined
    for (const [socket, { pendingCount }] of this.#states) {
      victim ??= socket
      if (pendingCount > 0) continue
      victim = socket
      break
    }
    if (victim === undefined) return
    this.#forget(victim)
    victim.destroy()
  }

  #forget(socket: Socket): void {
    clearTimeout(this.#states.get(socket)?.deadline)
    this.#states.delete(socket)
  }
}
