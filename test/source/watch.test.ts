import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DirectoryWatch } from '../../src/source/file/watch.ts'
import { monotonicClock, TimedWaker } from '../../src/source/wake.ts'
import { Following } from './following.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'agentlog-watch-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await nextTurn()
}

test('a change of a file and a new name are hinted, from directories only', async () => {
  const hints = new Set<string>()
  const watch = new DirectoryWatch(
    (path, hint) => hints.add(`${hint} ${path}`),
    () => {},
  )
  writeFileSync(join(directory, 'a.log'), '')
  mkdirSync(join(directory, 'sub'))
  await watch.follow(new Map([[directory, 2]]))
  // chokidar does not tell when a directory added later is watched: write until it is.
  await until(() => {
    appendFileSync(join(directory, 'a.log'), 'x')
    return hints.has(`change ${join(directory, 'a.log')}`)
  })
  writeFileSync(join(directory, 'b.log'), '')
  await until(() => hints.has(`entry ${join(directory, 'b.log')}`))
  writeFileSync(join(directory, 'sub', 'c.log'), '')
  renameSync(join(directory, 'b.log'), join(directory, 'd.log'))
  await until(() => hints.has(`entry ${join(directory, 'd.log')}`))
  expect([...hints].filter((hint) => hint.includes('c.log'))).toEqual([])
  await watch.close()
})

test('directories with very many entries are left to the scan', async () => {
  const hints: string[] = []
  const watch = new DirectoryWatch(
    (path) => hints.push(path),
    () => {},
  )
  const small = join(directory, 'small')
  mkdirSync(small)
  await watch.follow(
    new Map([
      [directory, 100_000],
      [small, 1],
    ]),
  )
  await until(() => {
    writeFileSync(join(directory, 'big'), 'x')
    writeFileSync(join(small, 'a'), 'x')
    return hints.length > 0
  })
  expect(hints.filter((path) => path === join(directory, 'big'))).toEqual([])
  await watch.close()
})

test.skipIf(!existsSync('/proc/self/fdinfo'))('a directory costs one watch, whatever number of files it has', async () => {
  for (let i = 0; i < 100; i++) writeFileSync(join(directory, `${i}.log`), '')
  const hints: string[] = []
  const before = inotifyWatches()
  const watch = new DirectoryWatch(
    (path) => hints.push(path),
    () => {},
  )
  await watch.follow(new Map([[directory, 100]]))
  await until(() => {
    writeFileSync(join(directory, '1.log'), 'x')
    return hints.length > 0
  })
  expect(inotifyWatches() - before).toBe(1)
  await watch.close()
  expect(inotifyWatches() - before).toBe(0)
})

/** Of this process, as the kernel tells. */
function inotifyWatches(): number {
  const textOf = (fd: string) => {
    try {
      return readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')
    } catch {
      return ''
    }
  }
  return readdirSync('/proc/self/fdinfo').flatMap((fd) => textOf(fd).match(/^inotify /gm) ?? []).length
}

test('a directory that is not there is no failure', async () => {
  const failures: Error[] = []
  const watch = new DirectoryWatch(
    () => {},
    (error) => failures.push(error),
  )
  await watch.follow(new Map([[join(directory, 'gone'), 0]]))
  await watch.close()
  expect(failures).toEqual([])
})

test('a hint makes a scan sooner than its time', async () => {
  const f = new Following({
    patterns: ['*.log'],
    clock: monotonicClock,
    waker: new TimedWaker(),
    watches: true,
    scanIntervalMs: 3_600_000,
  })
  void f.start()
  await f.source.caughtUp
  await until(() => {
    writeFileSync(f.path('late.log'), 'late\n')
    return f.lines.length > 0
  })
  await f.stop()
  expect(f.lines[0]).toBe('late')
})
