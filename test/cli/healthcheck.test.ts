/** `healthcheck` against the running program, and against what is not there or does not answer. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { Children } from './children.ts'
import { finish } from './program.ts'

const scratch = mkdtempSync(join(tmpdir(), 'agentlog-healthcheck-'))
const children = new Children()
afterEach(() => children.kill())
afterAll(() => rmSync(scratch, { recursive: true }))
const log = join(scratch, 'a.jsonl')
writeFileSync(log, '')

test('it finds the exporter by the flag, the variable, and on all addresses', async () => {
  const { url } = await children.start([log])
  const address = url.replace('http://', '')
  const port = address.split(':')[1]!
  expect(await finish(['healthcheck', '--web.listen-address', address])).toMatchObject({
    code: 0,
    stdout: `${address} /-/healthy: 200 OK\n`,
  })
  expect((await finish(['healthcheck', '--ready'], '', { AGENTLOG_WEB_LISTEN_ADDRESS: `:${port}` })).stdout).toBe(
    `:${port} /-/ready: 200 OK\n`,
  )
  expect((await finish(['healthcheck', '--web.listen-address', `0.0.0.0:${port}`])).code).toBe(0)
})

test('it finds a Unix socket', async () => {
  const path = join(scratch, 'socket')
  await children.start(['--web.listen-address', `unix:${path}`, log])
  expect((await finish(['healthcheck', '--web.listen-address', `unix:${path}`])).code).toBe(0)
})

test('nobody there, nobody answering and wrong usage have their exit codes', async () => {
  const mute = createServer(() => {})
  await new Promise<void>((done) => mute.listen(0, '127.0.0.1', done))
  const { port } = mute.address() as { port: number }
  const silent = await finish(['healthcheck', '--timeout', '0.2', '--web.listen-address', `127.0.0.1:${port}`])
  expect(silent).toMatchObject({ code: 1, stdout: `127.0.0.1:${port} /-/healthy: no answer within 0.2 s\n` })
  mute.close()
  expect(await finish(['healthcheck', '--web.listen-address', '127.0.0.1:1'])).toMatchObject({
    code: 1,
    stdout: '127.0.0.1:1 /-/healthy: ECONNREFUSED\n',
  })
  expect((await finish(['healthcheck', '--timeout', 'soon'])).code).toBe(2)
  expect((await finish(['healthcheck', '--web.listen-address', 'nonsense:x:y'])).code).toBe(2)
})
