/** What queries of the library answer, of series whose answer was computed by hand; promtool evaluates the text that ships. */
import { spawnSync } from 'node:child_process'
import { afterAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { QUERIES } from '../../rules/rule-files.ts'
import { isMissing, Scratch } from '../workbench.ts'

type Numbers = Readonly<Record<string, string>>
type Answers = Readonly<Record<string, number>>

const scratch = new Scratch()
afterAll(() => scratch.remove())

/** By labels; `{}` is the answer without some. */
function answers(name: string, at: string, series: Numbers, expected: Answers, decimals: number): void {
  const { expr } = QUERIES.find((query) => query.name === name)!
  const file = scratch.write(
    `${name}.test.yaml`,
    stringify({
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          input_series: Object.entries(series).map(([key, values]) => ({ series: key, values })),
          promql_expr_test: [
            {
              expr: `round(${expr}, ${10 ** -decimals})`,
              eval_time: at,
              exp_samples: Object.entries(expected).map(([labels, value]) => ({ labels, value })),
            },
          ],
        },
      ],
    }),
  )
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' })
  expect({ status, says: stdout + stderr }).toEqual({ status: 0, says: expect.stringContaining('SUCCESS') })
}

const mesh = (agent: string, status = 'success'): string => `mcp_mesh_requests_total{agent="${agent}",status="${status}"}`
const called = (tool: string): string => `mcp_tool_invocations_total{tool_name="${tool}",status="success",user_tier="pro"}`
const followed = (source: string, target: string): string =>
  `mcp_tool_composition_total{source_tool="${source}",target_tool="${target}",sequence_position="1"}`
const WEEK = 7 * 24 * 60

describe.skipIf(isMissing('promtool'))('query', () => {
  test('top-agents: the first five of six', () => {
    const rates = { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 }
    const series = Object.fromEntries(Object.entries(rates).map(([agent, rate]) => [mesh(agent), `0+${rate * 60}x20`]))
    answers(
      'top-agents',
      '15m',
      series,
      { '{agent="b"}': 2, '{agent="c"}': 3, '{agent="d"}': 4, '{agent="e"}': 5, '{agent="f"}': 6 },
      1,
    )
  })

  test('agents-with-errors: 2 % and nothing but timeouts, not half a percent, not nobody asked', () => {
    const series = {
      [mesh('bad')]: '0+98x20',
      [mesh('bad', 'error')]: '0+2x20',
      [mesh('late', 'timeout')]: '0+1x20',
      [mesh('good')]: '0+995x20',
      [mesh('good', 'error')]: '0+5x20',
      [mesh('idle', 'error')]: '9x20',
    }
    answers('agents-with-errors', '15m', series, { '{agent="bad"}': 0.02, '{agent="late"}': 1 }, 4)
  })

  test('duration-heatmap: requests a second up to each bound', () => {
    const bucket = (agent: string, le: string): string => `mcp_mesh_request_duration_seconds_bucket{agent="${agent}",le="${le}"}`
    const series = { [bucket('a', '0.5')]: '0+60x20', [bucket('b', '0.5')]: '0+30x20', [bucket('a', '+Inf')]: '0+90x20' }
    answers('duration-heatmap', '15m', series, { '{le="0.5"}': 1.5, '{le="+Inf"}': 1.5 }, 1)
  })

  test('week-over-week: twice as much is +100, half as much -50', () => {
    const series = {
      [mesh('a')]: `0+60x${WEEK} ${WEEK * 60}+120x30`,
      [mesh('b')]: `0+60x${WEEK} ${WEEK * 60}+30x30`,
      [mesh('new')]: `_x${WEEK} 0+60x30`,
    }
    answers('week-over-week', `${WEEK + 20}m`, series, { '{agent="a"}': 100, '{agent="b"}': -50 }, 1)
  })

  test('connection-forecast: one more a minute are 240 more in four hours', () => {
    answers(
      'connection-forecast',
      '60m',
      { 'mcp_mesh_connections_active{agent="a",type="client"}': '0+1x60' },
      { '{agent="a",type="client"}': 300 },
      1,
    )
  })

  test('call-patterns: by pair, whatever their place', () => {
    const series = {
      [followed('search', 'filter')]: '0x5 4x60',
      'mcp_tool_composition_total{source_tool="search",target_tool="filter",sequence_position="3"}': '0x5 2x60',
      [followed('filter', 'book')]: '0x5 1x60',
    }
    answers(
      'call-patterns',
      '60m',
      series,
      { '{source_tool="search",target_tool="filter"}': 6, '{source_tool="filter",target_tool="book"}': 1 },
      1,
    )
  })

  test('drop-off: of four searches three were followed, of two bookings none', () => {
    const series = {
      [called('search')]: '0x5 4x60',
      [called('book')]: '0x5 2x60',
      [followed('search', 'book')]: '0x5 2x60',
      [followed('search', 'filter')]: '0x5 1x60',
    }
    answers('drop-off', '60m', series, { '{tool_name="search"}': 0.25, '{tool_name="book"}': 1 }, 4)
  })

  test('auth-failure-share: 0 while none failed, else by validated token', () => {
    const validated = { 'mcp_oauth_validation_seconds_count{provider="auth0",cache_status="miss"}': '0+20x20' }
    answers('auth-failure-share', '10m', validated, { '{}': 0 }, 4)
    const failed = { 'mcp_auth_failures_total{failure_reason="expired_token",source_ip="203.0.113.7"}': '0+1x20' }
    answers('auth-failure-share', '10m', { ...validated, ...failed }, { '{}': 0.05 }, 4)
  })

  test('tool-percentiles: 60 calls up to 0.1 s, 35 up to a second, 5 up to 2.5', () => {
    const bucket = (le: string): string => `tool_latency_seconds_bucket{server="github",tool="search",le="${le}"}`
    const series = {
      [bucket('0.1')]: '0+60x20',
      [bucket('1')]: '0+95x20',
      [bucket('2.5')]: '0+100x20',
      [bucket('+Inf')]: '0+100x20',
    }
    const percentiles = {
      '{quantile="0.5"}': 0.0833,
      '{quantile="0.9"}': 0.8714,
      '{quantile="0.95"}': 1,
      '{quantile="0.99"}': 2.2,
    }
    answers('tool-percentiles', '15m', series, percentiles, 4)
  })

  test('failing-tools: 0 for a tool that never failed, nothing for one that nobody calls', () => {
    const call = (tool: string, status: string): string => `agent_tool_calls_total{agent="dev",tool="${tool}",status="${status}"}`
    const series = {
      [call('fine', 'success')]: '0+9x70',
      [call('bad', 'timeout')]: '0+3x70',
      [call('bad', 'success')]: '0+1x70',
      [call('idle', 'error')]: '5x70',
    }
    answers('failing-tools', '60m', series, { '{agent="dev",tool="fine"}': 0, '{agent="dev",tool="bad"}': 0.75 }, 4)
  })
})
