#!/usr/bin/env node
/** argv → cli → exit code. Nothing else ends the process. */

import { keepMemorySmall } from './cli/memory.ts'
import { processIo } from './cli/process-io.ts'
import { runProgram } from './cli/program.ts'

keepMemorySmall()
process.exitCode = await runProgram(process.argv.slice(2), processIo())
