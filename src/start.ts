/** What `npm start` runs: `agentlog-exporter` with the given arguments, or the shipped sample if there are none. */

import { keepMemorySmall } from './cli/memory.ts'
import { processIo } from './cli/process-io.ts'
import { runProgram } from './cli/program.ts'
import { sampleArguments } from './cli/sample.ts'

keepMemorySmall()
const given = process.argv.slice(2)
process.exitCode = await runProgram(given.length > 0 ? given : sampleArguments(processIo()), processIo())
