/** What a test on a real daemon is given: a folder, and exporters that end with the test. Several tests may run at once, on one daemon. */
import { test } from 'vitest'
import { SEED } from '../faults/form.ts'
import { Agent, type AgentOptions } from './docker-agent.ts'
import { Lives, type Place, type Read, sourceOf } from './docker-lives.ts'
import type { Dockerd } from './dockerd.ts'
import { Scratch, sum } from './workbench.ts'

export interface DockFixture {
  readonly scratch: Scratch
  /** An exporter that reads the containers of a daemon whose names match; at another socket, if need be. */
  readonly follow: (daemon: Place, read: Read, names: string, socket?: string) => Promise<Lives>
  /** A container with an agent in it. */
  readonly run: (daemon: Dockerd, options: Partial<AgentOptions> & { name: string }) => Promise<Agent>
}

export const dockTest = test.extend<DockFixture>({
  // biome-ignore lint/correctness/noEmptyPattern: what vitest asks of a fixture that needs no other
  scratch: async ({}, use) => {
    const scratch = new Scratch()
    await use(scratch)
    scratch.remove()
  },
  follow: async ({ scratch }, use) => {
    const all: Lives[] = []
    await use((daemon, read, names, socket = daemon.socket) => {
      const flags = ['--docker.host', `unix://${socket}`]
      const lives = new Lives(scratch, { name: `lives-${all.length}`, docker: sourceOf(read, names, daemon), flags })
      all.push(lives)
      return lives.start()
    })
    for (const lives of all) await lives.stop('SIGKILL')
  },
  run: async ({ scratch }, use) => {
    await use((daemon, options) => new Agent(daemon, scratch, { seed: SEED, ...options }).run())
  },
})

/** What became of lines. */
export interface Account {
  readonly lines: number
  readonly lost: number
  readonly lostLines: readonly number[]
  readonly double: number
  /** Counted beyond the lines that there are. */
  readonly more: number
  readonly decreases: number
  readonly gaps: number
  readonly text: string
}

/** Holds what an exporter counted against the lines that there are; prints it. */
export async function accountOf(what: string, lives: Lives, there: Iterable<number>, patienceMs?: number): Promise<Account> {
  const lines = new Set(there)
  const { lost, double, text } = await lives.judged([...lines], patienceMs)
  const more = sum(text, 'lines_total') - lines.size + lost.length - double
  const { decreases, gaps } = lives
  const account = { lines: lines.size, lost: lost.length, double, more, decreases, gaps }
  console.log(JSON.stringify({ test: what, seed: SEED, ...account }))
  return { ...account, lostLines: lost, text }
}

/** The first lines of an agent. */
export function* firstLines(count: number): Iterable<number> {
  for (let n = 0; n < count; n++) yield n
}

export const EXACT = { lost: 0, double: 0, more: 0, decreases: 0 }
