/** `--web.listen-address` → where to listen: `127.0.0.1:19464`, `:19464`, `[::1]:19464`, `unix:/run/agentlog.sock`. */
export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string | undefined; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

/** The address, or what is wrong with the text. */
export function parseListenAddress(text: string): ListenAddress | { readonly problem: string } {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length)
    return path.startsWith('/') ? { kind: 'unix', path } : { problem: `"${text}": expected an absolute path after unix:` }
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
  return address.host === 'localhost' || address.host === '::1' || /^127\./.test(address.host ?? '')
}
