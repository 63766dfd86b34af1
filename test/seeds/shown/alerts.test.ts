/**
 * The alerts live: exporters read logs that are being written, Prometheus scrapes them and evaluates all shipped rules at sixty times their
 * speed, and what arrives in Alertmanager is what has to arrive, with its labels and annotations, and nothing else.
 */
import { readdirSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Alert } from '../../real/alertmanager-server.ts'
import { isMissing, ROOT, until } from '../../real/workbench.ts'
import { AGENTS } from '../alerts/agents.ts'
import { FIRING, LATER, NOT_LIVE, QUIET } from '../alerts/expected.ts'
import { TROUBLE, Writing } from '../alerts/logs.ts'
import { OWN } from '../alerts/own.ts'
import { Scene } from '../alerts/scene.ts'
import { alertsOf, fasterExpression, RULE_FILES, sixtieth } from '../alerts/sixtieth.ts'
import { API_DIES, SYSTEMS } from '../alerts/systems.ts'

/** Of the shipped set-ups, but for the canary and two of three servers, and three more of job agentlog. */
const TARGETS = 15

/** The slowest alert waits for a minute of silence. */
const LIMIT_MS = 95_000

/** The name of an alert, its severity and its other labels, as expected.ts has it. */
function written({ labels: { alertname, severity, component: _, ...others } }: Pick<Alert, 'labels'>): string {
  const pairs = Object.entries(others).map(([name, value]) => `${name}=${value}`)
  return [alertname, severity, ...pairs.sort()].join(' ')
}
const named = (alert: string): string => alert.split(' ').slice(0, 2).join(' ')
const ALL = RULE_FILES.flatMap((file) => alertsOf(file).map(({ alert, labels }) => `${alert} ${labels?.severity}`))

test('each alert of each rule file is in a table, and each of a table in a rule file', () => {
  const listed = [...FIRING.map(named), ...QUIET.map(([alert]) => named(alert)), ...Object.keys(NOT_LIVE)]
  expect([...new Set(listed)].sort()).toEqual([...new Set(ALL)].sort())
  const shown = new Set(FIRING.map(named))
  expect(ALL.filter((alert) => !shown.has(alert) && NOT_LIVE[alert] === undefined)).toEqual([])
  expect(Object.keys(NOT_LIVE).filter((alert) => shown.has(alert))).toEqual([])
})

test('what cannot be shown live has a case of promtool in which it fires', () => {
  interface RuleTests {
    tests: { alert_rule_test?: { alertname: string; exp_alerts?: { exp_labels: Record<string, string> }[] }[] }[]
  }
  const folder = join(ROOT, 'test/rules')
  const files = readdirSync(folder).filter((file) => file.endsWith('.test.yaml'))
  const cases = files.flatMap((file) => (parse(readFileSync(join(folder, file), 'utf8')) as RuleTests).tests)
  const firing = cases.flatMap(({ alert_rule_test: some }) =>
    (some ?? []).flatMap(({ alertname, exp_alerts }) =>
      (exp_alerts ?? []).map(({ exp_labels: labels }) => `${alertname} ${labels.severity}`),
    ),
  )
  expect(Object.keys(NOT_LIVE).filter((alert) => !firing.includes(alert))).toEqual([])
})

test('rules are made faster in their durations alone', () => {
  expect([sixtieth('5m'), sixtieth('1h30m'), sixtieth('15s')]).toEqual(['5000ms', '90000ms', '250ms'])
  expect(fasterExpression('avg_over_time(sum(rate(m{a="[5m]"}[5m]))[5m:1m]) > 1000 offset 1d')).toBe(
    'avg_over_time(sum(rate(m{a="[5000ms]"}[5000ms]))[5000ms:1000ms]) > 1000 offset 1440000ms',
  )
  expect(() => sixtieth('soon')).toThrow('not a duration: soon')
})

const isSkipped = isMissing('prometheus', 'prometheus-alertmanager', 'prometheus-node-exporter')

