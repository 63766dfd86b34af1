/**
 * Everything that a fleet of agents is watched with, on loopback: an exporter for each system, node exporters, one Prometheus with the shipped
 * jobs and all shipped rules at sixty times their speed, and Alertmanager with the shipped routes.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { type Alert, Alertmanager } from '../../real/alertmanager-server.ts'
import type { Prometheus } from '../../real/prometheus-server.ts'
import { Machines, Names } from '../../real/setup-on-loopback.ts'
import { Exporter } from '../../real/workbench.ts'
import { ALERTMANAGER, type ScrapeJob, SETUPS, setup } from '../../setups/shipped-setups.ts'
import { HostExporter } from './hosts.ts'
import { OWN_LOGS, ownMapping } from './own.ts'
import { fasterRules, RULE_FILES } from './sixtieth.ts'
import { muteLog } from './systems.ts'

/** Four times as far apart as sixty times the speed would have it: enough for each rule but that of a silent API, and a busy machine keeps up. */
const SCRAPE = '1s'
const SCRAPE_API = '500ms'

export const HOSTS = { well: 'well:9100', sick: 'sick:9100', lost: 'lost:9100' } as const
const AGENTLOG = ['agents:19464', 'claude:19464', 'own:19464', 'restarting:19464']

function jobs(proxy: string): ScrapeJob[] {
  const shipped = ['agentlog', 'mcpworks', 'callsphere', 'makeaihq', 'mcp-gateway', 'mcp-mesh-files']
  const all = shipped.flatMap((name) => setup(name).scrape_configs)
  const once = all.filter((job, index) => all.findIndex(({ job_name: name }) => name === job.job_name) === index)
  for (const job of once) {
    const interval = job.job_name === 'mcpworks-api' ? SCRAPE_API : SCRAPE
    Object.assign(job, { proxy_url: proxy, scrape_interval: interval, scrape_timeout: interval })
    for (const discovery of job.file_sd_configs ?? []) discovery.files = discovery.files.map((file) => join(SETUPS, file))
    if (job.job_name === 'agentlog') job.static_configs = [{ targets: AGENTLOG }]
    if (job.job_name === 'node') job.static_configs = [{ targets: Object.values(HOSTS) }]
  }
  return once
}

export class Scene {
  readonly #machines = new Machines()
  readonly #names: Names
  readonly #exporters = new Map<string, Exporter>()
  readonly hosts = new Map<keyof typeof HOSTS, HostExporter>()
  prometheus!: Prometheus
  #alertmanager!: Alertmanager

  private constructor(names: Names) {
    this.#names = names
  }

  static async start(): Promise<Scene> {
    const scene = new Scene(await Names.start())
    for (const log of [...LOGS, ...OWN_LOGS]) writeFileSync(scene.fileOf(log), log === 'callsphere-mute' ? muteLog() : '')
    await Promise.all([scene.#startExporters(), scene.#startHosts(), scene.#startAlertmanager()])
    // Noticed within what is a minute even here.
    rmSync(scene.fileOf('missing'))
    await scene.#startPrometheus()
    return scene
  }

  fileOf = (log: string): string => this.#machines.scratch.file(log === 'codex' ? 'rollout-1.jsonl' : `${log}.jsonl`)

  async #startExporters(): Promise<void> {
    const both = `version: 1
sources:
  - { name: claude, use: [preset:claude-code], file: { paths: [${this.fileOf('claude')}] } }
  - { name: codex, use: [preset:codex], file: { paths: [${this.fileOf('codex')}] } }
`
    const mesh = `version: 1
include: [preset:mcp-mesh]
sources:
  - { name: mesh, file: { paths: [${this.fileOf('mesh')}] } }
  - { name: idle, file: { paths: [${this.fileOf('mesh-idle')}] } }
`
    await Promise.all([
      this.expose(['agents:19464'], '--preset', 'agent', this.fileOf('agents')),
      this.expose(['claude:19464'], '-c', this.write('both.yaml', both)),
      this.expose(['restarting:19464'], '--preset', 'agent', '--state.dir', this.fileOf('state'), this.fileOf('restarting')),
      this.expose(['own:19464'], '-c', this.write('own.yaml', ownMapping(this.fileOf))),
      this.expose(['mcpworks-api:19464'], '--preset', 'mcpworks', this.fileOf('mcpworks')),
      this.expose(['agent-service:8000'], '--preset', 'callsphere', this.fileOf('callsphere'), this.fileOf('callsphere-mute')),
      this.expose(['mcp-server-1:19464'], '--preset', 'makeaihq', this.fileOf('makeaihq')),
      this.expose(
        ['mcp-gateway:19464'],
        '--preset',
        'mcp-gateway',
        '--web.telemetry-path',
        '/api/v1/metrics',
        this.fileOf('mcp-gateway'),
      ),
      this.expose(['10.0.0.10:19464', '10.0.1.20:19464', '10.0.1.21:19464'], '-c', this.write('mesh.yaml', mesh)),
    ])
  }

  write(name: string, text: string): string {
    return this.#machines.scratch.write(name, text)
  }

  /** An exporter behind these addresses; one that was there before goes once the new one answers. */
  async expose(hosts: readonly string[], ...args: readonly string[]): Promise<Exporter> {
    const exporter = this.#machines.keep(await Exporter.start(...args))
    for (const host of hosts) {
      this.#names.set(exporter.url, host)
      await this.#exporters.get(host)?.stop('SIGKILL')
      this.#exporters.set(host, exporter)
    }
    return exporter
  }

  exporterAt(host: string): Exporter {
    return this.#exporters.get(host)!
  }

  /** Nothing answers there any more. */
  lose(host: string): void {
    this.#names.delete(host)
  }

  async #startHosts(): Promise<void> {
    for (const name of Object.keys(HOSTS) as (keyof typeof HOSTS)[]) {
      mkdirSync(this.#machines.scratch.file(name))
      const host = this.#machines.keep(await HostExporter.start(this.#machines.scratch.file(name)))
      this.hosts.set(name, host)
      this.#names.set(host.url, HOSTS[name])
    }
  }

  async #startAlertmanager(): Promise<void> {
    const folder = this.#machines.scratch.file('alertmanager')
    this.#alertmanager = this.#machines.keep(await Alertmanager.start(join(ALERTMANAGER, 'agentlog.yaml'), folder))
  }

  async #startPrometheus(): Promise<void> {
    const configuration = {
      global: { scrape_interval: SCRAPE, scrape_timeout: SCRAPE, evaluation_interval: SCRAPE },
      alerting: { alertmanagers: [{ static_configs: [{ targets: [this.#alertmanager.address] }] }] },
      rule_files: RULE_FILES.map((file) => this.write(`faster-${file}`, fasterRules(file))),
      scrape_configs: jobs(this.#names.url),
    }
    const file = this.write('prometheus.yaml', stringify(configuration, { aliasDuplicateObjects: false }))
    const flags = ['--query.lookback-delta=5s', '--rules.alert.resend-delay=1s']
    this.prometheus = await this.#machines.bare('live', file, ...flags)
    this.#names.set(this.prometheus.url, 'localhost:9090', '127.0.0.1:9090')
  }

  alerts(): Promise<readonly Alert[]> {
    return this.#alertmanager.alerts()
  }

  async stop(): Promise<void> {
    await this.#machines.stop()
    this.#names.stop()
  }
}

const LOGS = [
  'agents',
  'claude',
  'codex',
  'mcpworks',
  'callsphere',
  'callsphere-mute',
  'makeaihq',
  'mcp-gateway',
  'mesh',
  'mesh-idle',
  'restarting',
]
