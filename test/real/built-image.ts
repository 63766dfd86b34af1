/** The Dockerfile built in a real engine, with bases made of this machine's own node: the official ones cannot be had offline. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { copy, type Dockerd, rootOf } from './dockerd.ts'
import { ROOT, type Scratch } from './workbench.ts'

export const IMAGE = 'agentlog-exporter:test'
const programOf = (name: string): string => realpathSync(execFileSync('which', [name], { encoding: 'utf8' }).trim())

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
  const tools = Object.fromEntries(['env', 'mkdir', 'uname'].map((name) => [`usr/bin/${name}`, programOf(name)]))
  rootOf(folder, { 'bin/sh': programOf('sh'), 'usr/bin/node': process.execPath, ...tools })
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

export async function buildImage(daemon: Dockerd, scratch: Scratch): Promise<void> {
  await daemon.connectToOutside()
  const extra = process.env.NODE_EXTRA_CA_CERTS
  daemon.import(
    buildBase(scratch),
    'build-base:test',
    'ENV PATH=/usr/bin:/bin',
    'ENV HOME=/root',
    ...(extra ? [`ENV NODE_EXTRA_CA_CERTS=${extra}`] : []),
  )
  daemon.import(runtimeBase(scratch), 'runtime-base:test')
  const bases = ['BUILD_IMAGE=build-base:test', 'RUNTIME_IMAGE=runtime-base:test'].flatMap((base) => ['--build-arg', base])
  daemon.docker('build', '--network=host', ...bases, '--build-arg', 'REVISION=abc', '--tag', IMAGE, ROOT)
}
