/**
 * What a flag is, and every flag of `run`: name, meaning and default in one table, from which commander, the environment variables
 * (`AGENTLOG_*`) and the generated reference come. A flag whose feature is not there yet parses all the same, and says so once when
 * it is used.
 */
import { type Command, InvalidArgumentError, Option } from 'commander'

export interface Flag {
  /** As commander writes it: `-c, --config.file <file>`. */
  readonly flags: string
  readonly help: string
  readonly choices?: readonly string[]
  readonly isRepeatable?: boolean
  readonly isWholeNumber?: boolean
  readonly default?: string | boolean
  /** No `AGENTLOG_*` variable gives it: what belongs to one call, not to a deployment. */
  readonly isWithoutVariable?: boolean
  /** What is missing, for a flag whose feature comes later. */
  readonly later?: string
  /** To go on without it would be worse than not to start. */
  readonly isNeeded?: boolean
}

export const DEFAULT_LISTEN_ADDRESS = '127.0.0.1:19464'

/** Which mapping, for every verb that needs one. */
export const MAPPING_FLAGS: readonly Flag[] = [
  { flags: '-c, --config.file <file>', help: 'the mapping; replaces the default preset "agent"' },
  { flags: '--preset <name>', help: 'a shipped mapping; repeatable, merged like include', isRepeatable: true },
]

/** Containers as sources, for every verb that reads. */
export const DOCKER_FLAGS: readonly Flag[] = [
  {
    flags: '--docker <name>',
    help: "a container as source, or a glob of names; repeatable; replaces the mapping's sources as arguments do",
    isRepeatable: true,
  },
  {
    flags: '--docker.host <url>',
    help: 'where the Docker daemon is asked (default $DOCKER_HOST, else unix:///var/run/docker.sock)',
  },
]

const LISTEN_FLAG: Flag = {
  flags: '--web.listen-address <address>',
  help: `where to serve; repeatable (default ${DEFAULT_LISTEN_ADDRESS})`,
  isRepeatable: true,
}

const WEB_CONFIG_FLAG: Flag = {
  flags: '--web.config.file <file>',
  help: 'TLS, logins and limits, as the exporter-toolkit of Prometheus defines them; not for unix: addresses',
}

export const STATE_FLAGS: readonly Flag[] = [{ flags: '--state.dir <dir>', help: 'the folder of the record' }]

export const HEALTHCHECK_FLAGS: readonly Flag[] = [
  { ...LISTEN_FLAG, help: `where it serves; a unix: address is asked, else the first (default ${DEFAULT_LISTEN_ADDRESS})` },
  { ...WEB_CONFIG_FLAG, help: 'the web configuration that it serves with: then it is asked by TLS first' },
  { flags: '--ready', help: 'ask whether the first backlog is read, not only whether it lives', isWithoutVariable: true },
  { flags: '--timeout <seconds>', help: 'how long to wait for the answer', default: '3', isWithoutVariable: true },
]

const PATH_HELP = '; NAME=/path is a mapping apart, served under that path'

