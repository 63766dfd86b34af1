/** Which way containers are read, when that is decided, and what becomes of the places of the other way. */
import { expect, test } from 'vitest'
import { selector } from '../../../src/source/containers.ts'
import {
  DockerSource,
  type DockerSourceOptions,
  type Reading,
  type ToldSource,
} from '../../../src/source/docker/docker-source.ts'
import { JsonFiles } from '../../../src/source/docker/json-files.ts'
import type { RecordedPositions } from '../../../src/source/source.ts'
import { createOwnMetrics } from '../../../src/telemetry/own-metrics.ts'
import { DockerTree, idOf } from './docker-tree.ts'

interface Opened {
  readonly reading: Reading
  readonly takesNoHistory: boolean
  restored: RecordedPositions | undefined
  isDraining: boolean
}

const FILE = { id: '1:2:3', checkpoint: 5, note: '{"key":"1:2:3","path":"/x"}' }
const ARCHIVE = { id: '1:2:4:gz', checkpoint: 5, note: 'archive, read to its end' }
const BEGUN = { id: 'first scan', checkpoint: 0, note: 'history is skipped' }
const CURSOR = { id: 'abc:stdout', checkpoint: 7, note: '{"ts":"1.2","n":3}' }

function made({ read = 'auto' as DockerSourceOptions['read'], why = undefined as string | undefined } = {}) {
  const opened: Opened[] = []
  const said: string[] = []
  const open =
    (reading: Reading) =>
    (takesNoHistory: boolean): ToldSource => {
      const one: Opened = { reading, takesNoHistory, restored: undefined, isDraining: false }
      opened.push(one)
      return {
        name: 's',
        problems: [`of ${reading}`],
        faults: [{ what: reading, why: 'is not there', isDown: true }],
        caughtUp: Promise.resolve(),
        run: async () => {},
        drain: () => {
          one.isDraining = true
        },
        positions: () => [{ id: reading, checkpoint: 1, changes: 1, note: () => reading }],
        restore: (own) => {
          one.restored = own
          return []
        },
      }
    }
  const say = (text: string): void => void said.push(text)
  const source = new DockerSource({
    name: 's',
    read,
    whyNoFiles: () => why,
    open: { files: open('files'), api: open('api') },
    log: { info: say, warn: say },
  })
  const run = () => source.run(() => ({}) as never, new AbortController().signal)
  return { source, opened, said, run }
}

test('auto reads files where they can be read, and says so once', async () => {
  const { source, opened, said, run } = made()
  expect([source.reading, source.words, source.positions(), source.problems]).toEqual([undefined, '', [], []])
  await run()
  await source.caughtUp
  expect(opened.map(({ reading }) => reading)).toEqual(['files'])
  expect(said).toEqual(['containers are read from the files of the daemon: they can be read'])
  expect([source.words, source.problems]).toEqual([said[0], ['of files']])
  source.drain()
  expect(opened[0]!.isDraining).toBe(true)
})

test('auto asks the daemon where they cannot, and says why', async () => {
  const { source, said, run } = made({ why: '/r: no such folder' })
  await run()
  expect([source.reading, said]).toEqual([
    'api',
    ['containers are read through the interface of the daemon: no files: /r: no such folder'],
  ])
  expect(source.positions().map(({ id }) => id)).toEqual(['api'])
})

test('who asks whether files can be read counts no containers: the way that is taken does', () => {
  const tree = new DockerTree()
  tree.create(idOf('a1'), { name: 'agent', driver: 'local' })
  const telemetry = createOwnMetrics()
  const select = selector({ names: [], withLabels: {} })
  const guide = new JsonFiles({ source: 's', root: tree.root, select, streams: ['stdout'], takesUnknown: true, telemetry })
  expect(guide.whyNot()).toMatch(/^container agent \(a1a1a1a1a1a1\): its log driver is not json-file/)
  expect([...telemetry.dockerContainers.cells()]).toEqual([])
  guide.look(0)
  expect(telemetry.dockerContainers.at('s', 'unreadable').value).toBe(1)
  tree.destroy()
})

test('auto goes on after a restart as it did before, whatever could be read now', async () => {
  for (const [own, why, reading] of [
    [[CURSOR], undefined, 'api'],
    [[FILE, ARCHIVE], 'gone', 'files'],
    [[BEGUN], 'gone', 'files'],
  ] as const) {
    const { source, opened, said, run } = made({ why })
    expect(source.restore(own, 0)).toEqual([])
    await run()
    expect([source.reading, opened.length, opened[0]!.restored, opened[0]!.takesNoHistory]).toEqual([reading, 1, own, false])
    expect(said).toEqual([expect.stringMatching(/: as before the restart$/)])
  }
})

test('who is told to change takes none of the places of the other way, and nothing that was written before', () => {
  for (const [read, own, kept] of [
    ['files', [CURSOR], []],
    ['api', [FILE, ARCHIVE, BEGUN], []],
    ['api', [FILE, CURSOR], [CURSOR]],
  ] as const) {
    const { source, opened, said } = made({ read })
    expect(source.restore(own, 0)).toEqual([])
    expect([source.reading, opened[0]!.restored, opened[0]!.takesNoHistory]).toEqual([read, kept, true])
    expect(said).toEqual([expect.stringMatching(/^the record has places of the other way of reading/)])
  }
})

test('a first start with a record that knows nothing of it decides anew', () => {
  const { source, opened } = made({ why: 'gone' })
  source.restore([], 0)
  expect([source.reading, opened[0]!.takesNoHistory]).toEqual(['api', false])
})
