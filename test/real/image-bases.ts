/** Base images made of this machine's own programs, since official ones cannot be had offline: for the Dockerfile, and for what stands beside it. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { copy, type Dockerd, rootOf } from './dockerd.ts'
import { ROOT, type Scratch } from './workbench.ts'

export const IMAGE = 'agentlog-exporter:0.1.0'
export const RUNTIME_BASE = 'runtime-base:test'

const programOf = (name: string): string =>
  realpathSync(
    execFileSync('which', [name], { encoding: 'utf8', env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } }).trim(),
  )
const programsOf = (...names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [`usr/bin/${name}`, programOf(name)]))

/** `docker build` of the Dockerfile as it is. */
export function buildImage(daemon: Dockerd, scratch: Scratch): void {
  const extra = process.env.NODE_EXTRA_CA_CERTS
  const variables = ['ENV PATH=/usr/bin:/bin', 'ENV HOME=/root', ...(extra ? [`ENV NODE_EXTRA_CA_CERTS=${extra}`] : [])]
  daemon.import(buildBase(scratch), 'build-base:test', ...variables)
  daemon.import(runtimeBase(scratch), RUNTIME_BASE)
  const bases = ['BUILD_IMAGE=build-base:test', `RUNTIME_IMAGE=${RUNTIME_BASE}`].flatMap((base) => ['--build-arg', base])
  daemon.docker('build', '--network=host', ...bases, '--build-arg', 'REVISION=abc', '--tag', IMAGE, ROOT)
}

/** Node and a user, nothing else: what distroless has. */
function runtimeBase(scratch: Scratch): string {
  const folder = scratch.file('runtime')
  rootOf(folder, { 'nodejs/bin/node': process.execPath })
  writeFileSync(join(folder, 'etc/passwd'), 'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n')
  return folder
}

/** Node, npm, a shell, and how this machine reaches its registry. */
function buildBase(scratch: Scratch): string {
  const folder = scratch.file('build')
  rootOf(folder, { 'bin/sh': programOf('sh'), 'usr/bin/node': process.execPath, ...programsOf('env', 'mkdir', 'uname') })
  const npm = join(programOf('npm'), '../..')
  copy(npm, join(folder, 'usr/lib/node_modules/npm'))
  mkdirSync(join(folder, 'root'))
  writeFileSync(join(folder, 'usr/bin/npm'), '#!/bin/sh\nexec node /usr/lib/node_modules/npm/bin/npm-cli.js "$@"\n', {
    mode: 0o755,
  })
  for (const file of ['/etc/npmrc', '/usr/etc/npmrc', process.env.NODE_EXTRA_CA_CERTS])
    if (file && existsSync(file)) copy(file, join(folder, file))
  return folder
}

/** A shell and what the example agent calls, under the name that the deployments give it. */
export function importAgentImage(daemon: Dockerd, scratch: Scratch): void {
  const folder = scratch.file('agent')
  rootOf(folder, { 'bin/sh': programOf('sh'), ...programsOf('date', 'sleep', 'wc', 'mv', 'cat') })
  daemon.import(folder, 'busybox:1.37', 'ENV PATH=/usr/bin:/bin')
}

/** haproxy, started as its official image starts it. */
export function importProxyImage(daemon: Dockerd, scratch: Scratch): void {
  const folder = scratch.file('proxy')
  rootOf(folder, { 'usr/bin/haproxy': programOf('haproxy') })
  daemon.import(folder, 'haproxy:3.2-alpine', 'CMD ["/usr/bin/haproxy", "-W", "-db", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]')
}
