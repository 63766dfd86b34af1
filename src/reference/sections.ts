/** The parts of the reference: each with a title, words, and entries that can be asked for by name. */
import { NAMED_BUCKETS } from '../config/buckets.ts'
import { DIAGNOSTIC_CODES } from '../diag/codes.ts'
import { OWN_METRICS } from '../telemetry/own-metrics.ts'
import { EXAMPLES } from './examples.ts'
import { type JsonSchema, type KeyNote, keysAt, schemaAt } from './schema-keys.ts'
import { type Section, yaml } from './section.ts'
import { stateSections } from './state-sections.ts'

/** What other rooms know and this one cannot import. */
export interface Facts {
  readonly mappingSchema: JsonSchema
  readonly testsSchema: JsonSchema
  readonly verbs: readonly { readonly name: string; readonly help: string; readonly argument: string }[]
  readonly flags: readonly {
    readonly verb: string
    readonly flags: string
    readonly variable: string
    readonly default: string
    readonly help: string
    readonly isLater: boolean
  }[]
  readonly endpoints: readonly (readonly [path: string, what: string])[]
  readonly healthComponents: readonly (readonly [name: string, degraded: string, down: string])[]
  readonly webConfigKeys: readonly (readonly [key: string, form: string, meaning: string])[]
  readonly exitCodes: Readonly<Record<number, string>>
  readonly presets: readonly {
    readonly name: string
    readonly about: string
    readonly metrics: readonly {
      readonly name: string
      readonly type: string
      readonly labels: readonly string[]
      readonly help: string
    }[]
  }[]
}

const LATER_MARK = ' *Comes with a later version.*'
const INPUT_WORDS = [
  'What stands around an event is taken off: envelopes of container logs (parts of long lines are joined, for each stream, also over a',
  "rotation), Compose's prefix where a log begins with it, text before the object, colours, a byte order mark, and the object around an event",
  'without a name of its own whose `log` or `message` holds an event that has one. `$stream` is the stream of the message, `$container.name`',
  "the name before Compose's bar, `$bytes` counts the message alone, and the envelope's time stands in for a missing or impossible one.",
  'Once `envelope` is said, by the source or here, a line without it is rejected (`bad_envelope`); a message of which a part is gone is `torn`.',
  'A file that an agent writes itself, without a runtime between, is one of `envelope: none`: else it could choose those names by its lines.',
].join('\n')
const CONTAINER_WORDS = {
  docker:
    'Containers come, go and change their names while it runs; one that gets a name that is not wanted is read no more. Rules read ' +
    '`$container.id`, `.name`, `.image` and `.labels.NAME`, and `$stream`.',
  kubernetes:
    'Rules read `$pod.namespace`, `.name`, `.container` and `.uid`, and `$stream`. The logs belong to root with mode 0640: run with uid 0 or ' +
    'group 0.',
}
const SOURCE_WORDS =
  "A source's lines go through the rules of what the mapping includes, of the files that it uses besides, and of the mapping itself; of `input` " +
  'and `limits` the later one wins, by key. Metrics are defined once, from all files. Sources whose files are the same share what is kept between ' +
  'events; with another set of files it begins anew. `sources` of an included file count if the mapping has none, those of a used file never. Labels of a source are constants, literal ' +
  'or in `const`, and names with `$` but `$` itself, which the stages of a value may shape. Arguments in place of `sources` keep what an only ' +
  'source says besides where it reads.'
const KEY_COLUMNS = ['key', 'form', 'meaning']

export function sectionsOf(facts: Facts): Section[] {
  return [
    ...languageSections(facts.mappingSchema),
    testsSection(facts.testsSchema),
    ...commandSections(facts),
    ...numberSections(facts),
  ]
}

