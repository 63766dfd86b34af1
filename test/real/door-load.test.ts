/** The guarded door under load: pairs that change every second, a flood of logins, what known and unknown users cost; and a real Prometheus. */
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { Door, mannWhitney, median, PASSWORD, quantile, type Timed, tls, users } from './door.ts'
import { freePort, isMissing, Running, sum, until } from './workbench.ts'

const IS_LONG = process.env.AGENTLOG_LONG === '1'
const AUTH = `prometheus:${PASSWORD}`
let door: Door | undefined
const processes: Running[] = []
afterEach(async () => {
  for (const running of processes.splice(0)) await running.stop()
  await door?.close()
})

async function opened(yaml: string): Promise<Door> {
  door = new Door(yaml)
  await door.open()
  return door
}

const SWAPS = IS_LONG ? 60 : 7

test('a pair that is swapped every second fails no scrape, and a broken one leaves the last good in force', async () => {
  const at = await opened(tls() + users(10))
  expect((await at.ask(false, { auth: AUTH })).status).toBe(200)
  let isOver = false
  const failures: string[] = []
  const seen: string[] = []
  const times: number[] = []
  const scrape = async (keepsAlive: boolean): Promise<void> => {
    const agent = keepsAlive ? at.agent() : false
    while (!isOver) {
      const answer = await at.ask(agent, { auth: AUTH }).catch((error: Error) => error)
      if (answer instanceof Error || answer.status !== 200)
        failures.push(String(answer instanceof Error ? answer : answer.status))
      else {
        seen.push(answer.certificateOf)
        times.push(answer.ms)
      }
      await pause(10)
    }
    if (agent !== false) agent.destroy()
  }
  const scrapers = [true, true, false, false, false, false].map(scrape)
  const shown = async (): Promise<string> => (await at.ask(false, { auth: AUTH })).certificateOf
  let good = 'server'
  for (let i = 1; i <= SWAPS; i++) {
    const pair = at.pair(`pair ${i}`)
    const isBroken = i % 3 === 0
    at.writePair(isBroken ? { ...pair, key: at.pair('another').key } : pair)
    if (!isBroken) good = `pair ${i}`
    await pause(1000)
    expect(await shown()).toBe(good)
  }
  isOver = true
  await Promise.all(scrapers)
  const text = (await at.ask(false, { auth: AUTH })).body
  const [ok, failed] = ['ok', 'failed'].map((outcome) => sum(text, 'agentlog_web_config_reloads_total', `outcome="${outcome}"`))
  console.log(
    `${SWAPS} swaps, ${new Set(seen).size} certificates seen, ${ok} reloads, ${failed} refused; ${times.length} scrapes, ${failures.length} failed, median ${median(times).toFixed(1)} ms`,
  )
  expect(failures).toEqual([])
  expect(times.length).toBeGreaterThan(SWAPS * 20)
  expect(failed).toBeGreaterThanOrEqual(Math.floor(SWAPS / 3))
  const goodOnes = Array.from({ length: SWAPS }, (_, i) => `pair ${i + 1}`).filter((_, i) => (i + 1) % 3 !== 0)
  expect(new Set(seen.filter((name) => name !== 'server'))).toEqual(new Set(goodOnes))
})

const LOGINS = 1000
const COST = IS_LONG ? 10 : 6

test(`${LOGINS} logins of known and unknown users do the same work`, async () => {
  const at = await opened(tls() + users(COST))
  const times = { known: [] as number[], unknown: [] as number[] }
  for (let i = 0; i < LOGINS; i++) {
    const kind = i % 2 === 0 ? 'known' : 'unknown'
    const user = kind === 'known' ? 'prometheus' : `somebody${i}`
    const localAddress = `127.1.${i >> 8}.${i & 255 || 1}`
    const answer = await at.ask(false, { auth: `${user}:wrong ${i}`, localAddress })
    expect(answer.status).toBe(401)
    times[kind].push(answer.answerMs)
  }
  const text = (await at.ask(false, { auth: AUTH })).body
  const [known, unknown] = [median(times.known), median(times.unknown)]
  console.log(
    `cost ${COST}: median ${known.toFixed(3)} ms known, ${unknown.toFixed(3)} ms unknown (${((known / unknown - 1) * 100).toFixed(1)} %), Mann-Whitney p ${mannWhitney(times.known, times.unknown).toFixed(3)}`,
  )
  // The last one, which is right, is one more.
  expect(sum(text, 'agentlog_web_password_checks_total', 'user="known"')).toBe(LOGINS / 2 + 1)
  expect(sum(text, 'agentlog_web_password_checks_total', 'user="unknown"')).toBe(LOGINS / 2)
})

const SCRAPES = 150
/** Of medians in the same run. The flood's own handshakes are in the same thread as the scrapes. */
const MOST_TIMES_SLOWER = 60

