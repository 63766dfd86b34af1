/** A container's description: what is taken of it, and what it may not be. */
import { execFileSync } from 'node:child_process'
import { rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../../src/source/docker/json-files-config.ts'
import { DockerTree, idOf, SECRET } from './docker-tree.ts'

const A = idOf('a1')
let tree: DockerTree
beforeEach(() => {
  tree = new DockerTree()
  tree.create(A, { name: 'agent', image: 'agent:2', labels: { team: 'x' } })
})
afterEach(() => tree.destroy())

const read = () => readConfig(tree.config(A), A)

test('of all that stands there names, image, labels and where its log is are taken', () => {
  const logPath = `/var/lib/docker/containers/${A}/${A}-json.log`
  const expected = { id: A, name: 'agent', image: 'agent:2', labels: { team: 'x' }, logDriver: '', logPath }
  expect(read()).toEqual({ ...expected, isTty: false, isRunning: undefined, wasStarted: true })
})

test('what a daemon of another kind says of the driver is taken too, and what has another form is not there', () => {
  writeFileSync(
    tree.config(A),
    JSON.stringify({
      ID: A,
      Name: 7,
      Config: { Image: {}, Labels: { a: 1, b: 'c' } },
      HostConfig: { LogConfig: { Type: 'local' } },
    }),
  )
  expect(read()).toMatchObject({
    name: '',
    image: '',
    labels: { b: 'c' },
    logDriver: 'local',
    logPath: '',
    isTty: undefined,
    wasStarted: false,
  })
  for (const text of ['null', '[]', '7', '{}']) {
    writeFileSync(tree.config(A), text)
    expect([text, read()]).toEqual([text, { problem: 'is of another container' }])
  }
})

test('what it may not be is said without a word of it, and nothing waits for it', () => {
  const becomes: Record<string, () => void> = {
    'is not there': () => {},
    'is no JSON': () => writeFileSync(tree.config(A), `{"Config":{"Env":["${SECRET}"`),
    'is of another container': () => {
      tree.create(idOf('b2'), { name: 'other' })
      execFileSync('cp', [tree.config(idOf('b2')), tree.config(A)])
    },
    'is larger than 4194304 bytes': () => {
      writeFileSync(tree.config(A), JSON.stringify({ ID: A }))
      truncateSync(tree.config(A), 100 << 20)
    },
    'is no regular file': () => execFileSync('mkfifo', [tree.config(A)]),
    'is a link': () => symlinkSync(join(tree.base, 'x'), tree.config(A)),
  }
  for (const [problem, become] of Object.entries(becomes)) {
    rmSync(tree.config(A), { recursive: true, force: true })
    become()
    expect(read()).toEqual({ problem })
  }
})
