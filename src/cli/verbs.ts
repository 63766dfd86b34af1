/** The verbs, one line each. What a verb does is in the file of its name. */
import {
  CHECK_FLAGS,
  DASHBOARD_FLAGS,
  EXPLAIN_FLAGS,
  HEALTHCHECK_FLAGS,
  RULES_FLAGS,
  RUN_FLAGS,
  STATE_FLAGS,
  TEST_FLAGS,
} from './flags.ts'
import type { Verb } from './verb.ts'

export const VERBS: readonly Verb[] = [
  {
    name: 'run',
    help: 'read logs, serve metrics (the default verb)',
    argument: { name: '[logs...]', help: 'files and globs; - is standard input' },
    flags: RUN_FLAGS,
    isDefault: true,
    run: async (logs, flags, io) => (await import('./run.ts')).run(logs, flags, io),
  },
  {
    name: 'check',
    help: 'show every problem of a mapping at once',
    argument: { name: '[files...]', help: 'the mappings' },
    flags: CHECK_FLAGS,
    run: async (files, flags, io) => (await import('./check.ts')).check(files, flags, io),
  },
  {
    name: 'test',
    help: 'run mapping tests: lines of a log and the samples they must come to',
    argument: { name: '[files...]', help: 'files of mapping tests' },
    flags: TEST_FLAGS,
    run: async (files, flags, io) => (await import('./test.ts')).test(files, flags, io),
  },
  {
    name: 'healthcheck',
    help: 'ask the running exporter whether it lives: exit 0 or 1',
    flags: HEALTHCHECK_FLAGS,
    run: async (_names, flags, io) => (await import('./healthcheck.ts')).healthcheck(flags, io),
  },
  {
    name: 'explain',
    help: 'show for each line of a log which metrics it makes, step by step, or why none',
    argument: { name: '[logs...]', help: 'files and globs, .gz too; - is standard input' },
    flags: EXPLAIN_FLAGS,
    run: async (logs, flags, io) => (await import('./explain.ts')).explain(logs, flags, io),
  },
  {
    name: 'state',
    help: 'look into the durable record: show, export, reset METRIC',
    argument: {
      name: '<action...>',
      help: 'show: metrics and logs; export: the series as an exposition; reset METRIC: it starts at 0',
    },
    flags: STATE_FLAGS,
    run: async (names, flags, io) => (await import('./state.ts')).state(names, flags, io),
  },
  {
    name: 'dashboard',
    help: 'print a Grafana dashboard for the metrics of a mapping',
    argument: { name: '[files...]', help: 'the mapping, if -c does not name it' },
    flags: DASHBOARD_FLAGS,
    run: async (files, flags, io) => (await import('./dashboard.ts')).dashboard(files, flags, io),
  },
  {
    name: 'rules',
    help: 'print alerts and recorded ratios for the metrics of a mapping, as a rule file of Prometheus',
    argument: { name: '[files...]', help: 'the mapping, if -c does not name it' },
    flags: RULES_FLAGS,
    run: async (files, flags, io) => (await import('./rules.ts')).rules(files, flags, io),
  },
  {
    name: 'schema',
    help: 'print the JSON Schema of the mapping file, for editors',
    flags: [{ flags: '--tests', help: 'of mapping tests instead', isWithoutVariable: true }],
    run: async (_names, flags, io) => (await import('./schema.ts')).schema(flags, io),
  },
  {
    name: 'reference',
    help: 'print every key, flag, metric and diagnostic, or the named ones',
    argument: {
      name: '[names...]',
      help: 'such as one_of, agentlog_events_total, unknown-key, web.linger; a section such as value or flags',
    },
    flags: [],
    run: async (names, _flags, io) => (await import('./reference.ts')).reference(names, VERBS, io),
  },
  {
    name: 'presets',
    help: 'list the shipped mappings',
    flags: [],
    run: async (_names, _flags, io) => (await import('./presets.ts')).presets(io),
  },
]

/** Verbs of the product that later versions bring. */
export const LATER_VERBS = ['discover', 'backfill', 'top', 'completion']
