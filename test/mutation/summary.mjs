/** Stryker's JSON report → scores by file and room, and the mutants that nothing killed. */
import { readFileSync } from 'node:fs'

export function summaryOf(reportFile) {
  const { files } = JSON.parse(readFileSync(reportFile, 'utf8'))
  const entries = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))
  const rooms = new Map()
  for (const [file, { mutants }] of entries) {
    const room = file.split('/')[1]
    rooms.set(room, [...(rooms.get(room) ?? []), ...mutants])
  }
  const alive = entries.flatMap(([file, { mutants, source }]) =>
    mutants.filter(({ status }) => status === 'Survived' || status === 'NoCoverage').map((mutant) => shown(file, source, mutant)),
  )
  const scores = [
    ...entries.map(([file, { mutants }]) => line(file, mutants)),
    ...[...rooms].map(([room, mutants]) => line(`room ${room}`, mutants)),
  ]
  return `${alive.join('\n')}\n\n${scores.join('\n')}\n`
}

function line(name, mutants) {
  const count = (...statuses) => mutants.filter(({ status }) => statuses.includes(status)).length
  const killed = count('Killed', 'Timeout')
  const all = killed + count('Survived', 'NoCoverage')
  return `${name.padEnd(44)} ${all === 0 ? '  -' : `${((100 * killed) / all).toFixed(1)} %`}  ${killed} of ${all}, uncovered ${count('NoCoverage')}`
}

function shown(file, source, { location: { start, end }, replacement, mutatorName, status }) {
  const lines = source.split('\n').slice(start.line - 1, end.line)
  const before = lines.length === 1 ? lines[0].slice(start.column - 1, end.column - 1) : `${lines[0].slice(start.column - 1)} …`
  return `${file}:${start.line}:${start.column} ${status} ${mutatorName}: ${before}  →  ${replacement?.replaceAll('\n', ' ')}`
}
