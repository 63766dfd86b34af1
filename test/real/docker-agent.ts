/**
 * Agents in real containers, and the account of what they said that is independent of the exporter: what `docker logs` gives back, what stands
 * in the daemon's json files, and how many lines an agent has begun.
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Dockerd, rootOf } from './dockerd.ts'
import { type Scratch, until } from './workbench.ts'

export const AGENT_IMAGE = 'agent:test'
const PER_SECOND = 500

/** An image of busybox and the agent, nothing else. */
export function importAgent(daemon: Dockerd, scratch: Scratch): void {
  const folder = scratch.file('agent-image')
  rootOf(folder, { 'bin/busybox': execFileSync('which', ['busybox'], { encoding: 'utf8' }).trim() })
  for (const name of ['sh', 'awk', 'mv', 'usleep']) symlinkSync('busybox', join(folder, 'bin', name))
  copyFileSync(join(import.meta.dirname, 'agent.awk'), join(folder, 'agent.awk'))
  daemon.import(folder, AGENT_IMAGE, 'ENV PATH=/bin', 'ENTRYPOINT ["awk", "-f", "/agent.awk"]')
}

/** State of a container that was removed. */
export const GONE = 'gone'

export interface AgentOptions {
  readonly name: string
  /** Of each life; undefined: until it is told to end. */
  readonly lines?: number
  readonly perSecond?: number
  readonly seed: number
  /** Long lines are the same but for their first bytes, as those of agents that log one prompt again and again. */
  readonly isAlike?: boolean
  /** Further flags of `docker run`. */
  readonly flags?: readonly string[]
}

/** A container's agent, and its folder, which outlives it. */
export class Agent {
  readonly #daemon: Dockerd
  readonly #folder: string
  readonly #options: AgentOptions
  id = ''

  constructor(daemon: Dockerd, scratch: Scratch, options: AgentOptions) {
    this.#daemon = daemon
    this.#folder = scratch.file(`of-${options.name}`)
    this.#options = options
    mkdirSync(this.#folder)
  }

  async run(): Promise<this> {
    const { name, lines, perSecond = PER_SECOND, seed, isAlike = false, flags = [] } = this.#options
    const env = { PER_SECOND: perSecond, SEED: seed, LINES: lines ?? '', ALIKE: isAlike ? 'yes' : '' }
    const settings = Object.entries(env).flatMap(([key, value]) => ['--env', `${key}=${value}`])
    const volume = ['--volume', `${this.#folder}:/agent`]
    // The first process of a container ignores SIGTERM.
    const quick = ['--network=none', '--stop-signal=KILL']
    const args = ['run', '--detach', '--name', name, ...quick, ...volume, ...settings, ...flags, AGENT_IMAGE]
    this.id = (await this.#daemon.meanwhile(...args)).stdout.trim()
    return this
  }

  /** Lets it end by itself, so that all lines that it has begun are printed. */
  async finish(): Promise<number> {
    writeFileSync(join(this.#folder, 'stop'), 'now\n')
    await this.ended()
    return this.begun
  }

  /** Its process is gone; with `--rm` its container may be too. */
  async ended(): Promise<void> {
    await until('the end of the agent', async () => (['false', GONE].includes(await this.state('Running')) ? true : undefined))
  }

  /** A field of what the daemon knows of its state: `GONE` if there is no such container, empty where the daemon does not answer. */
  async state(field: string): Promise<string> {
    const format = ['--format', `{{.State.${field}}}`]
    return this.#daemon.meanwhile('inspect', ...format, this.id).then(
      ({ stdout }) => stdout.trim(),
      ({ stderr }: { stderr?: string }) => (/no such (object|container)/i.test(stderr ?? '') ? GONE : ''),
    )
  }

  /** Lines that were begun: all were printed, but for the last ones of an agent that was killed. */
  get begun(): number {
    const path = join(this.#folder, 'n')
    return existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0
  }

  /** How often the daemon gives back which line. */
  async given(): Promise<Map<number, number>> {
    const { stdout, stderr } = await this.#daemon.meanwhile('logs', this.id)
    return numbersOf(stdout + stderr)
  }

  /** Lines that stand whole in the daemon's files, and where lines are cut there. */
  get onDisk(): OnDisk {
    return onDisk(join(this.#daemon.containers, this.id))
  }
}

export interface OnDisk {
  readonly lines: ReadonlySet<number>
  readonly records: number
  /** Records of which the line goes on. */
  readonly splits: number
}

function onDisk(folder: string): OnDisk {
  const lines = new Set<number>()
  const open = new Map<string, string>()
  let [records, splits] = [0, 0]
  for (const name of logsOf(folder))
    for (const text of readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean)) {
      const { log, stream } = JSON.parse(text) as { log: string; stream: string }
      const message = (open.get(stream) ?? '') + log
      const isWhole = log.endsWith('\n')
      open.set(stream, isWhole ? '' : message)
      records++
      if (!isWhole) splits++
      else for (const n of numbersOf(message).keys()) lines.add(n)
    }
  return { lines, records, splits }
}

/** The oldest first. */
function logsOf(folder: string): string[] {
  const generation = (name: string): number => Number(/\d+$/.exec(name)?.[0] ?? 0)
  return readdirSync(folder)
    .filter((name) => /-json\.log(\.\d+)?$/.test(name))
    .sort((a, b) => generation(b) - generation(a))
}

/** Numbers of whole lines of the agent, wherever they stand: the driver `local` drops line feeds at the ends of long lines. */
function numbersOf(text: string): Map<number, number> {
  const numbers = new Map<number, number>()
  for (const [, n] of text.matchAll(/\{"event":"e","n":(\d+),[^{}]*\}/g))
    numbers.set(Number(n), (numbers.get(Number(n)) ?? 0) + 1)
  return numbers
}