const EXPRESSION_FORMS: readonly (readonly string[])[] = [
  ['+ - * / %', 'Of numbers; + also joins texts, and lists. A division by zero is missing.'],
  ['== != < <= > >=', 'Of values of one kind.'],
  ['a && b, !a, a ? b : c', 'And a || b. What one side decides is decided, though the other be missing.'],
  ['x in y', 'Whether a list has the element, or an object the key.'],
  ['has(event.a.b)', 'Whether it is there.'],
  ['size(x), x.size()', 'Characters of a text, elements of a list, keys of an object.'],
  ['x.contains(y), x.startsWith(y), x.endsWith(y)', 'Of texts.'],
  ["x.matches('^mcp__')", 'Regular expression (RE2), not anchored; it stands in the mapping.'],
  ['x.lowerAscii(), x.upperAscii(), x.trim(), x.substring(from, to)', 'Texts of texts.'],
  ['int(x), double(x), string(x), bool(x)', 'From numbers, numeric texts and truths; int cuts towards 0.'],
  [
    'list.all(x, …), list.exists(x, …), list.exists_one(x, …)',
    'Whether the condition holds for elements; of an object: its keys.',
  ],
  ['list.filter(x, …), list.map(x, …), list.map(x, condition, …)', 'Another list.'],
]

const EXPRESSIONS: Section = {
  id: 'expressions',
  title: 'Expressions',
  words:
    '`expr`, in `where` and as a value, is CEL. `event` is the event (in `take` the element); what `each` binds and our own names stand ' +
    'without `$`: `block`, `time`, `path.project`. A field that is missing makes missing what needs it, and false in `where`, `filter` ' +
    'and `exists_one`; `null` is missing. Numbers need no fraction: `event.ms / 1000`. What an expression may do for a line grows with its length.',
  columns: ['form', 'meaning'],
  rows: EXPRESSION_FORMS,
}

/** Keys of what stands in lists and under names that people choose. */
const INCLUDE_KEYS = [
  [
    'include: file',
    'text',
    'What is included: preset:NAME, or a file beside this one, not out of its folder through a link. Needed.',
  ],
  ['include: without', 'list of text', 'Metrics of it that are left out.'],
]
const BESIDE_PATHS = [
  ['any', 'list of tests by path', 'One of them holds.'],
  ['none', 'list of tests by path', 'None of them holds.'],
  ['expr', 'text', 'A CEL expression that is true.'],
]
const TABLE_KEYS = [
  ['table: input', 'number', 'Dollars per million tokens; so for each kind of tokens.'],
  ['table: above', 'keys and values or list of keys and values', 'Other prices where an event reads more than `tokens`.'],
]

const WINDOWS: Section = {
  id: 'window',
  title: 'Windows and expiry',
  words:
    'Both go by the clock of the log that touched a series last: the time of its newest event, also of one that no rule takes. Where the log ' +
    'stands at its end the clock on the wall moves it on, but not in `--once`, `test` and `explain`. Events that were over a day old when they ' +
    "were written (a replay, a copy: a file's time of writing tells) keep their time, which goes on from there as fast as that clock. An older " +
    'event does not turn it back, and counts as of now. What has run out is gone before the event that shows it counts.',
  columns: ['what', 'how'],
  rows: [
    ['op: mean, max, min', 'Of the values in the window; while there are none the series is not shown.'],
    ['op: sum, count', 'The same; of no values 0. `count` needs no `value`: it counts events.'],
    ['op: distinct', 'Number of different texts of `value`; exact up to 1024, of more at least so many.'],
    [
      'over',
      'A value leaves when it is as old as that. Exact up to 512 values of a series; more are put together in 128ths of the window, and a value may stay for one of them longer.',
    ],
    ['last', 'The newest values, each kept: exact. With `over` those of them that are not too old.'],
    [
      'over of a summary',
      'Quantiles of the values in the window, in tenths of it; `_sum` and `_count` are of all values, so that they can be rated.',
    ],
    [
      'expire',
      'Of counters, histograms and summaries a silent series is hidden, goes on from its value when it returns, and is not born again. Of gauges and infos it is gone, and gives its place free.',
    ],
    [
      'expire at max_series or limits.series',
      'The series that has been hidden for longest gives way to a new one: its numbers go to the series with `_other` labels, which `increase()` sees as a rise.',
    ],
  ],
}

