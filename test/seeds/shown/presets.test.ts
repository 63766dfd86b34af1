/**
 * The presets of the five systems against what the kit expects of them after its scenario, whatever way that comes: in a file, in the
 * envelopes of Docker and of Kubernetes' runtimes, in pieces that are cut anywhere, over deaths by SIGKILL. And that the comparison notices.
 */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { randomOf } from '../../faults/random.ts'
import { Exporter, once, promtool, Scratch, sum, until } from '../../real/workbench.ts'
import { golden, type System, scenarioFile, scenarioLines, systems } from './kit.ts'

const WAIT_SECONDS = 20
const KILLS = 3
const MAX_PIECE_BYTES = 1500
/** Means nothing to any preset; its characters take two to four bytes. */
const NOTE = '{"event":"note","message":"Grüße aus 東京 🚕, „fertig“"}'

const scratch = new Scratch()
const running: Exporter[] = []
afterAll(async () => {
  await Promise.all(running.map((exporter) => exporter.stop('SIGKILL')))
  scratch.remove()
})

async function start(system: System, log: string, ...flags: readonly string[]): Promise<Exporter> {
  const exporter = await Exporter.start('--preset', system, ...flags, log)
  running.push(exporter)
  return exporter
}

const verdict = (system: System, { url }: Exporter): Promise<string> => golden(system, `${url}/metrics`, WAIT_SECONDS)

/** The scenario with a note behind each line. */
const talkative = (): readonly string[] => scenarioLines().flatMap((line) => [line, NOTE])

test.concurrent.for(systems)('%s from a file that was there', async (system) => {
  // Written now: from then on the log's time goes on, and in an hour what is open would run out.
  const exporter = await start(system, scratch.write(`${system}-there.jsonl`, readFileSync(scenarioFile, 'utf8')))
  expect(await verdict(system, exporter)).toBe('OK')
})

test.concurrent.for(systems)('%s in the json-file envelope of docker', async (system) => {
  const time = new Date().toISOString()
  const record = (log: string, stream = 'stdout'): string => `${JSON.stringify({ log, stream, time })}\n`
  // A long message comes in several records; of the other stream something may come between them.
  const lines = talkative().map((line, i) => {
    const cut = i % 3 === 0 ? Math.floor(line.length / 2) : 0
    return `${cut > 0 ? record(line.slice(0, cut)) + record(`${NOTE}\n`, 'stderr') : ''}${record(`${line.slice(cut)}\n`)}`
  })
  const exporter = await start(system, scratch.write(`${system}-json.log`, lines.join('')))
  expect(await verdict(system, exporter)).toBe('OK')
})

test.concurrent.for(systems)("%s in cri's envelope, lines in parts", async (system) => {
  const time = new Date().toISOString()
  const random = randomOf(7)
  const written = talkative().flatMap((line) => {
    const bytes: Buffer[] = []
    let rest = Buffer.from(line)
    while (rest.length > 1 && random() < 0.6) {
      const cut = 1 + Math.floor(random() * (rest.length - 1))
      bytes.push(Buffer.from(`${time} stdout P `), rest.subarray(0, cut), Buffer.from('\n'))
      if (random() < 0.3) bytes.push(Buffer.from(`${time} stderr F ${NOTE}\n`))
      rest = rest.subarray(cut)
    }
    return [...bytes, Buffer.from(`${time} stdout F `), rest, Buffer.from('\n')]
  })
  const log = scratch.file(`${system}-cri.log`)
  writeFileSync(log, Buffer.concat(written))
  expect(await verdict(system, await start(system, log))).toBe('OK')
})

/** Bytes in pieces that end anywhere, within lines and characters too. */
function pieces(bytes: Buffer, seed: number): readonly Buffer[] {
  const random = randomOf(seed)
  const all: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + Math.floor(random() * MAX_PIECE_BYTES)
    all.push(bytes.subarray(at, end))
    at = end
  }
  return all
}

test.concurrent.for(systems)('%s in random chunks while it runs', async (system) => {
  const log = scratch.write(`${system}-chunks.jsonl`, '')
  const exporter = await start(system, log)
  for (const piece of pieces(Buffer.from(`${talkative().join('\n')}\n`), systems.indexOf(system))) {
    appendFileSync(log, piece)
    await exporter.scrape()
  }
  expect(await verdict(system, exporter)).toBe('OK')
})

