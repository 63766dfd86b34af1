/** Which packed files came while the process ran: clocks are read in milliseconds, file systems keep nanoseconds. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Archives } from '../../src/source/file/archives.ts'
import type { FoundFile } from '../../src/source/file/folder.ts'
import { PackedUnseen } from '../../src/source/file/packed-unseen.ts'

const folder = mkdtempSync(join(tmpdir(), 'agentlog-packed-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Of these it is said that they are to be looked into. */
function found(path: string, sinceMs: number): readonly string[] {
  const expected: FoundFile[] = []
  const archives = { expect: (file: FoundFile) => expected.push(file), expects: () => true } as unknown as Archives
  new PackedUnseen(sinceMs).find([path], [], archives)
  return expected.map((file) => file.path)
}

test('what was packed within the millisecond of the start is history, what was packed in a later one is not', () => {
  const path = join(folder, 'app.log.1.gz')
  writeFileSync(path, 'packed')
  const bornMs = Math.floor(Number(statSync(path, { bigint: true }).birthtimeNs) / 1e6)
  expect([found(path, bornMs), found(path, bornMs + 1), found(path, bornMs - 1)]).toEqual([[], [], [path]])
})
