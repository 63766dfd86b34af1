/** Random lives as in file-operations.model.test.ts, of logs that are also copied, truncated behind the copy, and compressed. */
import { expect, test } from 'vitest'
import { LIMIT_MS, live } from './file-life/lives.ts'
import { OPERATIONS_WITH_COPIES, operationsWithCopies } from './file-life/operations.ts'

test(
  'every line is counted exactly once, whatever copies there are',
  async () => {
    const { met, failure } = await live(true, operationsWithCopies)
    expect(failure).toBeUndefined()
    // Of two ghosts that begin alike the one that was read furthest is taken, which may be the wrong one.
    expect(met.get('lost though on disk')).toBeLessThanOrEqual(5)
    const rules = [
      'copy found',
      'ghost read on',
      'ghost unpacked',
      'known',
      'missing',
      'written anew',
      'skipped',
      'let go',
      'lost in no file',
    ]
    for (const what of [...OPERATIONS_WITH_COPIES, ...rules]) expect(met.get(what), what).toBeGreaterThan(0)
  },
  LIMIT_MS,
)
