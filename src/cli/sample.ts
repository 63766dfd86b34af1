/** The sample run of `npm start`: a shipped log, the preset for agents, everything in memory. */

import type { Io } from './io.ts'
import { SAMPLE_FILE } from './shipped.ts'

/** Says that it is a sample, and gives the arguments of the run. */
export function sampleArguments(io: Io): string[] {
  const log = SAMPLE_FILE
  io.stderr(
    [
      'This is a sample: config/examples/sample.jsonl, read through the preset "agent", kept in memory.',
      'Your own log: npm start -- /path/to/agent/*.jsonl',
      '',
    ].join('\n'),
  )
  return ['run', '--preset', 'agent', '--state.dir', 'none', log]
}
