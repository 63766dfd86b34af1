/**
 * The common workload, made here: the log of some agents (35 % tool calls, 15 % model calls, 2 % sandbox violations, 5 % ends of runs,
 * 43 % noise, some of it 1-4 KB long or naming events inside a text) and the exact samples of its six families. Equal seeds give equal
 * bytes. Nothing of the exporter is used.
 */
import { closeSync, openSync, writeSync } from 'node:fs'

const BOUNDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10]
const TOOLS =
  'open_file save_file patch_file tree find_text shell run_python search_web open_page call_api query_db diff commit unit_tests similar_docs mail ticket click snapshot calendar'.split(
    ' ',
  )
const MODELS = [
  { name: 'grand-4', input: 15e-6, output: 75e-6 },
  { name: 'middle-3', input: 3e-6, output: 15e-6 },
  { name: 'quick-3', input: 8e-7, output: 4e-6 },
  { name: 'local-1', input: 0, output: 0 },
  { name: 'mini-2', input: 2.5e-7, output: 1.25e-6 },
]
const AGENTS = ['architect', 'builder', 'critic', 'scout', 'dispatcher', 'helpdesk']
const TIERS = ['namespace', 'gvisor', 'vm']
const CALLS = ['ptrace', 'mount', 'bpf', 'unshare', 'keyctl', 'setns', 'kexec_load']
const SOURCES = ['loop', 'memory', 'http', 'mcp', 'sandbox', 'retry', 'planner']
const WORDS =
  'token window plan step cache miss hit retry queue worker answer chunk schema session saved batch upstream backoff memory summary loop done "quoted" C:\\temp café naïve → 完了 stream partial budget tool result'.split(
    ' ',
  )
const MODULES = ['app/loop.py', 'app/tools/base.py', 'app/models/client.py', 'lib/http/pool.py', 'lib/async/task.py']

/** A small generator of uniform numbers in [0, 1) (mulberry32): the same on every machine. */
function uniform(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

class Dice {
  constructor(seed) {
    this.next = uniform(seed)
  }
  below(limit) {
    return Math.floor(this.next() * limit)
  }
  between(low, high) {
    return low + this.below(high - low + 1)
  }
  pick(list) {
    return list[this.below(list.length)]
  }
  /** The first ones more often: real logs are uneven. */
  pickUneven(list) {
    return list[Math.floor(this.next() * this.next() * list.length)]
  }
  words(count) {
    let text = this.pick(WORDS)
    for (let i = 1; i < count; i++) text += ` ${this.pick(WORDS)}`
    return text
  }
  /** Durations and token counts have long tails: exp(mu + sigma × normal). */
  longTail(mu, sigma) {
    const normal = Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next())
    return Math.exp(mu + sigma * normal)
  }
  milliseconds(mu, sigma) {
    return Math.round(this.longTail(mu, sigma) * 1000) / 1000
  }
  id() {
    const hex = () => this.below(65536).toString(16).padStart(4, '0')
    return `${hex()}${hex()}-${hex()}-4${hex().slice(1)}-8${hex().slice(1)}-${hex()}${hex()}${hex()}`
  }
}

class Truth {
  samples = new Map()

  add(name, labels, step) {
    const key = `${name}{${labels}}`
    this.samples.set(key, (this.samples.get(key) ?? 0) + step)
  }

  observe(name, labels, value) {
    for (const bound of BOUNDS) this.add(`${name}_bucket`, `${labels},le="${bound}"`, value <= bound ? 1 : 0)
    this.add(`${name}_bucket`, `${labels},le="+Inf"`, 1)
    this.add(`${name}_sum`, labels, value)
    this.add(`${name}_count`, labels, 1)
  }
}

function toolParameters(dice) {
  const parameters = {
    path: `/work/repo/${dice.pick(MODULES)}`,
    limit: dice.between(1, 500),
    depth: dice.next() < 0.3 ? null : 3,
  }
  const kind = dice.below(4)
  if (kind > 0) parameters.query = dice.words(dice.between(3, 12))
  if (kind > 1) parameters.flags = Array.from({ length: dice.between(1, 5) }, () => `--${dice.pick(SOURCES)}`)
  // The same field names as the event's own, one level down: who reads text instead of JSON takes these.
  if (kind > 2) parameters.env = { HOME: '/home/agent', status: 'inherited', tool_name: 'shadow', duration_ms: 1 }
  return parameters
}

function toolCall(dice, head, agent, truth) {
  const tool = dice.pickUneven(TOOLS)
  const luck = dice.next()
  const status = luck < 0.92 ? 'success' : luck < 0.98 ? 'error' : 'timeout'
  const ms = dice.milliseconds(5.3, 1.5)
  truth.add('agent_tool_calls_total', `status="${status}",tool_name="${tool}"`, 1)
  truth.observe('agent_tool_call_duration_seconds', `tool_name="${tool}"`, ms / 1000)
  head.level = status === 'success' ? 'info' : 'warn'
  const fields = { tool_name: tool, status, duration_ms: ms, request_id: dice.id(), params: toolParameters(dice) }
  return { ...head, event: 'tool_invocation', session_id: dice.id(), agent, ...fields }
}

