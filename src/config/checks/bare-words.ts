/** Bare yes, no, on and off: texts in YAML 1.2, truths in 1.1. Whoever writes one may mean either, so it must be quoted. */
import type { Report } from '../../diag/diagnostic.ts'
import type { YamlSource } from '../../diag/yaml-source.ts'
import type { MappingFile } from '../raw.ts'

export function checkBareWords({ file }: MappingFile, text: YamlSource, report: Report): void {
  for (const { span, word } of text.bareWords) {
    const message = `bare ${word} is the text "${word}" here, though older YAML reads a truth`
    report({ severity: 'warning', code: 'bare-word', message, place: { file, span }, hint: `write "${word}", or true or false` })
  }
}
