/**
 * A shipped set-up as it runs on this machine: a proxy knows its host names, so that addresses, and what is made of them, stay as they
 * are. Only times differ: everything happens each second.
 */

import { readFileSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import { basename, join } from 'node:path'
import { parse, stringify } from 'yaml'
import { SETUPS, type Setup, setup, textOf } from '../setups/shipped-setups.ts'
import { Prometheus } from './prometheus-server.ts'
import { type Running, Scratch, until } from './workbench.ts'

/** An HTTP proxy on loopback: `host:port` of a set-up → the URL of what stands for it here. */
export class Names {
  readonly #places = new Map<string, string>()
  readonly #server: Server
  url = ''

  private constructor() {
    this.#server = createServer((asked, answer) => {
      const { host, pathname, search } = new URL(asked.url!)
      const place = this.#places.get(host)
      if (place === undefined) return void answer.writeHead(502).end()
      const { method, headers } = asked
      const forwarded = request(`${place}${pathname}${search}`, { method, headers, agent: false }, (got) => {
        answer.writeHead(got.statusCode!, got.headers)
        got.pipe(answer)
      })
      forwarded.on('error', () => answer.destroy())
      asked.pipe(forwarded)
    })
  }

  static async start(): Promise<Names> {
    const names = new Names()
    await new Promise<void>((done) => names.#server.listen(0, '127.0.0.1', done))
    names.url = `http://127.0.0.1:${(names.#server.address() as { port: number }).port}`
    return names
  }

  set(url: string, ...hosts: readonly string[]): void {
    for (const host of hosts) this.#places.set(host, url)
  }

  delete(host: string): void {
    this.#places.delete(host)
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

interface Group {
  interval?: string
  rules: { for?: string }[]
}

/** `../rules/x.yaml` → a copy whose groups are evaluated as often as all else, and whose alerts wait no longer. */
function rulesOf(path: string, scratch: Scratch): string {
  const { groups } = parse(readFileSync(join(SETUPS, path), 'utf8')) as { groups: Group[] }
  for (const group of groups) {
    group.interval = '1s'
    for (const rule of group.rules) if (rule.for !== undefined) rule.for = '1s'
  }
  return scratch.write(`rules-${basename(path)}`, stringify({ groups }))
}

/** `targetsFile` takes the place of the shipped files of targets. */
export function onLoopback(name: string, given: Setup, names: Names, scratch: Scratch, targetsFile?: string): string {
  const proxied = { proxy_url: names.url }
  const set: Setup = structuredClone(given)
  Object.assign(set.global, { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' })
  if (set.rule_files) set.rule_files = set.rule_files.map((path) => rulesOf(path, scratch))
  for (const one of set.alerting?.alertmanagers ?? []) Object.assign(one, proxied)
  // A proxy sees nothing of https but a tunnel.
  for (const one of set.remote_write ?? []) Object.assign(one, proxied, { url: one.url.replace('https:', 'http:') })
  for (const job of set.scrape_configs) {
    Object.assign(job, proxied, { scrape_interval: '1s', scrape_timeout: '1s' })
    for (const discovery of job.file_sd_configs ?? [])
      discovery.files = discovery.files.map((file) => targetsFile ?? join(SETUPS, file))
  }
  return scratch.write(`${name}.yaml`, stringify(set, { aliasDuplicateObjects: false }))
}

/** What the head of a set-up says to start it with, without what differs here anyway. */
export function flagsOf(name: string): string[] {
  const [head] = textOf(name).split(/^[a-z]/m)
  const flags = head!.match(/--[a-z.-]+=[^\s)]+/g) ?? []
  return flags.filter((flag) => !/^--(config\.file|storage\.tsdb\.path|web\.)/.test(flag))
}

/** The processes of one test file. */
export class Machines {
  readonly scratch = new Scratch()
  readonly #running: Running[] = []

  keep<T extends Running>(running: T): T {
    this.#running.push(running)
    return running
  }

  async prometheus(name: string, names: Names, targetsFile?: string): Promise<Prometheus> {
    const configuration = onLoopback(name, setup(name), names, this.scratch, targetsFile)
    return this.bare(name, configuration, ...flagsOf(name))
  }

  async bare(name: string, configuration: string, ...flags: readonly string[]): Promise<Prometheus> {
    const prometheus = this.keep(await Prometheus.prepared(configuration, this.scratch.file(`tsdb-${name}`), ...flags))
    await until(`prometheus of ${name}`, () => prometheus.isReady())
    return prometheus
  }

  async stop(): Promise<void> {
    // Prometheus writes its head to disk when it is asked to end; nobody needs that.
    await Promise.all(this.#running.map((running) => running.stop('SIGKILL')))
    this.scratch.remove()
  }
}
