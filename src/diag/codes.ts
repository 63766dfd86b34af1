/**
 * The catalogue of diagnostic codes: stable names that users and tools may rely on, each with what it means, the shortest mapping that
 * has it (a test proves that), and how to go on. The reference shows all three.
 */
export interface CodeNote {
  readonly means: string
  /** Text of a mapping, or of mapping tests where it says `cases:`. */
  readonly example: string
  readonly cure: string
}

const METRIC = 'version: 1\nmetrics:\n  - '
const CASE = 'mapping: preset:agent\ncases:\n  - '

export const DIAGNOSTIC_CODES = {
  'yaml-syntax': {
    means: 'The text is not YAML 1.2, or has what a mapping must not have: a key twice, a number that would be rounded',
    example: 'version: 1\nmetrics: [\n',
    cure: 'Mend the YAML; write large numbers in quotes',
  },
  'file-unreadable': {
    means: 'A file that is named cannot be read',
    example: 'version: 1\ninclude: [./no-such-file.yaml]\n',
    cure: 'Paths are relative to the file that names them',
  },
  'unknown-key': {
    means: 'A key that the language does not have here',
    example: `${METRIC}{ name: a_total, type: counter, event: e, lables: { b: c } }\n`,
    cure: 'Take the key that the hint names; keys of your own start with x- and stand at the top',
  },
  'missing-key': {
    means: 'A key that is needed is not there',
    example: `${METRIC}{ name: a, type: gauge, event: e }\n`,
    cure: 'Add it',
  },
  'bad-type': {
    means: 'A value of the wrong kind, such as a list where a text is expected',
    example: `${METRIC}{ name: a_total, type: counter, event: { e: 1 } }\n`,
    cure: 'Write what is expected',
  },
  'bad-value': {
    means: 'A value of the right kind that is not allowed here',
    example: `${METRIC}{ name: a_total, type: conter, event: e }\n`,
    cure: 'Take one that is listed',
  },
  'bad-path': {
    means: 'A path that cannot be read',
    example: `${METRIC}{ name: a_total, type: counter, event: e, labels: { b: a..b } }\n`,
    cure: 'Steps are names, "quoted names", indexes, (key=value) and $json, with dots between them',
  },
  'unknown-name': {
    means: 'A $ name that nothing binds, or a metric that is not there',
    example: `${METRIC}{ name: a_total, type: counter, event: e, labels: { b: $sorce } }\n`,
    cure: 'Names of ours start with $: $name, $time, $source, $file and what each binds; paths of the event have none',
  },
  'bad-regex': {
    means: 'A regular expression that the linear engine refuses',
    example: `${METRIC}{ name: a_total, type: counter, event: e, where: { b: { regex: '(?=a)' } } }\n`,
    cure: 'Expressions are RE2: no lookaround, no references back; write them in single quotes',
  },
  'bad-expression': {
    means: 'A CEL expression that cannot be read, or that can give nothing here',
    example: `${METRIC}{ name: a_total, type: counter, event: e, where: { expr: 'event.ms >' } }\n`,
    cure: 'Fields are event.x, names of ours stand without $; a condition gives true or false, a value a text or number',
  },
  'bad-name': {
    means: 'A metric or label name that Prometheus does not allow, or that its conventions advise against (a warning)',
    example: `${METRIC}{ name: tool-calls_total, type: counter, event: e }\n`,
    cure: 'Letters, digits and _, in snake_case; counters end in _total, and nothing else does; no type and no label in the name',
  },
  'reserved-name': {
    means: 'A metric or label name that is taken, or that Prometheus gives to targets (a warning)',
    example: `${METRIC}{ name: agentlog_calls_total, type: counter, event: e }\n`,
    cure: 'agentlog_, process_, nodejs_ and scrape_ are not for mapped metrics; le and quantile belong to their types; job, instance, service and the like to targets',
  },
  'name-clash': {
    means: 'Two metrics whose names meet once types have added their suffixes (a warning where they only meet in OpenMetrics)',
    example: `${METRIC}{ name: a_seconds, type: histogram, event: e, value: v }\n  - { name: a_seconds_created, type: gauge, event: e, value: v }\n`,
    cure: 'Call one of them something else',
  },
  conflict: {
    means: 'Two definitions that cannot be one',
    example: `${METRIC}{ name: a, type: summary, event: e, value: v }\n  - { name: a, type: gauge, event: f, value: v }\n`,
    cure: 'Rename one, or leave one out with include: { file, without }',
  },
  'unknown-preset': {
    means: 'A preset that does not ship',
    example: 'version: 1\ninclude: [preset:agnt]\n',
    cure: 'agentlog-exporter presets lists them',
  },
  'include-cycle': {
    means: 'Files that include each other',
    example: 'version: 1\ninclude: [./example.yaml] # this very file\n',
    cure: 'Move what both need into a third file',
  },
  'bad-sample': {
    means: 'An expected sample of a mapping test that cannot be read',
    example: `${CASE}name: a\n    lines: ''\n    expect: |\n      agent_runs_total{status=} 1\n`,
    cure: 'A sample is written name{label="text"} 1',
  },
  'bad-case': {
    means: 'A case of a mapping test that cannot say anything',
    example: `${CASE}name: a\n    lines: ''\n`,
    cure: 'Add expect, exactly or absent; give each case its own name',
  },
  'takes-all': {
    means: 'A rule that takes every event of the log (a warning)',
    example: `${METRIC}{ name: a_total, type: counter }\n`,
    cure: 'Name an event, or ask for a field in where',
  },
  'bare-word': {
    means: 'A bare yes, no, on or off, which older YAML reads as a truth (a warning)',
    example: `${METRIC}{ name: a_total, type: counter, event: e, where: { b: yes } }\n`,
    cure: 'Write it in quotes, or true or false',
  },
  'unbounded-label': {
    means:
      'A label of which the log can make as many as it likes: from an id, a text, a time, a path, an address, a number (a warning)',
    example: `${METRIC}{ name: a_total, type: counter, event: e, labels: { b: session_id } }\n`,
    cure: 'Close it with one_of, or map and else; cap it with max_values; take a part with match, part or normalize; or leave it out',
  },
  'bad-unit': {
    means: 'A metric that is in no base unit, names none, or has values that nothing converts to it (a warning)',
    example: `${METRIC}{ name: a_milliseconds, type: summary, event: e, value: v }\n`,
    cure: 'Metrics are in seconds, bytes and ratios and say so in their names; unit: beside a path converts',
  },
  'odd-buckets': {
    means: 'Buckets that do not suit the unit of the histogram (a warning)',
    example: `${METRIC}{ name: a_bytes, type: histogram, event: e, value: v, buckets: seconds }\n`,
    cure: 'Give bounds in the unit of the value',
  },
  'dead-rule': {
    means: 'A rule, or an entry of a map or set, that nothing can ever reach (a warning)',
    example: `${METRIC}{ name: a_total, type: counter, event: e, where: { b: { gt: 2, lt: 1 } } }\n`,
    cure: 'Correct its condition, or take it out',
  },
  'counted-twice': {
    means: 'Two rules of a metric that count the same event in the same series (a warning)',
    example: `${METRIC}{ name: a_total, type: counter, rules: [{ event: e }, { event: [e, f] }] }\n`,
    cure: 'Take one out, or narrow it with where',
  },
  'open-pattern': {
    means: 'A regular expression that fits every text where it should choose (a warning)',
    example: `${METRIC}{ name: a_total, type: counter, event: e, where: { b: { regex: '.*' } } }\n`,
    cure: 'Ask for exists: true, or say what is to fit',
  },
  'constant-key': {
    means: 'A key of once that is the same for every event: one event counts, and no other ever (a warning)',
    example: `${METRIC}{ name: a_total, type: counter, event: e, once: { const: 1 } }\n`,
    cure: 'Name what differs from event to event',
  },
  'wrong-type': {
    means: 'A gauge that only ever grows (a warning)',
    example: `${METRIC}{ name: a, type: gauge, event: e, value: 1, op: add }\n`,
    cure: 'Make it a counter',
  },
} as const satisfies Readonly<Record<string, CodeNote>>

/** Codes of warnings about metrics, which a metric may accept knowingly with x-lint. */
export const LINT_CODES = [
  ...(['bad-name', 'reserved-name', 'name-clash', 'unbounded-label', 'bad-unit', 'odd-buckets'] as const),
  ...(['dead-rule', 'counted-twice', 'open-pattern', 'constant-key', 'wrong-type', 'takes-all'] as const),
] as const satisfies readonly (keyof typeof DIAGNOSTIC_CODES)[]

export type DiagnosticCode = keyof typeof DIAGNOSTIC_CODES
