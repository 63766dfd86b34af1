/**
 * Checks the shape of a mapping in a worker that ends: zod costs 6 MB for as long as it is loaded and 40 ms of start, which a
 * process that runs for weeks beside an agent should not pay.
 */
import { Worker } from 'node:worker_threads'
import type { ShapeIssue } from './shape-issues.ts'

/** Issues of `data`, which must be plain data. Rejects only if the worker itself fails. */
export function validateInWorker(data: unknown): Promise<readonly ShapeIssue[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./validate-worker.js', import.meta.url), { workerData: data })
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}