function priceSection(rows: Section['rows']): Section {
  return {
    id: 'price',
    title: 'price',
    words:
      'Counts exclude each other and are 0 if missing. Tokens of a model that the table does not know, or of a kind that it has no price for, ' +
      'add nothing: the update counts as `unpriced`, the tokens in `agentlog_unpriced_tokens_total`. Cached tokens without a price of their ' +
      'own cost as input does. `builtin` knows what prices were at the time of the event. Dollars are estimates, no bill.',
    columns: KEY_COLUMNS,
    rows: [...rows, ...TABLE_KEYS],
    more: yaml(EXAMPLES.price),
  }
}

/** The long forms of `once` and `rise`. */
function marksSection(rule: JsonSchema): Section {
  const longOf = (key: 'once' | 'rise') => {
    const long = rule.properties![key]!.anyOf!.find((one) => one.properties?.key !== undefined)!
    return rowsOf(keysAt(long, [])).map(([name = '', ...rest]) => [`${key}: ${name}`, ...rest])
  }
  return {
    id: 'once-and-rise',
    title: 'once and rise',
    words:
      'A key, a value or a list of them, says what is one and the same; if one value of it is missing, nothing counts (`no_key`). With `once` ' +
      'it counts one time in a metric; with `rise` a number adds what it is above the highest seen for the key, in each entry of `split` ' +
      'and for each count of a price; what adds nothing makes no sample. Numbers below 0 are refused. Only an applied sample is remembered, ' +
      'over restarts; a metric that is defined anew, and `state reset`, begin anew. `history: prime` fills it; after `history: skip` the first ' +
      'number of a key in a log whose lines were skipped is a baseline. Of all metrics together `limits.keys` keys are remembered, as 128 ' +
      'secret bits each; past it the key goes that was touched longest ago. At least as many of those that went are known: one that comes ' +
      'back does not count (`forgotten`), its number is a baseline, and it is remembered from then on.',
    columns: KEY_COLUMNS,
    rows: [...longOf('once'), ...longOf('rise')],
    more: yaml(EXAMPLES.marks),
  }
}

