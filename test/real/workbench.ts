/**
 * What the real tests work with: temporary directories, the built program as a process, Debian's programs, the oracle in Python.
 * Everything listens on 127.0.0.1 and every process that was started is ended by its own id.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'

export const ROOT = resolve(import.meta.dirname, '../..')
export const MAIN = join(ROOT, 'dist/main.js')
export const SAMPLE = join(ROOT, 'config/examples/sample.jsonl')
export const BENCH_MAPPING = join(ROOT, 'test/bench/bench.yaml')
const ORACLE = join(ROOT, 'test/oracle')
const LOOK_AGAIN_MS = 20
const LARGE_OUTPUT_BYTES = 64 * 1024 * 1024

/** Depends on when a line was read, for events without a time. */
export const ARRIVAL_METRIC = 'agent_session_last_activity_timestamp_seconds'

/** Whether a test that needs these programs can run. With CI=true a missing one is a failure, not a skip. */
export function isMissing(...programs: readonly string[]): boolean {
  const missing = programs.filter((program) => spawnSync('which', [program]).status !== 0)
  if (missing.length > 0 && process.env.CI === 'true') throw new Error(`not installed: ${missing.join(', ')}`)
  return missing.length > 0
}

/** A directory that goes when the returned object is disposed. */
export class Scratch {
  readonly path = mkdtempSync(join(tmpdir(), 'agentlog-real-'))

  file(name: string): string {
    return join(this.path, name)
  }

  write(name: string, text: string): string {
    writeFileSync(this.file(name), text)
    return this.file(name)
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

export async function until<T>(what: string, find: () => Promise<T | undefined> | T | undefined, timeoutMs = 60_000): Promise<T> {
  const deadlineMs = Date.now() + timeoutMs
  for (;;) {
    const found = await find()
    if (found !== undefined) return found
    if (Date.now() > deadlineMs) throw new Error(`waited ${timeoutMs} ms in vain for: ${what}`)
    await pause(LOOK_AGAIN_MS)
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  const port = await new Promise<number>((done) => {
    server.listen(0, '127.0.0.1', () => done((server.address() as { port: number }).port))
  })
  await new Promise((done) => server.close(done))
  return port
}

/** A process of ours with what it said. */
export class Running {
  readonly child: ChildProcess
  readonly exit: Promise<number | string>
  stdout = ''
  stderr = ''

  constructor(command: string, args: readonly string[]) {
    this.child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
    this.child.stdout?.on('data', (text) => (this.stdout += text))
    this.child.stderr?.on('data', (text) => (this.stderr += text))
    this.exit = new Promise((done) => this.child.on('close', (code, signal) => done(code ?? signal ?? 'unknown')))
  }

  get hasExited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null
  }

  /** The most memory that the process ever held, in bytes. */
  get peakRssBytes(): number {
    return this.#kilobytes('VmHWM') * 1024
  }

  get rssBytes(): number {
    return this.#kilobytes('VmRSS') * 1024
  }

  #kilobytes(field: string): number {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8')
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1])
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string> {
    if (!this.hasExited) this.child.kill(signal)
    return this.exit
  }
}

/** The built program, serving. */
export class Exporter extends Running {
  url = ''

  static start(...args: readonly string[]): Promise<Exporter> {
    return Exporter.startProgram(MAIN, ...args)
  }

  static startProgram(main: string, ...args: readonly string[]): Promise<Exporter> {
    return Exporter.startUnder([], main, ...args)
  }

  /** `around`: a command and its arguments that run what follows them in their own process. */
  static async startUnder(around: readonly string[], main: string, ...args: readonly string[]): Promise<Exporter> {
    const inMemory = args.includes('--state.dir') ? [] : ['--state.dir', 'none']
    const flags = ['--web.listen-address', '127.0.0.1:0', ...inMemory]
    const [command, ...rest] = [...around, process.execPath, main, 'run', ...flags, ...args]
    const exporter = new Exporter(command!, rest)
    exporter.url = await until('the address', () => {
      if (exporter.hasExited) throw new Error(`the exporter ended: ${exporter.stderr}`)
      return /address=(https?:\/\/127\.0\.0\.1:\d+)/.exec(exporter.stderr)?.[1]
    })
    return exporter
  }

  async scrape(): Promise<string> {
    const response = await fetch(`${this.url}/metrics`)
    expect(response.status).toBe(200)
    return response.text()
  }

  /** An exposition in which all bytes of all lines so far are counted. */
  async caughtUp(lineCount: number): Promise<string> {
    return until(`${lineCount} lines`, async () => {
      const text = await this.scrape()
      return sum(text, 'agentlog_lines_total') >= lineCount ? text : undefined
    })
  }
}

/** The sum over all series of a metric whose labels contain `having`. */
export function sum(exposition: string, metric: string, having = ''): number {
  const lines = exposition.split('\n').filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `))
  return lines
    .filter((line) => line.includes(having))
    .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0)
}

export interface Once {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export function once(...args: readonly string[]): Once {
  const run = spawnSync(process.execPath, [MAIN, 'run', '--once', ...args], { encoding: 'utf8', maxBuffer: LARGE_OUTPUT_BYTES })
  return { code: run.status, stdout: run.stdout, stderr: run.stderr }
}

/** What the oracle counts in the logs: JSON text for `differences`. */
export function countedByOracle(families: 'agent' | 'bench' | 'claude-code' | 'codex', ...logs: readonly string[]): string {
  return python(join(ORACLE, 'count_log.py'), families, ...logs)
}

export function lineCountOf(counted: string): number {
  const { lines } = JSON.parse(counted) as { lines: Record<string, number> }
  return Object.values(lines).reduce((total, count) => total + count, 0)
}

/** In how far the exposition is not what was counted, in words; 'all N samples right' if it is. */
export function differences(counted: string, exposition: string, ...ignored: readonly string[]): string {
  const scratch = new Scratch()
  const files = [scratch.write('counted.json', counted), scratch.write('exposition.txt', exposition)]
  const run = spawnSync('python3', [join(ORACLE, 'compare.py'), ...files, ...ignored], { encoding: 'utf8' })
  scratch.remove()
  return (run.stdout + run.stderr).trim()
}

export function python(...args: readonly string[]): string {
  return execFileSync('python3', args, { encoding: 'utf8', maxBuffer: LARGE_OUTPUT_BYTES })
}

/** Exit code and words of `promtool check metrics`. */
export function promtool(exposition: string): { code: number | null; says: string } {
  const run = spawnSync('promtool', ['check', 'metrics'], { input: exposition, encoding: 'utf8', maxBuffer: LARGE_OUTPUT_BYTES })
  return { code: run.status, says: run.stdout + run.stderr }
}

/** `../shared` beside the repository, undefined where it is not. */
export const SHARED_BENCH = [join(ROOT, '../shared/bench')].find((path) => existsSync(join(path, 'gen.py')))