test('scrapes go on during a flood of logins', async () => {
  const at = await opened(tls() + users(10))
  const agent = at.agent()
  const scrapes = async (): Promise<Timed[]> => {
    const all: Timed[] = []
    for (let i = 0; i < SCRAPES; i++) {
      all.push(await at.ask(agent, { auth: AUTH }))
      await pause(10)
    }
    return all
  }
  await at.ask(agent, { auth: AUTH })
  const before = await scrapes()
  const flood = new Running(process.execPath, ['test/real/login-flood.mjs', String(at.port), '32'])
  processes.push(flood)
  await until(
    'the flood',
    async () => sum((await at.ask(agent, { auth: AUTH })).body, 'agentlog_web_auth_failures_total') > 100 || undefined,
  )
  const during = await scrapes()
  await flood.stop()
  const text = (await at.ask(agent, { auth: AUTH })).body
  agent.destroy()
  const told = (all: Timed[]): string =>
    `median ${median(all.map(({ ms }) => ms)).toFixed(1)} ms, p95 ${quantile(
      all.map(({ ms }) => ms),
      0.95,
    ).toFixed(1)} ms`
  const ratio = median(during.map(({ ms }) => ms)) / median(before.map(({ ms }) => ms))
  const checks = sum(text, 'agentlog_web_password_checks_total')
  console.log(
    `alone: ${told(before)}; in the flood: ${told(during)}, ${ratio.toFixed(1)} times; flood answered ${flood.stdout.trim()}, ${checks} comparisons`,
  )
  expect([...before, ...during].filter(({ status }) => status !== 200)).toEqual([])
  expect(JSON.parse(flood.stdout)).toMatchObject({ 401: expect.any(Number), 429: expect.any(Number) })
  expect(sum(text, 'agentlog_web_auth_failures_total', 'reason="busy"')).toBeGreaterThan(0)
  expect(ratio).toBeLessThan(MOST_TIMES_SLOWER)
})

test.skipIf(isMissing('prometheus'))(
  'a real Prometheus with a login and a certificate scrapes, and one without does not',
  async () => {
    const client = [
      'client_auth_type: RequireAndVerifyClientCert',
      'client_ca_file: ca.pem',
      'client_allowed_sans: [prom.example]',
    ]
    const at = await opened(tls(...client) + users(10))
    const pair = at.ca.issue({ name: 'prometheus', alternativeNames: ['DNS:prom.example'] })
    const [cert, key, password] = [
      at.scratch.write('prom.pem', pair.cert),
      at.scratch.write('prom.key', pair.key),
      at.scratch.write('password', PASSWORD),
    ]
    const job = (name: string, lines: readonly string[]): string =>
      `  - job_name: ${name}\n    scheme: https\n    static_configs: [{ targets: ['127.0.0.1:${at.port}'] }]\n${lines.map((line) => `    ${line}\n`).join('')}`
    const known = `tls_config: { ca_file: ${at.scratch.file('ca.pem')}, cert_file: ${cert}, key_file: ${key} }`
    const login = `basic_auth: { username: prometheus, password_file: ${password} }`
    const configuration = at.scratch.write(
      'prometheus.yml',
      `global: { scrape_interval: 500ms, scrape_timeout: 400ms }\nscrape_configs:\n${job('known', [known, login])}${job('without_login', [known])}${job('without_certificate', [`tls_config: { ca_file: ${at.scratch.file('ca.pem')} }`, login])}`,
    )
    const port = await freePort()
    const prometheus = new Running('prometheus', [
      `--config.file=${configuration}`,
      `--storage.tsdb.path=${at.scratch.file('tsdb')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ])
    processes.push(prometheus)
    interface Target {
      readonly labels: { readonly job: string }
      readonly health: string
      readonly lastError: string
    }
    const targets = await until('a scrape of each job', async () => {
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/targets`).catch(() => undefined)
      const { data } = (await response?.json().catch(() => undefined)) ?? {}
      const active: Target[] = (data as { activeTargets: Target[] } | undefined)?.activeTargets ?? []
      const byJob = Object.fromEntries(active.map(({ labels, health, lastError }) => [labels.job, { health, lastError }]))
      // The first login is compared: that may take longer than a scrape may.
      return active.length === 3 && byJob.known!.health === 'up' && byJob.without_login!.health !== 'unknown' ? byJob : undefined
    })
    expect(targets.without_login).toMatchObject({ health: 'down', lastError: expect.stringContaining('401 Unauthorized') })
    await until('the refused one', async () => {
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=up`)
      const { data } = (await response.json()) as { data: { result: { metric: { job: string }; value: [number, string] }[] } }
      const up = Object.fromEntries(data.result.map(({ metric, value }) => [metric.job, value[1]]))
      return up.known === '1' && up.without_login === '0' && up.without_certificate === '0' ? up : undefined
    })
    const calls = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=agent_tool_calls_total`)
    expect(await calls.text()).toContain('"job":"known"')
  },
)