export const RUN_FLAGS: readonly Flag[] = [
  ...MAPPING_FLAGS.map((flag) => (longName(flag) === 'preset' ? { ...flag, help: `${flag.help}${PATH_HELP}` } : flag)),
  ...DOCKER_FLAGS,
  { flags: '--once', help: 'read everything to its end, print the mapped families, exit' },
  {
    flags: '--from <time>',
    help: 'with --once: count events from this time on: 2026-02-26T14:30:00Z, 2026-02-26 (UTC), or 24h (ago); earlier ones prepare for them, as with --history prime',
    isWithoutVariable: true,
  },
  { flags: '--to <time>', help: 'with --once: count events before this time; later ones are left out', isWithoutVariable: true },
  { flags: '--self', help: 'with --once: print agentlog_* too' },
  {
    flags: '--format <format>',
    help: 'with --once: text or openmetrics',
    choices: ['text', 'openmetrics'],
    default: 'text',
  },
  {
    flags: '--fail-on <expression>',
    help: 'with --once: exit 1 if this comparison of one metric holds',
    later: '--fail-on comes',
    isNeeded: true,
  },
  {
    flags: '--state.dir <dir>',
    help: 'where counts and read positions are kept over restarts; "none" keeps all in memory (default: below $XDG_STATE_HOME, a folder per mapping and logs)',
  },
  LISTEN_FLAG,
  WEB_CONFIG_FLAG,
  { flags: '--web.telemetry-path <path>', help: 'path of the metrics; "none" serves none', default: '/metrics' },
  {
    flags: '--web.disable-exporter-metrics',
    help: 'serve the mapped families alone, without those about the exporter itself (agentlog_*, process_*, nodejs_*)',
  },
  { flags: '--web.external-url <url>', help: 'URL under which others reach the exporter' },
  { flags: '--web.enable-lifecycle', help: 'allow /-/reload and /-/quit' },
  {
    flags: '--web.linger <duration>',
    help: 'at the end, when all is read, go on serving for at most so long until each scraper has seen the last numbers (default 0s)',
  },
  { flags: '--web.openmetrics-created', help: 'add _created samples to OpenMetrics; Prometheus 2 stores each as a series' },
  { flags: '--stdin.exit-on-eof', help: 'exit when standard input ends' },
  {
    flags: '--history <mode>',
    help: 'lines that are there at the first start: count them, skip them, or read them for what later lines need and count nothing',
    choices: ['count', 'skip', 'prime'],
  },
  {
    flags: '--engine <engine>',
    help: 'auto, fast or reference',
    choices: ['auto', 'fast', 'reference'],
    default: 'auto',
    later: 'the fast engine comes',
  },
  {
    flags: '--workers <n>',
    help: 'threads that read',
    isWholeNumber: true,
    default: '0',
    later: 'reading in several threads comes',
  },
  {
    flags: '--log.level <level>',
    help: 'debug, info, warn or error',
    choices: ['debug', 'info', 'warn', 'error'],
    default: 'info',
  },
  { flags: '--log.format <format>', help: 'logfmt or json', choices: ['logfmt', 'json'], default: 'logfmt' },
]

export const CHECK_FLAGS: readonly Flag[] = [
  ...MAPPING_FLAGS.map((flag) => ({ ...flag, isWithoutVariable: true })),
  { ...WEB_CONFIG_FLAG, help: 'a web configuration, checked too, with what it names', isWithoutVariable: true },
  { flags: '--strict', help: 'warnings fail too', isWithoutVariable: true },
  {
    flags: '--format <format>',
    help: 'how to show them',
    choices: ['text', 'json', 'github'],
    default: 'text',
    isWithoutVariable: true,
  },
]

export const TEST_FLAGS: readonly Flag[] = [
  { flags: '--filter <text>', help: 'only cases with this text in their names', isWithoutVariable: true },
  { flags: '--update', help: 'write what was found into the files', isWithoutVariable: true },
  {
    flags: '--format <format>',
    help: 'how to show the results',
    choices: ['text', 'json'],
    default: 'text',
    isWithoutVariable: true,
  },
]

export const EXPLAIN_FLAGS: readonly Flag[] = [
  ...MAPPING_FLAGS,
  ...DOCKER_FLAGS,
  { flags: '--summary', help: 'one table for all lines: what is counted, what is not and why', isWithoutVariable: true },
  {
    flags: '--lines <n[,m]>',
    help: 'only line n of each log, lines n to m, or with "n," all from n on; the others are applied and not shown',
    isWithoutVariable: true,
  },
  {
    flags: '--outcome <outcomes>',
    help: 'only lines that end so: mapped, unmatched, unmapped, dropped, rejected, blank; several with commas',
    isRepeatable: true,
    isWithoutVariable: true,
  },
  { flags: '--limit <n>', help: 'stop after n shown lines', isWithoutVariable: true },
  {
    flags: '--format <format>',
    help: 'text, or json: an object per line, with --summary one object',
    choices: ['text', 'json'],
    default: 'text',
    isWithoutVariable: true,
  },
]

export const DASHBOARD_FLAGS: readonly Flag[] = [
  ...MAPPING_FLAGS,
  { flags: '--title <text>', help: 'title of the dashboard (default: names the mapping)', isWithoutVariable: true },
  {
    flags: '--uid <uid>',
    help: 'what Grafana knows it by; one made anew under the same takes its place (default: from the names of files and presets)',
    isWithoutVariable: true,
  },
  {
    flags: '--kubernetes',
    help: 'as a ConfigMap that Grafana\'s sidecar loads (grafana_dashboard: "1")',
    isWithoutVariable: true,
  },
]

