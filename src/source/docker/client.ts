/**
 * GET requests to a Docker daemon, and nothing but GET. What answers is not trusted to behave: redirects are errors, heads and whole answers
 * have limits of size and time, and what streams without end is handed over as it comes, with a head that came in time.
 */
import { type ClientRequest, type IncomingMessage, request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { connectOptionsOf, type Endpoint } from './endpoint.ts'

export interface ClientLimits {
  /** From the request to the end of the head of the answer. */
  readonly headMs: number
  /** From the request to the end of an answer that is read whole. */
  readonly wholeMs: number
  readonly wholeBytes: number
}

export const CLIENT_LIMITS: ClientLimits = { headMs: 15_000, wholeMs: 60_000, wholeBytes: 16 * 1024 * 1024 }

const MAX_REFUSAL_BYTES = 64 * 1024
const MAX_REFUSAL_TEXT = 300
const MAX_HEAD_BYTES = 16 * 1024

/** The daemon, or a proxy before it, answered with something else than 200. */
export class RefusedError extends Error {
  readonly status: number

  constructor(status: number, text: string) {
    super(`${status} ${text}`)
    this.status = status
  }
}

/** An answer that was read whole. */
export interface Answer {
  readonly value: unknown
  /** The daemon's clock, in whole seconds; undefined: it did not say. */
  readonly dateMs: number | undefined
}

export type Query = Readonly<Record<string, string>>

export class DockerClient {
  readonly #endpoint: Endpoint
  readonly #limits: ClientLimits

  constructor(endpoint: Endpoint, limits: ClientLimits = CLIENT_LIMITS) {
    this.#endpoint = endpoint
    this.#limits = limits
  }

  async whole(path: string, query: Query, signal: AbortSignal): Promise<Answer> {
    const { wholeMs, wholeBytes } = this.#limits
    const answer = await this.stream(path, query, signal)
    const timer = setTimeout(() => answer.destroy(new Error(`no whole answer within ${wholeMs} ms`)), wholeMs)
    try {
      const body = await bodyOf(answer, wholeBytes)
      if (body === undefined) throw new Error(`an answer of more than ${wholeBytes} bytes to ${path}`)
      return { value: JSON.parse(body.toString('utf8')), dateMs: dateOf(answer) }
    } finally {
      clearTimeout(timer)
    }
  }

  /** The body is not read yet. `signal` ends it at any time. Rejects with a `RefusedError` unless the status is 200. */
  async stream(path: string, query: Query, signal: AbortSignal): Promise<IncomingMessage> {
    const answer = await this.#headOf(path, query, signal)
    if (answer.statusCode === 200) return answer
    const timer = setTimeout(() => answer.destroy(), this.#limits.headMs)
    const text = await refusalText(answer)
    clearTimeout(timer)
    throw new RefusedError(answer.statusCode ?? 0, text)
  }

  #headOf(path: string, query: Query, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = this.#send(`${path}${queryText(query)}`, signal)
      const timer = setTimeout(
        () => request.destroy(new Error(`no answer within ${this.#limits.headMs} ms`)),
        this.#limits.headMs,
      )
      request.on('response', (answer) => {
        clearTimeout(timer)
        // Whoever reads it sees errors by its own listeners; one that nobody reads must not end the process.
        answer.on('error', () => {})
        resolve(answer)
      })
      request.on('error', (error) => {
        clearTimeout(timer)
        reject(error)
      })
      request.end()
    })
  }

  #send(path: string, signal: AbortSignal): ClientRequest {
    const send = this.#endpoint.kind === 'tls' ? tlsRequest : plainRequest
    const connect = connectOptionsOf(this.#endpoint)
    const headers = { host: hostText(this.#endpoint), accept: '*/*', connection: 'close' }
    return send({ ...connect, method: 'GET', path, headers, agent: false, maxHeaderSize: MAX_HEAD_BYTES, signal })
  }
}

export function dateOf({ headers }: IncomingMessage): number | undefined {
  const ms = Date.parse(headers.date ?? '')
  return Number.isNaN(ms) ? undefined : ms
}

/** undefined: it is longer. */
async function bodyOf(answer: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length
    // Leaving the loop ends the connection.
    if (bytes > maxBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** What the daemon says of a refusal: `{"message": "…"}`. */
async function refusalText(answer: IncomingMessage): Promise<string> {
  const { statusCode = 0, headers } = answer
  if (statusCode >= 300 && statusCode < 400) {
    answer.destroy()
    return `a redirect to ${headers.location ?? 'nowhere'}, which is not followed`
  }
  const body = await bodyOf(answer, MAX_REFUSAL_BYTES).catch(() => undefined)
  const text = body?.toString('utf8') ?? ''
  return (messageIn(text) ?? text).trim().slice(0, MAX_REFUSAL_TEXT)
}

function messageIn(text: string): string | undefined {
  try {
    const { message } = Object(JSON.parse(text)) as { message?: unknown }
    return typeof message === 'string' ? message : undefined
  } catch {
    return undefined
  }
}

function queryText(query: Query): string {
  const text = new URLSearchParams(query).toString()
  return text === '' ? '' : `?${text}`
}

function hostText(endpoint: Endpoint): string {
  if (endpoint.kind === 'socket') return 'docker'
  return `${endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host}:${endpoint.port}`
}
