/** One example for each group of keys: mapping tests, so that what they say is run by a test. */

export const EXAMPLES = {
  takes: `mapping: |
  version: 1
  metrics:
    - name: tool_uses_total
      type: counter
      event: assistant
      each: { block: message.content }
      where: { $block.type: tool_use, $block.name: { not: Read } }
      labels: { tool: $block.name }
cases:
  - name: each element of the list that is a tool's use counts
    lines: |
      {"event":"assistant","message":{"content":[{"type":"text"},{"type":"tool_use","name":"Bash"},{"type":"tool_use","name":"Read"}]}}
    exactly: |
      tool_uses_total{tool="Bash"} 1
`,
  value: `mapping: |
  version: 1
  metrics:
    - name: calls_total
      type: counter
      event: call
      labels:
        status: { path: [result_status, status], lower: true, map: { ok: success }, one_of: [success, error], else: other }
        route: { path: url, match: '^https?://[^/]+(/[a-z]+)', default: none }
    - name: fresh_tokens_total
      type: counter
      event: call
      value: { path: tokens.input, minus: { path: tokens.cached, default: 0 } }
cases:
  - name: the stages work in their order, whatever the order of the keys
    lines: |
      {"event":"call","status":"OK","url":"https://x.example/search/7","tokens":{"input":900,"cached":850}}
      {"event":"call","status":"weird","tokens":{"input":1}}
    expect: |
      calls_total{status="success",route="/search"} 1
      calls_total{status="other",route="none"} 1
      fresh_tokens_total 51
`,
  price: `mapping: |
  version: 1
  metrics:
    - name: cost_usd_total
      type: counter
      event: llm_call
      labels: { model: model }
      value:
        price:
          model: model
          input: { path: usage.input, minus: { path: usage.cached, default: 0 } }
          cache_read: usage.cached
          output: usage.output
          table: # or builtin, or a file beside the mapping
            "gpt-4o*": { input: 2.5, output: 10, cache_read: 1.25 }
            "gpt-4o-mini*": { input: 0.15, output: 0.6 }
            "big-*": { input: 1, output: 4, above: { tokens: 200000, input: 2, output: 6 } }
cases:
  - name: the longest pattern wins, past its tokens another price holds, an unknown model is no zero in silence
    lines: |
      {"event":"llm_call","model":"gpt-4o-2024","usage":{"input":1000000,"cached":400000,"output":100000}}
      {"event":"llm_call","model":"gpt-4o-mini","usage":{"input":1000000,"output":500000}}
      {"event":"llm_call","model":"big-1","usage":{"input":200000,"output":1000}}
      {"event":"llm_call","model":"big-1","usage":{"input":200001,"output":1000}}
      {"event":"llm_call","model":"nobody's","usage":{"input":5,"output":6}}
    expect: |
      cost_usd_total{model="gpt-4o-2024"} 3
      cost_usd_total{model="gpt-4o-mini"} 0.45
      cost_usd_total{model="big-1"} 0.610002
      cost_usd_total{model="nobody's"} 0
      agentlog_unpriced_tokens_total{metric="cost_usd_total",model="nobody's"} 11
      agentlog_updates_skipped_total{metric="cost_usd_total",reason="unpriced"} 1
`,
  marks: `mapping: |
  version: 1
  metrics:
    - { name: llm_requests_total, type: counter, event: message, labels: { model: model }, once: id }
    - name: llm_tokens_total
      type: counter
      event: message
      split: { type: { input: usage.in, output: usage.out } }
      rise: id
    - { name: users_total, type: counter, event: message, once: { key: user, within: 24h } }
    - { name: session_seconds_total, type: counter, event: message, value: session.s, rise: { key: session.id, new: skip, fall: reset } }
cases:
  - name: a message that is repeated while it grows counts once, and its tokens as they rise
    lines: |
      {"event":"message","id":"m1","model":"x","user":"ada","usage":{"in":10,"out":1},"session":{"id":"s","s":100}}
      {"event":"message","id":"m1","model":"x","user":"ada","usage":{"in":10,"out":30},"session":{"id":"s","s":103}}
      {"event":"message","id":"m2","model":"x","user":"ada","usage":{"in":5,"out":5},"session":{"id":"s","s":2}}
    expect: |
      llm_requests_total{model="x"} 2
      llm_tokens_total{type="input"} 15
      llm_tokens_total{type="output"} 35
      users_total 1
      session_seconds_total 5
`,
  metric: `mapping: |
  version: 1
  metrics:
    - name: llm_tokens_total
      type: counter
      help: Tokens by kind.
      max_series: 100
      labels: { model: model }
      rules:
        - { event: llm_call, split: { type: { input: usage.in, output: usage.out } } }
        - { event: embedding, labels: { type: { const: embedding } }, value: tokens }
    - { name: llm_seconds, type: histogram, event: llm_call, value: { path: ms, unit: ms }, buckets: [0.1, 1, 10], exemplar: { trace_id: trace } }
    - { name: session_open, type: gauge, event: session, value: open, labels: { user: user, host: host }, one_per: [user] }
cases:
  - name: two rules of one metric, a sample for each entry of split, one series per session
    lines: |
      {"event":"llm_call","model":"m","usage":{"in":3,"out":4},"ms":250,"trace":"t1"}
      {"event":"embedding","model":"m","tokens":9}
      {"event":"session","user":"1","host":"a","open":1}
      {"event":"session","user":"1","host":"b","open":2}
    expect: |
      llm_tokens_total{model="m",type="input"} 3
      llm_tokens_total{model="m",type="output"} 4
      llm_tokens_total{model="m",type="embedding"} 9
      llm_seconds_bucket{le="1"} 1
      session_open{user="1",host="b"} 2
    absent: ['session_open{host="a"}']
`,
  remember: `mapping: |
  version: 1
  remember:
    model: { event: turn_context, path: payload.model }
    tenant: { event: login, path: tenant, scope: user, first: true }
  metrics:
    - { name: turns_total, type: counter, event: turn, labels: { model: $kept.model, tenant: $kept.tenant } }
cases:
  - name: the model of the log that was named last, the tenant that the user had first
    lines: |
      {"event":"turn_context","payload":{"model":"m-1"}}
      {"event":"login","user":"u","tenant":"acme"}
      {"event":"login","user":"u","tenant":"other"}
      {"event":"turn","user":"u"}
      {"event":"turn_context","payload":{"model":"m-2"}}
      {"event":"turn","user":"nobody"}
    exactly: |
      turns_total{model="m-1",tenant="acme"} 1
      turns_total{model="m-2",tenant="unknown"} 1
`,
  derive: `mapping: |
  version: 1
  derive:
    - pair: tool_run
      start: { event: tool_start, key: call, carry: { tool: tool } }
      end: { event: tool_end, key: call, carry: { failed: is_error } }
      timeout: 30m
    - session: chat
      event: [tool_end, llm_call]
      key: user
      end: { event: bye, key: user }
      idle: 1h
      collect: { tokens: { op: sum, event: llm_call, value: tokens }, tools: { op: distinct, value: tool } }
    - { sequence: step, event: tool_end, key: user, value: tool, same: [tool, args] }
    - { silence: quiet, event: beat, key: agent, after: 5m }
  metrics:
    - { name: tool_run_seconds, type: summary, derived: tool_run, labels: { tool: tool, outcome: outcome }, value: duration }
    - { name: session_tokens, type: summary, derived: chat, labels: { outcome: outcome }, value: { path: tokens, default: 0 } }
    - { name: loops_total, type: counter, derived: step, where: { repeat: 2 }, labels: { tool: value } }
    - { name: silences_total, type: counter, derived: quiet, labels: { agent: key } }
cases:
  - name: a call that ended and one that did not, a loop, a session of 10 tokens, an agent that went quiet
    lines: |
      {"event":"beat","agent":"a","ts":"2026-01-01T10:00:00Z"}
      {"event":"tool_start","call":"1","tool":"bash","ts":"2026-01-01T10:00:00Z"}
      {"event":"tool_end","call":"1","tool":"bash","args":["ls"],"user":"u","ts":"2026-01-01T10:00:00.153Z"}
      {"event":"tool_start","call":"2","tool":"bash","ts":"2026-01-01T10:00:01Z"}
      {"event":"tool_end","call":"3","tool":"bash","args":["ls"],"user":"u","ts":"2026-01-01T10:00:02Z"}
      {"event":"llm_call","tokens":10,"user":"u","ts":"2026-01-01T10:00:03Z"}
      {"event":"bye","user":"u","ts":"2026-01-01T10:00:04Z"}
    advance: 31m
    expect: |
      tool_run_seconds_sum{tool="bash",outcome="ended"} 0.153
      tool_run_seconds_count{tool="bash",outcome="timeout"} 1
      session_tokens_sum{outcome="ended"} 10
      loops_total{tool="bash"} 1
      silences_total{agent="a"} 1
`,
  input: `mapping: |
  version: 1
  input: { event_name: [kind, type], event_time: when, time_zone: Europe/Berlin }
  sources:
    - name: agent
      file: { paths: ["/logs/**/*.jsonl"], exclude: ["**/debug.jsonl"], fields: 'logs/(?<project>[^/]+)/' }
  metrics:
    - { name: events_total, type: counter, event: [start, stop], labels: { name: $name, project: $path.project } }
    - { name: last_start_timestamp_seconds, type: gauge, event: start, value: $time }
cases:
  - name: the name from kind, the time without a zone, a label from the path
    file: /logs/shop/a.jsonl
    lines: |
      {"kind":"start","when":"2026-01-01T04:04:05"}
    exactly: |
      events_total{name="start",project="shop"} 1
      last_start_timestamp_seconds 1767236645
`,
} as const
