/**
 * What config/deploy/compose/stack.yaml brings up, with Debian's programs in place of its images: one violation in an agent's log is an alert in
 * Alertmanager, under the labels that its rule promises.
 */
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { DEPLOY } from '../../deploy/shipped.ts'
import { Alertmanager } from '../../real/alertmanager-server.ts'
import type { Prometheus } from '../../real/prometheus-server.ts'
import { Machines, Names, onLoopback } from '../../real/setup-on-loopback.ts'
import { Exporter, freePort, isMissing, Running, until } from '../../real/workbench.ts'
import { ALERTMANAGER, type Setup } from '../../setups/shipped-setups.ts'

describe.skipIf(isMissing('prometheus', 'prometheus-alertmanager', 'prometheus-node-exporter'))('the stack', () => {
  const machines = new Machines()
  let names: Names
  let prometheus: Prometheus
  let alertmanager: Alertmanager
  let log: string

  beforeAll(async () => {
    names = await Names.start()
    log = machines.scratch.write('agent.jsonl', '')
    const exporter = machines.keep(await Exporter.start('--preset', 'agent', log))
    alertmanager = machines.keep(
      await Alertmanager.start(join(ALERTMANAGER, 'agentlog.yaml'), machines.scratch.file('alertmanager')),
    )
    const hostPort = await freePort()
    machines.keep(new Running('prometheus-node-exporter', [`--web.listen-address=127.0.0.1:${hostPort}`]))
    const shipped = parse(readFileSync(join(DEPLOY, 'compose/stack-prometheus.yaml'), 'utf8')) as Setup
    prometheus = await machines.bare('stack', onLoopback('stack', shipped, names, machines.scratch))
    names.set(exporter.url, 'exporter:19464')
    names.set(alertmanager.url, 'alertmanager:9093')
    names.set(`http://127.0.0.1:${hostPort}`, 'node-exporter:9100')
    names.set(prometheus.url, '127.0.0.1:9090')
  })
  afterAll(async () => {
    await machines.stop()
    names?.stop()
  })

  test('all targets are up, and all rules are evaluated', async () => {
    await until('three targets', async () => ((await prometheus.query('sum(up)'))[0]?.value[1] === '3' ? true : undefined))
    const { data } = (await (await fetch(`${prometheus.url}/api/v1/rules`)).json()) as {
      data: { groups: { name: string; rules: { lastError?: string }[] }[] }
    }
    expect(data.groups.length).toBeGreaterThan(3)
    expect(data.groups.flatMap(({ rules }) => rules).filter(({ lastError }) => lastError)).toEqual([])
  })

  test('the first violation in the log is an alert in Alertmanager', async () => {
    const violation = { event: 'sandbox_violation', agent: 'researcher', kind: 'network', timestamp: new Date().toISOString() }
    appendFileSync(log, `${JSON.stringify(violation)}\n`)
    const alert = await until('the alert', async () =>
      (await alertmanager.alerts()).find(({ labels }) => labels.alertname === 'AgentSandboxViolation'),
    )
    expect(alert.labels).toMatchObject({ severity: 'warning', agent: 'researcher', kind: 'network' })
    expect(alert.annotations.description).toContain('researcher')
    expect(alert.annotations.runbook_url).toMatch(/runbooks\.md#agentsandboxviolation$/)
  })
})
