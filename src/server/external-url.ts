/**
 * `--web.external-url` → the path under which others reach the exporter. Requests under that path and under none are answered alike, so
 * it does not matter whether a proxy takes the path off.
 */

/** `/agentlog`, or '' if there is none; or what is wrong with the text. */
export function parseExternalUrl(text: string): string | { readonly problem: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    return { problem: `--web.external-url "${text}": expected a URL such as https://example.org/agentlog/` }
  if (url.search !== '' || url.hash !== '') return { problem: `--web.external-url "${text}": expected a URL without ? and #` }
  const path = url.pathname.replace(/\/+$/, '')
  if (!/^(?:\/[\w.~-]+)*$/.test(path))
    return { problem: `--web.external-url "${text}": expected a path of letters, digits and _ . ~ - between slashes` }
  return path
}

/** The path that is asked for, without the prefix. */
export function withoutPrefix(path: string, prefix: string): string {
  return prefix !== '' && path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path
}
