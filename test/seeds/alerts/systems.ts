/** What the five systems write: all is well at first, then each of their alerts has its cause. */
import { event, type Line, TROUBLE, type Writer } from './logs.ts'

const times = (count: number, line: (index: number) => Line): Line[] => Array.from({ length: count }, (_, index) => line(index))

/** When an agent starts to be tricked, and another to eat tokens: late enough for rules that compare with what was before. */
const LATER = 25
/** When the API dies; its exporter goes some seconds later. */
export const API_DIES = 40

const request = (endpoint: string, status: string, duration_ms: number): Line =>
  event('http_request_finished', { request_id: `q${Math.random()}`, method: 'POST', endpoint, status, duration_ms })
const mcpworks = (from: number, lines: (beat: number) => Line[], every = 1): Writer => ({
  log: 'mcpworks',
  from,
  until: API_DIES,
  every,
  lines,
})
const healthy = (component: string, status: string): Line => event('component_health', { component, status })
const MCPWORKS: readonly Writer[] = [
  mcpworks(0, () => [healthy('queue', 'healthy')], 4),
  mcpworks(TROUBLE, () => [healthy('redis', 'unhealthy'), healthy('database', 'unhealthy')], 4),
  mcpworks(0, () => times(4, () => request('/v1/search', '200', 40))),
  mcpworks(TROUBLE, () => [request('/v1/search', '503', 4000), request('/v1/report', '200', 4000)]),
  mcpworks(TROUBLE, () => [event('prompt_injection_detected', { namespace: 'acme', server_name: 'evil' })], 8),
  mcpworks(TROUBLE, () => [event('sandbox_violation', { tier: 'free', kind: 'seccomp', namespace: 'acme' })], 8),
]

const asked = (agent_name: string, status: string, duration_ms = 800): Line =>
  event('agent_run_finished', { run_id: `r${Math.random()}`, agent_name, method: 'ask', status, duration_ms })
const used = (agent_name: string, tool_name: string, result_status = 'success'): Line =>
  event('tool_invocation', { agent_name, tool_name, result_status, duration_ms: 120 })
const tokens = (agent_name: string, input_tokens: number, model_id = 'gpt-4o'): Line =>
  event('model_call', { agent_name, model_id, input_tokens, output_tokens: 1, duration_ms: 500 })
const score = (agent_name: string, value: number, aheadMs = 0): Line =>
  event('quality_score', { agent_name, metric_type: 'groundedness', score: value }, aheadMs)

const callsphere = (from: number, lines: (beat: number) => Line[], more: Partial<Writer> = {}): Writer => ({
  log: 'callsphere',
  from,
  lines,
  ...more,
})
/** What is so old leaves the last hour in a minute. */
const NEARLY_AN_HOUR_MS = 3_540_000
const CALLSPHERE: readonly Writer[] = [
  callsphere(0, (beat) => [
    ...times(4, (index) => asked('calm', (beat * 4 + index) % 40 === 39 ? 'error' : 'success')),
    used('calm', 'search'),
    tokens('calm', 100),
    score('calm', 0.9),
  ]),
  callsphere(TROUBLE, (beat) => [asked('flaky', beat % 2 === 0 ? 'timeout' : 'success'), used('flaky', 'book', 'timeout')]),
  callsphere(TROUBLE, () => [asked('slow', 'success', 20_000)]),
  callsphere(TROUBLE, () => [asked('sloppy', 'success'), score('sloppy', 0.5)]),
  { log: 'callsphere-mute', from: TROUBLE, lines: () => [asked('mute', 'success')] },
  callsphere(0, () => [asked('hungry', 'success'), tokens('hungry', 100)], { until: LATER }),
  callsphere(LATER, () => [asked('hungry', 'success'), tokens('hungry', 1000)]),
  callsphere(TROUBLE, () => [tokens('hungry', 10, 'nobody-1')]),
  callsphere(0, () => [asked('tricked', 'success'), tokens('tricked', 100), used('tricked', 'search')]),
  callsphere(0, () => [score('tricked', 0.95)], { until: LATER, every: 8 }),
  callsphere(LATER, () => [tokens('tricked', 200), used('tricked', 'send_email'), score('tricked', 0.72)]),
]

