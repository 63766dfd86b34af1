/** Runs the verb `explain` in this process over given lines. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finish } from '../cli/program.ts'

export interface Explained {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** `mapping`: YAML text; undefined: the preset agent. The names of files in the output are without their folder. */
export async function explained(
  mapping: string | undefined,
  log: string | Uint8Array,
  ...args: readonly string[]
): Promise<Explained> {
  const folder = mkdtempSync(join(tmpdir(), 'agentlog-explain-'))
  try {
    const logFile = join(folder, 'a.jsonl')
    const mappingFile = join(folder, 'm.yaml')
    writeFileSync(logFile, log)
    if (mapping !== undefined) writeFileSync(mappingFile, mapping)
    const { code, stdout, stderr } = await finish([
      'explain',
      ...(mapping === undefined ? [] : ['-c', mappingFile]),
      ...args,
      logFile,
    ])
    const bare = (text: string): string => text.replaceAll(`${folder}/`, '')
    return { code, stdout: bare(stdout), stderr: bare(stderr) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
