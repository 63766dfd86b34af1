/** Arguments of the exporter as some deployment has them, parsed by the program's own table of flags. */
import { Command } from 'commander'
import { type Flag, longName, optionOf, RUN_FLAGS } from '../../src/cli/flags.ts'

export interface RunArguments {
  readonly logs: readonly string[]
  value(flag: string): unknown
}

/** Throws for what `run` does not know, does not take, or does not do yet. */
export function parseRun(args: readonly string[]): RunArguments {
  const [verb, ...rest] = args
  if (verb !== 'run') throw new Error(`expected "run" first, found "${verb}"`)
  const command = new Command()
    .argument('[logs...]')
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
  for (const flag of RUN_FLAGS) command.addOption(optionOf(flag))
  command.parse([...rest], { from: 'user' })
  const values = command.opts<Record<string, unknown>>()
  const used = RUN_FLAGS.filter((flag) => command.getOptionValueSource(optionOf(flag).attributeName()) === 'cli')
  for (const { later, flags } of used) if (later !== undefined) throw new Error(`${flags}: ${later} with a later version`)
  return { logs: command.args, value: (name) => values[optionOf(flagNamed(name)).attributeName()] }
}

function flagNamed(name: string): Flag {
  const found = RUN_FLAGS.find((flag) => longName(flag) === name)
  if (found === undefined) throw new Error(`there is no flag --${name}`)
  return found
}
