/**
 * The command column of config/presets/seeds.md, executed: each command once, in bash, with the functions of prelude.sh, and it ends
 * with 0. What needs the acceptance kit (../shared/seeds) is skipped where that is missing.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isMissing } from '../real/workbench.ts'
import { commandsOf, ROOT, readTable } from './table.ts'

const PROGRAMS = [
  'prometheus',
  'promtool',
  'prometheus-alertmanager',
  'amtool',
  'prometheus-node-exporter',
  'jq',
  'curl',
  'python3',
]
const KIT = [join(ROOT, '../shared/seeds'), join(ROOT, '../../shared/seeds')].find(existsSync)
if (KIT === undefined) console.log('commands that use the acceptance kit are skipped: there is no ../shared/seeds')
const LAST_CHARACTERS = 4_000
/** Sixty times as fast as life, and seven exporters scraped each second: what takes a second of the machine's time is missed. */
const ALONE = /\bshown (?:alerts|dashboards)\b/

/** What the kit gives: its files, its scenario by default, its expectations. */
function needsKit(command: string): boolean {
  return /\$A\b|\bfeed\b(?! [-"$])|\bg [a-z]/.test(command)
}

interface Outcome {
  readonly code: number | string
  /** The end of what it printed on both streams. */
  readonly printed: string
}

function run(command: string): Promise<Outcome> {
  const env = { ...process.env, A: KIT ?? '' }
  const child = spawn('bash', ['-c', `source test/seeds/prelude.sh; ${command}`], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  const take = (chunk: Buffer): void => {
    printed = `${printed}${chunk}`.slice(-LAST_CHARACTERS)
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  return new Promise((done) => child.on('close', (code, signal) => done({ code: code ?? signal ?? 'unknown', printed })))
}

const commands = isMissing(...PROGRAMS) ? [] : [...commandsOf(readTable())]
const wanted = commands.filter(([command]) => KIT !== undefined || !needsKit(command))

async function succeeds(command: string): Promise<void> {
  const { code, printed } = await run(command)
  expect(code, printed).toBe(0)
}

const entries = wanted.map(([command, ids]) => [ids.join(' '), command] as const)
const isAlone = ([, command]: readonly [string, string]): boolean => ALONE.test(command)

// Before the others, which come together: nothing else runs beside it.
test.for(entries.filter(isAlone))('%s: %s', ([, command]) => succeeds(command))

describe.concurrent('together', () => {
  test.for(entries.filter((entry) => !isAlone(entry)))('%s: %s', ([, command]) => succeeds(command))
})

test('a command that fails anywhere is noticed', async () => {
  const failing = ['false', 'false | cat', 'grep -q nothing /dev/null; echo on', 'eventually_misspelt', 'echo "$UNKNOWN"']
  for (const command of failing) expect([command, (await run(command)).code]).not.toEqual([command, 0])
})