function languageSections(schema: JsonSchema): Section[] {
  const takes = Object.keys(schemaAt(schema, ['drop', '[]']).properties!)
  const ruleKeys = Object.keys(schemaAt(schema, ['metrics', '[]', 'rules', '[]']).properties!)
  const valueKeys = Object.keys(schemaAt(schema, ['long_value']).properties!)
  const tests = schemaAt(schema, ['where']).additionalProperties as JsonSchema
  const test = tests.anyOf!.find((one) => one.properties !== undefined)!
  const keys = (path: readonly string[], except: readonly string[] = []): readonly (readonly string[])[] =>
    rowsOf(keysAt(schema, path, except))
  return [
    { id: 'mapping', title: 'The mapping file', columns: KEY_COLUMNS, rows: [...keys([]), ...INCLUDE_KEYS] },
    { id: 'sources', title: 'sources', words: SOURCE_WORDS, columns: KEY_COLUMNS, rows: keys(['sources', '[]']) },
    { id: 'file', title: 'sources: file', columns: KEY_COLUMNS, rows: keys(['sources', '[]', 'file']) },
    {
      id: 'docker',
      title: 'sources: docker',
      words: CONTAINER_WORDS.docker,
      columns: KEY_COLUMNS,
      rows: keys(['sources', '[]', 'docker']),
    },
    {
      id: 'kubernetes',
      title: 'sources: kubernetes',
      words: CONTAINER_WORDS.kubernetes,
      columns: KEY_COLUMNS,
      rows: keys(['sources', '[]', 'kubernetes']),
    },
    {
      id: 'input',
      title: 'input',
      words: INPUT_WORDS,
      columns: KEY_COLUMNS,
      rows: keys(['input']),
      more: yaml(EXAMPLES.input),
    },
    {
      id: 'takes',
      title: 'What a rule takes',
      words: 'Keys of a rule, and of `drop`. All of `where` holds, for each element that `each` stands on.',
      columns: KEY_COLUMNS,
      rows: keys(['drop', '[]']),
      more: yaml(EXAMPLES.takes),
    },
    {
      id: 'tests',
      title: 'where: tests of a value',
      words:
        'A path with a text, number or truth asks for equality, with a list for any of them. Longer tests have these keys; a missing value ' +
        'fulfils only `exists: false` and `not`. Beside the paths stand `any`, `none` and `expr`; a field of such a name is `$.any`.',
      columns: KEY_COLUMNS,
      rows: [...rowsOf(keysAt(test, [])), ...BESIDE_PATHS],
    },
    {
      id: 'value',
      title: 'A value',
      words:
        'A text is a path; a number or truth is itself. The long form works in the order of this table, however it is written.',
      columns: KEY_COLUMNS,
      rows: keys(['long_value']),
      more: yaml(EXAMPLES.value),
    },
    EXPRESSIONS,
    priceSection(keys(['long_value', 'price'])),
    {
      id: 'metric',
      title: 'A metric',
      words: 'A single rule may stand in the metric itself; several stand under `rules`.',
      columns: KEY_COLUMNS,
      rows: keys(['metrics', '[]'], ruleKeys),
    },
    {
      id: 'rule',
      title: 'A rule of a metric',
      columns: KEY_COLUMNS,
      rows: keys(['metrics', '[]', 'rules', '[]'], takes),
      more: yaml(EXAMPLES.metric),
    },
    marksSection(schemaAt(schema, ['metrics', '[]', 'rules', '[]'])),
    WINDOWS,
    ...stateSections(keys, { takes, value: valueKeys }, KEY_COLUMNS),
    { id: 'defaults', title: 'defaults', columns: KEY_COLUMNS, rows: keys(['defaults']) },
    { id: 'limits', title: 'limits', columns: KEY_COLUMNS, rows: keys(['limits']) },
    {
      id: 'buckets',
      title: 'Named bucket lists',
      words: 'For `buckets:`. Metrics of several files merge only if their buckets are equal.',
      columns: ['name', 'upper bounds'],
      rows: Object.entries(NAMED_BUCKETS).map(([name, bounds]) => [name, bounds.join(' ')]),
    },
  ]
}

function testsSection(schema: JsonSchema): Section {
  const rows = [...keysAt(schema, []), ...keysAt(schema, ['cases', '[]'])]
  return {
    id: 'mapping-tests',
    title: 'Mapping tests',
    words: 'A file for `agentlog-exporter test`. The examples of this page are such files.',
    columns: KEY_COLUMNS,
    rows: rowsOf(rows),
  }
}

const WEB_CONFIG_WORDS =
  'The file of `--web.config.file`, as the exporter-toolkit of Prometheus defines it; what is not in this table is an error, and so are a second document, tags, and ' +
  'what is no YAML 1.2. It guards every ' +
  'path of every TCP address, `/-/healthy` too; `unix:` addresses only the user of the exporter can open (0600). It is looked at while ' +
  'somebody asks (ten times a second at most), with the files that it names: a change is in force for the next connection and request, ' +
  'one with errors leaves all as it was, and so does one that takes away TLS, all users, verified certificates of clients or their CA: for that ' +
  'restart. Ten failed logins at once, then one in six seconds, are an address (a /64 of IPv6) free; then it is answered 429, but for ' +
  'credentials that were right from there before.'

