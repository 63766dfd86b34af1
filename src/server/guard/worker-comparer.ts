/** Compares passwords in one worker thread, which starts with the first login and ends when nobody has logged in for a while. */
import { Worker } from 'node:worker_threads'
import type { Comparer } from './password-queue.ts'
import type { Question } from './password-worker.ts'

const IDLE_MS = 30_000
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 }

export class WorkerComparer implements Comparer {
  #worker: Worker | undefined
  #idle: NodeJS.Timeout | undefined
  /** Of the question that is asked, or was asked last. */
  #settle: { readonly resolve: (fits: boolean) => void; readonly reject: (error: Error) => void } | undefined

  /** One question at a time: the queue sees to that. */
  compare(password: string, hash: string): Promise<boolean> {
    clearTimeout(this.#idle)
    const worker = this.#started()
    return new Promise<boolean>((resolve, reject) => {
      this.#settle = { resolve, reject }
      worker.postMessage({ password, hash } satisfies Question)
    }).finally(() => {
      this.#idle = setTimeout(() => void this.close(), IDLE_MS).unref()
    })
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle)
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker
    const worker = new Worker(new URL('./password-worker.js', import.meta.url), { resourceLimits: RESOURCE_LIMITS })
    worker.unref()
    worker.on('message', (fits: boolean) => this.#settle?.resolve(fits))
    worker.on('error', (error) => this.#settle?.reject(error))
    worker.on('exit', () => {
      if (this.#worker !== undefined && this.#worker !== worker) return
      this.#worker = undefined
      this.#settle?.reject(new Error('the worker that compares passwords ended'))
    })
    this.#worker = worker
    return worker
  }
}
