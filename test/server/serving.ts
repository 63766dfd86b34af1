/** A server on a free port of 127.0.0.1 that ends with its test, and clients that speak to it byte by byte. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Metrics, MetricsBody } from '../../src/server/metrics.ts'
import { type RunningServer, type ServerOptions, startServer } from '../../src/server/server.ts'

export const TEXT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** One body for both formats. */
export function bothFormats(given: Pick<MetricsBody, 'body' | 'gzip'>): Metrics {
  const body = { isFresh: false, ...given, bodyFor: () => undefined, gzipFor: () => undefined }
  return { prepare: async () => {}, formats: { text: body, openmetrics: body } }
}

export interface Serving {
  readonly server: RunningServer
  readonly port: number
}

/** Each body says which it is. */
export const PAGE = {
  document: () => 'body of /',
  live: () => 'body of /page.live',
  style: 'body of /page.css',
  script: 'body of /page.js',
  icon: 'body of /page.svg',
}

/** `metrics` is what the server asks for bodies: data of the test, not a stand-in for code of ours. */
export function optionsOf(changes: Partial<ServerOptions> = {}): ServerOptions {
  const body = Buffer.from('# TYPE a counter\na 1\n')
  return {
    addresses: ['127.0.0.1:0'],
    telemetryPath: '/metrics',
    page: PAGE,
    metrics: bothFormats({ body: () => body, gzip: async () => Buffer.from('compressed') }),
    health: () => ({ isReady: true, components: [] }),
    ...changes,
  }
}

export async function serving(changes: Partial<ServerOptions> = {}): Promise<Serving> {
  const server = await startServer(optionsOf(changes))
  onTestFinished(() => server.close())
  return { server, port: portOf(server) }
}

export function portOf(server: RunningServer): number {
  return Number(new URL(server.addresses[0]!).port)
}

/** A connected socket that swallows its errors, reads nothing unless told, and is gone after the test. */
export async function client(to: number | string, host = '127.0.0.1'): Promise<Socket> {
  const socket = typeof to === 'number' ? connect(to, host) : connect(to)
  socket.on('error', () => undefined)
  onTestFinished(() => void socket.destroy())
  await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))
  return socket
}

/** Sends the bytes, with `Connection: close` among them, and answers all that comes until the other side closes. */
export async function exchange(to: number | string, bytes: string): Promise<string> {
  const socket = await client(to)
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  if (!socket.destroyed) socket.write(bytes, 'latin1')
  if (!socket.closed) await once(socket, 'close')
  return Buffer.concat(chunks).toString()
}

export interface Answer {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
}

/** One request, the answer split by hand: names of headers in lower case, in order, repeated ones kept. */
export async function ask(to: number | string, method: string, path: string, headers: readonly string[] = []): Promise<Answer> {
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: x', 'Connection: close', ...headers]
  return split(await exchange(to, `${lines.join('\r\n')}\r\n\r\n`))
}

export function split(text: string): Answer {
  const end = text.indexOf('\r\n\r\n')
  const [first = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = lines.map((line) => [line.split(':')[0]!.toLowerCase(), line.slice(line.indexOf(':') + 1).trim()] as const)
  return { status: Number(first.split(' ')[1]), headers, body: text.slice(end + 4) }
}

export function header(answer: Answer, name: string): string | undefined {
  return answer.headers.find((pair) => pair[0] === name)?.[1]
}

/** Resolves when `holds`; the time limit of the test is the deadline. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}
