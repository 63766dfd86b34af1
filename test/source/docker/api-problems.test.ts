/** What is said of a daemon that cannot be asked: found, and how to go on. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { daemonProblem } from '../../../src/source/docker/api-problems.ts'
import { DockerClient } from '../../../src/source/docker/client.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agentlog-docker-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

async function problemOf(path: string): Promise<string> {
  const client = new DockerClient({ kind: 'socket', path })
  const error = await client.whole('/info', {}, new AbortController().signal).catch((thrown: unknown) => thrown)
  return daemonProblem(error)
}

test('no socket, and one that nobody listens on', async () => {
  const path = join(folder, 'docker.sock')
  expect(await problemOf(path)).toMatch(/ENOENT .*docker\.sock: there is no such socket; start the daemon, or .* --docker\.host/)
  const server = createServer()
  const port = await new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  )
  await new Promise((done) => server.close(done))
  const client = new DockerClient({ kind: 'plain', host: '127.0.0.1', port })
  const error = await client.whole('/info', {}, new AbortController().signal).catch((thrown: unknown) => thrown)
  expect(daemonProblem(error)).toMatch(/ECONNREFUSED .*: nobody listens there; start the daemon/)
})

test('a proxy that allows too little, and a daemon that refuses', async () => {
  const path = join(folder, 'docker.sock')
  let status = 403
  const server = createServer((_, response) => response.writeHead(status).end('no'))
  await new Promise<void>((resolve) => server.listen(path, resolve))
  try {
    expect(await problemOf(path)).toBe('403 no (a proxy must allow GET /containers/json)')
    status = 500
    expect(await problemOf(path)).toBe('500 no')
  } finally {
    server.close()
  }
})
