/**
 * Mutation testing, by hand: `npm run mutation -- src/mapping/rule.ts "src/select/**"`. Copies the tracked files into a scratch folder,
 * installs stryker there (its 150 packages are no dependencies of ours; nothing of them runs at install) and breaks each line in turn:
 * a mutant that no test of the rooms kills is a line that nothing holds. Without arguments: select, mapping and derive, some hours.
 * `--keep FOLDER` uses that folder again. The report is FOLDER/reports/mutation/mutation.json.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { summaryOf } from './summary.mjs'

const ROOT = join(import.meta.dirname, '../..')
const STRYKER = ['@stryker-mutator/core@9.6.1', '@stryker-mutator/vitest-runner@9.6.1']
const ROOMS = ['src/select/**/*.ts', 'src/mapping/**/*.ts', 'src/derive/**/*.ts']
/** Tests that run in one process and need no built program. */
const TESTS = ['select', 'mapping', 'golden', 'check', 'marks', 'derive', 'scenario', 'pipeline', 'page', 'exposition'].map(
  (room) => `test/${room}/**/*.test.ts`,
)

const args = process.argv.slice(2)
const keep = args.indexOf('--keep')
const folder = keep < 0 ? mkdtempSync(join(tmpdir(), 'agentlog-mutation-')) : args.splice(keep, 2)[1]
const mutate = args.length > 0 ? args : ROOMS

copyTracked()
writeFileSync(join(folder, 'stryker.config.json'), JSON.stringify(strykerConfig(), undefined, 2))
writeFileSync(join(folder, 'vitest.config.ts'), vitestConfig())
if (!existsSync(join(folder, 'node_modules/@stryker-mutator/core'))) {
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'])
  run('npm', ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', ...STRYKER])
}
run('npx', ['stryker', 'run'])
process.stdout.write(summaryOf(join(folder, 'reports/mutation/mutation.json')))

function copyTracked() {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: ROOT, encoding: 'utf8' })
  for (const file of files.split('\0').filter((name) => name !== '' && existsSync(join(ROOT, name)))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    cpSync(join(ROOT, file), join(folder, file))
  }
}

function strykerConfig() {
  return {
    testRunner: 'vitest',
    vitest: { configFile: 'vitest.config.ts' },
    plugins: ['@stryker-mutator/vitest-runner'],
    mutate,
    inPlace: true,
    // What runs once at import would need all tests for each mutant.
    ignoreStatic: true,
    concurrency: 2,
    timeoutMS: 15_000,
    reporters: ['json', 'progress-append-only'],
    // Texts for people are held by golden files, not by each test.
    mutator: { excludedMutations: ['StringLiteral'] },
    allowEmpty: true,
  }
}

function vitestConfig() {
  return `import { defineConfig } from 'vitest/config'\nexport default defineConfig({ test: { include: ${JSON.stringify(TESTS)}, testTimeout: 60_000 } })\n`
}

function run(command, given) {
  const { status } = spawnSync('nice', ['-n', '15', command, ...given], { cwd: folder, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
