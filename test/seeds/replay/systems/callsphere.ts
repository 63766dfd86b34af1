/** What the preset `callsphere` must count of an event. */
import type { Event } from '../../scenario.ts'
import type { Apply } from '../systems.ts'
import type { Tally } from '../tally.ts'

const CLOSED = { status: ['success', 'error', 'timeout', 'unknown'] }
const REQUEST_BOUNDS = [0.5, 1, 2, 3, 5, 8, 13, 21, 30, 60]
const INFERENCE_BOUNDS = [0.2, 0.5, 1, 2, 3, 5, 10]
const TOOL_BOUNDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10]
const TURN_BOUNDS = [1, 2, 3, 5, 8, 13, 20]
/** Dollars per token, as published. */
export const PRICES: Readonly<Record<string, { input: number; output: number }>> = {
  'gemini-2.0-flash': { input: 0.00000015, output: 0.0000006 },
  'gemini-2.0-pro': { input: 0.00000125, output: 0.000005 },
  'gpt-4o': { input: 0.0000025, output: 0.00001 },
}

export function callsphere(tally: Tally): Apply {
  const scores = new Map<string, number[]>()
  const mean = (metric: string, labels: Record<string, string>, value: number): void => {
    const kept = scores.get(metric + JSON.stringify(labels)) ?? []
    kept.push(value)
    scores.set(metric + JSON.stringify(labels), kept)
    tally.set(metric, labels, kept.reduce((total, one) => total + one, 0) / kept.length)
  }
  return (event) => {
    const agent = { agent_name: String(event.agent_name) }
    if (event.event === 'agent_run_finished') {
      tally.count('agent_requests_total', { ...agent, status: String(event.status) }, 1, CLOSED)
      tally.observe('agent_request_duration_seconds', agent, Number(event.duration_ms) / 1000, REQUEST_BOUNDS)
    } else if (event.event === 'tool_invocation') {
      const tool = { ...agent, tool_name: String(event.tool_name) }
      tally.count('agent_tool_calls_total', { ...tool, status: String(event.result_status) }, 1, CLOSED)
      tally.observe('agent_tool_call_duration_seconds', tool, Number(event.duration_ms) / 1000, TOOL_BOUNDS)
    } else if (event.event === 'model_call') ofModelCall(tally, event, agent)
    else if (event.event === 'quality_score') {
      mean('agent_quality_score', { ...agent, metric_type: String(event.metric_type) }, Number(event.score))
    } else if (event.event === 'conversation_ended') {
      tally.observe('agent_conversation_turns', agent, Number(event.turns), TURN_BOUNDS)
      mean('agent_escalation_rate', agent, event.escalated ? 100 : 0)
    }
  }
}

function ofModelCall(tally: Tally, event: Event, agent: { agent_name: string }): void {
  const model = { ...agent, model_id: String(event.model_id) }
  const tokens = { input: Number(event.input_tokens), output: Number(event.output_tokens) }
  tally.count('model_inference_calls_total', model)
  tally.observe('model_inference_duration_seconds', model, Number(event.duration_ms) / 1000, INFERENCE_BOUNDS)
  tally.count('agent_token_usage_total', { ...model, token_type: 'input' }, tokens.input)
  tally.count('agent_token_usage_total', { ...model, token_type: 'output' }, tokens.output)
  const price = PRICES[model.model_id]
  // A model of no price list costs 0, and the exporter tells of its tokens.
  const unpriced = { metric: 'agent_estimated_cost_dollars', model: model.model_id }
  if (!price) tally.add('agentlog_unpriced_tokens_total', unpriced, tokens.input + tokens.output)
  const dollars = price ? tokens.input * price.input + tokens.output * price.output : 0
  tally.count('agent_estimated_cost_dollars', model, dollars)
}
