/** `presets`: the shipped mappings, each with the first sentence of its file. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { presetNames } from '../config/loader.ts'
import { EXIT } from './exit-codes.ts'
import type { Io } from './io.ts'
import { PRESET_DIR } from './shipped.ts'

export async function presets(io: Io): Promise<number> {
  for (const name of await presetNames(PRESET_DIR)) {
    const text = await readFile(join(PRESET_DIR, `${name}.yaml`), 'utf8')
    io.stdout(`${name.padEnd(16)} ${aboutPreset(text)}\n`)
  }
  return EXIT.ok
}

/** The first comment of its text that is for people. */
export function aboutPreset(text: string): string {
  const comment = text.split('\n').find((line) => line.startsWith('# ') && !line.includes('yaml-language-server'))
  return (comment ?? '').slice(2)
}
