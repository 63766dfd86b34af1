/** Nobody else has a hand in the record's folder, and what somebody planted there is neither read nor written through. */
import {
  chmodSync,
  chownSync,
  lchownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { checkFolder, createOwn, readOwn, replaceOwn, UnsafeFolder } from '../../src/state/own-files.ts'

let folder: string
let victim: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agentlog-own-'))
  victim = join(mkdtempSync(join(tmpdir(), 'agentlog-victim-')), 'victim')
  writeFileSync(victim, 'precious')
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
  rmSync(join(victim, '..'), { recursive: true })
})

const at = (name: string): string => join(folder, name)

/** Makes what stands there somebody else's: by giving it away, or, if we may not, by being somebody else. */
function giveAway(path: string): void {
  if (process.geteuid!() === 0) lchownSync(path, 12_345, 12_345)
  else vi.spyOn(process, 'geteuid').mockReturnValue(statSync(folder).uid + 1)
}

test('a folder of ours passes, whatever else stands in it', () => {
  writeFileSync(at('snapshot-1'), '')
  symlinkSync(victim, at('notes'))
  expect(() => checkFolder(folder)).not.toThrow()
})

test('a folder of somebody else is refused', () => {
  giveAway(folder)
  expect(() => checkFolder(folder)).toThrow(/belongs to user \d+, and this is user \d+; chown it, or name another folder/)
})

test('a folder in which anyone may write is refused, unless what others make there stays theirs', () => {
  chmodSync(folder, 0o777)
  expect(() => checkFolder(folder)).toThrow(UnsafeFolder)
  chmodSync(folder, 0o1777)
  expect(() => checkFolder(folder)).not.toThrow()
  writeFileSync(at('snapshot-7'), 'forged')
  giveAway(at('snapshot-7'))
  expect(() => checkFolder(folder)).toThrow(UnsafeFolder)
})

test('a link to a folder of ours passes if we made it, and is refused if not', () => {
  const link = at('link')
  mkdirSync(at('real'), { mode: 0o700 })
  symlinkSync(at('real'), link)
  expect(() => checkFolder(link)).not.toThrow()
  if (process.geteuid!() === 0) {
    lchownSync(link, 12_345, 12_345)
    expect(() => checkFolder(link)).toThrow('it is a symbolic link that user 12345 made')
  }
})

test.each(['lock', 'lock.tmp', 'in-hand', 'suspects', 'suspects.tmp', 'snapshot-3', 'journal-3', 'snapshot-4.tmp'])(
  'a symbolic link or a folder where %s should be is refused',
  (name) => {
    symlinkSync(victim, at(name))
    expect(() => checkFolder(folder)).toThrow(`${name} in it is a symbolic link`)
    rmSync(at(name))
    mkdirSync(at(name))
    expect(() => checkFolder(folder)).toThrow(`${name} in it is no file`)
  },
)

test('what is planted later is not followed either', () => {
  symlinkSync(victim, at('lock'))
  symlinkSync(victim, at('suspects.tmp'))
  expect(() => readOwn(at('lock'))).toThrow('ELOOP')
  expect(() => createOwn(at('lock'))).toThrow('EEXIST')
  replaceOwn(at('suspects'), 'ours')
  expect(readFileSync(victim, 'utf8')).toBe('precious')
  expect(readFileSync(at('suspects'), 'utf8')).toBe('ours')
  expect(readdirSync(folder).sort()).toEqual(['lock', 'suspects'])
  expect(statSync(at('suspects')).mode & 0o777).toBe(0o600)
})

test('a second name of a precious file is replaced, not written to', () => {
  linkSync(victim, at('suspects'))
  replaceOwn(at('suspects'), 'ours')
  expect(readFileSync(victim, 'utf8')).toBe('precious')
})

test('where there are no users nobody is mistrusted', () => {
  if (process.geteuid!() === 0) chownSync(folder, 12_345, 12_345)
  const { geteuid } = process
  Object.assign(process, { geteuid: undefined })
  try {
    expect(() => checkFolder(folder)).not.toThrow()
  } finally {
    Object.assign(process, { geteuid })
  }
})
