/** The verbs `dashboard` and `rules` as people call them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { finish } from './program.ts'

const FIRST = join(import.meta.dirname, '../../config/examples/first.yaml')
const folder = mkdtempSync(join(tmpdir(), 'monitor-'))
afterAll(() => rmSync(folder, { recursive: true }))

function written(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const COUNTER = '{ name: calls_total, type: counter, event: call }'

test('a dashboard is JSON alone, the same each time, and known by the name of its mapping', async () => {
  const [made, again] = await Promise.all([finish(['dashboard', '-c', FIRST]), finish(['dashboard', FIRST])])
  expect([made.code, made.stderr, again.stdout]).toEqual([0, '', made.stdout])
  expect(JSON.parse(made.stdout)).toMatchObject({
    id: null,
    uid: 'agentlog-of-first',
    title: 'Agent logs: first',
    editable: false,
  })
})

test('what stands in a mapping does not change what its dashboard is known by', async () => {
  const one = await finish(['dashboard', '-c', written('mine.yaml', `version: 1\nmetrics: [${COUNTER}]\n`)])
  const two = await finish([
    'dashboard',
    '-c',
    written('mine.yaml', `version: 1\nmetrics: [{ name: runs_total, type: counter, event: run }]\n`),
  ])
  const long = await finish(['dashboard', '-c', written(`${'long-'.repeat(20)}ä.yaml`, `version: 1\nmetrics: [${COUNTER}]\n`)])
  const uidOf = ({ stdout }: { stdout: string }) => (JSON.parse(stdout) as { uid: string }).uid
  expect([uidOf(one), uidOf(two)]).toEqual(['agentlog-of-mine', 'agentlog-of-mine'])
  expect(uidOf(long)).toMatch(/^agentlog-of-long-long-long-[0-9a-f]{8}$/)
})

test('title and uid are what the flags say', async () => {
  const { stdout } = await finish(['dashboard', '--preset', 'agent', '--title', 'My "agents"', '--uid', 'mine_1'])
  expect(JSON.parse(stdout)).toMatchObject({ title: 'My "agents"', uid: 'mine_1' })
  const bad = await finish(['dashboard', '--uid', 'a/b'])
  expect([bad.code, bad.stdout, bad.stderr]).toEqual([2, '', '--uid "a/b": expected at most 40 letters, digits, - and _\n'])
})

test('without a mapping both are made of the default preset, with several of all of them', async () => {
  const [plain, named, several] = await Promise.all([
    finish(['rules']),
    finish(['rules', '--preset', 'agent']),
    finish(['rules', '--preset', 'claude-code', '--preset', 'codex']),
  ])
  expect([plain.code, plain.stdout]).toEqual([0, named.stdout])
  const { groups } = parse(several.stdout) as { groups: { name: string }[] }
  expect(groups.map(({ name }) => name)).toEqual([
    'claude-code-codex.ratios',
    'claude-code-codex.alerts',
    'claude-code-codex.exporter',
  ])
})

test.for(['dashboard', 'rules'])('%s of a bad mapping says what check says, and makes nothing', async (verb) => {
  const bad = written('bad.yaml', 'version: 1\nmetrics: [{ name: calls_total, type: countr, event: call }]\n')
  const [made, checked] = await Promise.all([finish([verb, '-c', bad]), finish(['check', bad])])
  expect([made.code, made.stdout]).toEqual([2, ''])
  expect(made.stderr).toContain(checked.stdout.split('\n')[0])
  expect(made.stderr).toContain('this mapping does not start; nothing was made of it')
})

test.for(['dashboard', 'rules'])('%s of a mapping without metrics says so', async (verb) => {
  const { code, stdout, stderr } = await finish([verb, '-c', written('none.yaml', 'version: 1\nmetrics: []\n')])
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain('this mapping has no metrics; there is nothing to look at')
})

test('rules of a job without a name would call the exporter down for ever: they are not made', async () => {
  const { code, stdout, stderr } = await finish(['rules', '--job', ''])
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toBe('--job "": expected the name of a scrape job, such as agentlog; no series has an empty one\n')
})

test('an address of runbooks that is none is refused', async () => {
  const { code, stderr } = await finish(['rules', '--runbook-url', 'wiki/'])
  expect([code, stderr]).toEqual([
    2,
    '--runbook-url "wiki/": expected what stands before an alert\'s name, such as https://wiki.example.org/runbooks#\n',
  ])
})

test('for Kubernetes the same stands in a ConfigMap and in a PrometheusRule', async () => {
  const [config, json, rule, rules] = await Promise.all([
    finish(['dashboard', '-c', FIRST, '--kubernetes']),
    finish(['dashboard', '-c', FIRST]),
    finish(['rules', '-c', FIRST, '--kubernetes']),
    finish(['rules', '-c', FIRST]),
  ])
  expect(parse(config.stdout)).toEqual({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'agentlog-first', labels: { grafana_dashboard: '1' } },
    data: { 'agentlog-first.json': json.stdout },
  })
  expect(parse(rule.stdout)).toMatchObject({
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'agentlog-first' },
    spec: parse(rules.stdout),
  })
})
