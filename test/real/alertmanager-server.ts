/** A real Alertmanager on loopback as a process of ours, what it holds, and a receiver that keeps what it is sent. */
import { createServer, type Server } from 'node:http'
import { freePort, Running, until } from './workbench.ts'

export interface Alert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly status: { readonly state: 'unprocessed' | 'active' | 'suppressed'; readonly inhibitedBy: readonly string[] }
  readonly startsAt: string
  readonly endsAt: string
}

export class Alertmanager extends Running {
  readonly url: string

  private constructor(port: number, configuration: string, folder: string) {
    super('prometheus-alertmanager', [
      `--config.file=${configuration}`,
      `--storage.path=${folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
      // Alone: no gossip, no second port.
      '--cluster.listen-address=',
      '--log.level=error',
    ])
    this.url = `http://127.0.0.1:${port}`
  }

  get address(): string {
    return this.url.replace('http://', '')
  }

  static async start(configuration: string, folder: string): Promise<Alertmanager> {
    const alertmanager = new Alertmanager(await freePort(), configuration, folder)
    await until('alertmanager', async () => {
      if (alertmanager.hasExited) throw new Error(`alertmanager ended: ${alertmanager.stderr}`)
      return (await fetch(`${alertmanager.url}/-/ready`).catch(() => undefined))?.status === 200 ? true : undefined
    })
    return alertmanager
  }

  /** Those that are not over, whatever holds them back. */
  async alerts(): Promise<readonly Alert[]> {
    return (await (await fetch(`${this.url}/api/v2/alerts`)).json()) as readonly Alert[]
  }

  async post(...alerts: readonly { labels: Record<string, string>; annotations?: Record<string, string> }[]): Promise<void> {
    const answer = await fetch(`${this.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(alerts),
    })
    if (answer.status !== 200) throw new Error(`alertmanager took no alerts: ${answer.status} ${await answer.text()}`)
  }
}

/** Answers 200 to all that is posted, and keeps path and body. */
export class Sink {
  readonly received: { readonly path: string; readonly body: unknown }[] = []
  readonly #server: Server
  url = ''

  private constructor() {
    this.#server = createServer((asked, answer) => {
      let text = ''
      asked.on('data', (bytes) => (text += bytes))
      asked.on('end', () => {
        this.received.push({ path: asked.url!, body: JSON.parse(text) as unknown })
        answer.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"success"}')
      })
    })
  }

  static async start(): Promise<Sink> {
    const sink = new Sink()
    await new Promise<void>((done) => sink.#server.listen(0, '127.0.0.1', done))
    sink.url = `http://127.0.0.1:${(sink.#server.address() as { port: number }).port}`
    return sink
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}
