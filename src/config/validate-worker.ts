/** The worker of `validate.ts`: one mapping in, its issues out, and it ends. */
import { parentPort, workerData } from 'node:worker_threads'
import { shapeIssues } from './shape-issues.ts'

parentPort?.postMessage(shapeIssues(workerData))
