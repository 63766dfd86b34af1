/**
 * All alerts of all rule files in three tables: what has to arrive while the logs of agents.ts, systems.ts and own.ts are written, what has to
 * stay away although its numbers are there, and what no run of two minutes can show.
 *
 * An alert is written as its name, its severity and its other labels; `component` is left out, each rule has its own.
 */

export const FIRING: readonly string[] = [
  'AgentSandboxViolation warning agent=probe instance=agents:19464 job=agentlog kind=network',
  'AgentSandboxViolation critical agent=probe instance=agents:19464 job=agentlog kind=network',
  'AgentSandboxViolation warning agent=curious instance=agents:19464 job=agentlog kind=filesystem',
  'AgentPromptInjection warning agent=fed instance=agents:19464 job=agentlog server=evil',
  'AgentPromptInjection critical agent=fed instance=agents:19464 job=agentlog server=evil',
  'AgentPromptInjection warning agent=fed instance=agents:19464 job=agentlog server=odd',
  'AgentToolFailing warning agent=clumsy tool=deploy',
  'AgentToolFailing critical agent=clumsy tool=deploy',
  'AgentToolFailing warning agent=clumsy tool=lint',
  'AgentRunsFailing warning agent=broken',
  'AgentRunsFailing critical agent=broken',
  'AgentRunsFailing warning agent=shaky',
  'AgentModelErrors warning agent=claude-code kind=rate_limit',
  'AgentMcpServerDown warning agent=claude-code instance=claude:19464 job=agentlog server=jira',
  'AgentToolSlow warning agent=clumsy tool=wait',
  'AgentModelSlow warning agent=clumsy model=slow-1',
  'AgentRunSlow warning agent=lengthy',
  'AgentBudgetBurn warning',
  'AgentBudgetBurn critical',
  'AgentUnpricedTokens warning metric=agent_estimated_cost_dollars model=nobody-1',
  'AgentRateLimitNear warning agent=codex window=primary',
  'AgentLoopSuspected warning agent=claude-code instance=claude:19464 job=agentlog kind=same_call',
  'AgentLoopSuspected critical agent=claude-code instance=claude:19464 job=agentlog kind=same_call',
  'AgentSilent info agent=gone',

  'AgentHighErrorRate critical agent_name=flaky',
  'AgentHighLatency warning agent_name=slow',
  'ToolCallFailureSpike critical tool_name=book',
  'AgentQualityDegradation warning agent_name=sloppy environment=production instance=agent-service:8000 job=ai-agents metric_type=groundedness team=ai-platform',
  'AgentQualityUnknown warning agent_name=mute',
  'AgentTokensPerRequest warning agent_name=hungry',
  'IndirectPromptInjection critical agent_name=tricked',

  'HighToolInvocationRate warning tool_name=flood',
  'ToolErrorRate warning tool_name=pay',
  'ToolErrorRate warning tool_name=book',
  'ToolErrorRate critical tool_name=book',
  'ToolLatency warning tool_name=index',
  'ToolLatency warning tool_name=render',
  'ToolLatency critical tool_name=render',
  'CacheHitRateLow info',
  'CacheHitRateLow warning',
  'AuthFailures warning failure_reason=expired_token',
  'AuthFailures warning failure_reason=bad_signature',
  'AuthFailures critical failure_reason=bad_signature',

  'GatewayServerDown critical instance=mcp-gateway:19464 job=mcp-gateway server=jira type=remote',
  'GatewayToolsFailing warning server=github tool=create_pr',
  'GatewayToolsFailing critical server=github tool=create_pr',
  'GatewayToolsFailing warning server=github tool=merge',
  'GatewayToolSlow warning server=github tool=clone',
  'GatewayHttpErrors warning',

  'MeshAgentsUnhealthy warning namespace=mcp-mesh',
  'MeshRegistryUnhealthy warning',
  'MeshSourceSilent warning instance=10.0.0.10:19464 job=mcp-mesh-registry source=idle',
  'MeshSourceSilent warning instance=10.0.1.20:19464 job=mcp-mesh-agents source=idle',
  'PrometheusTargetDown critical agent_name=analytics-agent instance=10.0.1.21:19464 job=mcp-mesh-agents namespace=mcp-mesh pod=analytics-agent-0',

  'ApiSilent critical instance=mcpworks-api:19464 job=mcpworks-api source=files',
  'ApiDown critical instance=mcpworks-api:19464 job=mcpworks-api',
  'HighErrorRate warning',
  'HighLatency warning',
  'ComponentDown critical instance=mcpworks-api:19464 job=mcpworks-api part=database',
  'ComponentDown critical instance=mcpworks-api:19464 job=mcpworks-api part=redis',
  'McpProxyInjection critical namespace=acme server_name=evil',
  'SandboxViolation warning tier=free',

  'HostDown critical instance=lost:9100 job=node',
  'HostHighCpu warning instance=sick:9100',
  'HostHighMemory warning instance=sick:9100 job=node',
  'HostDiskLow warning device=/dev/sda1 fstype=ext4 instance=sick:9100 job=node mountpoint=/',

  'AgentlogExporterDown critical instance=mcpworks-api:19464 job=mcpworks-api',
  'AgentlogExporterDown critical agent_name=analytics-agent instance=10.0.1.21:19464 job=mcp-mesh-agents namespace=mcp-mesh pod=analytics-agent-0',
  'AgentlogExporterRestarting warning instance=restarting:19464 job=agentlog',
  'AgentlogNotDurable warning instance=restarting:19464 job=agentlog',
  'AgentlogReloadFailed warning instance=own:19464 job=agentlog',
  'AgentlogKeysEvicted warning instance=own:19464 job=agentlog table=marks',
  'AgentlogSeriesOverflow warning instance=own:19464 job=agentlog metric=live_calls_total',
  'AgentlogSourceDown warning instance=own:19464 job=agentlog source=missing',
  'AgentlogSourceStalled critical instance=own:19464 job=agentlog source=half',
  'AgentlogSourceSilent info instance=own:19464 job=agentlog source=quiet',
  'AgentlogLinesRejected warning instance=own:19464 job=agentlog source=rejecting',
  'AgentlogNothingMapped warning instance=own:19464 job=agentlog source=unmapped',
  'AgentlogUpdatesSkipped info instance=own:19464 job=agentlog metric=live_call_seconds reason=no_value',
  'AgentlogLinesLost warning instance=own:19464 job=agentlog source=lost',
]

