/** Every command of the READMEs of config/deploy and config/prometheus runs and ends well, or says what it needs that no test has. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DEPLOY, ROOT } from '../deploy/shipped.ts'
import { PROMETHEUS } from '../setups/shipped-setups.ts'
import { composeCommand, run, whyNoKubectl } from './deploy-programs.ts'
import { MAIN } from './workbench.ts'

const FOLDERS = [DEPLOY, PROMETHEUS]
const readmeOf = (folder: string): string => readFileSync(join(folder, 'README.md'), 'utf8')
const commands = [
  ...FOLDERS.map(readmeOf)
    .join('\n')
    .matchAll(/```sh\n([\s\S]*?)```/g),
].flatMap(([, block]) => block!.trim().split('\n'))
const tried = commands.filter((command) => !command.includes('# needs '))

/** How this machine runs the programs of the page; undefined where it cannot. */
const PROGRAMS: Readonly<Record<string, string | undefined>> = {
  'agentlog-exporter': `${process.execPath} ${MAIN}`,
  kubectl: whyNoKubectl() === undefined ? 'kubectl' : undefined,
  'docker compose': composeCommand(),
  promtool: run('which', 'promtool').status === 0 ? 'promtool' : undefined,
  amtool: run('which', 'amtool').status === 0 ? 'amtool' : undefined,
  sed: 'sed',
  'systemd-analyze': run('which', 'systemd-analyze').status === 0 ? 'systemd-analyze' : undefined,
}

test('each is of a known program, and most can be tried', () => {
  expect(tried.filter((command) => programOf(command) === undefined)).toEqual([])
  expect(tried.length).toBeGreaterThanOrEqual(10)
})

function programOf(command: string): string | undefined {
  return Object.keys(PROGRAMS).find((name) => command.startsWith(`${name} `))
}

const isHere = (command: string): boolean => PROGRAMS[programOf(command) ?? ''] !== undefined

for (const command of tried) {
  test.skipIf(!isHere(command))(command, () => {
    const name = programOf(command)!
    const { status, stderr } = run('sh', '-c', `cd ${ROOT} && ${command.replace(name, PROGRAMS[name]!)}`)
    expect(status, stderr).toBe(0)
  })
}

test.each(FOLDERS)('every file that the README of %s names is there', (folder) => {
  const links = [...readmeOf(folder).matchAll(/\]\((?!#|http)([^)]+)\)/g)].map(([, path]) => path!)
  expect(links.length).toBeGreaterThan(1)
  expect(links.filter((path) => !existsSync(join(folder, path)))).toEqual([])
})
