/**
 * Text format 0.0.4: a HELP and a TYPE line per family, then its samples, without timestamps. Families that have no series (yet)
 * show HELP and TYPE: promtool accepts that, and who looks for a metric learns that it is known.
 */
import { escapeHelp } from './escape.ts'
import type { ExposedFamily } from './exposed-family.ts'
import type { Format } from './format.ts'
import { valueText } from './number-text.ts'
import { sampleHead } from './sample-head.ts'
import { TEXT_SAMPLES } from './text-samples.ts'
import type { TextWriter } from './text-writer.ts'

export const textFormat: Format = {
  mapped: (family) => {
    const { name, help, type } = family.spec
    return { opening: openingOf(name, help, type === 'info' ? 'gauge' : type), writeSeries: TEXT_SAMPLES[type](family) }
  },
  exposed: writeExposed,
  end: '',
}

function writeExposed(family: ExposedFamily, out: TextWriter): void {
  out.write(openingOf(family.name, family.help, family.type))
  for (const { suffix = '', labels, value } of family.samples)
    out.write(`${sampleHead(family.name + suffix, labels)}${valueText(value)}\n`)
}

function openingOf(name: string, help: string, type: string): string {
  return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`
}
