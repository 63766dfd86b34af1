/** Every metric that the exporter exposes about itself, apart from process and runtime: each with name, type and help in one place. */
import { Tally, type TallySpec } from './tally.ts'

export const OWN_METRICS = {
  lines: {
    name: 'agentlog_lines_total',
    type: 'counter',
    labels: ['source', 'outcome'],
    help: 'Lines read, by outcome: event, blank, rejected.',
  },
  lineBytes: {
    name: 'agentlog_line_bytes_total',
    type: 'counter',
    labels: ['source', 'outcome'],
    help: 'Bytes of the lines read, without line ends, by outcome of the line.',
  },
  rejects: {
    name: 'agentlog_rejected_lines_total',
    type: 'counter',
    labels: ['source', 'reason'],
    help: 'Lines that made no event, by reason: not_json, malformed, not_logfmt, no_match (no pattern of input.format fits), not_otlp, not_object, too_long, too_many_values, too_deep, bad_envelope (not wrapped as its log must be), torn (a part of it is gone), internal, poison (it was in hand at two deaths of the process).',
  },
  invalidUtf8: {
    name: 'agentlog_invalid_utf8_lines_total',
    type: 'counter',
    labels: ['source'],
    help: 'Lines that made an event although a text that was read of them holds bytes that are no UTF-8; U+FFFD stands for those.',
  },
  events: {
    name: 'agentlog_events_total',
    type: 'counter',
    labels: ['source', 'outcome'],
    help: 'Events by outcome: mapped (a rule took it), unmatched (rules wait for its name, none took it), unmapped (no rule for its name), dropped, primed (history that counts nothing); with --from and --to also later and timeless (left out).',
  },
  unmappedEvents: {
    name: 'agentlog_unmapped_events_total',
    type: 'counter',
    labels: ['event'],
    help: 'Events that no rule waits for, by event name; names past the first 100 are _other, events without a name are _none.',
    maxCells: 100,
  },
  skippedUpdates: {
    name: 'agentlog_updates_skipped_total',
    type: 'counter',
    labels: ['metric', 'reason'],
    help: 'Updates of a mapped metric that a rule took but that could not count, by reason: no_value, no_key (a value of the key of once or rise is missing), forgotten (its key was evicted and came back), nan, infinite, negative, max_step, series_limit, unpriced (tokens of a model without a price), too_much_work (expressions, or lists in lists).',
  },
  keys: {
    name: 'agentlog_keys',
    type: 'gauge',
    labels: ['table'],
    help: 'Keys that are remembered, by table: marks (of once and rise); derive (what is open) and remember, which share one bound. limits.keys bounds the marks, and the others together.',
  },
  keysEvicted: {
    name: 'agentlog_keys_evicted_total',
    type: 'counter',
    labels: ['table'],
    help: 'Keys that went because limits.keys was reached, the one touched longest ago first.',
  },
  unpricedTokens: {
    name: 'agentlog_unpriced_tokens_total',
    type: 'counter',
    labels: ['metric', 'model'],
    help: 'Tokens that a metric in dollars does not count because its price table has no price for them, by model; models past the first 100 are _other, events without one are _none.',
    maxCells: 100,
  },
  series: { name: 'agentlog_series', type: 'gauge', labels: ['metric'], help: 'Series of a mapped metric.' },
  seriesOverflow: {
    name: 'agentlog_series_overflow_total',
    type: 'counter',
    labels: ['metric'],
    help: 'Updates that went to a series with _other labels because max_series, max_values or limits.series was reached.',
  },
  seriesHidden: {
    name: 'agentlog_series_hidden',
    type: 'gauge',
    labels: ['metric'],
    help: 'Series that are not shown because they were silent for longer than expire; they go on from their values.',
  },
  seriesFolded: {
    name: 'agentlog_series_folded_total',
    type: 'counter',
    labels: ['metric'],
    help: 'Hidden series that gave way to new ones at max_series or limits.series; their numbers went to the series with _other labels.',
  },
  sourceUp: {
    name: 'agentlog_source_up',
    type: 'gauge',
    labels: ['source'],
    help: '1 while the source is read; 0 if nothing of it can be (no file found, none readable, standard input closed).',
  },
  sourceFiles: {
    name: 'agentlog_source_files',
    type: 'gauge',
    labels: ['source', 'state'],
    help: 'Files of the source by state: open (followed), rotated (renamed or deleted, still read), unreadable, copy (of a file that is read), waiting (for a file descriptor).',
  },
  sourceDirectories: {
    name: 'agentlog_source_directories',
    type: 'gauge',
    labels: ['source', 'mode'],
    help: 'Directories of the source by how changes in them are found: notify (the system tells, and polling finds what it does not), poll (polling alone).',
  },
  sourceFileEvents: {
    name: 'agentlog_source_file_changes_total',
    type: 'counter',
    labels: ['source', 'change'],
    help: 'What happened to the files of the source: found, rotated, truncated, vanished, error.',
  },
  dockerContainers: {
    name: 'agentlog_docker_containers',
    type: 'gauge',
    labels: ['source', 'state'],
    help: 'Containers that a Docker source wants, by state: reading, polled (asked in turn, since so many are read), stopped (all was read), waiting (never ran, so there is no log), unreadable (its log driver keeps nothing that can be read, or its log is not for us), unknown (it cannot be told whether it is wanted).',
  },
  dockerFrames: {
    name: 'agentlog_docker_frames_total',
    type: 'counter',
    labels: ['source', 'outcome'],
    help: 'Frames that the interface of Docker sent, by outcome: taken, replayed (taken before, and sent again after a reconnect or a rotation), malformed (without a timestamp, left out).',
  },
  dockerParts: {
    name: 'agentlog_docker_parts_total',
    type: 'counter',
    labels: ['source'],
    help: 'Frames that were taken and ended no line: parts of what Docker splits at 16 KiB.',
  },
  dockerReconnects: {
    name: 'agentlog_docker_reconnects_total',
    type: 'counter',
    labels: ['source'],
    help: 'Times that a log was followed anew, from where it was read to.',
  },
  dockerGaps: {
    name: 'agentlog_docker_gap_suspected_total',
    type: 'counter',
    labels: ['source'],
    help: 'Times that the last line that was read was not there any more when more was asked for: lines behind it may have been rotated away unread.',
  },
  truncatedBytes: {
    name: 'agentlog_source_truncated_unread_bytes_total',
    type: 'counter',
    labels: ['source'],
    help: 'Bytes known to be in a file that were not read when it was truncated: lost, unless a copy holds them.',
  },
  vanishedBytes: {
    name: 'agentlog_source_vanished_unread_bytes_total',
    type: 'counter',
    labels: ['source'],
    help: 'Bytes known to be in a file that were not read when it was deleted while closed for want of file descriptors: lost, unless a copy holds them.',
  },
  lagBytes: {
    name: 'agentlog_source_lag_bytes',
    type: 'gauge',
    labels: ['source'],
    help: 'Bytes that are in the files of the source and not yet in the numbers.',
  },
  lagSeconds: {
    name: 'agentlog_source_lag_seconds',
    type: 'gauge',
    labels: ['source'],
    help: 'How long the source has had bytes that are not yet in the numbers; 0 when all are.',
  },
  lastEvent: {
    name: 'agentlog_source_last_event_timestamp_seconds',
    type: 'gauge',
    labels: ['source'],
    help: 'Time of the newest event of the source, by its own clock.',
  },
  stateDurable: {
    name: 'agentlog_state_durable',
    type: 'gauge',
    labels: [],
    help: '1 while what is exposed survives the death of the process; 0 while numbers live in memory only or the disk refuses.',
  },
  stateCommits: {
    name: 'agentlog_state_commits_total',
    type: 'counter',
    labels: ['outcome'],
    help: 'Writings to the durable record by outcome: ok, failed.',
  },
  stateBytes: {
    name: 'agentlog_state_bytes',
    type: 'gauge',
    labels: [],
    help: 'Bytes of the newest snapshot and its journals.',
  },
  stateRecoveries: {
    name: 'agentlog_state_recoveries_total',
    type: 'counter',
    labels: [],
    help: 'Starts at which part of the durable record could not be used.',
  },
  reloadSuccessful: {
    name: 'agentlog_config_last_reload_successful',
    type: 'gauge',
    labels: [],
    help: '1 if the mapping was loaded when it was last asked for; 0 if it had errors and the one before is still in force.',
  },
  reloadSuccess: {
    name: 'agentlog_config_last_reload_success_timestamp_seconds',
    type: 'gauge',
    labels: [],
    help: 'When the mapping in force was loaded.',
  },
  webConfigReloads: {
    name: 'agentlog_web_config_reloads_total',
    type: 'counter',
    labels: ['outcome'],
    help: 'Times that the web configuration or a file that it names was read, by outcome: ok, failed (the one before stays in force).',
  },
  webConfigSuccessful: {
    name: 'agentlog_web_config_last_reload_successful',
    type: 'gauge',
    labels: ['file'],
    help: '1 if the web configuration was put in force when it was last read; 0 if the one before still is.',
  },
  webConfigSuccess: {
    name: 'agentlog_web_config_last_reload_success_timestamp_seconds',
    type: 'gauge',
    labels: ['file'],
    help: 'When the web configuration in force was read.',
  },
  webConnectionsRefused: {
    name: 'agentlog_web_connections_refused_total',
    type: 'counter',
    labels: ['reason'],
    help: 'Connections that ended before a request, by reason: handshake (TLS failed), no_certificate, unverified_certificate, other_name (client_allowed_sans).',
  },
  webAuthFailures: {
    name: 'agentlog_web_auth_failures_total',
    type: 'counter',
    labels: ['reason'],
    help: 'Requests that were not let in, by reason: missing (no credentials), malformed, wrong, throttled (too many failed logins of the address), busy (too many logins at once).',
  },
  webPasswordChecks: {
    name: 'agentlog_web_password_checks_total',
    type: 'counter',
    labels: ['user'],
    help: 'Passwords compared with a bcrypt hash, by user: known, unknown (compared with a hash that nothing fits, so that both take as long).',
  },
  webRateLimited: {
    name: 'agentlog_web_rate_limited_requests_total',
    type: 'counter',
    labels: [],
    help: 'Requests that the rate_limit of the web configuration answered 429.',
  },
  buildInfo: {
    name: 'agentlog_build_info',
    type: 'gauge',
    labels: ['version', 'node_version'],
    help: '1, with the version of the exporter and of Node.',
  },
} as const satisfies Record<string, TallySpec>

export type OwnMetrics = Readonly<Record<keyof typeof OWN_METRICS, Tally>>

/** A fresh set: one per process, one per test. */
export function createOwnMetrics(): OwnMetrics {
  return Object.fromEntries(Object.entries(OWN_METRICS).map(([key, spec]) => [key, new Tally(spec)])) as unknown as OwnMetrics
}

/** A source is gone: nothing is said any more of how it stands. What it counted stays. */
export function forgetSource(own: OwnMetrics, name: string): void {
  for (const tally of Object.values(own)) {
    if (tally.spec.type !== 'gauge' || tally.spec.labels[0] !== 'source') continue
    for (const [labels] of [...tally.cells()]) if (labels[0] === name) tally.remove(...labels)
  }
}
