/**
 * config/deploy in the hands of the programs that read it: kubectl, docker compose, promtool, systemd-analyze, haproxy. What a machine need not
 * have (kubectl, compose) is skipped with its reason; test/deploy has checked the same by itself.
 */
import { cpSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { parseAllDocuments, parse as parseYaml, stringify } from 'yaml'
import { type Resource, render, sorted } from '../deploy/kustomize.ts'
import { DEPLOY, KUBERNETES } from '../deploy/shipped.ts'
import { composeCommand, run, whyNoKubectl } from './deploy-programs.ts'
import { isMissing, Running, Scratch, until } from './workbench.ts'

const scratch = new Scratch()
afterAll(() => scratch.remove())

const noKubectl = whyNoKubectl()
const compose = composeCommand()

test.skipIf(noKubectl)(`kubectl renders what our own stand-in does ${noKubectl ? `(${noKubectl})` : ''}`, () => {
  for (const folder of ['example', 'daemonset', 'pod-monitor', 'service-monitor']) {
    const { status, stdout, stderr } = run('kubectl', 'kustomize', join(KUBERNETES, folder))
    expect([folder, status, stderr]).toEqual([folder, 0, ''])
    const rendered = parseAllDocuments(stdout).map((document) => document.toJS() as Resource)
    expect(sorted(rendered)).toEqual(sorted(render(join(KUBERNETES, folder))))
  }
})

test.skipIf(noKubectl)(`kubectl merges the guarded sidecar as our own stand-in does ${noKubectl ? `(${noKubectl})` : ''}`, () => {
  for (const part of ['example', 'sidecar', 'guarded'])
    cpSync(join(KUBERNETES, part), scratch.file(`k/${part}`), { recursive: true })
  const file = 'k/example/kustomization.yaml'
  const both = readFileSync(scratch.file(file), 'utf8').replace('- ../sidecar\n', '- ../sidecar\n  - ../guarded\n')
  scratch.write(file, both)
  const { stdout, stderr } = run('kubectl', 'kustomize', scratch.file('k/example'))
  const rendered = parseAllDocuments(stdout).map((document) => document.toJS() as Resource)
  expect(stderr).toBe('')
  expect(stdout).toContain('healthcheck')
  expect(sorted(rendered)).toEqual(sorted(render(scratch.file('k/example'))))
})

test.skipIf(compose === undefined)(`docker compose takes the files ${compose ? '' : '(no docker compose)'}`, () => {
  for (const name of ['volume', 'json-file', 'api', 'stack']) {
    const { status, stdout, stderr } = run('sh', '-c', `${compose} -f ${join(DEPLOY, `compose/${name}.yaml`)} config`)
    expect([name, status, stderr]).toEqual([name, 0, ''])
    expect(stdout).toContain('agentlog-exporter')
  }
})

test.skipIf(isMissing('promtool'))('promtool takes the scrape configurations', () => {
  const forKubernetes = parseYaml(readFileSync(join(KUBERNETES, 'prometheus.yaml'), 'utf8')) as {
    scrape_configs: Record<string, unknown>[]
  }
  // Debian's knows no Kubernetes, so what finds targets is left out; the rest is as it is.
  for (const one of forKubernetes.scrape_configs) delete one.kubernetes_sd_configs
  const files = [join(DEPLOY, 'compose/prometheus.yaml'), scratch.write('kubernetes.yaml', stringify(forKubernetes))]
  for (const file of files) {
    const { status, stdout, stderr } = run('promtool', 'check', 'config', file)
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toContain('is valid prometheus config')
  }
})

test.skipIf(isMissing('systemd-analyze'))('systemd takes the unit, with and without the drop-in, and calls it safe', () => {
  const unit = join(scratch.path, 'systemd/agentlog-exporter.service')
  const plain = scratch.file('agentlog-exporter.service')
  cpSync(join(DEPLOY, 'systemd'), join(scratch.path, 'systemd'), { recursive: true })
  cpSync(unit, plain)
  for (const file of [plain, unit]) {
    const { stderr } = run('systemd-analyze', 'verify', '--man=no', file)
    // The program is not installed here. Nothing else may be said.
    const said = stderr
      .split('\n')
      .filter((line) => line.startsWith('agentlog-exporter.service') || line.startsWith(scratch.path))
    expect(said).toEqual([
      'agentlog-exporter.service: Command /usr/local/bin/agentlog-exporter is not executable: No such file or directory',
    ])
  }
  const { stdout } = run('systemd-analyze', 'security', '--offline=yes', '--no-pager', unit)
  const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1])
  console.log(`exposure of the unit: ${exposure} of 10`)
  expect(exposure).toBeLessThan(2)
})

