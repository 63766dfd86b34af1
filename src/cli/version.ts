/** Version of the package and of Node, as `--version`, the landing page and `agentlog_build_info` show it. */
import { readFileSync } from 'node:fs'

export function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

export function versionText(): string {
  return `agentlog-exporter ${packageVersion()} (node ${process.version}, ${process.platform} ${process.arch})`
}
