/** What promtool says of a web configuration, we say: over right and wrong files, and over the shipped example. */
import { spawnSync } from 'node:child_process'
import { afterAll, expect, test } from 'vitest'
import { hasErrors } from '../../src/diag/diagnostic.ts'
import { loadWebConfig } from '../../src/server/web-config/load.ts'
import { VERDICTS, writeCaseFiles } from '../server/web-config/verdicts.ts'
import { isMissing, Scratch } from './workbench.ts'

const scratch = new Scratch()
afterAll(() => scratch.remove())
writeCaseFiles(scratch.path)

function acceptedByPromtool(file: string): { isAccepted: boolean; says: string } {
  const run = spawnSync('promtool', ['check', 'web-config', file], { encoding: 'utf8' })
  return { isAccepted: run.status === 0, says: run.stdout + run.stderr }
}

const isWithout = isMissing('promtool')

test.skipIf(isWithout)('promtool and we accept and refuse the same web configurations', () => {
  let agreed = 0
  for (const [i, { what, yaml, wrong, promtoolDiffers }] of VERDICTS.entries()) {
    const file = scratch.write(`case-${i}.yml`, yaml)
    const ours = !hasErrors(loadWebConfig(file).diagnostics)
    const { isAccepted, says } = acceptedByPromtool(file)
    expect([what, ours]).toEqual([what, wrong === undefined])
    // A reason that no longer holds goes.
    if (promtoolDiffers !== undefined && wrong === undefined) expect([what, isAccepted]).toEqual([what, false])
    if (promtoolDiffers !== undefined) continue
    expect([what, isAccepted, says]).toEqual([what, ours, says])
    agreed++
  }
  console.log(
    `${agreed} of ${VERDICTS.length} web configurations: same verdict as promtool; each of the others says why it differs`,
  )
  expect(agreed).toBeGreaterThan(80)
})
