/**
 * `npm run bench -- [--lines N] [--rounds N] [--seed N]`: the exporter's `run --once`, the same with the lines as container runtimes wrap
 * them, a hand-written Node program and Debian's mtail count the same log, taking turns. Every sample of each is compared with the truth. Prints lines per CPU-second (user and system time
 * of the whole process, the best round, that of the best run on an empty file taken off), memory, ratios, and the machine.
 * Then what one operator of the language costs per event (`operators.mjs`).
 * Exit 1 if a sample is wrong or, with CI=true, a program is missing.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { exposedSamples, wrongSamples } from './exposed.mjs'
import { writeMix } from './mix.mjs'
import { WRAPPINGS, writeWrapped } from './wrapped.mjs'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const WORK = `${ROOT}.bench/`
const MTAIL_LOGS = `${WORK}mtail/`
const RUN_TIMEOUT_MS = 600_000

const ours = (log) => ['node', `${ROOT}dist/main.js`, 'run', '--once', '-c', `${HERE}bench.yaml`, log]
const PROGRAMS = [
  { name: 'agentlog-exporter run --once', command: ours },
  { name: 'the same, as Docker json-file records', command: ours, wrapping: 'docker' },
  { name: 'the same, as CRI lines', command: ours, wrapping: 'cri' },
  { name: 'hand-written Node program', command: (log) => ['node', `${HERE}handwritten.mjs`, log] },
  { name: 'mtail', command: mtailCommand, needs: 'mtail' },
]

function mtailCommand(log) {
  const flags = [
    '--one_shot',
    '--one_shot_format=prometheus',
    '--emit_prog_label=false',
    '--logtostderr=false',
    `--log_dir=${MTAIL_LOGS}`,
  ]
  return ['mtail', `--progs=${HERE}bench.mtail`, `--logs=${log}`, ...flags]
}

function isThere(program) {
  if (program.needs === undefined || spawnSync(program.needs, ['--version']).status === 0) return true
  console.log(`${program.needs} is not installed (Debian: apt-get install ${program.needs}); going on without it`)
  if (process.env.CI === 'true') process.exitCode = 1
  return false
}

/** Runs `program` on `log`: its cost, and what it printed. */
function measured(program, log) {
  const output = `${WORK}output.txt`
  const file = openSync(output, 'w')
  const run = spawnSync('python3', [`${HERE}measure.py`, ...program.command(log)], {
    stdio: ['ignore', file, 'pipe'],
    encoding: 'utf8',
    timeout: RUN_TIMEOUT_MS,
  })
  closeSync(file)
  const lastLine = run.stderr?.trimEnd().split('\n').at(-1) ?? ''
  const cost = lastLine.startsWith('{') ? JSON.parse(lastLine) : undefined
  if (cost?.code !== 0) throw new Error(`${program.name} failed:\n${run.error ?? run.stderr}`)
  return { ...cost, text: readFileSync(output, 'utf8') }
}

const logOf = ({ wrapping }, log) => (wrapping === undefined ? log : `${WORK}${wrapping}.log`)

function runRounds(programs, log, truth, roundCount) {
  const empty = `${WORK}empty.jsonl`
  writeFileSync(empty, '')
  const results = programs.map((program) => ({ program, idle: [], full: [], wrong: [] }))
  for (let round = 0; round < roundCount; round++) {
    for (const result of results) {
      result.idle.push(measured(result.program, empty))
      const run = measured(result.program, logOf(result.program, log))
      result.full.push(run)
      result.wrong = [...result.wrong, ...wrongSamples(truth, exposedSamples(run.text))]
    }
  }
  return results
}

const least = (runs, key) => Math.min(...runs.map((run) => run[key]))

function summary({ program, idle, full, wrong }, lineCount) {
  const cpuSeconds = least(full, 'cpuSeconds') - least(idle, 'cpuSeconds')
  return {
    program,
    wrong,
    cpuSeconds,
    speed: lineCount / cpuSeconds,
    idleSeconds: least(idle, 'cpuSeconds'),
    rss: least(full, 'maxRssBytes'),
  }
}

function report(summaries, lineCount, byteCount, sampleCount) {
  const [ours] = summaries
  const count = (number) => Math.round(number).toLocaleString('en-US')
  console.log(`${count(lineCount)} lines, ${(byteCount / 1e6).toFixed(0)} MB, ${sampleCount} samples`)
  console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}`)
  console.log('lines per CPU-second   CPU s   (start-up)  RSS MB   we are   program')
  for (const { program, speed, cpuSeconds, idleSeconds, rss, wrong } of summaries) {
    const columns = [count(speed).padStart(20), cpuSeconds.toFixed(2).padStart(7), `(${idleSeconds.toFixed(2)})`.padStart(12)]
    const ratio = `${(ours.speed / speed).toFixed(2)} ×`.padStart(8)
    const verdict = wrong.length === 0 ? 'all samples right' : `${wrong.length} SAMPLES WRONG, such as ${wrong[0]}`
    console.log(`${columns.join(' ')} ${(rss / 1e6).toFixed(0).padStart(7)} ${ratio}   ${program.name}: ${verdict}`)
  }
}

const { values } = parseArgs({ options: { lines: { type: 'string' }, rounds: { type: 'string' }, seed: { type: 'string' } } })
const lineCount = Number(values.lines ?? 500_000)
const roundCount = Number(values.rounds ?? 3)
mkdirSync(MTAIL_LOGS, { recursive: true })
const log = `${WORK}mix.jsonl`
const { byteCount, samples } = writeMix(log, lineCount, Number(values.seed ?? 1))
for (const [wrapping, wrap] of Object.entries(WRAPPINGS)) await writeWrapped(log, logOf({ wrapping }), wrap)
const summaries = runRounds(PROGRAMS.filter(isThere), log, samples, roundCount).map((result) => summary(result, lineCount))
rmSync(MTAIL_LOGS, { recursive: true })
report(summaries, lineCount, byteCount, samples.size)
const operators = spawnSync(process.execPath, [`${HERE}operators.mjs`, '--events', String(lineCount)], { stdio: 'inherit' })
if (operators.status !== 0) process.exitCode = 1
if (summaries.some(({ wrong }) => wrong.length > 0)) process.exitCode = 1