/** Near to firing, or beside what fires, with a query that shows that there was something to judge. */
export const QUIET: readonly (readonly [alert: string, series: string])[] = [
  [
    'AgentSandboxViolation critical agent=curious instance=agents:19464 job=agentlog kind=filesystem',
    'agent_sandbox_violations_total{agent="curious"} > 2',
  ],
  [
    'AgentPromptInjection critical agent=fed instance=agents:19464 job=agentlog server=odd',
    'agent_prompt_injections_total{agent="fed",server="odd"} > 2',
  ],
  ['AgentToolFailing warning agent=calm tool=search', 'agent_tool_calls_total{agent="calm",status="error"} > 5'],
  ['AgentToolFailing critical agent=clumsy tool=lint', 'agent_tool_calls_total{agent="clumsy",tool="lint",status="error"} > 20'],
  ['AgentRunsFailing warning agent=calm', 'agent_runs_total{agent="calm",outcome="error"} > 2'],
  ['AgentRunsFailing critical agent=shaky', 'agent_runs_total{agent="shaky",outcome="error"} > 5'],
  [
    'AgentMcpServerDown warning agent=claude-code instance=claude:19464 job=agentlog server=github',
    'agent_mcp_server_up{server="github"} == 1',
  ],
  ['AgentToolSlow warning agent=clumsy tool=deploy', 'agent_tool_duration_seconds_count{tool="deploy"} > 20'],
  ['AgentModelSlow warning agent=calm model=gpt-4o', 'agent_llm_request_duration_seconds_count{agent="calm"} > 20'],
  ['AgentRunSlow warning agent=calm', 'agent_run_duration_seconds_count{agent="calm"} > 20'],
  [
    'AgentUnpricedTokens warning metric=agent_estimated_cost_dollars model=gpt-4o',
    'agent_estimated_cost_dollars{agent_name="calm"} > 0',
  ],
  ['AgentRateLimitNear warning agent=codex window=secondary', 'agent_rate_limit_used_ratio{window="secondary"} == 0.4'],
  ['AgentSilent info agent=calm', 'agent_session_last_activity_timestamp_seconds{agent="calm"}'],
  ['AgentHighErrorRate critical agent_name=calm', 'agent_requests_total{agent_name="calm",status="error"} > 2'],
  ['AgentHighLatency warning agent_name=calm', 'agent_request_duration_seconds_count{agent_name="calm"} > 50'],
  ['ToolCallFailureSpike critical tool_name=search', 'agent_tool_calls_total{tool_name="search"} > 50'],
  [
    'AgentQualityDegradation warning agent_name=calm environment=production instance=agent-service:8000 job=ai-agents metric_type=groundedness team=ai-platform',
    'agent_quality_score{agent_name="calm"} > 0.7',
  ],
  ['AgentTokensPerRequest warning agent_name=tricked', 'agent_token_usage_total{agent_name="tricked"} > 1000'],
  ['IndirectPromptInjection critical agent_name=hungry', 'agent_token_usage_total{agent_name="hungry"} > 1000'],
  ['HighToolInvocationRate warning tool_name=search', 'mcp_tool_invocations_total{tool_name="search"} > 100'],
  ['ToolErrorRate critical tool_name=pay', 'mcp_tool_invocations_total{tool_name="pay",status="error"} > 2'],
  ['ToolLatency critical tool_name=index', 'mcp_tool_execution_seconds_count{tool_name="index"} > 20'],
  ['AuthFailures critical failure_reason=expired_token', 'sum(mcp_auth_failures_total{failure_reason="expired_token"}) > 20'],
  ['AuthFailures warning failure_reason=typo', 'sum(mcp_auth_failures_total{failure_reason="typo"}) > 2'],
  [
    'GatewayServerDown critical instance=mcp-gateway:19464 job=mcp-gateway server=github type=remote',
    'server_status{server="github"} == 1',
  ],
  ['GatewayToolsFailing critical server=github tool=merge', 'tool_calls_total{tool="merge",status="timeout"} > 5'],
  ['GatewayToolSlow warning server=github tool=search', 'tool_latency_seconds_count{tool="search"} > 50'],
  ['HostHighCpu warning instance=well:9100', 'node_cpu_seconds_total{instance="well:9100"}'],
  ['HostHighMemory warning instance=well:9100 job=node', 'node_memory_MemAvailable_bytes{instance="well:9100"}'],
  [
    'AgentlogSourceSilent info instance=own:19464 job=agentlog source=crowded',
    'agentlog_lines_total{source="crowded",outcome="event"} > 50',
  ],
  ['AgentlogExporterDown critical instance=own:19464 job=agentlog', 'up{instance="own:19464"} == 1'],
]

/** Arrives too where the run takes longer than what an hour is here. */
export const LATER: readonly string[] = ['AgentlogSourceSilent info instance=mcpworks-api:19464 job=mcpworks-api source=files']

const A_DAY_AGO = 'compares with a day before, which is 24 minutes even here'

/** What only `promtool test rules` shows, with true durations. */
export const NOT_LIVE: Readonly<Record<string, string>> = {
  'AgentCostSpike warning': A_DAY_AGO,
  'AgentTokenSpike warning': A_DAY_AGO,
  'AgentCostAnomaly warning': A_DAY_AGO,
  'AgentlogSourceLag warning': 'its minute is a value and not a range: an exporter would have to be behind for a minute',
  'AgentlogSourceLag critical': 'its ten minutes are a value and not a range',
  'PrometheusHighMemoryUsage warning': 'needs a Prometheus of more than 3.4 GB',
  'CriticalAlertUnresolved critical': 'waits for four hours, which are four minutes even here',
}
