/** Which logs of a daemon's containers began before the source that skips history looked first. */
import { expect, test } from 'vitest'
import { containersIn } from '../../../src/source/docker/container-list.ts'
import { ContainerLog } from '../../../src/source/docker/container-log.ts'
import { NO_TIME, timeOfMs } from '../../../src/source/docker/log-time.ts'

const CREATED = 1_700_000_000

function lacks(container: object, skipBefore: string): boolean | undefined {
  const [info] = containersIn([{ Id: 'a'.repeat(64), ...container }])
  const cell = { value: 0 }
  const log = new ContainerLog(info!, new Map(), {
    source: 's',
    streams: ['stdout'],
    open: () => expect.fail('nothing is read'),
    batch: undefined as never,
    counts: { taken: cell, replayed: cell, parts: cell, gaps: cell },
    skipBefore,
    primeBefore: NO_TIME,
    liveFrom: NO_TIME,
  })
  return log.positions[0]!.origin?.lacksHistory
}

test.each([
  ['created before', { Created: CREATED }, timeOfMs(CREATED * 1000 + 1), true],
  ['created later', { Created: CREATED }, timeOfMs(CREATED * 1000), false],
  ['nothing is skipped', { Created: CREATED }, NO_TIME, false],
  ['the daemon does not say when', {}, timeOfMs(CREATED * 1000 + 1), false],
])('%s', (_, container, skipBefore, expected) => {
  expect(lacks(container, skipBefore)).toBe(expected)
})
