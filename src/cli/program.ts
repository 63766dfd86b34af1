/**
 * The command line: the table of verbs → commander → an exit code. A verb is one file and one line here. Wrong usage is exit 2
 * with the nearest known name. Rooms a verb needs are loaded when it runs, so that `check` does not pay for a server.
 */
import { Command, CommanderError, Option } from 'commander'
import { EXIT } from './exit-codes.ts'
import { type FlagValues, longName, optionOf, RUN_FLAGS } from './flags.ts'
import type { Io } from './io.ts'
import { versionText } from './version.ts'

/** Verbs of the product that later versions bring. */
const LATER_VERBS = [
  'test',
  'explain',
  'discover',
  'backfill',
  'dashboard',
  'rules',
  'reference',
  'state',
  'top',
  'completion',
  'healthcheck',
]

/** Runs the verb that `argv` (without node and script) names; resolves with the exit code. */
export async function runProgram(argv: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT.ok
  const done = (code: number): void => {
    exitCode = code
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
  addRun(program, io, done)
  addCheck(program, io, done)
  addSchema(program, io, done)
  for (const verb of LATER_VERBS) addLater(program, verb, io, done)
  return program
}

function addRun(program: Command, io: Io, done: (code: number) => void): void {
  const run = program.command('run', { isDefault: true }).description('read logs, serve metrics (the default verb)')
  run.argument('[logs...]', 'files and globs; - is standard input')
  for (const flag of RUN_FLAGS) run.addOption(optionOf(flag))
  run.action(async (logs: string[], _options: unknown, command: Command) => {
    const { run: verb } = await import('./run.ts')
    done(await verb(logs, flagValues(command), io))
  })
}

/** Commander keeps `web.listen-address` as `web.listenAddress`. */
function flagValues(command: Command): FlagValues {
  const attribute = new Map(RUN_FLAGS.map((flag) => [longName(flag), new Option(flag.flags).attributeName()]))
  return {
    value: (name) => command.getOptionValue(attribute.get(name)!),
    source: (name) => command.getOptionValueSource(attribute.get(name)!),
  }
}

function addCheck(program: Command, io: Io, done: (code: number) => void): void {
  program
    .command('check')
    .description('show every problem of a mapping at once')
    .argument('[file]', 'the mapping')
    .option('-c, --config.file <file>', 'the mapping')
    .option('--preset <name...>', 'a shipped mapping')
    .option('--strict', 'warnings fail too')
    .addOption(new Option('--format <format>', 'how to show them').choices(['text', 'json', 'github']).default('text'))
    .action(async (file: string | undefined, options: Record<string, unknown>) => {
      const { check } = await import('./check.ts')
      const named = [file, options['config.file']].filter((name) => typeof name === 'string')
      const format = options.format as 'text' | 'json' | 'github'
      done(
        await check({ files: named, presets: (options.preset as string[]) ?? [], isStrict: options.strict === true, format }, io),
      )
    })
}

function addSchema(program: Command, io: Io, done: (code: number) => void): void {
  program
    .command('schema')
    .description('print the JSON Schema of the mapping file, for editors')
    .action(async () => {
      const { schema } = await import('./schema.ts')
      done(await schema(io))
    })
  program
    .command('presets')
    .description('list the shipped mappings')
    .action(async () => {
      const { presets } = await import('./presets.ts')
      done(await presets(io))
    })
}

function addLater(program: Command, verb: string, io: Io, done: (code: number) => void): void {
  program
    .command(verb, { hidden: true })
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() => {
      io.stderr(`agentlog-exporter: "${verb}" comes with a later version; this one has: run, check, schema, presets\n`)
      done(EXIT.usage)
    })
}
