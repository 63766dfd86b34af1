/**
 * A log that an agent platform could write, in the shapes of the five published systems: 27 kinds of events with errors, timeouts, paths
 * with UUIDs, health checks, runs that stay open, tools that repeat, several agents, models and servers, and a restart. Equal seeds give
 * equal events; only their times follow the time at which it starts. In three parts, so that it can be fed while somebody looks: what is
 * first named in a later part is born there.
 */

export type Field = string | number | boolean
export type Event = { readonly event: string; readonly service: string; readonly atMs: number } & Readonly<Record<string, Field>>

export const PART_COUNT = 3
/** Who serves the registry of agents; it has a log of its own. */
export const REGISTRY = 'mcp-mesh-registry'
const TURNS_PER_PART = 40
const MEAN_PAUSE_MS = 900
const SEED = 20260226

const AGENTS = ['weather-agent', 'analytics', 'booking-agent'] as const
const NAMESPACES = ['acme', 'globex']
const TRIGGERS = ['webhook', 'scheduled', 'chat']
const METHODS = ['get_forecast', 'process_transaction', 'book_trip']
const MODELS = ['gemini-2.0-flash', 'gpt-4o', 'gemini-2.0-pro']
const USERS = { 'user-1': 'free', 'user-2': 'pro', 'user-3': 'pro', 'user-4': 'enterprise' } as const
const SERVED = { github: ['github__create_pr', 'github__list_issues'], calendar: ['searchClasses', 'book'] } as const
const ENDPOINTS = ['/api/v1/search', '/v1/agents/{uuid}', '/v1/healthcare-claims/7', '/v1/runs/{uuid}/steps']
const WIDGETS = ['calendar', 'map']

/** Uniform numbers in [0, 1) (mulberry32), and choices by them. */
class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  roll(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }

  /** A whole number of at least `low` and at most `high`. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.roll() * (high - low + 1))
  }

  /** Mostly small and sometimes large, as durations are. */
  durationMs(low: number, high: number): number {
    return Math.round(low * (high / low) ** this.roll())
  }

  of<T>(from: readonly T[]): T {
    return from[this.whole(0, from.length - 1)]!
  }

  happens(probability: number): boolean {
    return this.roll() < probability
  }

  uuid(): string {
    const hex = (length: number): string => Array.from({ length }, () => this.whole(0, 15).toString(16)).join('')
    return [8, 4, 4, 4, 12].map(hex).join('-')
  }
}

class Writer {
  readonly events: Event[] = []
  readonly dice = new Dice(SEED)
  part = 0
  #atMs = 0
  #number = 0

