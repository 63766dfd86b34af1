/** Flags and arguments of `explain` → what is asked, or what is wrong with them. */
import { nearest } from '../diag/suggest.ts'
import { LINE_OUTCOMES, type LineOutcome } from '../explain/explanation.ts'
import type { DockerHost } from '../source/docker/source-options.ts'
import { dockerHostOf, dockerHostProblem } from './docker-host.ts'
import type { FlagValues } from './flags.ts'
import { onePathOnly } from './served-presets.ts'

export interface ExplainRequest {
  /** Files, globs and `-`; none: the mapping's sources. */
  readonly logs: readonly string[]
  /** Names of containers. */
  readonly docker: readonly string[]
  readonly dockerHost: DockerHost
  readonly files: readonly string[]
  readonly presets: readonly string[]
  readonly isSummary: boolean
  readonly isJson: boolean
  readonly firstLine: number
  readonly lastLine: number
  /** undefined: all. */
  readonly outcomes: ReadonlySet<LineOutcome> | undefined
  /** Shown lines after which reading ends. */
  readonly limit: number
}

export const EXPLAIN_EXAMPLE = `nothing to explain: name a log, for example
  agentlog-exporter explain agent.jsonl
  agentlog-exporter explain -c mapping.yaml --summary '/var/log/agent/*.jsonl'
  tail -n 5 agent.jsonl | agentlog-exporter explain -
`

export function readRequest(logs: readonly string[], flags: FlagValues): ExplainRequest | { readonly problem: string } {
  const file = flags.value('config.file') as string | undefined
  const presets = (flags.value('preset') as readonly string[] | undefined) ?? []
  const docker = (flags.value('docker') as readonly string[] | undefined) ?? []
  const host = flags.value('docker.host') as string | undefined
  if (logs.length + docker.length === 0 && file === undefined) return { problem: EXPLAIN_EXAMPLE }
  const apart = onePathOnly('explain', presets)
  if (apart !== undefined) return { problem: apart }
  const hostProblem = dockerHostProblem(host)
  if (hostProblem !== undefined) return { problem: hostProblem }
  const lines = linesOf(flags.value('lines') as string | undefined)
  const outcomes = outcomesOf(flags.value('outcome') as readonly string[] | undefined)
  const limit = limitOf(flags.value('limit') as string | undefined)
  for (const part of [lines, outcomes, limit]) if (typeof part === 'object' && 'problem' in part) return part
  const isSummary = flags.value('summary') === true
  const unfit = ['lines', 'outcome', 'limit'].find((name) => flags.value(name) !== undefined)
  if (isSummary && unfit !== undefined)
    return { problem: `--${unfit} picks lines to show, and --summary shows none: leave one of them out\n` }
  return {
    logs,
    docker,
    dockerHost: dockerHostOf(host),
    files: file === undefined ? [] : [file],
    presets: file === undefined && presets.length === 0 ? ['agent'] : presets,
    isSummary,
    isJson: flags.value('format') === 'json',
    ...(lines as Lines),
    outcomes: outcomes as ReadonlySet<LineOutcome> | undefined,
    limit: limit as number,
  }
}

type Problem = { readonly problem: string }

interface Lines {
  readonly firstLine: number
  readonly lastLine: number
}

function linesOf(text: string | undefined): Lines | Problem {
  if (text === undefined) return { firstLine: 1, lastLine: Number.POSITIVE_INFINITY }
  const match = /^([1-9]\d{0,14})(?:(,)([1-9]\d{0,14})?)?$/.exec(text)
  if (match === null)
    return { problem: `--lines "${text}": expected a line such as 7, a range such as 7,9, or "7," for all from 7 on\n` }
  const first = Number(match[1])
  const last = match[3] === undefined ? (match[2] === undefined ? first : Number.POSITIVE_INFINITY) : Number(match[3])
  if (last < first) return { problem: `--lines "${text}": the last line comes before the first\n` }
  return { firstLine: first, lastLine: last }
}

function outcomesOf(names: readonly string[] | undefined): ReadonlySet<LineOutcome> | undefined | Problem {
  if (names === undefined) return undefined
  const unknown = names.find((name) => !(LINE_OUTCOMES as readonly string[]).includes(name))
  if (unknown === undefined) return new Set(names as readonly LineOutcome[])
  const near = nearest(unknown, LINE_OUTCOMES)
  const hint = near === undefined ? `expected ${LINE_OUTCOMES.join(', ')}` : `did you mean ${near}?`
  return { problem: `--outcome "${unknown}": ${hint}\n` }
}

function limitOf(text: string | undefined): number | Problem {
  if (text === undefined) return Number.POSITIVE_INFINITY
  return /^[1-9]\d{0,14}$/.test(text)
    ? Number(text)
    : { problem: `--limit "${text}": expected a whole number from 1, such as 10\n` }
}
