/** Images of what stands beside the exporter in config/deploy, made of this machine's own programs, under the names that the files give them. */
import { execFileSync } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { type Dockerd, rootOf } from './dockerd.ts'
import type { Scratch } from './workbench.ts'

const PATH = `${process.env.PATH}:/usr/sbin`
const programOf = (name: string): string =>
  realpathSync(execFileSync('which', [name], { encoding: 'utf8', env: { ...process.env, PATH } }).trim())
const programsOf = (...names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [`usr/bin/${name}`, programOf(name)]))

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
