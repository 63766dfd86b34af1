/** Whether the numbers above are whole: what was read and what was not, how far behind, and what it costs. */
import { runbook } from '../kit/links.ts'
import { stat, table, timeseries } from '../kit/panels.ts'
import { rate, sinceStart, sum } from '../kit/promql.ts'
import { own } from './metrics.ts'

const lines = own('agentlog_lines_total')

export const sources = {
  title: 'Sources',
  collapsed: true,
  panels: [
    stat({
      title: 'Sources Up',
      description: 'Whether the source can be read at all.',
      unit: 'short',
      states: { 0: ['down', 'red'], 1: ['up', 'green'] },
      thresholds: ['red', [1, 'green']],
      queries: [{ expr: `min by (source) (${own('agentlog_source_up')})`, legend: '{{source}}' }],
      links: [runbook('AgentlogSourceDown')],
    }),
    stat({
      title: 'Lag',
      description: 'How long there have been bytes in the log that are not in the numbers yet: the worst source.',
      unit: 's',
      thresholds: ['green', [60, 'yellow'], [600, 'red']],
      queries: [{ expr: `max(${own('agentlog_source_lag_seconds')})`, legend: 'lag' }],
      links: [runbook('AgentlogSourceLag')],
    }),
    stat({
      title: 'Durable',
      description: 'Whether what is exposed survives the death of the process.',
      unit: 'short',
      states: { 0: ['in memory only', 'yellow'], 1: ['durable', 'green'] },
      thresholds: ['yellow', [1, 'green']],
      queries: [{ expr: `min by (instance) (${own('agentlog_state_durable')})`, legend: '{{instance}}' }],
      links: [runbook('AgentlogNotDurable')],
    }),
    stat({
      title: 'Mapping',
      description: 'Whether the mapping was loaded when it was last asked for; if not, the one before is in force.',
      unit: 'short',
      states: { 0: ['the one before', 'red'], 1: ['loaded', 'green'] },
      thresholds: ['red', [1, 'green']],
      queries: [{ expr: `min by (instance) (${own('agentlog_config_last_reload_successful')})`, legend: '{{instance}}' }],
      links: [runbook('AgentlogReloadFailed')],
    }),
    timeseries({
      title: 'Lines Read',
      description: 'Lines per second by source; the second kind of line is what was rejected.',
      unit: 'cps',
      queries: [
        { expr: sum(rate(lines), 'source'), legend: '{{source}}' },
        { expr: sum(rate(own('agentlog_lines_total', 'outcome="rejected"')), 'source'), legend: '{{source}} rejected' },
      ],
      links: [runbook('AgentlogSourceStalled')],
    }),
    timeseries({
      title: 'Lag of Sources',
      description: 'Bytes that are in the log and not yet in the numbers.',
      unit: 'bytes',
      queries: [{ expr: sum(own('agentlog_source_lag_bytes'), 'source'), legend: '{{source}}' }],
      links: [runbook('AgentlogSourceLag')],
    }),
    timeseries({
      title: 'Rejected Lines by Reason',
      description:
        'Lines since the exporter started that made no event: the log is no JSON, was cut, or is larger than the limits.',
      unit: 'short',
      stacked: true,
      noValue: 'none',
      queries: [
        {
          expr: sum(sinceStart(own('agentlog_rejected_lines_total'), '$__rate_interval'), 'source', 'reason'),
          legend: '{{source}} {{reason}}',
        },
      ],
      links: [runbook('AgentlogLinesRejected')],
    }),
    timeseries({
      title: 'Events by Outcome',
      description: 'Part of the events that a rule took (mapped), that none took, that nothing waits for, and that were dropped.',
      unit: 'percentunit',
      min: 0,
      max: 1,
      stacked: true,
      queries: [
        {
          expr: `${sum(rate(own('agentlog_events_total')), 'outcome')} / on () group_left () (${sum(rate(own('agentlog_events_total')))} > 0)`,
          legend: '{{outcome}}',
        },
      ],
      links: [runbook('AgentlogNothingMapped')],
    }),
    table({
      title: 'Unmapped Events',
      description: 'Events since the exporter started that no rule waits for, by name: candidates for the mapping.',
      unit: 'short',
      noValue: 'none',
      queries: [{ expr: `topk(20, ${sum(sinceStart(own('agentlog_unmapped_events_total')), 'event')})` }],
      columns: { event: 'Event', Value: 'Events' },
      sortBy: 'Events',
    }),
    table({
      title: 'Series',
      description:
        'Series of each metric; updates since the exporter started that went to _other, past a bound, and that could not count at all.',
      unit: 'short',
      queries: [
        { expr: sum(own('agentlog_series'), 'metric') },
        { expr: sum(sinceStart(own('agentlog_series_overflow_total')), 'metric') },
        { expr: sum(sinceStart(own('agentlog_updates_skipped_total')), 'metric') },
      ],
      columns: { metric: 'Metric', 'Value #A': 'Series', 'Value #B': 'Past the bound', 'Value #C': 'Skipped' },
      sortBy: 'Series',
      links: [runbook('AgentlogSeriesOverflow'), runbook('AgentlogUpdatesSkipped')],
    }),
    timeseries({
      title: 'Writings of the Record',
      description: 'Writings to the durable record per second; failed ones mean that a crash would lose numbers.',
      unit: 'ops',
      queries: [
        { expr: sum(rate(own('agentlog_state_commits_total')), 'instance', 'outcome'), legend: '{{instance}} {{outcome}}' },
      ],
      links: [runbook('AgentlogNotDurable')],
    }),
    timeseries({
      title: 'Scrape Duration',
      description: 'How long Prometheus waited for the numbers.',
      unit: 's',
      queries: [{ expr: `max by (instance) (${own('scrape_duration_seconds')})`, legend: '{{instance}}' }],
    }),
    timeseries({
      title: 'Processor of the Exporter',
      description: 'Part of one processor that the exporter takes.',
      unit: 'percentunit',
      queries: [{ expr: sum(rate(own('process_cpu_seconds_total')), 'instance'), legend: '{{instance}}' }],
    }),
    timeseries({
      title: 'Memory of the Exporter',
      description: 'Resident memory, and bytes of the durable record on disk.',
      unit: 'bytes',
      queries: [
        { expr: sum(own('process_resident_memory_bytes'), 'instance'), legend: '{{instance}} memory' },
        { expr: sum(own('agentlog_state_bytes'), 'instance'), legend: '{{instance}} record' },
      ],
    }),
  ],
}
