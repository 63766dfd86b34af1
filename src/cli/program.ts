/**
 * The command line: the table of verbs → commander → an exit code. Wrong usage is exit 2 with the nearest known name. Knows no verb.
 */
import { Command, CommanderError } from 'commander'
import { EXIT } from './exit-codes.ts'
import { flagValues, optionOf, variableProblem } from './flags.ts'
import type { Io } from './io.ts'
import { mistypedVerb } from './mistyped-verb.ts'
import type { Verb } from './verb.ts'
import { LATER_VERBS, VERBS } from './verbs.ts'
import { versionText } from './version.ts'

/** Runs the verb that `argv` (without node and script) names; resolves with the exit code. */
export async function runProgram(argv: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT.ok
  const done = (code: number): void => {
    exitCode = code
  }
  const mistyped = mistypedVerb(argv, [...VERBS.map((verb) => verb.name), ...LATER_VERBS, 'help'])
  if (mistyped !== undefined) {
    io.stderr(mistyped)
    return EXIT.usage
  }
  const program = createProgram(io, done)
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return exitCode
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  }
}

function createProgram(io: Io, done: (code: number) => void): Command {
  const program = new Command('agentlog-exporter')
    .description('True Prometheus metrics from the logs an AI agent already writes.')
    .version(versionText(), '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .configureOutput({ writeOut: io.stdout, writeErr: io.stderr })
    .showSuggestionAfterError()
    .showHelpAfterError('(agentlog-exporter --help lists verbs and flags)')
  for (const verb of VERBS) addVerb(program, verb, io, done)
  for (const name of LATER_VERBS) addLater(program, name, io, done)
  return program
}

function addVerb(program: Command, verb: Verb, io: Io, done: (code: number) => void): void {
  const command = program.command(verb.name, { isDefault: verb.isDefault === true }).description(verb.help)
  if (verb.argument) command.argument(verb.argument.name, verb.argument.help)
  for (const flag of verb.flags) command.addOption(optionOf(flag))
  command.action(async () => {
    const problem = variableProblem(verb.flags, process.env)
    if (problem !== undefined) {
      io.stderr(problem)
      return done(EXIT.usage)
    }
    const names = command.processedArgs.flat() as (string | undefined)[]
    done(
      await verb.run(
        names.filter((name) => name !== undefined),
        flagValues(verb.flags, command),
        io,
      ),
    )
  })
}

function addLater(program: Command, name: string, io: Io, done: (code: number) => void): void {
  const known = VERBS.map((verb) => verb.name).join(', ')
  program
    .command(name, { hidden: true })
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() => {
      io.stderr(`agentlog-exporter: "${name}" comes with a later version; this one has: ${known}\n`)
      done(EXIT.usage)
    })
}
