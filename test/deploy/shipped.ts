/** What the deployments must agree with: the Dockerfile, the version, the folder of all of them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '../..')
export const DEPLOY = join(ROOT, 'config/deploy')
export const KUBERNETES = join(DEPLOY, 'kubernetes')
export const VERSION = (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version

const DOCKERFILE = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')

function inDockerfile(pattern: RegExp): string {
  const found = pattern.exec(DOCKERFILE)
  if (found === null) throw new Error(`the Dockerfile has no ${pattern}`)
  return found[1]!
}

export const IMAGE = {
  version: inDockerfile(/^ARG VERSION=(\S+)/m),
  user: Number(inDockerfile(/^USER (\d+):/m)),
  port: Number(inDockerfile(/^EXPOSE (\d+)/m)),
  listensOn: inDockerfile(/AGENTLOG_WEB_LISTEN_ADDRESS=(\S+)/),
  stateDir: inDockerfile(/AGENTLOG_STATE_DIR=(\S+)/),
  entrypoint: JSON.parse(inDockerfile(/^ENTRYPOINT (.+)/m)) as string[],
}

/** `256Mi`, `256m` and `256M` → bytes. */
export function bytesOf(text: string): number {
  const [, number, unit] = /^(\d+)(Mi|m|M)$/.exec(text)!
  return Number(number) * (unit === 'M' ? 1e6 : 2 ** 20)
}

/** The heap that NODE_OPTIONS allows. */
export function heapBytesOf(options: string | undefined): number {
  return Number(/^--max-old-space-size=(\d+)$/.exec(options ?? '')?.[1]) * 2 ** 20
}