const ENDPOINT_WORDS =
  'GET and HEAD unless said otherwise. `--preset NAME=/path` adds `/path`, where that preset stands apart from all others: a family may be defined there ' +
  'otherwise than at `/metrics`. It reads the same logs anew (the work of a further exporter, a megabyte of memory), has its own `agentlog_*`, its page at ' +
  '`/path/page` and its record in the folder `preset-NAME` below `--state.dir`; presets with one path are merged. Where all presets have paths nothing ' +
  'stands at `/metrics`. Numbers of the process (`process_*`, `nodejs_*`) stand once: at `/metrics`, else at the first path.'

const HEALTH_WORDS =
  'Three tiers. Restart by `/-/healthy` or `/health/live`: neither depends on a log, a disk or a daemon. Take out of service by `/-/ready`: 503 ' +
  'only until the first backlog is read, so it never follows a log. Page by `/health/ready`: 503 as soon as a component is down, with the reason.'

function commandSections({ verbs, flags, endpoints, healthComponents, webConfigKeys, exitCodes }: Facts): Section[] {
  return [
    {
      id: 'verbs',
      title: 'Verbs',
      columns: ['verb', 'takes', 'meaning'],
      rows: verbs.map(({ name, argument, help }) => [name, argument, help]),
    },
    {
      id: 'flags',
      title: 'Flags',
      words: 'A flag wins over its variable, a variable over the mapping, the mapping over the default.',
      columns: ['flag', 'of', 'variable', 'default', 'meaning'],
      rows: flags.map(({ flags: text, verb, variable, default: fallback, help, isLater }) => [
        text,
        verb,
        variable,
        fallback,
        `${help}${isLater ? `.${LATER_MARK}` : ''}`,
      ]),
    },
    { id: 'endpoints', title: 'HTTP', words: ENDPOINT_WORDS, columns: ['path', 'what'], rows: endpoints },
    {
      id: 'health',
      title: 'Health',
      words: HEALTH_WORDS,
      columns: ['component', 'degraded', 'down'],
      rows: healthComponents,
    },
    {
      id: 'web-config',
      title: 'The web configuration',
      words: WEB_CONFIG_WORDS,
      columns: KEY_COLUMNS,
      rows: webConfigKeys,
    },
    {
      id: 'exit-codes',
      title: 'Exit codes',
      columns: ['code', 'meaning'],
      rows: Object.entries(exitCodes),
    },
    {
      id: 'diagnostics',
      title: 'Diagnostics',
      words: 'What `check` and the start tell of a mapping. `agentlog-exporter reference CODE` shows an example.',
      columns: ['code', 'means', 'how to go on'],
      rows: Object.entries(DIAGNOSTIC_CODES).map(([code, { means, cure }]) => [code, means, cure]),
      more: Object.entries(DIAGNOSTIC_CODES)
        .map(([code, { example }]) => `\`${code}\`:\n\n${yaml(example)}`)
        .join('\n'),
    },
  ]
}

function numberSections({ presets }: Facts): Section[] {
  const own = Object.values(OWN_METRICS)
  return [
    {
      id: 'own-metrics',
      title: 'What the exporter says of itself',
      columns: ['metric', 'type', 'labels', 'meaning'],
      rows: own.map(({ name, type, labels, help }) => [name, type, labels.join(' '), help]),
      more: 'Beside these, `process_*` and `nodejs_*` are the conventional ones of Prometheus clients.',
    },
    ...presets.map(
      ({ name, about, metrics }): Section => ({
        id: `preset-${name}`,
        title: `Preset ${name}`,
        words: about,
        columns: ['metric', 'type', 'labels', 'meaning'],
        rows: metrics.map((metric) => [metric.name, metric.type, metric.labels.join(' '), metric.help]),
      }),
    ),
  ]
}

function rowsOf(keys: readonly KeyNote[]): (readonly string[])[] {
  return keys.map(({ name, form, meaning, isNeeded }) => [name, form, `${meaning}${isNeeded ? ' Needed.' : ''}`])
}
