/** A real Prometheus in a folder of its own, on loopback, scraping one target each second. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Whether the program is there. With CI=true a missing one is an error and not a reason to skip. */
export function has(program: string): boolean {
  try {
    execFileSync('which', [program], { stdio: 'ignore' })
    return true
  } catch {
    if (process.env.CI === 'true') throw new Error(`${program} is missing: .ci/run installs it`)
    return false
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

export class Prometheus {
  readonly url: string
  readonly #child: ChildProcess
  readonly #folder: string

  private constructor(url: string, child: ChildProcess, folder: string) {
    this.url = url
    this.#child = child
    this.#folder = folder
  }

  static async start(target: string): Promise<Prometheus> {
    const folder = mkdtempSync(join(tmpdir(), 'agentlog-prometheus-'))
    const job = { job_name: 'agent', static_configs: [{ targets: [target] }] }
    writeFileSync(join(folder, 'p.yml'), JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: [job] }))
    const address = `127.0.0.1:${await freePort()}`
    const flags = [
      `--config.file=${join(folder, 'p.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
    ]
    const child = spawn('prometheus', flags, { stdio: 'ignore' })
    return new Prometheus(`http://${address}`, child, folder)
  }

  /** Instant values by `name{labels}`, labels of the target left out; empty while Prometheus starts. */
  async query(expression: string): Promise<Map<string, number>> {
    const found = new Map<string, number>()
    try {
      const response = await fetch(`${this.url}/api/v1/query?query=${encodeURIComponent(expression)}`)
      const { data } = (await response.json()) as {
        data: { result: { metric: Record<string, string>; value: [number, string] }[] }
      }
      for (const { metric, value } of data.result) found.set(keyOf(metric), Number(value[1]))
    } catch {
      // Not up yet: the caller asks again.
    }
    return found
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.on('close', resolve))
    this.#child.kill('SIGTERM')
    await ended
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

function keyOf({ __name__: name = '', job: _job, instance: _instance, ...labels }: Record<string, string>): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))
  return `${name}{${pairs.map(([label, text]) => `${label}="${text}"`).join(',')}}`
}
