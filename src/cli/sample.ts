/** The sample run of `npm start`: a shipped log, the preset for agents, everything in memory. */
import { fileURLToPath } from 'node:url'
import type { Io } from './io.ts'

/** Says that it is a sample, and gives the arguments of the run. */
export function sampleArguments(io: Io): string[] {
  const log = fileURLToPath(new URL('../../config/examples/sample.jsonl', import.meta.url))
  io.stderr(
    [
      'This is a sample: config/examples/sample.jsonl, read through the preset "agent", kept in memory.',
      'Your own log: npm start -- /path/to/agent/*.jsonl',
      '',
    ].join('\n'),
  )
  return ['run', '--preset', 'agent', '--state.dir', 'none', log]
}
