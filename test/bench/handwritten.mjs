/** What somebody would write in an afternoon instead of using the exporter: a stream, split2, JSON.parse, prom-client. Prints the metrics. */
import { createReadStream } from 'node:fs'
import { Counter, Histogram, register } from 'prom-client'
import split2 from 'split2'

const buckets = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10]
const counter = (name, labelNames) => new Counter({ name, help: name, labelNames })
const histogram = (name, labelNames) => new Histogram({ name, help: name, labelNames, buckets })

const toolCalls = counter('agent_tool_calls_total', ['tool_name', 'status'])
const toolDuration = histogram('agent_tool_call_duration_seconds', ['tool_name'])
const tokens = counter('agent_token_usage_total', ['model_id', 'token_type'])
const cost = counter('agent_estimated_cost_dollars', ['model_id'])
const violations = counter('sandbox_violations_total', ['tier'])
const runDuration = histogram('agent_run_duration_seconds', ['agent'])

function count(line) {
  let entry
  try {
    entry = JSON.parse(line)
  } catch {
    return
  }
  switch (entry.event) {
    case 'tool_invocation':
      toolCalls.inc({ tool_name: entry.tool_name, status: entry.status })
      toolDuration.observe({ tool_name: entry.tool_name }, entry.duration_ms / 1000)
      break
    case 'llm_call':
      tokens.inc({ model_id: entry.model, token_type: 'input' }, entry.input_tokens)
      tokens.inc({ model_id: entry.model, token_type: 'output' }, entry.output_tokens)
      cost.inc({ model_id: entry.model }, entry.cost_usd)
      break
    case 'sandbox_violation':
      violations.inc({ tier: entry.tier })
      break
    case 'agent_run_end':
      runDuration.observe({ agent: entry.agent }, entry.duration_ms / 1000)
      break
  }
}

createReadStream(process.argv[2])
  .pipe(split2())
  .on('data', count)
  .on('end', async () => process.stdout.write(await register.metrics()))