test.concurrent.for(systems)(`%s over ${KILLS} deaths by SIGKILL in the middle`, async (system) => {
  const log = scratch.write(`${system}-killed.jsonl`, '')
  const state = ['--state.dir', scratch.file(`${system}-state`)]
  const all = pieces(Buffer.from(`${talkative().join('\n')}\n`), 3)
  let exporter = await start(system, log, ...state)
  const lifeOf = Math.floor(all.length / (KILLS + 1))
  for (const [i, piece] of all.entries()) {
    const isDead = i % lifeOf === lifeOf - 1
    if (isDead) await exporter.stop('SIGKILL')
    appendFileSync(log, piece)
    if (isDead) exporter = await start(system, log, ...state)
    // What was read is on the disk, the rest is found by the next one.
    if (i % 2 === 0) await exporter.scrape()
  }
  expect(await verdict(system, exporter)).toBe('OK')
  await exporter.stop('SIGKILL')
  expect(await verdict(system, await start(system, log, ...state))).toBe('OK')
})

/** What `promtool check metrics` holds against names that were published so (ERR-S2-01, ERR-S5-04); nothing else. */
const LINTS: Partial<Record<System, string>> = {
  callsphere: 'agent_estimated_cost_dollars counter metrics should have "_total" suffix\n',
  'mcp-mesh': 'mcp_mesh_registry_agents_total non-counter metrics should not have "_total" suffix\n',
}

test.concurrent.for(systems)(
  '%s read once; promtool complains of published names alone, the comparison of whatever is bent',
  async (system) => {
    const { stdout } = once('--preset', system, scenarioFile)
    expect(await golden(system, scratch.write(`${system}.prom`, stdout))).toBe('OK')
    expect(promtool(stdout).says).toBe(LINTS[system] ?? '')
    const lines = stdout.trimEnd().split('\n')
    const [, family] = /^# TYPE (\S+) counter$/m.exec(stdout)!
    const at = lines.findIndex((line) => line.startsWith(`${family}{`) && !line.endsWith(' 0'))
    const [series, value] = lines[at]!.split(/ (?=[^ ]*$)/)
    const bent = {
      wrong: lines.with(at, `${series} ${Number(value) + 1}`),
      missing: lines.filter((line) => !line.startsWith(`${family}{`) && !line.includes(` ${family} `)),
      more: lines.toSpliced(at, 0, `${series!.replace(/="[^"]*"/, '="nobody"')} 1`),
    }
    const told = { wrong: /VALUE/, missing: /MISSING family/, more: /EXTRA/ }
    for (const kind of ['wrong', 'missing', 'more'] as const) {
      const file = scratch.write(`${system}-${kind}.prom`, `${bent[kind].join('\n')}\n`)
      expect(await golden(system, file)).toMatch(told[kind])
    }
  },
)

test('mcp-mesh, killed amid a feed again and again: totals are exact', async (context) => {
  if (systems.length === 0) context.skip()
  const [rounds, linesEach] = [6, 5000]
  const log = scratch.write('amid.jsonl', '')
  const state = ['--state.dir', scratch.file('amid-state')]
  const at = new Date().toISOString()
  const line = (n: number): string =>
    `{"timestamp":"${at}","service":"mesh","event":"agent_run_finished","run_id":"${n}","agent_name":"a${n % 3}","method":"m","status":"${n % 5 === 0 ? 'error' : 'success'}","duration_ms":${n % 7}}\n`
  let exporter = await start('mcp-mesh', log, ...state)
  for (let round = 0; round < rounds; round++) {
    const lines = Array.from({ length: linesEach }, (_, i) => line(round * linesEach + i))
    appendFileSync(log, lines.join(''))
    // It dies while it reads: some of them are counted, and not all.
    const seen = await until('some of the lines', async () => {
      const count = sum(await exporter.scrape(), 'mcp_mesh_requests_total')
      return count > round * linesEach ? count : undefined
    })
    await exporter.stop('SIGKILL')
    exporter = await start('mcp-mesh', log, ...state)
    expect(sum(await exporter.scrape(), 'mcp_mesh_requests_total')).toBeGreaterThanOrEqual(seen)
  }
  const all = rounds * linesEach
  const text = await until('all lines', async () => {
    const page = await exporter.scrape()
    return sum(page, 'mcp_mesh_requests_total') >= all ? page : undefined
  })
  const counted = [0, 1, 2].flatMap((agent) =>
    ['error', 'success'].map((status) =>
      sum(text, 'mcp_mesh_requests_total', `{agent="a${agent}",method="m",status="${status}"}`),
    ),
  )
  expect(counted).toEqual([2000, 8000, 2000, 8000, 2000, 8000])
  const milliseconds = Array.from({ length: all }, (_, n) => n % 7).reduce((a, b) => a + b, 0)
  expect(sum(text, 'mcp_mesh_request_duration_seconds_sum')).toBeCloseTo(milliseconds / 1000, 6)
})
