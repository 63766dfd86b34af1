/** Every mapping that a deployment ships is one that the program takes, without a warning. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { finish } from '../cli/program.ts'
import { DEPLOY } from './shipped.ts'

const mappings = readdirSync(DEPLOY, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('mapping.yaml'))

test('there is one for each way', () => {
  expect(mappings.sort()).toEqual([
    'compose/api-mapping.yaml',
    'compose/json-file-mapping.yaml',
    'compose/volume-mapping.yaml',
    'kubernetes/daemonset/mapping.yaml',
    'kubernetes/example/mapping.yaml',
    'systemd/mapping.yaml',
  ])
})

test.each(mappings)('%s', async (path) => {
  const { code, stdout, stderr } = await finish(['check', '--strict', join(DEPLOY, path)])
  expect([code, stderr], stdout).toEqual([0, ''])
  const up = '../'.repeat(path.split('/').length)
  expect(readFileSync(join(DEPLOY, path), 'utf8').split('\n')[0]).toBe(`# yaml-language-server: $schema=${up}mapping.schema.json`)
})
