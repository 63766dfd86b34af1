/**
 * The Dockerfile in a real engine: built with bases made of this machine's own node, run as the README says, healthy, scraped, stopped.
 * What is not tried here is the official bases: they cannot be had offline.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildImage, IMAGE } from './built-image.ts'
import { cannotDock, Dockerd } from './dockerd.ts'
import { Scratch, until } from './workbench.ts'

const cannotRun = cannotDock('slirp4netns')

const RUN = ['--network=host', '--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--user', '65532']

let scratch: Scratch
let daemon: Dockerd

beforeAll(async () => {
  if (cannotRun) return
  scratch = new Scratch()
  daemon = await Dockerd.start()
  await buildImage(daemon, scratch)
}, 300_000)

afterAll(async () => {
  await daemon?.stop()
  scratch?.remove()
})

function inspect(what: string, format: string): string {
  return daemon.docker('inspect', '--format', format, what).trim()
}

test.skipIf(cannotRun)('the image says what it is, and holds neither a shell, nor npm, nor what only a build needs', () => {
  expect(inspect(IMAGE, '{{.Config.User}} {{json .Config.Labels}}')).toMatch(/^65532:65532 .*"abc"/)
  const list =
    "const { existsSync } = require('fs'); console.log(['/bin/sh', '/usr/bin/npm', '/app/node_modules/typescript', '/app/node_modules/vitest', '/app/src', '/app/test'].filter(existsSync).join())"
  expect(daemon.docker('run', '--rm', ...RUN, '--entrypoint', '/nodejs/bin/node', IMAGE, '-e', list).trim()).toBe('')
  expect(daemon.docker('history', '--no-trunc', IMAGE)).not.toMatch(/\/bin\/sh -c (?!#\(nop\))/)
  const sizeMb = Number(inspect(IMAGE, '{{.Size}}')) / 1e6
  const baseMb = Number(inspect('runtime-base:test', '{{.Size}}')) / 1e6
  console.log(`image ${sizeMb.toFixed(0)} MB, of which the base with node ${baseMb.toFixed(0)} MB`)
  expect(sizeMb - baseMb).toBeLessThan(60)
})

test.skipIf(cannotRun)('it becomes healthy with a read-only root and no rights, is scraped, and stops at once', async () => {
  const logs = scratch.file('logs')
  mkdirSync(logs)
  writeFileSync(join(logs, 'a.jsonl'), '{"event":"tool_invocation","agent":"a","tool_name":"bash","status":"success"}\n')
  const id = daemon
    .docker('run', '--detach', ...RUN, '--health-interval=1s', '--volume', `${logs}:/logs:ro`, IMAGE, '/logs/*.jsonl')
    .trim()
  await until('healthy', () => {
    const state = inspect(id, '{{.State.Health.Status}}')
    if (inspect(id, '{{.State.Running}}') !== 'true') throw new Error(daemon.docker('logs', id))
    return state === 'healthy' ? true : undefined
  })
  const scrape = "fetch('http://127.0.0.1:19464/metrics').then((r) => r.text()).then((t) => console.log(t))"
  expect(daemon.inNetwork(process.execPath, '-e', scrape)).toContain(
    'agent_tool_calls_total{agent="a",tool="bash",status="success"} 1',
  )
  expect(daemon.try('exec', id, 'sh', '-c', 'true').status).not.toBe(0)
  expect(daemon.docker('exec', id, '/nodejs/bin/node', '/app/dist/main.js', 'explain', '--summary', '/logs/*.jsonl')).toContain(
    '1 events: 1 mapped',
  )
  const startMs = Date.now()
  daemon.docker('stop', '--time', '10', id)
  expect(inspect(id, '{{.State.ExitCode}}')).toBe('0')
  expect(Date.now() - startMs).toBeLessThan(9000)
})

test.skipIf(cannotRun)('a container whose exporter does not serve is unhealthy', () => {
  const { status, stdout } = daemon.try('run', '--rm', ...RUN, IMAGE, 'healthcheck')
  expect([status, stdout]).toEqual([1, ':19464 /-/healthy: ECONNREFUSED\n'])
})
