/** The table of config/presets/seeds.md as data: what was published, how it is met, and the command that shows it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '../..')
export const TABLE_FILE = join(ROOT, 'config/presets/seeds.md')

/** As published; as published but for a mistake that is told; not at all, for the reason that stands in `how`. */
export const STATES = ['met', 'repaired', 'left'] as const

export interface SeedRow {
  readonly id: string
  readonly what: string
  readonly state: string
  readonly how: string
  /** For bash; empty for what is left. */
  readonly command: string
}

const ROW = /^\| (S\d-\d\d) \|/
/** A bar that parts cells: one that no backslash escapes. */
const BAR = /(?<!\\)\|/

export function readTable(text: string = readFileSync(TABLE_FILE, 'utf8')): readonly SeedRow[] {
  return text.split('\n').flatMap((line) => (ROW.test(line) ? [rowOf(line)] : []))
}

function rowOf(line: string): SeedRow {
  const cells = line.split(BAR).map((cell) => cell.trim().replaceAll('\\|', '|'))
  if (cells.length !== 7) throw new Error(`five cells are wanted, ${cells.length - 2} found: ${line}`)
  const [, id, what, state, how, command] = cells as [string, string, string, string, string, string, string]
  return { id, what, state, how, command: command.replace(/^(`+) ?(.*?) ?\1$/, '$2') }
}

/** Each command once, with the rows that it shows. */
export function commandsOf(rows: readonly SeedRow[]): ReadonlyMap<string, readonly string[]> {
  const commands = new Map<string, string[]>()
  for (const { command, id } of rows) {
    if (command !== '') commands.set(command, [...(commands.get(command) ?? []), id])
  }
  return commands
}