describe.skipIf(isSkipped)('live', () => {
  let scene: Scene
  let writing: Writing
  let watching: NodeJS.Timeout
  const arrived = new Map<string, Alert>()

  /** Numbers of hosts, each half second; those of the sick one stand still from the trouble on. */
  function showHosts(): void {
    const { seconds } = writing
    const well = { idleSeconds: seconds, availableBytes: 500, freeBytes: 500 }
    const sick = { idleSeconds: TROUBLE, availableBytes: 50, freeBytes: 50 }
    for (const [name, host] of scene.hosts) host.show(name === 'sick' && seconds > TROUBLE ? sick : well)
  }

  /** On a machine that is far too busy a scrape may take longer than a second, several times: then the target was down, and that is what it says. */
  async function wasDown({ labels }: Alert): Promise<boolean> {
    const forSeconds = { ApiDown: 1, AgentlogExporterDown: 2, HostDown: 2, PrometheusTargetDown: 5 }[labels.alertname!]
    if (forSeconds === undefined) return false
    const failed = `count_over_time((up{job="${labels.job}",instance="${labels.instance}"} == 0)[${forSeconds}s:500ms])`
    const most = await scene.prometheus.query(`max_over_time((${failed})[3m:500ms])`)
    return Number(most[0]?.value[1]) >= 2 * forSeconds
  }

  async function groundless(alerts: readonly Alert[]): Promise<string[]> {
    const found: string[] = []
    for (const alert of alerts) if (!(await wasDown(alert))) found.push(written(alert))
    return found
  }

  async function noteAlerts(): Promise<void> {
    for (const alert of await scene.alerts()) arrived.set(written(alert), alert)
  }

  const at = (seconds: number): Promise<true> => until(`second ${seconds}`, () => (writing.seconds >= seconds ? true : undefined))

  /** A new process each time, each seen by Prometheus, and at last one without a durable record. */
  async function restart(): Promise<void> {
    for (const state of ['state-1', 'state-2', 'state-3', undefined]) {
      const dir = state === undefined ? 'none' : scene.fileOf(state)
      const { url } = await scene.expose(
        ['restarting:19464'],
        '--preset',
        'agent',
        '--state.dir',
        dir,
        scene.fileOf('restarting'),
      )
      const started = Number(/^process_start_time_seconds (\S+)/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1])
      await until('prometheus to see it', async () => {
        const [seen] = await scene.prometheus.query('process_start_time_seconds{instance="restarting:19464"}')
        return Number(seen?.value[1]) === started ? true : undefined
      })
    }
  }

  async function trouble(): Promise<void> {
    scene.lose('lost:9100')
    scene.lose('10.0.1.21:19464')
    scene.write('own.yaml', 'version: 1\nmetrics: nothing\n')
    scene.exporterAt('own:19464').child.kill('SIGHUP')
    await at(TROUBLE + 3)
    truncateSync(scene.fileOf('lost'))
    await at(API_DIES + 8)
    await scene.exporterAt('mcpworks-api:19464').stop()
  }

  beforeAll(async () => {
    scene = await Scene.start()
    // It looks for targets once in five seconds.
    await until('all targets', async () =>
      Number((await scene.prometheus.query('count(up == 1)'))[0]?.value[1]) >= TARGETS ? true : undefined,
    )
    writing = new Writing([...AGENTS, ...SYSTEMS, ...OWN], scene.fileOf)
    watching = setInterval(() => {
      showHosts()
      void noteAlerts()
    }, 300)
  })
  afterAll(async () => {
    clearInterval(watching)
    writing?.stop()
    await scene?.stop()
  })

  test('while all is well, nothing arrives', async () => {
    await at(TROUBLE - 0.5)
    expect(await groundless([...arrived.values()])).toEqual([])
  })

  test('what has to arrive arrives, and nothing else', { timeout: LIMIT_MS + 20_000 }, async () => {
    await at(TROUBLE)
    void trouble()
    void restart()
    const missing = (): string[] => FIRING.filter((alert) => !arrived.has(alert))
    await until('all alerts', () => (missing().length === 0 ? true : undefined), LIMIT_MS).catch(() => undefined)
    console.log(`${arrived.size} alerts after ${writing.seconds.toFixed(0)} s`)
    const unexpected = [...arrived.values()].filter((alert) => ![...FIRING, ...LATER].includes(written(alert)))
    expect({ missing: missing(), unexpected: await groundless(unexpected) }).toEqual({ missing: [], unexpected: [] })
  })

  test('what stays away had something to judge', async () => {
    const empty: string[] = []
    for (const [alert, series] of QUIET) {
      const found = arrived.get(alert)
      expect(found === undefined || (await wasDown(found)), alert).toBe(true)
      // Over the whole run: some of it may be gone by now.
      const judged = await scene.prometheus.query(`last_over_time((${series})[2m:1s])`)
      if (judged.length === 0) empty.push(series)
    }
    expect(empty).toEqual([])
  })

  test('each says what it is, what to do, and where to read on', () => {
    const components = new Map(RULE_FILES.flatMap(alertsOf).map(({ alert, labels }) => [alert, labels?.component]))
    for (const { labels, annotations } of arrived.values()) {
      const { summary = '', description = '', runbook_url: url } = annotations
      expect(labels.component).toBe(components.get(labels.alertname!))
      expect([summary.length > 10, description.length > 40]).toEqual([true, true])
      expect(`${summary} ${description}`).not.toMatch(/no value|\{\{|%!/)
      expect(url).toMatch(new RegExp(`/config/prometheus/runbooks\\.md#${labels.alertname!.toLowerCase()}$`))
    }
  })
})
