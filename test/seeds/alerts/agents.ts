/** What agents in general write: `calm` does well all the time, others get into trouble, each into one. Claude Code and Codex beside them. */
import { event, type Line, TROUBLE, type Writer } from './logs.ts'

const agents = (from: number, lines: (beat: number) => Line[], every = 1): Writer => ({
  log: 'agents',
  from,
  every,
  lines,
})
const tool = (agent_name: string, tool_name: string, result_status: string, duration_ms = 90): Line =>
  event('tool_invocation', { agent_name, tool_name, result_status, duration_ms })
const run = (agent_name: string, status: string, duration_ms = 4000): Line =>
  event('agent_run_finished', { agent_name, status, duration_ms })
const model = (agent_name: string, fields: Readonly<Record<string, unknown>>): Line =>
  event('model_call', { agent_name, model_id: 'gpt-4o', input_tokens: 90, output_tokens: 10, duration_ms: 700, ...fields })

const GENERAL: readonly Writer[] = [
  agents(0, (beat) => [
    tool('calm', 'search', beat % 10 === 9 ? 'error' : 'success'),
    run('calm', beat % 20 === 19 ? 'error' : 'success'),
    model('calm', { cost_usd: 0.001 }),
  ]),
  { log: 'agents', until: 3, lines: () => [tool('gone', 'search', 'success')] },
  agents(TROUBLE, () => [event('sandbox_violation', { agent_name: 'probe', kind: 'network' })]),
  agents(TROUBLE, () => [event('sandbox_violation', { agent_name: 'curious', kind: 'filesystem' })], 8),
  agents(TROUBLE, () => [
    event('prompt_injection_detected', { agent_name: 'fed', server_name: 'evil' }),
    event('prompt_injection_detected', { agent_name: 'fed', server_name: 'evil' }),
  ]),
  agents(TROUBLE, () => [event('prompt_injection_detected', { agent_name: 'fed', server_name: 'odd' })], 8),
  agents(TROUBLE, (beat) => [
    tool('clumsy', 'deploy', 'timeout'),
    tool('clumsy', 'lint', beat % 2 === 0 ? 'error' : 'success'),
    tool('clumsy', 'wait', 'success', 50_000),
    model('clumsy', { model_id: 'slow-1', duration_ms: 75_000 }),
  ]),
  agents(TROUBLE, () => [run('broken', 'error'), run('broken', 'timeout')]),
  agents(TROUBLE, (beat) => [run('shaky', beat % 4 === 0 ? 'error' : 'success')]),
  agents(TROUBLE, () => [run('lengthy', 'success', 3_000_000)]),
  agents(TROUBLE, () => [model('lavish', { cost_usd: 5 })]),
]

const now = (): string => new Date().toISOString()
let ids = 0
const id = (): string => `id-${ids++}`

const claude = (content: unknown): Line => ({
  type: 'assistant',
  uuid: id(),
  sessionId: 's1',
  timestamp: now(),
  message: { id: id(), model: 'claude-haiku-4-5', content: [content], usage: { input_tokens: 5, output_tokens: 5 } },
})
const call = (command: string): Line => claude({ type: 'tool_use', id: id(), name: 'Bash', input: { command } })
const started = (jira: string): Line => ({
  type: 'system',
  subtype: 'init',
  session_id: 's1',
  uuid: id(),
  claude_code_version: '2.1.19',
  mcp_servers: [
    { name: 'github', status: 'connected' },
    { name: 'jira', status: jira },
  ],
})
const failed = (): Line => ({
  type: 'assistant',
  uuid: id(),
  sessionId: 's1',
  isApiErrorMessage: true,
  error: 'rate_limit',
  timestamp: now(),
  message: { id: id(), model: '<synthetic>', content: [{ type: 'text', text: 'API Error: 429' }], usage: {} },
})

const CLAUDE: readonly Writer[] = [
  { log: 'claude', lines: (beat) => [...(beat === 0 ? [started('connected')] : []), call(`ls ${beat}`)] },
  { log: 'claude', from: TROUBLE, lines: (beat) => (beat === 0 ? [started('failed')] : []) },
  { log: 'claude', from: TROUBLE, lines: (beat) => [1, 2, 3].map(() => call(`make ${beat}`)) },
  { log: 'claude', from: TROUBLE, every: 2, lines: () => [failed()] },
]

const limits = (primary: number): Line => ({
  timestamp: now(),
  type: 'event_msg',
  payload: {
    type: 'token_count',
    info: null,
    rate_limits: { primary: { used_percent: primary }, secondary: { used_percent: 40 } },
  },
})
const session = (): Line => ({
  timestamp: now(),
  type: 'session_meta',
  payload: { id: 'th1', cli_version: '0.77.0', source: 'exec' },
})

const CODEX: readonly Writer[] = [
  { log: 'codex', until: TROUBLE, lines: (beat) => [...(beat === 0 ? [session()] : []), limits(12)] },
  { log: 'codex', from: TROUBLE, lines: () => [limits(97)] },
]

export const AGENTS: readonly Writer[] = [...GENERAL, ...CLAUDE, ...CODEX]
