/** `--web.listen-address` → where to listen: `127.0.0.1:19464`, `:19464`, `[::1]:19464`, `unix:/run/agentlog.sock`. */
import { isIPv4 } from 'node:net'

export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string | undefined; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

/** The address, or what is wrong with the text. */
export function parseListenAddress(text: string): ListenAddress | { readonly problem: string } {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length)
    if (!path.startsWith('/')) return { problem: `"${text}": expected an absolute path after unix:` }
    // The kernel has room for 107 bytes and a zero; what is longer would be cut off in silence. (macOS: 103.)
    if (Buffer.byteLength(path) > 103) return { problem: `"${text}": the path of a unix socket may have 103 bytes at most` }
    return { kind: 'unix', path }
  }
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3])
  if (match === null || port > 65535)
    return { problem: `"${text}" is no listen address: expected HOST:PORT, :PORT, [IPV6]:PORT or unix:/PATH` }
  return { kind: 'tcp', host: match[1] ?? (match[2] || undefined), port }
}

/** Whether only this machine can reach it. */
export function isLoopback(address: ListenAddress): boolean {
  if (address.kind === 'unix') return true
  return (
    address.host === 'localhost' || address.host === '::1' || (isIPv4(address.host ?? '') && address.host!.startsWith('127.'))
  )
}

/** Listens on all addresses of the machine: IPv6 takes IPv4 along; where there is no IPv6, IPv4 alone. */
export async function onAllAddresses<T>(listen: (host: string) => Promise<T>): Promise<T> {
  try {
    return await listen('::')
  } catch (error) {
    if (!['EAFNOSUPPORT', 'EADDRNOTAVAIL'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    return listen('0.0.0.0')
  }
}
