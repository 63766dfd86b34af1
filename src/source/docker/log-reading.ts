/**
 * One answer with a container's log, while it is read: its frames go to the container's feeds as they come, and nothing is kept. The daemon is
 * never made to wait: it would fall behind the rotation of its own files. Only who reads to an end waits for its sink.
 */

import { AnyFrames } from './any-frames.ts'
import type { OpenedLog } from './engine.ts'
import type { FrameFault, FrameTaker } from './log-frame.ts'

export type Ending =
  /** The daemon has no more. */
  | { readonly kind: 'ended' }
  /** We have seen enough. */
  | { readonly kind: 'left' }
  | { readonly kind: 'broken'; readonly text: string }
  | { readonly kind: 'daemon' | 'malformed'; readonly text: string }

export interface ReadingOptions extends FrameTaker {
  /** All that came up to now is to be in the numbers. */
  readonly onChunk: () => void
  /** For who reads to an end: resolves when more can be taken. */
  readonly busy?: () => Promise<void> | undefined
  /** Longest time without a byte; undefined: it may be quiet for ever. */
  readonly quietMs: number | undefined
}

export class LogReading {
  readonly #log: OpenedLog
  readonly #options: ReadingOptions
  readonly #frames: AnyFrames
  readonly #ended: Promise<Ending>
  #end: (ending: Ending) => void = () => {}
  #isPaused = false

  constructor(log: OpenedLog, options: ReadingOptions) {
    this.#log = log
    this.#options = options
    this.#frames = new AnyFrames(options)
    this.#ended = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  /** Resolves when nothing more comes. Rejects with what a sink throws: a bug. */
  async read(): Promise<Ending> {
    const { answer } = this.#log
    let thrown: { readonly error: unknown } | undefined
    answer.on('data', (chunk: Buffer) => {
      try {
        this.#take(chunk)
      } catch (error) {
        thrown = { error }
        this.leave()
      }
    })
    answer.on('end', () => this.#finish())
    answer.on('error', (error) => this.#end({ kind: 'broken', text: error.message }))
    answer.on('close', () => this.#end({ kind: 'broken', text: 'the connection was closed' }))
    if (this.#options.quietMs !== undefined) {
      answer.setTimeout(this.#options.quietMs, () => answer.destroy(new Error('the daemon sends nothing')))
    }
    // One that was kept for later may have broken before anybody listened.
    if (answer.destroyed) this.#end({ kind: 'broken', text: 'the connection was closed' })
    const ending = await this.#ended
    answer.destroy()
    if (thrown !== undefined) throw thrown.error
    return ending
  }

  leave(): void {
    this.#end({ kind: 'left' })
    this.#log.answer.destroy()
  }

  /** Nothing is delivered until `resume`. */
  pause(): void {
    this.#isPaused = true
    this.#log.answer.pause()
  }

  resume(): void {
    this.#isPaused = false
    this.#log.answer.resume()
  }

  #take(chunk: Buffer): void {
    const fault = this.#frames.push(chunk)
    this.#options.onChunk()
    if (fault !== undefined) this.#stopBy(fault)
    else this.#giveWay()
  }

  #stopBy(fault: FrameFault): void {
    this.#end(fault)
    this.#log.answer.destroy()
  }

  #giveWay(): void {
    const busy = this.#options.busy?.()
    if (busy === undefined) return
    this.#log.answer.pause()
    void busy.then(() => {
      if (!this.#isPaused) this.#log.answer.resume()
    })
  }

  #finish(): void {
    const isWhole = this.#frames.end()
    this.#options.onChunk()
    this.#end(isWhole ? { kind: 'ended' } : { kind: 'malformed', text: 'the log ends within a frame' })
  }
}
