#!/usr/bin/env node
import { processIo } from './cli/process-io.ts'
/** argv → cli → exit code. Nothing else ends the process. */
import { runProgram } from './cli/program.ts'

process.exitCode = await runProgram(process.argv.slice(2), processIo())
