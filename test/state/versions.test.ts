/** Records of every version of the format that there ever was are kept beside this file, and read as what they hold. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ClocksPart } from '../../src/clock/clocks-part.ts'
import { Exposition } from '../../src/exposition/exposition.ts'
import { BirthsPart } from '../../src/registry/births-part.ts'
import type { FamilySpec } from '../../src/registry/family-spec.ts'
import { restoreSeries, SeriesPart } from '../../src/registry/series-part.ts'
import { PositionsPart } from '../../src/source/positions-part.ts'
import { nodeDisk } from '../../src/state/disk.ts'
import { DurableRecord } from '../../src/state/durable-record.ts'
import { RECORD_VERSION } from '../../src/state/record-file.ts'
import { registryOf } from '../registry/registry-of.ts'
import { FAMILIES } from './fixtures/families.mjs'
import { TIMED_FAMILIES } from './fixtures/timed-families.mjs'

const FIXTURES = join(import.meta.dirname, 'fixtures')
const versions = readdirSync(FIXTURES).filter((name) => name.startsWith('version-'))

test('there is one of this version', () => {
  expect(existsSync(join(FIXTURES, `version-${RECORD_VERSION}`))).toBe(true)
})

test.each(versions)('%s is read as what it holds, and goes on', (version) => {
  const folder = mkdtempSync(join(tmpdir(), 'agentlog-version-'))
  cpSync(join(FIXTURES, version), folder, { recursive: true })
  try {
    const { registry, own } = registryOf()
    const families = (FAMILIES as readonly FamilySpec[]).map((spec) => registry.family(spec))
    const series = new SeriesPart()
    const positions = new PositionsPart([])
    const births = new BirthsPart(registry.births)
    const onError = (what: string, cause: Error): never => {
      throw new Error(what, { cause })
    }
    const record = new DurableRecord({ disk: nodeDisk, folder, parts: [series, positions, births], program: 'test', onError })
    expect(record.restore()).toMatchObject({ problems: [], isBehind: false })
    expect(restoreSeries(series.recorded, families)).toEqual([])
    births.restore(series.recorded, families)
    series.keep(families)
    const exposition = new Exposition({ registry, own, others: () => [], nowMs: () => 0 })
    const logs = positions.recorded().map(({ position: { id, checkpoint, note } }) => `${id} ${checkpoint} ${note}\n`)
    expect([exposition.mappedText(), ...logs].join('')).toBe(readFileSync(join(folder, 'holds.txt'), 'utf8'))
    expect(exposition.bodyFor('127.0.0.1 Prometheus/2.42.0')!.toString()).toContain(
      'a_total{tool="born since the last scrape"} 0\n',
    )
    expect(record.commit()).toBe(true)
    record.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
})

const timed = readdirSync(FIXTURES).filter((name) => /^timed-\d+$/.test(name))

test.each(timed)('%s, with clocks, windows and expiry, is read as what it holds, and goes on', (form) => {
  const folder = mkdtempSync(join(tmpdir(), 'agentlog-timed-'))
  cpSync(join(FIXTURES, form), folder, { recursive: true })
  try {
    const { registry, own, clocks } = registryOf()
    const families = (TIMED_FAMILIES as readonly FamilySpec[]).map((spec) => registry.family(spec))
    const [series, clocksPart] = [new SeriesPart(), new ClocksPart(clocks)]
    const onError = (what: string, cause: Error): never => {
      throw new Error(what, { cause })
    }
    const record = new DurableRecord({ disk: nodeDisk, folder, parts: [clocksPart, series], program: 'test', onError })
    expect(record.restore()).toMatchObject({ problems: [], isBehind: false })
    clocksPart.restore()
    expect(restoreSeries(series.recorded, families)).toEqual([])
    series.keep(families)
    const exposition = new Exposition({ registry, own, others: () => [], nowMs: () => 0 })
    expect(exposition.mappedText()).toBe(readFileSync(join(folder, 'holds.txt'), 'utf8'))
    expect([...clocks.all()].map(({ source, log }) => `${source} ${log}`)).toEqual(['files 1:2:3', 'stdin stdin'])
    expect(record.commit()).toBe(true)
    record.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
})
