/** A real Prometheus on loopback as a process of ours, and questions to it. */
import { freePort, Running } from './workbench.ts'

export interface Sample {
  readonly metric: Readonly<Record<string, string>>
  /** Seconds since the epoch, and the value as Prometheus writes it. */
  readonly value: readonly [number, string]
}

export class Prometheus extends Running {
  readonly url: string

  private constructor(port: number, configuration: string, folder: string, flags: readonly string[]) {
    super('prometheus', [
      `--config.file=${configuration}`,
      `--storage.tsdb.path=${folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
      ...flags,
    ])
    this.url = `http://127.0.0.1:${port}`
  }

  /** On a port that is free; it has been started and may not be ready. */
  static async prepared(configuration: string, folder: string, ...flags: readonly string[]): Promise<Prometheus> {
    return new Prometheus(await freePort(), configuration, folder, flags)
  }

  async isReady(): Promise<true | undefined> {
    if (this.hasExited) throw new Error(`prometheus ended: ${this.stderr}`)
    return (await fetch(`${this.url}/-/ready`).catch(() => undefined))?.status === 200 ? true : undefined
  }

  /** An instant query; `atSeconds`: when, by default now. */
  async query(expression: string, atSeconds?: number): Promise<readonly Sample[]> {
    const time = atSeconds === undefined ? '' : `&time=${atSeconds}`
    const response = await fetch(`${this.url}/api/v1/query?query=${encodeURIComponent(expression)}${time}`)
    const body = (await response.json()) as { error?: string; data: { result: readonly Sample[] } }
    if (body.error !== undefined) throw new Error(`${expression}: ${body.error}`)
    return body.data.result
  }
}
