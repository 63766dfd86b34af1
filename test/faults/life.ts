/** One life of the built exporter, at an address that the next one has too. */
import { createServer } from 'node:net'
import { MAIN, Running } from '../real/workbench.ts'

/** Below those that the system gives to whoever connects somewhere: the address stays free while nobody lives. */
const LOWEST_PORT = 20_000
const PORTS = 12_000

/** Flags of an exporter that is to serve at an address, and keep its record in a folder. */
export interface LifeOptions {
  readonly port: number
  readonly mapping: string
  readonly folder: string
  readonly patterns: readonly string[]
  /** Loaded before the program: a URL of a module. */
  readonly preload?: string
}

export class Life extends Running {
  constructor({ port, mapping, folder, patterns, preload }: LifeOptions) {
    super(process.execPath, [
      ...(preload === undefined ? [] : ['--import', preload]),
      ...[MAIN, 'run', '--web.listen-address', `127.0.0.1:${port}`],
      ...['-c', mapping, '--state.dir', folder, '--log.level', 'warn'],
      ...patterns,
    ])
  }
}

export function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`
}

/** What is exposed; undefined while nobody answers, or not with numbers. */
export async function exposed(port: number): Promise<string | undefined> {
  const response = await fetch(`${urlOf(port)}/metrics`).catch(() => undefined)
  return response?.status === 200 ? response.text().catch(() => undefined) : undefined
}

export async function lastingPort(): Promise<number> {
  for (;;) {
    const port = LOWEST_PORT + Math.floor(Math.random() * PORTS)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', () => done(false))
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)))
  })
}
