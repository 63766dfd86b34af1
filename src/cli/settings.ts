/** Flags, variables and arguments → the settings of a run, or what is wrong with them. */

import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TimeRange } from '../pipeline/time-range.ts'
import { goDuration } from '../select/durations.ts'
import { parseExternalUrl } from '../server/external-url.ts'
import type { DockerHost } from '../source/docker/source-options.ts'
import type { LogLevel } from '../telemetry/log.ts'
import { dockerHostOf, dockerHostProblem } from './docker-host.ts'
import { DEFAULT_LISTEN_ADDRESS, type FlagValues, neededLater } from './flags.ts'
import { onePathOnly, type ServedPresets, splitPresets } from './served-presets.ts'
import { timeRangeOf } from './time-range.ts'

export interface Settings {
  /** Files, globs and `-`; none: the mapping's sources. */
  readonly logs: readonly string[]
  /** Names of containers, and globs of them. */
  readonly docker: readonly string[]
  readonly dockerHost: DockerHost
  readonly files: readonly string[]
  readonly presets: readonly string[]
  /** Those with paths of their own. */
  readonly served: readonly ServedPresets[]
  readonly isOnce: boolean
  /** undefined: events of all times count. */
  readonly range: TimeRange | undefined
  /** undefined: all in memory. */
  readonly stateDir: string | undefined
  readonly withOwn: boolean
  /** Of `--once`; a scraper says what it wants. */
  readonly format: 'text' | 'openmetrics'
  /** `_created` samples in OpenMetrics. */
  readonly withCreated: boolean
  readonly history: 'count' | 'skip' | 'prime' | undefined
  readonly exitsOnEof: boolean
  readonly addresses: readonly string[]
  /** undefined: whoever reaches an address may ask. */
  readonly webConfigFile: string | undefined
  /** undefined: the metrics are not served. */
  readonly telemetryPath: string | undefined
  /** Whether families about ourselves stand beside the mapped ones. */
  readonly withExporterMetrics: boolean
  /** Path of the external URL; '' if it has none. */
  readonly pathPrefix: string
  readonly isLifecycleEnabled: boolean
  /** How long a last scrape is waited for at the end; 0: not at all. */
  readonly lingerMs: number
  readonly logLevel: LogLevel
  readonly logFormat: 'logfmt' | 'json'
}

const MAX_LINGER_SECONDS = 3600

/** Where records are kept unless told. */
export const STATE_HOME: string = join(process.env.XDG_STATE_HOME ?? join(homedir(), '.local/state'), 'agentlog-exporter')

export const USAGE_EXAMPLE = `nothing to read: name a log, a mapping or a preset, for example
  agentlog-exporter run '/var/log/agent/*.jsonl'
  agentlog-exporter run -c mapping.yaml
  my-agent | agentlog-exporter run -
`

export function readSettings(logs: readonly string[], flags: FlagValues): Settings | { readonly problem: string } {
  const text = (name: string): string | undefined => flags.value(name) as string | undefined
  const list = (name: string): readonly string[] => (flags.value(name) as readonly string[] | undefined) ?? []
  const file = text('config.file')
  const named = list('preset')
  const needed = neededLater(flags)
  if (needed !== undefined) return { problem: needed }
  const docker = list('docker')
  const hostProblem = dockerHostProblem(text('docker.host'))
  if (hostProblem !== undefined) return { problem: hostProblem }
  if (logs.length + docker.length === 0 && file === undefined && named.length === 0) return { problem: USAGE_EXAMPLE }
  const path = text('web.telemetry-path')!
  if (path !== 'none' && (!/^\/[\w./-]*$/.test(path) || path === '/'))
    return { problem: `--web.telemetry-path "${path}": expected a path such as /metrics, or none\n` }
  const telemetryPath = path === 'none' ? undefined : path
  const split = splitPresets(named, telemetryPath)
  if ('problem' in split) return split
  const isOnce = flags.value('once') === true
  const range = timeRangeOf({ from: text('from'), to: text('to') }, isOnce, Date.now())
  if (range !== undefined && 'problem' in range) return range
  const apart = isOnce ? onePathOnly('--once', named) : undefined
  if (apart !== undefined) return { problem: apart }
  const pathPrefix = parseExternalUrl(text('web.external-url') ?? 'http://localhost/')
  if (typeof pathPrefix === 'object') return { problem: `${pathPrefix.problem}\n` }
  const linger = text('web.linger') ?? '0'
  const lingerSeconds = goDuration(linger)
  if (lingerSeconds === undefined || lingerSeconds < 0 || lingerSeconds > MAX_LINGER_SECONDS)
    return { problem: `--web.linger "${linger}": expected a duration such as 30s or 1m30s, an hour at most\n` }
  return {
    logs,
    docker,
    dockerHost: dockerHostOf(text('docker.host')),
    files: file === undefined ? [] : [file],
    presets: file === undefined && named.length === 0 ? ['agent'] : split.merged,
    served: split.served,
    isOnce,
    range,
    stateDir: stateDirOf(text('state.dir'), [file ?? '', ...split.merged, ...logs, ...docker.map((name) => `--docker ${name}`)]),
    withOwn: flags.value('self') === true,
    format: flags.value('format') as Settings['format'],
    withCreated: flags.value('web.openmetrics-created') === true,
    history: text('history') as Settings['history'],
    exitsOnEof: flags.value('stdin.exit-on-eof') === true,
    addresses: list('web.listen-address').length > 0 ? list('web.listen-address') : [DEFAULT_LISTEN_ADDRESS],
    webConfigFile: text('web.config.file'),
    telemetryPath,
    withExporterMetrics: flags.value('web.disable-exporter-metrics') !== true,
    pathPrefix,
    isLifecycleEnabled: flags.value('web.enable-lifecycle') === true,
    lingerMs: lingerSeconds * 1000,
    logLevel: text('log.level') as LogLevel,
    logFormat: text('log.format') as Settings['logFormat'],
  }
}

/** One of them for each path: the default mapping first, if there is one. */
export function perPath(settings: Settings): Settings[] {
  const { files, presets, served, stateDir } = settings
  const others = served.map(({ path, presets: names }): Settings => {
    const folder = stateDir === undefined ? undefined : join(stateDir, `preset-${names.join('+')}`)
    return { ...settings, files: [], presets: names, telemetryPath: path, stateDir: folder, served: [] }
  })
  return files.length + presets.length > 0 ? [settings, ...others] : others
}

/** By default a folder per instance: another mapping or other logs are another one. */
function stateDirOf(given: string | undefined, instance: readonly string[]): string | undefined {
  if (given !== undefined) return given === 'none' ? undefined : given
  const name = createHash('sha256')
    .update(instance.map((part) => (part.includes('/') ? resolve(part) : part)).join('\n'))
    .digest('hex')
  return join(STATE_HOME, name.slice(0, 12))
}
