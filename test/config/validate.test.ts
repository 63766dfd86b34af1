/** The worker of the built program gives what the same code gives in this thread. `npm test` builds first. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { shapeIssues } from '../../src/config/shape-issues.ts'

const BUILT = join(import.meta.dirname, '../../dist/config/validate.js')

test.skipIf(!existsSync(BUILT))('issues come out of the worker as they are, and the worker ends', async () => {
  const { validateInWorker } = (await import(BUILT)) as typeof import('../../src/config/validate.ts')
  const faulty = { version: 2, metrixx: [], metrics: [{ name: 1, typ: 'counter', labels: { a: [] }, value: { unit: 'mss' } }] }
  const issues = await validateInWorker(faulty)
  expect(issues).toEqual(shapeIssues(faulty))
  expect(issues.length).toBeGreaterThan(4)
  expect(await validateInWorker({ version: 1 })).toEqual([])
})
