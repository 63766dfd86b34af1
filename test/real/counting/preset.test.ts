/** The shipped preset on the shipped sample: the exposition is clean to promtool, and a count by other code gives the same numbers. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  ARRIVAL_METRIC,
  countedByOracle,
  differences,
  Exporter,
  isMissing,
  once,
  promtool,
  python,
  ROOT,
  SAMPLE,
} from '../workbench.ts'

test.skipIf(isMissing('promtool'))('promtool finds nothing to say about the preset on the sample, own metrics included', () => {
  const run = once('--self', '--preset', 'agent', SAMPLE)
  expect(run).toMatchObject({ code: 0, stderr: '' })
  expect(promtool(run.stdout)).toEqual({ code: 0, says: '' })
})

test.skipIf(isMissing('promtool'))('promtool finds nothing to say about /metrics, process metrics included', async () => {
  const exporter = await Exporter.start('--preset', 'agent', SAMPLE)
  const exposition = await exporter.caughtUp(readFileSync(SAMPLE, 'latin1').split('\n').length - 1)
  expect(await exporter.stop()).toBe(0)
  expect(exposition).toContain('process_resident_memory_bytes')
  expect(promtool(exposition)).toEqual({ code: 0, says: '' })
})

test.skipIf(isMissing('python3'))(
  'every sample of the shipped log is what the oracle counts, rejected and skipped ones by their reasons',
  () => {
    const run = once('--self', '--preset', 'agent', SAMPLE)
    expect(differences(countedByOracle('agent', SAMPLE), run.stdout, ARRIVAL_METRIC)).toMatch(/^all \d+ samples right$/)
  },
)

test.skipIf(isMissing('python3'))('the oracle would notice a wrong, a missing and an invented sample', () => {
  const { stdout } = once('--self', '--preset', 'agent', SAMPLE)
  const counted = countedByOracle('agent', SAMPLE)
  const bent = stdout
    .replace('agent_runs_started_total{agent="planner"} 3', 'agent_runs_started_total{agent="planner"} 4')
    .replace(/^agent_info.*\n/m, '')
    .replace('reason="not_object"} 3', 'reason="not_object"} 2')
    .concat('agent_forged_total 1\n')
  expect(differences(counted, bent, ARRIVAL_METRIC).split('\n')).toEqual([
    'missing: agent_info{agent="support-bot",version="1.4.1"} 1',
    'wrong: agent_runs_started_total{agent="planner"} is 4.0, should be 3',
    'wrong: agentlog_rejected_lines_total{reason="not_object",source="files"} is 2.0, should be 3',
    'not expected: agent_forged_total 1.0',
    '4 differ',
  ])
})

test.skipIf(isMissing('python3'))('the shipped sample is what its generator writes', () => {
  expect(python(join(ROOT, 'test/oracle/make_sample.py'))).toBe(readFileSync(SAMPLE, 'utf8'))
})