const ID = 'a1'.repeat(32)
const ALLOWED = [
  '/info',
  '/v1.24/info',
  '/containers/json?limit=1',
  '/v1.41/containers/json?all=1&filters=%7B%22label%22%3A%5B%22a%3Db%22%5D%7D',
  `/v1.51/containers/${ID}/logs?follow=1&stdout=1&stderr=1&timestamps=1&since=1767323045.000000001`,
  '/events?since=1767323045&filters=%7B%7D',
]
const DENIED = [
  'POST /containers/create',
  'POST /v1.41/containers/json',
  `POST /containers/${ID}/exec`,
  `POST /containers/${ID}/logs`,
  `DELETE /containers/${ID}`,
  `PUT /containers/${ID}/archive?path=/`,
  'HEAD /info',
  'OPTIONS /info',
  'CONNECT /info',
  `GET /containers/${ID}/archive?path=/etc/shadow`,
  `GET /containers/${ID}/export`,
  `GET /containers/${ID}/attach/ws`,
  `GET /containers/${ID}/top`,
  'GET /containers/agent/json',
  `GET /containers/${ID.slice(1)}/json`,
  `GET /containers/${ID.toUpperCase()}/json`,
  `GET /containers/${ID}/json/../archive?path=/etc/shadow`,
  `GET /containers/json/../${ID}/export`,
  `GET /containers/${ID}%2fexport`,
  `GET /containers/${ID}/json`,
  'GET /_ping',
  'GET /version',
  'GET /images/json',
  'GET /secrets',
  'GET /info/',
  'GET //info',
  'GET /v1.41/v1.41/info',
  'GET /infox',
  'GET /swarm?/info',
  'GET http://elsewhere/images/json',
]

interface Proxied {
  readonly socket: string
  readonly asked: string[]
  readonly answers: Map<string, import('node:http').ServerResponse>
  stop(): Promise<void>
}

/** The shipped configuration before a daemon that notes what it is asked, and never ends its answer about logs. */
async function startProxy(): Promise<Proxied> {
  const sockets = { DOCKER_SOCKET: scratch.file('docker.sock'), PROXY_SOCKET: scratch.file('proxy.sock') }
  const asked: string[] = []
  const answers: Proxied['answers'] = new Map()
  const daemon: Server = createServer((incoming, answer) => {
    asked.push(`${incoming.method} ${incoming.url}`)
    if (!incoming.url!.includes('/logs')) return void answer.end('{}')
    answers.set(incoming.url!, answer)
    answer.write('first')
  })
  await new Promise<void>((done) => daemon.listen(sockets.DOCKER_SOCKET, done))
  const vars = Object.entries(sockets).map(([name, path]) => `${name}=${path}`)
  const proxy = new Running('env', [...vars, 'haproxy', '-db', '-f', join(DEPLOY, 'compose/docker-proxy.cfg')])
  await until('the proxy', async () => {
    if (proxy.hasExited) throw new Error(`haproxy ended: ${proxy.stderr}`)
    return (await ask(sockets.PROXY_SOCKET, 'GET /info')).status === 200 ? true : undefined
  })
  asked.length = 0
  const stop = async (): Promise<void> => {
    await proxy.stop('SIGKILL')
    daemon.closeAllConnections()
    await new Promise((done) => daemon.close(done))
  }
  return { socket: sockets.PROXY_SOCKET, asked, answers, stop }
}

function open(socketPath: string, what: string): Promise<IncomingMessage> {
  const [method, path] = what.split(' ') as [string, string]
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path, agent: false }, resolve)
    asked.on('connect', resolve)
    asked.on('error', reject)
    asked.end()
  })
}

async function ask(socketPath: string, what: string): Promise<{ status: number | undefined }> {
  const answer = await open(socketPath, what).catch(() => undefined)
  answer?.destroy()
  return { status: answer?.statusCode }
}

test.skipIf(isMissing('haproxy'))('the proxy lets four GETs through, and Docker hears of nothing else', async () => {
  const { socket, asked, stop } = await startProxy()
  try {
    for (const path of ALLOWED) expect([path, await ask(socket, `GET ${path}`)]).toEqual([path, { status: 200 }])
    expect(asked).toEqual(ALLOWED.map((path) => `GET ${path}`))
    asked.length = 0
    for (const what of DENIED) {
      const { status } = await ask(socket, what)
      expect([what, [400, 403, 405].includes(status ?? 0)]).toEqual([what, true])
    }
    expect(asked).toEqual([])
  } finally {
    await stop()
  }
})

test.skipIf(isMissing('haproxy'))(
  'what a container prints comes through the proxy at once, while its log is followed',
  async () => {
    const { socket, answers, stop } = await startProxy()
    try {
      const path = `/containers/${ID}/logs?follow=1`
      const answer = await open(socket, `GET ${path}`)
      let text = ''
      answer.on('data', (bytes) => (text += bytes))
      await until('the first piece', () => (text === 'first' ? true : undefined))
      answers.get(path)!.write(' second')
      await until('the second piece', () => (text === 'first second' ? true : undefined))
      answer.destroy()
    } finally {
      await stop()
    }
  },
)
