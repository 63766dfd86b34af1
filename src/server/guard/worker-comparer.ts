/** Compares passwords in one worker thread, which starts with the first login and ends when nobody has logged in for a while. */
import { Worker } from 'node:worker_threads'
import type { Comparer } from './password-queue.ts'
import type { Question } from './password-worker.ts'

const IDLE_MS = 30_000
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 }

export class WorkerComparer implements Comparer {
  #worker: Worker | undefined
  #idle: NodeJS.Timeout | undefined

  /** One question at a time: the queue sees to that. */
  compare(password: string, hash: string): Promise<boolean> {
    clearTimeout(this.#idle)
    const worker = this.#started()
    return new Promise<boolean>((resolve, reject) => {
      const fail = (error?: unknown): void => {
        this.#worker = undefined
        reject(error instanceof Error ? error : new Error('the worker that compares passwords ended'))
      }
      worker.once('message', resolve)
      worker.once('error', fail)
      worker.once('exit', fail)
      worker.postMessage({ password, hash } satisfies Question)
    }).finally(() => {
      worker.removeAllListeners('message').removeAllListeners('error').removeAllListeners('exit')
      worker.on('error', () => {})
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
    this.#worker ??= new Worker(new URL('./password-worker.js', import.meta.url), { resourceLimits: RESOURCE_LIMITS })
    this.#worker.unref()
    return this.#worker
  }
}
