/** Runs the built program as a child, as a user would. `npm test` builds it first. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

const MAIN = join(import.meta.dirname, '../../dist/main.js')

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs to the end. */
export function finish(args: readonly string[], input = '', env: Readonly<Record<string, string>> = {}): Promise<Finished> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, ...env } })
  const out = collect(child)
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...out })))
}

export interface Served {
  readonly child: ChildProcess
  readonly url: string
  readonly out: { stdout: string; stderr: string }
  readonly ended: Promise<number | null>
}

/** Runs until it says where it serves; in memory, unless `--state.dir` is among the arguments. The caller kills it. */
export function serve(args: readonly string[]): Promise<Served> {
  return launch(args).ready
}

/** The same, for who has something to do meanwhile. */
export function launch(args: readonly string[]): { readonly child: ChildProcess; readonly ready: Promise<Served> } {
  const child = spawn(process.execPath, servingArgs(args))
  return { child, ready: served(child) }
}

/** The same with at most so many descriptors. */
export function serveWithin(maxDescriptors: number, args: readonly string[]): Promise<Served> {
  return served(spawn('sh', ['-c', `ulimit -n ${maxDescriptors} && exec "$@"`, 'sh', process.execPath, ...servingArgs(args)]))
}

function servingArgs(args: readonly string[]): string[] {
  return [MAIN, 'run', '--web.listen-address', '127.0.0.1:0', '--state.dir', 'none', ...args]
}

async function served(child: ChildProcess): Promise<Served> {
  const out = collect(child)
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr?.on('data', () => {
      const found = /address=(https?:\S+)/.exec(out.stderr)
      if (found) resolve(found[1]!)
    })
    void ended.then((code) => reject(new Error(`ended with ${code}: ${out.stderr}`)))
  })
  return { child, url, out, ended }
}

/** Asks again until `isRight` holds: for what another process does in its own time. */
export async function until<T>(ask: () => Promise<T>, isRight: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (isRight(answer)) return answer
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

function collect(child: ChildProcess): { stdout: string; stderr: string } {
  const out = { stdout: '', stderr: '' }
  child.stdout?.on('data', (data: Buffer) => {
    out.stdout += data
  })
  child.stderr?.on('data', (data: Buffer) => {
    out.stderr += data
  })
  return out
}