export const RULES_FLAGS: readonly Flag[] = [
  ...MAPPING_FLAGS,
  {
    flags: '--job <name>',
    help: 'only series of this scrape job, and its up (default: of any job, put together by job)',
    isWithoutVariable: true,
  },
  {
    flags: '--runbook-url <prefix>',
    help: "what stands before an alert's name in lower case in runbook_url (default: the runbooks that ship)",
    isWithoutVariable: true,
  },
  { flags: '--kubernetes', help: 'as a PrometheusRule of the Prometheus Operator', isWithoutVariable: true },
]

/** `--web.listen-address` → `AGENTLOG_WEB_LISTEN_ADDRESS`. */
export function variableOf(flag: Flag): string {
  return `AGENTLOG_${longName(flag).replace(/[.-]/g, '_').toUpperCase()}`
}

/** `web.listen-address`. */
export function longName(flag: Flag): string {
  return /--([a-z.-]+)/.exec(flag.flags)![1]!
}

/** What a variable says of a flag without a value. */
const SWITCHED_ON = /^(?:1|true|yes|on)$/i
const SWITCHED_OFF = /^(?:0|false|no|off)$/i

/** A variable that is empty is as good as not there; so is one that switches off what is off anyway. */
function isGiven(flag: Flag, text: string): boolean {
  return text !== '' && !(isSwitch(flag) && SWITCHED_OFF.test(text))
}

function isSwitch(flag: Flag): boolean {
  return !flag.flags.includes('<')
}

/** The first variable of a switch that says neither on nor off, told in words. */
export function variableProblem(
  flags: readonly Flag[],
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  for (const flag of flags.filter((one) => isSwitch(one) && one.isWithoutVariable !== true)) {
    const text = environment[variableOf(flag)] ?? ''
    if (isGiven(flag, text) && !SWITCHED_ON.test(text))
      return `${variableOf(flag)}="${text}": expected true or false, for --${longName(flag)}\n`
  }
  return undefined
}

export function optionOf(flag: Flag): Option {
  const option = new Option(flag.flags, flag.help)
  const text = process.env[variableOf(flag)]
  // Commander itself would take "false" for on, and an empty text for a value.
  if (flag.isWithoutVariable !== true && (text === undefined || isGiven(flag, text))) option.env(variableOf(flag))
  if (flag.choices) option.choices([...flag.choices])
  if (flag.isRepeatable) option.argParser(append)
  if (flag.isWholeNumber) option.argParser(wholeNumber)
  if (flag.default !== undefined) option.default(flag.default)
  return option
}

function append(text: string, before: readonly string[] | undefined): readonly string[] {
  // Not at a comma of a glob such as agent-{a,b}.
  return [...(before ?? []), ...text.split(/,(?![^{]*\})/).map((part) => part.trim())].filter((part) => part !== '')
}

function wholeNumber(text: string): string {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('expected a whole number, such as 2')
  return text
}

/** Values of the flags by long name, as commander parsed them, with where each comes from. */
export interface FlagValues {
  value(name: string): unknown
  source(name: string): string | undefined
}

/** Commander keeps `web.listen-address` as `web.listenAddress`. */
export function flagValues(flags: readonly Flag[], command: Command): FlagValues {
  const attribute = new Map(flags.map((flag) => [longName(flag), new Option(flag.flags).attributeName()]))
  return {
    value: (name) => command.getOptionValue(attribute.get(name)!),
    source: (name) => command.getOptionValueSource(attribute.get(name)!),
  }
}

/** One sentence per used flag whose feature is not in this version. */
export function notYet(values: FlagValues): string[] {
  return laterOf(values, false).map((flag) => `${laterText(flag)}; this one goes on without`)
}

/** Why this version cannot start: it would serve without the protection, or pass without the test, that a flag asks for. */
export function neededLater(values: FlagValues): string | undefined {
  const [flag] = laterOf(values, true)
  return flag && `${laterText(flag)}; this one does not start, since without it nobody would keep what the flag promises\n`
}

function laterOf(values: FlagValues, isNeeded: boolean): Flag[] {
  return RUN_FLAGS.filter((flag) => flag.later !== undefined && (flag.isNeeded ?? false) === isNeeded && isUsed(flag, values))
}

function laterText(flag: Flag): string {
  return `--${longName(flag)}: ${flag.later} with a later version`
}

function isUsed(flag: Flag, values: FlagValues): boolean {
  const source = values.source(longName(flag))
  if (source === undefined || source === 'default') return false
  const value = values.value(longName(flag))
  return !(value === flag.default || value === 'reference')
}
