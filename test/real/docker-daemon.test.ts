/**
 * The Docker daemon is stopped and killed under the built exporter, and comes back; with live-restore its containers go on meanwhile. Whatever the
 * daemon then still gives back is counted once.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import { IS_LONG } from '../faults/form.ts'
import { importAgent } from './docker-agent.ts'
import { accountOf, dockTest, EXACT } from './docker-fixture.ts'
import { cannotDock, Dockerd } from './dockerd.ts'
import { until } from './workbench.ts'

const cannotRun = cannotDock('busybox')
const WHILE_MS = 800
const DOWN_MS = 2500
const ROUNDS = IS_LONG ? 10 : 2
/** The exporter asks again after half a minute at the latest. */
const PATIENCE_MS = 45_000
const LINES_BACK = 200

const KINDS = [
  { signal: 'TERM', flags: ['--live-restore'] },
  { signal: 'KILL', flags: ['--live-restore'] },
  { signal: 'TERM', flags: [] },
  { signal: 'KILL', flags: [] },
] as const

/** A container that the daemon starts again if it does not live on without it. */
const LASTING = ['--restart', 'always']

describe.skipIf(cannotRun)('the daemon goes and comes back', () => {
  dockTest.concurrent.for(KINDS)(
    'SIG$signal, with $flags',
    async ({ signal, flags }, { scratch, follow, run, onTestFinished }) => {
      const daemon = await Dockerd.start(...flags)
      onTestFinished(() => daemon.stop())
      importAgent(daemon, scratch)
      const lives = { api: await follow(daemon, 'api', 'agent'), files: await follow(daemon, 'files', 'agent') }
      const agent = await run(daemon, { name: 'agent', perSecond: 300, flags: LASTING })
      let downLines = 0
      for (let round = 0; round < ROUNDS; round++) {
        await pause(WHILE_MS)
        await daemon.endDaemon(signal)
        const { begun } = agent
        await pause(DOWN_MS)
        downLines += agent.begun - begun
        await daemon.startDaemon(...flags)
        await until('lines of the agent', () => agent.begun > begun + LINES_BACK || undefined)
      }
      await daemon.meanwhile('update', '--restart', 'no', agent.id)
      const lines = await agent.finish()
      const given = await agent.given()
      const isLive = flags.length > 0
      console.log(JSON.stringify({ test: `daemon, SIG${signal} ${flags.join()}`, lines, given: given.size, downLines }))
      for (const [read, one] of Object.entries(lives))
        expect(await accountOf(`daemon, SIG${signal} ${flags.join()}, ${read}`, one, given.keys(), PATIENCE_MS)).toMatchObject(
          EXACT,
        )
      expect(given.size).toBeGreaterThan(ROUNDS * LINES_BACK)
      if (!isLive) return
      expect(downLines).toBeGreaterThan(0)
      expect(given.size).toBe(lines)
    },
  )
})
