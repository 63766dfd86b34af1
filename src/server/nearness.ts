/**
 * Whether who asks sits at this machine and means to: from loopback or a Unix socket, by the name localhost, and not through a proxy that
 * says so. A page from elsewhere that has its own name point to loopback (DNS rebinding) asks by that name.
 */
import type { IncomingMessage } from 'node:http'

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/
const LOCAL_NAMES = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i

export function isNear({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): boolean {
  if (headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined) return false
  const { remoteAddress } = socket
  // A Unix socket has no address: who may open it is at this machine.
  return (remoteAddress === undefined || LOOPBACK.test(remoteAddress)) && LOCAL_NAMES.test(headers.host ?? '')
}
