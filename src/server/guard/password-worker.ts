/** The worker of `worker-comparer.ts`: passwords and hashes in, whether they fit out. The only importer of bcryptjs. */
import { parentPort } from 'node:worker_threads'
import { compareSync } from 'bcryptjs'

export interface Question {
  readonly password: string
  readonly hash: string
}

parentPort?.on('message', ({ password, hash }: Question) => parentPort?.postMessage(compareSync(password, hash)))
