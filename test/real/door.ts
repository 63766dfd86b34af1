/** The built program behind a web configuration, and clients that keep connections: what the tests of the guarded door work with. */
import { writeFileSync } from 'node:fs'
import { Agent, type RequestOptions, request } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { hashSync } from 'bcryptjs'
import { type Issued, TestCa } from '../server/certificates.ts'
import { Exporter, Scratch } from './workbench.ts'

export const PASSWORD = 'correct horse'

export interface Timed {
  readonly status: number
  readonly body: string
  /** From the first byte of the connection. */
  readonly ms: number
  /** From where the connection stood. */
  readonly answerMs: number
  readonly certificateOf: string
}

export class Door {
  readonly scratch = new Scratch()
  readonly ca = new TestCa('test ca')
  exporter: Exporter | undefined

  /** Writes the configuration and a pair beside it. */
  constructor(yaml: string) {
    this.writePair(this.pair('server'))
    this.scratch.write('ca.pem', this.ca.cert)
    this.scratch.write('web.yml', yaml)
    this.scratch.write('a.jsonl', '{"event":"tool_invocation","tool":"bash","status":"success"}\n')
  }

  pair(name: string): Issued {
    return this.ca.issue({ name, alternativeNames: ['DNS:localhost', 'IP:127.0.0.1'] })
  }

  writePair({ cert, key }: Issued): void {
    writeFileSync(this.scratch.file('server.pem'), cert)
    writeFileSync(this.scratch.file('server.key'), key)
  }

  async open(...args: readonly string[]): Promise<Exporter> {
    const file = this.scratch.file('web.yml')
    this.exporter = await Exporter.start('--web.config.file', file, ...args, this.scratch.file('a.jsonl'))
    return this.exporter
  }

  get port(): number {
    return Number(new URL(this.exporter!.url).port)
  }

  agent(client?: Issued): Agent {
    return new Agent({ keepAlive: true, maxSockets: 1, ca: this.ca.cert, ...client })
  }

  async close(): Promise<void> {
    await this.exporter?.stop()
    this.scratch.remove()
  }

  /** One request; `auth`: "user:password". Rejects if the connection fails. */
  ask(agent: Agent | false, options: RequestOptions = {}): Promise<Timed> {
    const startMs = performance.now()
    let throughMs = startMs
    return new Promise((resolve, reject) => {
      const given = { host: '127.0.0.1', port: this.port, path: '/metrics', agent, ca: this.ca.cert, ...options }
      const asked = request(given, (answer) => {
        let body = ''
        answer.on('data', (chunk) => (body += chunk))
        const certificateOf = (answer.socket as TLSSocket).getPeerCertificate().subject.CN as string
        answer.on('end', () => {
          const nowMs = performance.now()
          resolve({ status: answer.statusCode!, body, ms: nowMs - startMs, answerMs: nowMs - throughMs, certificateOf })
        })
      })
      asked.on('socket', (socket) => {
        if (!socket.connecting) return
        socket.once('secureConnect', () => {
          throughMs = performance.now()
        })
      })
      asked.on('error', reject).end()
    })
  }
}

export const tls = (...lines: readonly string[]): string =>
  `${['tls_server_config:', 'cert_file: server.pem', 'key_file: server.key', ...lines].join('\n  ')}\n`

export const users = (cost: number, name = 'prometheus'): string => `basic_auth_users:\n  ${name}: ${hashSync(PASSWORD, cost)}\n`

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}

export function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!
}

/** Two-sided p of the Mann–Whitney test, by its normal approximation with ties. */
export function mannWhitney(a: readonly number[], b: readonly number[]): number {
  const all = [...a.map((value) => ({ value, isA: true })), ...b.map((value) => ({ value, isA: false }))]
  all.sort((x, y) => x.value - y.value)
  let rankSum = 0
  let ties = 0
  for (let i = 0; i < all.length; ) {
    let end = i
    while (end < all.length && all[end]!.value === all[i]!.value) end++
    const count = end - i
    ties += count ** 3 - count
    rankSum += all.slice(i, end).filter(({ isA }) => isA).length * ((i + end + 1) / 2)
    i = end
  }
  const n = all.length
  const u = rankSum - (a.length * (a.length + 1)) / 2
  const deviation = Math.sqrt(((a.length * b.length) / 12) * (n + 1 - ties / (n * (n - 1))))
  return 2 * (1 - normalShare(Math.abs(u - (a.length * b.length) / 2) / deviation))
}

/** The share of a normal distribution below z: Abramowitz and Stegun 26.2.17, to seven digits. */
function normalShare(z: number): number {
  const t = 1 / (1 + 0.2316419 * z)
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series
}
