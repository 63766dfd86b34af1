/** `test`: runs files of mapping tests. The report goes to standard output; problems of the files themselves to standard error. */
import { readFile, writeFile } from 'node:fs/promises'
import { renderDiagnostics } from '../diag/render.ts'
import { renderReport, reportData } from '../scenario/report.ts'
import { runScenarios } from '../scenario/run.ts'
import { updated } from '../scenario/update.ts'
import { EXIT } from './exit-codes.ts'
import type { FlagValues } from './flags.ts'
import type { Io } from './io.ts'
import { PRESET_DIR } from './shipped.ts'

interface Wanted {
  readonly filter: string
  readonly isUpdate: boolean
  readonly isJson: boolean
}

/** Exit 1 for a failed case, 2 for a file that cannot be run. All files are run whatever the first one says. */
export async function test(files: readonly string[], flags: FlagValues, io: Io): Promise<number> {
  if (files.length === 0) {
    io.stderr('test needs a file of mapping tests: agentlog-exporter test mapping.test.yaml\n')
    return EXIT.usage
  }
  const wanted = {
    filter: (flags.value('filter') as string | undefined) ?? '',
    isUpdate: flags.value('update') === true,
    isJson: flags.value('format') === 'json',
  }
  const codes: number[] = []
  for (const file of files) codes.push(await testFile(file, wanted, io))
  return Math.max(...codes)
}

async function testFile(name: string, { filter, isUpdate, isJson }: Wanted, io: Io): Promise<number> {
  const text = await readFile(name, 'utf8').catch((error: Error) => error)
  if (text instanceof Error) {
    io.stderr(`agentlog-exporter: cannot read ${name}: ${text.message}\n`)
    return EXIT.usage
  }
  const { diagnostics, texts, outcome } = await runScenarios(name, text, { presetDir: PRESET_DIR, filter })
  if (diagnostics.length > 0) io.stderr(`${renderDiagnostics(diagnostics, texts, 'text', io.colour)}\n`)
  if (outcome === undefined) return EXIT.usage
  if (outcome.results.length === 0) {
    io.stderr(`agentlog-exporter: ${name}: no case has "${filter}" in its name\n`)
    return EXIT.usage
  }
  const report = { file: name, results: outcome.results, coverage: filter === '' ? outcome.coverage : [] }
  io.stdout(isJson ? `${JSON.stringify(reportData(report))}\n` : renderReport(report, io.colour))
  if (isUpdate) return update(name, text, updated(outcome.source, outcome.results), io)
  return outcome.results.every(({ differences }) => differences.length === 0) ? EXIT.ok : EXIT.failed
}

/** Exit 1 if something is left that only its author can mend. */
async function update(name: string, before: string, after: string, io: Io): Promise<number> {
  if (before !== after) {
    await writeFile(name, after)
    io.stderr(`agentlog-exporter: ${name}: expectations rewritten; read the difference before you keep it\n`)
  }
  const { outcome } = await runScenarios(name, after, { presetDir: PRESET_DIR })
  const left = outcome?.results.filter(({ differences }) => differences.length > 0) ?? []
  if (left.length === 0) return EXIT.ok
  const cases = left.map(({ scenario }) => `"${scenario.name}"`).join(', ')
  io.stderr(
    `agentlog-exporter: ${name}: left as they are: ${cases}; only values in blocks (expect: |) are rewritten, not missing series, absent or quoted text\n`,
  )
  return EXIT.failed
}
