/** Warnings that a mapping accepts knowingly: `x-lint: { ignore: [bad-name] }` beside a metric's name. */
import type { Diagnostic } from '../../diag/diagnostic.ts'
import type { MappingFile } from '../raw.ts'

/** Whether a diagnostic is one of those that its metric ignores. Errors cannot be ignored. */
export function accepted(files: readonly MappingFile[]): (diagnostic: Diagnostic) => boolean {
  const byName = new Map(files.map((file) => [file.file, file.raw]))
  return ({ severity, code, place }) => {
    const [part, index] = place.path ?? []
    if (severity === 'error' || part !== 'metrics') return false
    const ignored: readonly string[] = byName.get(place.file)?.metrics?.[Number(index)]?.['x-lint']?.ignore ?? []
    return ignored.includes(code)
  }
}
