#!/usr/bin/env node
/** argv → cli → exit code. The process ends when nothing is left to do, or is ended by `run` when it has served. */

import { keepMemorySmall } from './cli/memory.ts'
import { processIo } from './cli/process-io.ts'
import { runProgram } from './cli/program.ts'

keepMemorySmall()
process.exitCode = await runProgram(process.argv.slice(2), processIo())