const invoked = (tool_name: string, result_status: string, duration_ms: number): Line =>
  event('tool_invocation', { tool_name, user_id: 'u1', result_status, duration_ms, payload_size: 10 })
const makeaihq = (from: number, lines: (beat: number) => Line[], more: Partial<Writer> = {}): Writer => ({
  log: 'makeaihq',
  from,
  lines,
  ...more,
})
const got = (result: string): Line => event('cache_operation', { operation: 'get', result })
const denied = (failure_reason: string): Line => event('auth_failure', { failure_reason, source_ip: '192.0.2.1' })
const MAKEAIHQ: readonly Writer[] = [
  makeaihq(0, () => [...times(4, () => invoked('search', 'success', 90)), ...times(5, () => got('hit'))]),
  makeaihq(0, () => [denied('typo')], { every: 8 }),
  makeaihq(TROUBLE, (beat) => times(4, (index) => invoked('pay', (beat * 4 + index) % 40 === 0 ? 'error' : 'success', 90))),
  makeaihq(TROUBLE, (beat) => [invoked('book', beat % 2 === 0 ? 'error' : 'success', 90)]),
  makeaihq(TROUBLE, () => [invoked('render', 'success', 8000), invoked('index', 'success', 1500)]),
  makeaihq(TROUBLE, () => times(20, () => got('miss'))),
  makeaihq(TROUBLE, () => [denied('expired_token'), ...times(10, () => denied('bad_signature'))]),
  makeaihq(TROUBLE, () => times(400, () => invoked('flood', 'success', 1)), { until: TROUBLE + 16 }),
]

const proxied = (tool_name: string, result_status: string, duration_ms = 90): Line =>
  event('tool_invocation', { tool_name, server_name: 'github', result_status, duration_ms })
const server = (name: string, healthy: number): Line => event('server_status', { server: name, type: 'remote', healthy })
const gateway = (from: number, lines: (beat: number) => Line[]): Writer => ({ log: 'mcp-gateway', from, lines })
const GATEWAY: readonly Writer[] = [
  gateway(0, () => [
    ...times(2, () => proxied('search', 'success')),
    ...times(4, () => request('/servers', '200', 20)),
    server('github', 1),
  ]),
  gateway(TROUBLE, (beat) => [
    proxied('create_pr', 'error'),
    proxied('merge', beat % 5 === 0 ? 'timeout' : 'success'),
    proxied('clone', 'success', 8000),
    request('/servers', '500', 20),
    server('jira', 0),
  ]),
]

const mesh = (from: number, lines: () => Line[], more: Partial<Writer> = {}): Writer => ({ log: 'mesh', from, lines, ...more })
const counted = (status: string, count: number): Line => event('registry_agents', { status, count })
const MESH: readonly Writer[] = [
  mesh(0, () => [asked('weather', 'success', 200), counted('healthy', 3), counted('unhealthy', 0)], { until: TROUBLE }),
  mesh(0, () => [asked('registry', 'success', 100)], { until: TROUBLE }),
  mesh(TROUBLE, () => [asked('weather', 'success', 200), counted('healthy', 1), counted('unhealthy', 2)]),
  mesh(TROUBLE, () => [asked('registry', 'error', 3000)]),
  { log: 'mesh-idle', until: TROUBLE, lines: () => [asked('analytics', 'success')] },
  // Before it has been silent for what an hour is here.
  { log: 'mesh-idle', from: TROUBLE + 25, lines: () => [asked('analytics', 'success')] },
]

export const SYSTEMS: readonly Writer[] = [...MCPWORKS, ...CALLSPHERE, ...MAKEAIHQ, ...GATEWAY, ...MESH]

/** The log of an agent that nobody judges any more, as it is when the exporter starts. */
export const muteLog = (): string => `${JSON.stringify(score('mute', 0.9, -NEARLY_AN_HOUR_MS))}\n`
