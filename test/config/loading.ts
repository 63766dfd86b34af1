/** Mappings for tests, out of files in a folder of their own or out of a text; their shape is checked in this thread. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import { PRESET_DIR } from '../../src/cli/shipped.ts'
import type { Config } from '../../src/config/config.ts'
import { type Loaded, loadConfig } from '../../src/config/load.ts'
import { shapeIssues } from '../../src/config/shape-issues.ts'
import { compilePlan } from '../../src/pipeline/plan.ts'

export interface Folder {
  readonly path: string
  /** Writes a file, with the folders above it; gives its path. */
  readonly write: (name: string, text: string | Buffer) => string
  readonly remove: () => void
}

export function scratchFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'agentlog-config-'))
  const write = (name: string, text: string | Buffer): string => {
    const file = join(path, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    return file
  }
  return { path, write, remove: () => rmSync(path, { recursive: true }) }
}

/** Loads and compiles, as `check` does it; `diagnostics` holds those of both. */
export async function loaded(files: readonly string[], presets: readonly string[] = []): Promise<Loaded> {
  const result = await loadConfig({ files, presets, presetDir: PRESET_DIR, validate: async (data) => shapeIssues(data) })
  const diagnostics = [...result.diagnostics]
  compilePlan(result.config, (diagnostic) => void diagnostics.push(diagnostic))
  return { ...result, diagnostics }
}

/** The mapping that this text is. It loads without an error. */
export async function configOf(text: string): Promise<Config> {
  const { config, diagnostics } = await loadConfig({
    files: ['m.yaml'],
    presets: [],
    presetDir: PRESET_DIR,
    validate: async (data) => shapeIssues(data),
    given: new Map([['m.yaml', text]]),
  })
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  return config
}

export function codesOf(result: Loaded): string[] {
  return result.diagnostics.map((diagnostic) => diagnostic.code)
}
