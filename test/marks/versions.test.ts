/** Marks that every version of the format recorded are kept beside this file, and read as what they hold. */
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { NOTHING } from '../../src/marks/key-space.ts'
import { Marks } from '../../src/marks/marks.ts'
import { MarksPart } from '../../src/marks/marks-part.ts'
import { nodeDisk } from '../../src/state/disk.ts'
import { DurableRecord } from '../../src/state/durable-record.ts'
import { RECORD_VERSION } from '../../src/state/record-file.ts'

const FIXTURES = join(import.meta.dirname, 'fixtures')
const versions = readdirSync(FIXTURES).filter((name) => name.startsWith('version-'))

test('there are some of this version', () => {
  expect(existsSync(join(FIXTURES, `version-${RECORD_VERSION}`))).toBe(true)
})

test.each(versions)('%s is read as what it holds', (version) => {
  const folder = mkdtempSync(join(tmpdir(), 'agentlog-marks-version-'))
  cpSync(join(FIXTURES, version), folder, { recursive: true })
  try {
    const marks = new Marks({ limit: 5, seed: Int32Array.of(1, 2, 3, 4) })
    const [once, rise] = [marks.space('once'), marks.space('rise', 2)]
    const part = new MarksPart(marks)
    const onError = (what: string): never => expect.fail(what)
    const record = new DurableRecord({ disk: nodeDisk, folder, parts: [part], program: 'test', onError })
    expect(record.restore()).toMatchObject({ problems: [], isBehind: false })
    part.restore()
    expect(marks.table.size).toBe(5)
    const known = (space: typeof once, ...key: string[]) => [
      space.find(key),
      space.value(0),
      ...(space.width > 1 ? [space.value(1)] : []),
    ]
    expect(known(rise, 'rises')).toEqual(['known', 12.25, 0.5])
    expect(known(rise, 'a part')).toEqual(['known', 7, NOTHING])
    for (const i of [2, 3, 4]) expect(known(once, `key ${i}`, 'ü')).toEqual(['known', i])
    for (const key of [['gone in the snapshot'], ['key 0', 'ü'], ['key 1', 'ü']]) expect(once.find(key)).toBe('forgotten')
    expect(once.find(['key 0'])).toBe('new')
    record.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
})
