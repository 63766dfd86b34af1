/** What `npm pack` makes works where nothing else of the repository is. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ARRIVAL_METRIC, Exporter, once, ROOT, SAMPLE, Scratch, sum } from './workbench.ts'

/** As a user's shell has it: npm hands the settings of this repository (engine-strict) down to what it runs. */
function strangersEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')))
}

function withoutArrival(exposition: string): string {
  return exposition
    .split('\n')
    .filter((line) => !line.startsWith(ARRIVAL_METRIC))
    .join('\n')
}

test('the package, installed in an empty folder, reads the sample it carries as the repository does, and serves', async () => {
  const scratch = new Scratch()
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', scratch.path], { cwd: ROOT })
  const [tarball] = readdirSync(scratch.path)
  scratch.write('package.json', '{ "name": "empty", "private": true }')
  execFileSync('npm', ['install', '--silent', '--engine-strict', '--ignore-scripts', '--prefer-offline', `./${tarball}`], {
    cwd: scratch.path,
    env: strangersEnvironment(),
  })
  const installed = join(scratch.path, 'node_modules/agentlog-exporter')
  const sample = join(installed, 'config/examples/sample.jsonl')
  const command = join(scratch.path, 'node_modules/.bin/agentlog-exporter')
  const run = spawnSync(command, ['run', '--once', '--preset', 'agent', sample], { cwd: scratch.path, encoding: 'utf8' })
  expect(run.stderr).toBe('')
  expect(run.status).toBe(0)
  expect(withoutArrival(run.stdout)).toBe(withoutArrival(once('--preset', 'agent', SAMPLE).stdout))
  for (const file of [
    'LICENSE',
    'SECURITY.md',
    'CHANGELOG.md',
    'README.md',
    'config/mapping.schema.json',
    'config/grafana/dashboards/agents.json',
  ])
    expect([file, existsSync(join(installed, file))]).toEqual([file, true])
  for (const folder of ['src', 'test', '.bench', 'config/grafana/source'])
    expect([folder, existsSync(join(installed, folder))]).toEqual([folder, false])

  const exporter = await Exporter.startProgram(join(installed, 'dist/main.js'), '--preset', 'agent', sample)
  expect(sum(await exporter.caughtUp(1), 'agentlog_build_info')).toBe(1)
  expect(await exporter.stop()).toBe(0)
  scratch.remove()
})
