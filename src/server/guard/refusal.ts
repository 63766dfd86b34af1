/** How a request is turned away: with the status, how long to wait, and how to log in. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'

export interface Refusal {
  readonly status: 401 | 429 | 503
  readonly retryAfterMs?: number
}

const MAX_RETRY_AFTER_SECONDS = 3600

export function refuse(request: IncomingMessage, response: ServerResponse, { status, retryAfterMs }: Refusal): void {
  if (response.destroyed) return
  if (status === 401) response.setHeader('www-authenticate', 'Basic realm="agentlog-exporter", charset="UTF-8"')
  if (retryAfterMs !== undefined)
    response.setHeader('retry-after', Math.min(MAX_RETRY_AFTER_SECONDS, Math.max(1, Math.ceil(retryAfterMs / 1000))))
  // What else was sent with it is not read.
  if (request.method !== 'GET' && request.method !== 'HEAD') response.setHeader('connection', 'close')
  const body = `${STATUS_CODES[status]}.\n`
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(body) })
  response.end(request.method === 'HEAD' ? undefined : body)
}