function modelCall(dice, head, agent, truth) {
  const model = dice.pickUneven(MODELS)
  const input = Math.floor(dice.longTail(8, 1))
  const output = Math.floor(dice.longTail(5.5, 1))
  const dollars = Math.round((input * model.input + output * model.output) * 1e6) / 1e6
  truth.add('agent_token_usage_total', `model_id="${model.name}",token_type="input"`, input)
  truth.add('agent_token_usage_total', `model_id="${model.name}",token_type="output"`, output)
  truth.add('agent_estimated_cost_dollars', `model_id="${model.name}"`, dollars)
  const usage = { model: model.name, input_tokens: input, output_tokens: output }
  const rest = {
    stop_reason: dice.pick(['end', 'tool_use', 'length']),
    cache: { read: dice.below(input + 1) },
    temperature: 0.7,
    stream: true,
  }
  const measured = { duration_ms: dice.milliseconds(7.5, 0.8), cost_usd: dollars, request_id: dice.id() }
  return {
    ...head,
    event: 'llm_call',
    session_id: dice.id(),
    agent,
    ...usage,
    ...measured,
    ...rest,
    endpoint: 'https://models.example/v1',
  }
}

function violation(dice, head, agent, truth) {
  const tier = dice.pick(TIERS)
  truth.add('sandbox_violations_total', `tier="${tier}"`, 1)
  const fields = { tier, syscall: dice.pick(CALLS), pid: dice.between(2, 60000), message: `blocked: ${dice.words(5)}` }
  return { ...head, level: 'warn', event: 'sandbox_violation', session_id: dice.id(), agent, ...fields }
}

function runEnd(dice, head, agent, truth) {
  const ms = dice.milliseconds(8, 1.2)
  truth.observe('agent_run_duration_seconds', `agent="${agent}"`, ms / 1000)
  const fields = {
    status: dice.next() < 0.9 ? 'ok' : 'failed',
    steps: dice.between(1, 60),
    duration_ms: ms,
    message: dice.words(12),
  }
  return { ...head, event: 'agent_run_end', session_id: dice.id(), agent, ...fields }
}

function stackTrace(dice) {
  let text = 'Traceback (most recent call last):\n'
  for (let i = dice.between(9, 36); i > 0; i--)
    text += `  File "/srv/${dice.pick(MODULES)}", line ${dice.between(9, 990)}, in ${dice.pick(TOOLS)}\n    value = await ${dice.pick(TOOLS)}(${dice.pick(WORDS)})\n`
  return `${text}ValueError: ${dice.words(6)}`
}

function noise(dice, head, agent) {
  const base = { ...head, logger: dice.pick(SOURCES), session_id: dice.id() }
  const kind = dice.next()
  if (kind < 0.05) return { ...base, level: 'error', msg: 'task failed', trace: stackTrace(dice) }
  if (kind < 0.35)
    return {
      ...base,
      agent,
      event: 'http_request',
      msg: dice.words(dice.between(8, 40)),
      status: 200,
      duration_ms: dice.below(400),
    }
  if (kind < 0.5)
    return {
      ...base,
      level: 'debug',
      msg: `sending {"event":"tool_invocation","tool_name":"shell","status":"error"} ${dice.words(dice.between(5, 30))}`,
    }
  return { ...base, level: 'debug', agent, msg: dice.words(dice.between(8, 55)), step: dice.between(1, 60) }
}

function event(dice, head, truth) {
  const agent = dice.pickUneven(AGENTS)
  const kind = dice.next()
  if (kind < 0.35) return toolCall(dice, head, agent, truth)
  if (kind < 0.5) return modelCall(dice, head, agent, truth)
  if (kind < 0.52) return violation(dice, head, agent, truth)
  if (kind < 0.57) return runEnd(dice, head, agent, truth)
  return noise(dice, head, agent)
}

/** Writes `lineCount` lines to `path`; gives its size and the samples (`name{sorted labels}` → number) that it stands for. */
export function writeMix(path, lineCount, seed) {
  const dice = new Dice(seed)
  const truth = new Truth()
  const file = openSync(path, 'w')
  let timeMs = Date.UTC(2026, 0, 1)
  let byteCount = 0
  for (let written = 0; written < lineCount; ) {
    let text = ''
    for (let i = 0; i < 2000 && written < lineCount; i++, written++) {
      timeMs += dice.below(20)
      text += `${JSON.stringify(event(dice, { ts: new Date(timeMs).toISOString(), level: 'info' }, truth))}\n`
    }
    byteCount += writeSync(file, text)
  }
  closeSync(file)
  return { byteCount, samples: truth.samples }
}
