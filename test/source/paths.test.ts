/** What a scan costs: names are listed again only where a folder has changed, and quiet files are looked at less often. */
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Paths } from '../../src/source/file/paths.ts'
import { Sightings } from '../../src/source/file/sightings.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'agentlog-paths-'))
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(directory, { recursive: true })
})

const path = (name: string) => join(directory, name)

/** From now on all that is there was changed long ago. */
function age(): void {
  const laterMs = Date.now() + 10_000
  vi.spyOn(Date, 'now').mockImplementation(() => laterMs)
}

class Scans {
  readonly paths: Paths
  #nowMs = 0

  constructor(...patterns: readonly string[]) {
    this.paths = new Paths(patterns.map(path), [], false)
  }

  /** Names and sizes, and whether it was told that nothing has changed. */
  async next(ms = 1000): Promise<{ files: string[]; isAsBefore: boolean }> {
    this.#nowMs += ms
    const { files, isAsBefore } = await this.paths.scan(this.#nowMs)
    return { files: files.map((file) => `${file.path.slice(directory.length + 1)} ${file.stat.size}`).sort(), isAsBefore }
  }
}

describe('a scan', () => {
  test('finds nothing new where nothing has changed, and says so', async () => {
    for (const name of ['a.log', 'b.log']) writeFileSync(path(name), 'x')
    age()
    const scans = new Scans('*.log')
    expect(await scans.next()).toEqual({ files: ['a.log 1', 'b.log 1'], isAsBefore: false })
    expect(await scans.next()).toEqual({ files: ['a.log 1', 'b.log 1'], isAsBefore: true })
    appendFileSync(path('a.log'), 'yz')
    expect(await scans.next()).toEqual({ files: ['a.log 3', 'b.log 1'], isAsBefore: false })
    expect(await scans.next()).toEqual({ files: ['a.log 3', 'b.log 1'], isAsBefore: true })
  })

  test.each<[string, () => void, string[]]>([
    ['a new name', () => writeFileSync(path('c.log'), ''), ['a.log 1', 'c.log 0', 'd/x.log 1']],
    ['a name that is gone', () => unlinkSync(path('a.log')), ['d/x.log 1']],
    ['a new name below', () => writeFileSync(path('d/y.log'), ''), ['a.log 1', 'd/x.log 1', 'd/y.log 0']],
    ['a renamed folder', () => renameSync(path('d'), path('e')), ['a.log 1', 'e/x.log 1']],
    [
      'names that changed places',
      () => {
        renameSync(path('a.log'), path('t'))
        renameSync(path('d/x.log'), path('a.log'))
        renameSync(path('t'), path('d/x.log'))
        appendFileSync(path('a.log'), 'y')
      },
      ['a.log 2', 'd/x.log 1'],
    ],
  ])('finds %s, also of names that were listed long ago', async (_, change, expected) => {
    mkdirSync(path('d'))
    for (const name of ['a.log', 'd/x.log']) writeFileSync(path(name), 'x')
    age()
    const scans = new Scans('**/*.log')
    for (let i = 0; i < 3; i++) await scans.next()
    change()
    expect(await scans.next()).toEqual({ files: expected, isAsBefore: false })
  })

  test('finds a file that comes to stand at a name without a change of the folder', async () => {
    mkdirSync(path('elsewhere'))
    symlinkSync('elsewhere/target', path('a.log'))
    writeFileSync(path('b.log'), '')
    age()
    const scans = new Scans('*.log')
    expect((await scans.next()).files).toEqual(['b.log 0'])
    expect((await scans.next()).isAsBefore).toBe(true)
    writeFileSync(path('elsewhere/target'), 'x')
    expect((await scans.next()).files).toEqual(['a.log 1', 'b.log 0'])
    unlinkSync(path('elsewhere/target'))
    expect((await scans.next()).files).toEqual(['b.log 0'])
  })

  test('waits for what is named and not there without listing anything', async () => {
    writeFileSync(path('a.log'), 'x')
    age()
    const scans = new Scans('*.log', 'later', 'none/*.log', 'none/later')
    expect((await scans.next()).files).toEqual(['a.log 1'])
    expect(await scans.next()).toEqual({ files: ['a.log 1'], isAsBefore: true })
    mkdirSync(path('none'))
    writeFileSync(path('none/later'), 'xy')
    expect((await scans.next()).files).toEqual(['a.log 1', 'none/later 2'])
    writeFileSync(path('none/b.log'), '')
    expect((await scans.next()).files).toEqual(['a.log 1', 'none/b.log 0', 'none/later 2'])
  })

  test('trusts no folder that changed just before it was listed: the next change may fall into the same tick of the clock', async () => {
    writeFileSync(path('a.log'), 'x')
    const scans = new Scans('*.log')
    for (let i = 0; i < 3; i++) expect((await scans.next()).isAsBefore).toBe(false)
  })

  test('lists all anew every ten seconds, whatever the folders seem to tell', async () => {
    writeFileSync(path('a.log'), 'x')
    age()
    const scans = new Scans('*.log')
    await scans.next()
    expect((await scans.next(9000)).isAsBefore).toBe(true)
    expect((await scans.next(1000)).isAsBefore).toBe(false)
  })
})

test('a file that has not changed for a minute is looked at every 2.5 seconds', () => {
  const sightings = new Sightings()
  writeFileSync(path('a.log'), 'x')
  const sizeAt = (nowMs: number) => Number(sightings.lookAgain(path('a.log'), nowMs)?.stat.size)
  expect([sizeAt(0), sizeAt(59_000)]).toEqual([1, 1])
  appendFileSync(path('a.log'), 'y')
  expect(sizeAt(59_900)).toBe(2)
  expect(sizeAt(120_000)).toBe(2)
  appendFileSync(path('a.log'), 'z')
  expect([sizeAt(121_000), sizeAt(122_400), sizeAt(122_500)]).toEqual([2, 2, 3])
  appendFileSync(path('a.log'), 'z')
  expect(sizeAt(122_600)).toBe(4)
})
