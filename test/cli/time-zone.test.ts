/** The zone of the machine makes no difference: times without a zone are of the zone that the mapping names, and our own log speaks UTC. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { finish } from './program.ts'

const MAPPING = `version: 1
input: { time_zone: Europe/Berlin }
metrics:
  - { name: event_time_seconds, type: gauge, event: e, value: $time, labels: { at: label } }
  - { name: events_total, type: counter, event: e }
`

/** What stands in the log, and what it is by the rules for Berlin: the gap is read with the offset before, of two times the first is meant. */
const TIMES: readonly (readonly [string, string])[] = [
  ['2026-01-31T12:34:56', '2026-01-31T11:34:56Z'],
  ['2026-03-29T01:59:59.5', '2026-03-29T00:59:59.5Z'],
  ['2026-03-29T02:30:00', '2026-03-29T01:30:00Z'],
  ['2026-03-29T03:00:00', '2026-03-29T01:00:00Z'],
  ['2026-10-25 02:30:00', '2026-10-25T00:30:00Z'],
  ['2026-10-25 03:00:00', '2026-10-25T02:00:00Z'],
  // The changes of New York and Apia are none here.
  ['2026-03-08T02:30:00', '2026-03-08T01:30:00Z'],
  ['2026-11-01T01:30:00', '2026-11-01T00:30:00Z'],
  ['2011-12-30T12:00:00', '2011-12-30T11:00:00Z'],
  ['2016-12-31T23:59:60', '2016-12-31T23:00:00Z'],
  ['2026-07-01T12:00:00-04:00', '2026-07-01T16:00:00Z'],
]

test.each(['UTC', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Apia', 'Nowhere/None'])('with TZ=%s', async (zone) => {
  const scratch = mkdtempSync(join(tmpdir(), 'agentlog-zone-'))
  onTestFinished(() => rmSync(scratch, { recursive: true }))
  const [mapping, log] = [join(scratch, 'm.yaml'), join(scratch, 'a.jsonl')]
  writeFileSync(mapping, MAPPING)
  writeFileSync(log, TIMES.map(([timestamp], i) => `${JSON.stringify({ event: 'e', timestamp, label: `n${i}` })}\n`).join(''))
  const { stdout, code } = await finish(['run', '--once', '-c', mapping, log], '', { TZ: zone })
  const shown = [...stdout.matchAll(/^event_time_seconds\{at="n(\d+)"\} (\S+)$/gm)].map(
    ([, i, seconds]) => [TIMES[Number(i)]![0], new Date(Number(seconds) * 1000).toISOString()] as const,
  )
  const expected = TIMES.map(([text, utc]) => [text, new Date(utc).toISOString()] as const)
  expect([code, Object.fromEntries(shown)]).toEqual([0, Object.fromEntries(expected)])
  expect(stdout).toContain(`events_total ${TIMES.length}`)
})