  write(service: string, event: string, fields: Readonly<Record<string, Field>>): void {
    this.#atMs += this.dice.whole(1, 2 * MEAN_PAUSE_MS)
    this.events.push({ ...fields, event, service, atMs: this.#atMs } as Event)
  }

  /** A name that no other thing of the log has. */
  unique(kind: string): string {
    return `${kind}-${this.#number++}`
  }
}

function writeStarts(log: Writer): void {
  const capabilities = { 'weather-agent': 'weather_forecast', analytics: 'process_transaction', 'booking-agent': 'book_trip' }
  const version = log.part === 0 ? '1.0.0' : '1.1.0'
  for (const agent_name of log.part === 0 ? AGENTS : AGENTS.slice(0, 1)) {
    const fields = { agent_name, version, capabilities: capabilities[agent_name], node_version: 'v20.20.2' }
    log.write('agent-service', 'service_started', fields)
  }
}

function writeRequest(log: Writer): void {
  const { dice } = log
  const isHealth = dice.happens(0.1)
  const endpoint = isHealth
    ? dice.of(['/health', '/health/ready', '/metrics'])
    : dice.of(ENDPOINTS).replace('{uuid}', dice.uuid())
  const asked = { request_id: log.unique('req'), method: dice.of(['GET', 'POST']), endpoint }
  log.write('mcpworks-api', 'http_request_started', asked)
  if (dice.happens(0.05)) return
  const status = isHealth ? '200' : dice.of(['200', '200', '200', '200', '201', '404', '500', '503'])
  log.write('mcpworks-api', 'http_request_finished', { ...asked, status, duration_ms: dice.durationMs(8, 4000) })
}

function writeToolCall(log: Writer, agent_name: string, namespace: string): void {
  const { dice } = log
  const user_id = dice.of(Object.keys(USERS) as (keyof typeof USERS)[])
  const server_name = dice.of(Object.keys(SERVED) as (keyof typeof SERVED)[])
  const isNew = log.part === 2 && dice.happens(0.3)
  const tool_name = isNew ? 'refund' : dice.of<string>(SERVED[server_name])
  // One tool always fails: its success rate is 0 and must not be missing.
  const result_status = tool_name.endsWith('create_pr') ? 'error' : dice.of(['success', 'success', 'success', 'error', 'timeout'])
  const isSlow = result_status === 'timeout'
  log.write('mcp-server', 'tool_invocation', {
    tool_name,
    user_id,
    params: '{"date":"2026-02-26"}',
    result_status,
    duration_ms: isSlow ? dice.durationMs(5000, 20_000) : dice.durationMs(20, 4000),
    payload_size: dice.durationMs(80, 60_000),
    agent_name,
    namespace,
    server_name,
    endpoint_type: dice.of(['mcp_proxy', 'native']),
    user_tier: USERS[user_id],
    cache_hit: dice.happens(0.3),
    includes_widget: dice.happens(0.4),
    prompt_tokens: dice.durationMs(100, 3000),
    completion_tokens: dice.durationMs(20, 900),
  })
  if (result_status === 'success' || dice.happens(0.5)) return
  const error_type = isSlow ? 'TimeoutError' : 'UpstreamError'
  const success = dice.happens(0.6)
  log.write('mcp-server', 'error_recovery', {
    error_type,
    recovery_strategy: dice.of(['retry', 'fallback']),
    success,
    agent_name,
  })
}

function writeRun(log: Writer): void {
  const { dice } = log
  const agent_name = dice.of(AGENTS)
  const namespace = dice.of(NAMESPACES)
  const run = { run_id: log.unique('run'), agent_name, namespace, trigger_type: dice.of(TRIGGERS), method: dice.of(METHODS) }
  log.write('agent-service', 'agent_run_started', run)
  for (let i = dice.whole(1, 3); i > 0; i--) {
    // The last two models come later, and one of no price list with them.
    const model_id = log.part === 0 ? MODELS[0]! : dice.of([...MODELS, 'house-model'])
    const tokens = { input_tokens: dice.durationMs(200, 9000), output_tokens: dice.durationMs(30, 2000) }
    const stated = dice.happens(0.7) ? { cost_usd: dice.whole(1, 900) / 10_000 } : {}
    log.write('agent-service', 'model_call', {
      agent_name,
      model_id,
      ...tokens,
      ...stated,
      duration_ms: dice.durationMs(90, 9000),
    })
  }
  for (let i = dice.whole(0, 2); i > 0; i--) writeToolCall(log, agent_name, namespace)
  if (dice.happens(0.12)) return
  const status = dice.of(['success', 'success', 'success', 'success', 'error', 'timeout'])
  log.write('agent-service', 'agent_run_finished', { ...run, status, duration_ms: dice.durationMs(300, 50_000) })
}

function writeSandbox(log: Writer): void {
  const { dice } = log
  const place = { tier: dice.of(['free', 'pro']), namespace: dice.of(NAMESPACES), agent_name: dice.of(AGENTS) }
  const started = { execution_id: log.unique('ex'), ...place }
  log.write('mcpworks-api', 'sandbox_execution_started', started)
  if (dice.happens(0.1)) return
  const status = dice.of(['success', 'success', 'error', 'timeout'])
  log.write('mcpworks-api', 'sandbox_execution_finished', { ...started, status, duration_ms: dice.durationMs(50, 9000) })
  if (!dice.happens(0.3)) return
  log.write('mcpworks-api', 'sandbox_violation', { ...place, kind: dice.of(['seccomp', 'resource']) })
}

type Maker = (dice: Dice, log: Writer) => Readonly<Record<string, Field>>

/** Events that stand alone: who writes them and what they say. */
const SINGLE: Readonly<Record<string, readonly [service: string, make: Maker]>> = {
  prompt_injection_detected: [
    'mcpworks-api',
    (d) => ({ namespace: d.of(NAMESPACES), server_name: 'github', agent_name: d.of(AGENTS) }),
  ],
  quality_score: [
    'agent-service',
    (d) => ({ agent_name: d.of(AGENTS), metric_type: d.of(['groundedness', 'relevance']), score: d.whole(40, 100) / 100 }),
  ],
  conversation_ended: ['agent-service', (d) => ({ agent_name: d.of(AGENTS), turns: d.whole(1, 22), escalated: d.happens(0.3) })],
  active_connections: ['mcp-server', (d) => ({ transport_type: d.of(['sse', 'streamable_http']), count: d.whole(1, 120) })],
  widget_render: [
    'mcp-server',
    (d) => ({ widget_type: d.of(WIDGETS), complexity: d.of(['low', 'high']), duration_ms: d.durationMs(5, 1500) }),
  ],
  widget_interaction: [
    'mcp-server',
    (d) => ({ widget_type: d.of(WIDGETS), interaction_type: d.of(['click', 'submit']), outcome: d.of(['success', 'abandoned']) }),
  ],
  auth_failure: [
    'mcp-server',
    (d, log) => ({ failure_reason: log.part === 2 ? 'bad_scope' : 'expired_token', source_ip: `203.0.113.${d.whole(1, 3)}` }),
  ],
  db_query: [
    'mcp-server',
    (d) => ({ operation: d.of(['SELECT', 'UPDATE']), table: d.of(['classes', 'users']), duration_ms: d.durationMs(2, 700) }),
  ],
  cache_operation: [
    'mcp-server',
    (d) =>
      d.of([
        { operation: 'get', result: 'hit' },
        { operation: 'get', result: 'hit' },
        { operation: 'get', result: 'miss' },
        { operation: 'set', result: 'miss' },
      ]),
  ],
  cache_stats: [
    'analytics-agent',
    (d) => ({ agent_name: 'analytics', cache_type: d.of(['redis', 'memory']), hit_rate: d.whole(50, 99) / 100 }),
  ],
  session_end: [
    'mcp-server',
    (d) => {
      const user_id = d.of(Object.keys(USERS) as (keyof typeof USERS)[])
      return { user_id, user_tier: USERS[user_id] }
    },
  ],
  oauth_validation: [
    'mcp-server',
    (d) => ({ provider: d.of(['auth0', 'okta']), cache_status: d.of(['hit', 'miss']), duration_ms: d.durationMs(3, 600) }),
  ],
  server_status: [
    'mcp-gateway',
    (d) => {
      const server = d.of(Object.keys(SERVED))
      return { server, type: server === 'github' ? 'remote' : 'local', healthy: d.happens(0.8) ? 1 : 0 }
    },
  ],
  registry_agents: [REGISTRY, (d) => ({ status: d.of(['healthy', 'unhealthy']), count: d.whole(1, 9) })],
  runtime_stats: [
    'mcp-server',
    (d) => ({
      resident_memory_bytes: d.whole(60, 90) * 1048576,
      heap_used_bytes: d.whole(15, 25) * 1048576,
      heap_total_bytes: 33554432,
      eventloop_lag_ms: d.whole(1, 40) / 4,
      gc_kind: d.of(['minor', 'major']),
      gc_ms: d.whole(1, 60) / 8,
    }),
  ],
  skill_execution: [
    'mcp-gateway',
    (d) => ({
      skill: d.of(['summarize', 'translate']),
      status: d.of(['success', 'success', 'error']),
      latency_ms: d.durationMs(40, 6000),
    }),
  ],
  component_health: [
    'mcpworks-api',
    (d) => ({ component: d.of(['redis', 'postgres']), status: d.of(['healthy', 'healthy', 'unhealthy']) }),
  ],
  transaction: [
    'analytics-agent',
    (d) => ({
      agent_name: 'analytics',
      currency: d.of(['USD', 'EUR']),
      product: d.of(['subscription', 'credits']),
      amount: d.whole(100, 9900) / 100,
      requires_external_validation: d.happens(0.5),
    }),
  ],
}

/** The registry is an agent itself, and a fast one. */
function writeRegistration(log: Writer): void {
  const { dice } = log
  const run = {
    run_id: log.unique('run'),
    agent_name: 'registry',
    namespace: 'acme',
    trigger_type: 'webhook',
    method: dice.of(['register', 'heartbeat']),
  }
  log.write(REGISTRY, 'agent_run_started', run)
  const status = dice.happens(0.1) ? 'error' : 'success'
  log.write(REGISTRY, 'agent_run_finished', { ...run, status, duration_ms: dice.durationMs(1, 400) })
}

function writePart(log: Writer): void {
  if (log.part !== 1) writeStarts(log)
  for (let turn = 0; turn < TURNS_PER_PART; turn++) {
    writeRequest(log)
    writeRun(log)
    if (log.dice.happens(0.4)) writeSandbox(log)
    if (log.dice.happens(0.3)) writeRegistration(log)
    if (log.dice.happens(0.1)) log.write('agent-service', 'unreadable', {})
    for (const [event, [service, make]] of Object.entries(SINGLE)) {
      if (log.dice.happens(0.35) || turn === 0) log.write(service, event, make(log.dice, log))
    }
  }
}

/** The events in order, part by part, the last at `endMs`. */
export function scenario(endMs: number): readonly (readonly Event[])[] {
  const log = new Writer()
  const parts: Event[][] = []
  for (; log.part < PART_COUNT; log.part++) {
    writePart(log)
    parts.push(log.events.splice(0))
  }
  const shiftMs = endMs - parts.at(-1)!.at(-1)!.atMs
  return parts.map((part) => part.map((event) => ({ ...event, atMs: event.atMs + shiftMs }) as Event))
}

/** The line of an event, in the envelope that all five share. */
export function lineOf({ event, service, atMs, ...fields }: Event): string {
  if (event === 'unreadable') return 'Traceback (most recent call last):\n'
  const timestamp = new Date(atMs).toISOString().replace('T', ' ').replace('Z', '')
  const level = event === 'auth_failure' || event === 'sandbox_violation' ? 'warn' : 'info'
  const envelope = {
    timestamp,
    level,
    message: event.replaceAll('_', ' '),
    traceId: 'no-trace',
    spanId: 'no-span',
    service,
    event,
  }
  return `${JSON.stringify({ ...envelope, ...fields })}\n`
}
