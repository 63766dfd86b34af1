/**
 * OpenMetrics 1.0: TYPE, UNIT and HELP per family, samples, exemplars, `# EOF`. Bounds and quantiles are written as floats (`1.0`), as
 * that format wants them. `_created` samples only if asked for, since Prometheus 2 stores each of them as a series.
 */
import type { ExposedFamily, ExposedSample } from './exposed-family.ts'
import type { Format } from './format.ts'
import { floatText, valueText } from './number-text.ts'
import { type OpenMetricsName, openMetricsName, unitOf } from './open-metrics-names.ts'
import { openMetricsSamples } from './open-metrics-samples.ts'
import { sampleHead } from './sample-head.ts'
import type { TextWriter } from './text-writer.ts'

export function openMetricsFormat({ withCreated = false }: { withCreated?: boolean } = {}): Format {
  return {
    mapped: (family, isTaken) => {
      const { name, help, type } = family.spec
      const called = openMetricsName(name, type, isTaken)
      return { opening: openingOf(called, help), writeSeries: openMetricsSamples(family, called, withCreated) }
    },
    exposed: (family, out, isTaken) => writeExposed(family, openMetricsName(family.name, family.type, isTaken), out),
    end: '# EOF\n',
  }
}

function writeExposed(family: ExposedFamily, called: OpenMetricsName, out: TextWriter): void {
  out.write(openingOf(called, family.help))
  for (const sample of family.samples)
    out.write(`${sampleHead(family.name + (sample.suffix ?? ''), sample.labels.map(asFloat))}${valueText(sample.value)}\n`)
}

function asFloat([label, text]: ExposedSample['labels'][number]): readonly [string, string] {
  return [label, label === 'le' || label === 'quantile' ? floatText(Number(text.replace('Inf', 'Infinity'))) : text]
}

function openingOf(called: OpenMetricsName, help: string): string {
  const unit = unitOf(called)
  const lines = [`# TYPE ${called.family} ${called.type}\n`]
  if (unit !== undefined) lines.push(`# UNIT ${called.family} ${unit}\n`)
  lines.push(`# HELP ${called.family} ${escapeHelp(help)}\n`)
  return lines.join('')
}

/** Quotes too, unlike in the text format. */
function escapeHelp(text: string): string {
  return text.replace(/[\\\n"]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))
}
