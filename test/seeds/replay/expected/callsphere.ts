/** What each query of the dashboard `callsphere` must show. */
import type { Table } from '../facts.ts'
import { starts } from './starts.ts'

const FAILED = { status: /error|timeout/ }
const HOUR_MS = 3600_000

export const callsphere: Table = {
  'Request Rate (per second) A': (f) => f.rate('agent_requests_total').by('agent_name', 'status'),
  'Error Rate A': (f) => f.share('agent_requests_total', FAILED, ['agent_name']),
  'Request Latency (P50 / P95 / P99) A': (f) => f.quantile(0.5, 'agent_request_duration_seconds', ['agent_name']),
  'Request Latency (P50 / P95 / P99) B': (f) => f.quantile(0.95, 'agent_request_duration_seconds', ['agent_name']),
  'Request Latency (P50 / P95 / P99) C': (f) => f.quantile(0.99, 'agent_request_duration_seconds', ['agent_name']),
  'Agent Quality Score (Rolling) A': (f) => f.now('agent_quality_score', { metric_type: 'groundedness' }),
  'Agent Quality Score (Rolling) B': (f) => f.now('agent_quality_score', { metric_type: 'relevance' }),
  'Escalation Rate A': (f) => f.now('agent_escalation_rate'),
  'Turns per Conversation A': (f) => f.mean('agent_conversation_turns', ['agent_name']),
  'Inference Latency by Model A': (f) => f.quantile(0.95, 'model_inference_duration_seconds', ['model_id']),
  'Model Distribution A': (f) => {
    const calls = f.rate('model_inference_calls_total')
    const all = calls.by().points[0]?.value ?? 0
    return calls
      .by('model_id')
      .times(all > 0 ? 1 / all : Number.NaN)
      .filter((share) => !Number.isNaN(share))
  },
  'Inference Calls per Request A': (f) => {
    const requests = f.rate('agent_requests_total').by('agent_name')
    return f
      .rate('model_inference_calls_total')
      .by('agent_name')
      .over(requests.filter((value) => value > 0))
  },
  'Token Usage by Model A': (f) => f.rate('agent_token_usage_total').by('model_id', 'token_type').times(60),
  'Tool Call Success Rate A': (f) => f.share('agent_tool_calls_total', { status: 'success' }, ['tool_name']).times(100),
  'Tool Latency A': (f) => f.quantile(0.5, 'agent_tool_call_duration_seconds', ['tool_name']),
  'Tool Latency B': (f) => f.quantile(0.95, 'agent_tool_call_duration_seconds', ['tool_name']),
  'Tool Call Volume A': (f) => f.rate('agent_tool_calls_total').by('tool_name'),
  'Estimated Cost ($/hour) A': (f) => f.rate('agent_estimated_cost_dollars', {}, HOUR_MS).by().times(3600),
  'Cost per Day A': (f) => f.increase('agent_estimated_cost_dollars', {}, 24 * HOUR_MS).by(),
  'Cost per Interaction A': (f) => {
    const requests = f.increase('agent_requests_total', {}, HOUR_MS).by()
    return f
      .increase('agent_estimated_cost_dollars', {}, HOUR_MS)
      .by()
      .over(requests.filter((value) => value > 0))
  },
  'Tokens without a Price A': (f) => f.highest('agentlog_unpriced_tokens_total').by('model'),
  'Cost by Model A': (f) => f.rate('agent_estimated_cost_dollars').by('agent_name', 'model_id').times(3600),
  ...starts,
}
