/**
 * `npm run test:faults -- [--long] [--seed N] [what vitest takes]`: the fault tests. `--long` is the form that is run by hand before a
 * release; `--seed N` repeats what a run before has printed.
 */
import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

const { tokens } = parseArgs({
  options: { long: { type: 'boolean' }, seed: { type: 'string' } },
  strict: false,
  tokens: true,
})
const ours = tokens.filter(({ kind, name }) => kind === 'option' && (name === 'long' || name === 'seed'))
const taken = new Set(
  ours.flatMap(({ index, name, inlineValue }) => (name === 'seed' && !inlineValue ? [index, index + 1] : [index])),
)
const rest = process.argv.slice(2).filter((_, index) => !taken.has(index))
const seed = ours.find(({ name }) => name === 'seed')?.value

const vitest = resolve(import.meta.dirname, '../../node_modules/vitest/vitest.mjs')
const child = spawn(process.execPath, [vitest, 'run', '--project', 'faults', '--project', 'faults-counting', ...rest], {
  stdio: 'inherit',
  env: {
    ...process.env,
    ...(ours.some(({ name }) => name === 'long') ? { AGENTLOG_LONG: '1' } : {}),
    ...(seed === undefined ? {} : { AGENTLOG_SEED: seed }),
  },
})
child.on('close', (code) => {
  process.exitCode = code ?? 1
})
