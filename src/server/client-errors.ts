/** The answer to what is no request of HTTP: in plain text, with the headers of all answers, and the end of the connection. */
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'

type Headers = Readonly<Record<string, string>>

const STATUS_OF: Readonly<Record<string, number>> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 }

export function answerClientError({ code = '' }: NodeJS.ErrnoException, socket: Socket, headers: Headers): void {
  if (socket.writable && code !== 'ECONNRESET') socket.write(answerOf(STATUS_OF[code] ?? 400, headers))
  socket.destroy()
}

function answerOf(status: number, headers: Headers): string {
  const body = `${STATUS_CODES[status]}.\n`
  const all = {
    ...headers,
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(body.length),
    connection: 'close',
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`
}
