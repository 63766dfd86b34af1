/**
 * Whether who asks sits at this machine and means to: from loopback or a Unix socket, by the name localhost, and not through a proxy, as
 * far as it can be told. A page from elsewhere that has its own name point to loopback (DNS rebinding) asks by that name.
 */
import type { IncomingMessage } from 'node:http'

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/
const LOCAL_NAMES = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i

/** What proxies and tunnels add to a request. */
const ADDED_BY_PROXIES = /^(?:forwarded|via|x-forwarded|x-forwarded-.+|x-real-ip|.+-connecting-ip|true-client-ip)$/

type Asked = Pick<IncomingMessage, 'socket' | 'headers' | 'httpVersion'>

export function isNear({ socket, headers, httpVersion }: Asked): boolean {
  // nginx, unless told otherwise, adds nothing and asks by the address it was given, but in HTTP/1.0, which no browser speaks.
  if (httpVersion === '1.0' || Object.keys(headers).some((name) => ADDED_BY_PROXIES.test(name))) return false
  const { remoteAddress } = socket
  // A Unix socket has no address: who may open it is at this machine.
  return (remoteAddress === undefined || LOOPBACK.test(remoteAddress)) && LOCAL_NAMES.test(headers.host ?? '')
}
