/** Bare yes, no, on and off: texts in YAML 1.2, truths in 1.1. Whoever writes one may mean either, so it must be quoted. */
import type { NodePath, Report } from '../../diag/diagnostic.ts'
import type { YamlSource } from '../../diag/yaml-source.ts'
import { type MappingFile, placeIn } from '../raw.ts'

const BARE_WORD = /^(?:yes|no|on|off)$/i

export function checkBareWords({ file, raw }: MappingFile, text: YamlSource, report: Report): void {
  visit(raw, [], (path, word) => {
    if (text.plainScalar(path) !== word) return
    const message = `bare ${word} is the text "${word}" here, though older YAML reads a truth`
    report({
      severity: 'warning',
      code: 'bad-value',
      message,
      place: placeIn(file, path),
      hint: `write "${word}", or true or false`,
    })
  })
}

function visit(value: unknown, path: NodePath, found: (path: NodePath, word: string) => void): void {
  if (typeof value === 'string' && BARE_WORD.test(value)) found(path, value)
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) visit(inner, [...path, Array.isArray(value) ? Number(key) : key], found)
}
