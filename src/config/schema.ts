/**
 * The shape of a mapping file: the whole language, version 1, each key once with one sentence. JSON Schema and the reference come
 * from here. The only importer of zod; it runs in a worker that ends (`validate.ts`).
 */
import { z } from 'zod'
import { LINT_CODES } from '../diag/codes.ts'

/** Prometheus itself refuses more by default in many set-ups, and nobody can read so many. */
const MAX_LABELS = 64

const scalar = z.union([z.string(), z.number(), z.boolean()])
const scalars = z.union([scalar, z.array(scalar)])
const names = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)])
const duration = z.string().regex(/^(\d+(\.\d+)?(ms|s|m|h|d))+$/, 'a duration such as 30s, 10m or 24h')
const size = z.union([z.number().int().positive(), z.string().regex(/^\d+(B|KB|KiB|MB|MiB|GB|GiB)$/, 'a size such as 8MiB')])
const wholeAbove0 = z.number().int().positive()

const value: z.ZodType = z
  .lazy(() => z.union([scalar, longValue]))
  .meta({ id: 'value', description: 'A path, a literal number or boolean, or the long form.' })
const values = z.union([value, z.array(value).min(1)])
const key = z.union([value, z.array(value).min(1)])
const where: z.ZodType = z
  .lazy(() =>
    z
      .object({ any: z.array(where).optional(), none: z.array(where).optional(), expr: z.string().optional() })
      .catchall(z.union([scalar, z.array(scalar), longTest])),
  )
  .meta({
    id: 'where',
    description: 'Tests by path, all of which hold; any and none take lists of such tests, expr a CEL expression.',
  })

const UNITS = [
  'ns',
  'us',
  'ms',
  's',
  'min',
  'h',
  'd',
  'B',
  'KB',
  'KiB',
  'MB',
  'MiB',
  'GB',
  'GiB',
  'percent',
  'go_duration',
  'iso_duration',
  'secs_nanos',
] as const

const dollars = z.number().min(0).optional().describe('Dollars per million tokens.')
const rates = { input: dollars, output: dollars, cache_read: dollars, cache_write: dollars, cache_write_1h: dollars }
const above = z.strictObject({ tokens: wholeAbove0.describe('More tokens read than this.'), ...rates })

const price: z.ZodType = z.strictObject({
  model: z.union([scalar, z.lazy(() => longValue)]).describe('Name of the model.'),
  input: value.optional().describe('Tokens read, without cached ones.'),
  output: value.optional().describe('Tokens written.'),
  cache_read: value.optional().describe('Tokens read from the cache.'),
  cache_write: value.optional().describe('Tokens written to the cache.'),
  cache_write_1h: value.optional().describe('Tokens written to the cache for an hour.'),
  table: z
    .union([
      z.string().min(1),
      z.record(z.string(), z.strictObject({ ...rates, above: z.union([above, z.array(above)]).optional() })),
    ])
    .optional()
    .describe('builtin (the default), a file, or patterns of models with prices per million tokens; the longest that fits wins.'),
})

const valueKeys = {
  path: names.optional().describe('Path of the value, or several: the first that is present.'),
  const: scalar.optional().describe('This very text or number.'),
  expr: z.string().optional().describe('A CEL expression.'),
  key_of: z.string().optional().describe("An object's first key, or with match the first that fits."),
  length: z
    .string()
    .optional()
    .describe('Number of elements of the list, keys of the object or characters of the text at this path.'),
  sum: z.string().optional().describe('Sum of the elements of the list at this path.'),
  take: value.optional().describe('With sum: what to take of each element.'),
  match: z.string().optional().describe('Regular expression (RE2): group 1, else all; no fit is missing.'),
  part: z.enum(['host', 'basename']).optional().describe('Part of a URL or file path.'),
  normalize: z
    .array(z.enum(['uuid', 'hex', 'number', 'email', 'ulid']))
    .min(1)
    .optional()
    .describe(
      'Whole words of these kinds become {uuid} and so on, in upper and lower case, also between underscores (but numbers: x86_64 is a name) and percent-encoded bytes.',
    ),
  lower: z.boolean().optional().describe('Lower case.'),
  map: z.record(z.string(), scalar).optional().describe('Whole text to text.'),
  map_re: z
    .array(z.tuple([z.string(), scalar]))
    .optional()
    .describe('Regular expression to text, the first that fits.'),
  one_of: z.array(scalar).min(1).optional().describe('The closed set of texts.'),
  else: scalar.optional().describe('For a text that map or one_of does not know (one_of: default other).'),
  plus: values.optional().describe('Numbers to add.'),
  minus: values.optional().describe('Numbers to take away; the result is at least 0.'),
  unit: z.enum(UNITS).optional().describe('Unit of the number in the log; it becomes seconds, bytes or a ratio.'),
  scale: z.number().optional().describe('Factor.'),
  default: scalar.optional().describe('If missing; a label with an empty default is left away.'),
  unmasked: z.boolean().optional().describe('A label with its secrets.'),
  max_values: wholeAbove0.optional().describe('Texts of this label past that many become _other.'),
  price: z
    .lazy(() => price)
    .optional()
    .describe('Dollars of tokens by a price table; for the value of a counter.'),
}
const longValue = z.strictObject(valueKeys).meta({ id: 'long_value' })

const longTest = z.strictObject({
  not: scalars.optional().describe('Holds if the value is none of these, or missing.'),
  exists: z.boolean().optional().describe('Whether the value is there.'),
  regex: z.string().optional().describe('Regular expression (RE2), not anchored.'),
  gt: z.number().optional().describe('Greater than.'),
  gte: z.number().optional().describe('At least.'),
  lt: z.number().optional().describe('Less than.'),
  lte: z.number().optional().describe('At most.'),
})

const eachLevel = z.record(z.string().regex(/^[A-Za-z_]\w*$/, 'a name of letters, digits and _'), z.string())
const eachLevels = z.union([eachLevel, z.array(eachLevel)])
const ofLogs = {
  event: names.optional().describe('Name of the event, or several; left out: every event of the log.'),
  each: eachLevels.optional().describe('Stand on every element of the list or object at this path.'),
  where: where.optional().describe('Conditions, all of which hold.'),
}
const takes = {
  ...ofLogs,
  derived: z.string().optional().describe('Name of an item of derive: takes what it makes, and no event of a log.'),
}
const labels = z
  .record(z.string(), z.union([value, z.null()]))
  .refine((given) => Object.keys(given).length <= MAX_LABELS, `at most ${MAX_LABELS} labels`)
const rule = {
  ...takes,
  labels: labels.optional().describe('Label to value; null takes a default label off.'),
  value: value.optional().describe('The number; counters default to 1.'),
  split: z.record(z.string(), z.record(z.string(), value)).optional().describe('One label and its texts, a sample for each.'),
  once: z
    .union([
      key,
      z.strictObject({
        key: key.describe('What counts one time: a value, or several that are one key together.'),
        within: duration.optional().describe('It counts again when so much time has passed, by the clock of the log.'),
      }),
    ])
    .optional()
    .describe('Count a key one time.'),
  rise: z
    .union([
      key,
      z.strictObject({
        key: key.describe('Whose number it is: a value, or several that are one key together.'),
        new: z.literal('skip').optional().describe("skip: a key's first number does not count, only what comes above it."),
        fall: z.literal('reset').optional().describe('reset: a smaller number starts again at 0; otherwise it is ignored.'),
        baseline: where.optional().describe('While these conditions hold, numbers lift the mark and nothing counts.'),
      }),
    ])
    .optional()
    .describe('Add what the number rises above the highest seen for this key.'),
  exemplar: z
    .record(z.string(), value)
    .optional()
    .describe('Labels of the exemplar that leads from a counter or a bucket back to the event; OpenMetrics only.'),
  op: z
    .enum(['set', 'add', 'max', 'min', 'mean', 'sum', 'count', 'distinct'])
    .optional()
    .describe(
      'What a gauge does with a number, set (the default), add, max or min; with over or last: what it makes of the numbers, mean, sum, count, max, min or distinct.',
    ),
  over: duration
    .optional()
    .describe(
      'Of a gauge: what it makes of the values of this last while; of a summary: the time over which quantiles are taken.',
    ),
  last: wholeAbove0.max(1000).optional().describe('Of a gauge: what it makes of so many values, the newest; at most 1000.'),
  open: z.string().optional().describe('Of a gauge: show what is open of this item of derive, as it stands at a scrape.'),
}
const stateName = z.string().regex(/^[A-Za-z_]\w*$/, 'a name of letters, digits and _')
const scope = key.optional().describe('A key that keeps state apart.')
const carry = z.record(stateName, value).optional().describe('Values of the event that the derived event has too.')
const feed = z.strictObject({ ...takes, key: key.optional().describe('What belongs together.'), carry })
const remember = z.strictObject({
  ...ofLogs,
  ...valueKeys,
  scope: key.optional().describe('A key that keeps values apart; default $log.'),
  first: z.boolean().optional().describe('The first value stays; default: the last one counts.'),
})
const collect = z.strictObject({
  ...takes,
  op: z.enum(['count', 'sum', 'max', 'min', 'first', 'last', 'distinct']).describe('What is made of the values of the members.'),
  value: value.optional().describe('The value; count needs none.'),
  once: rule.once,
  rise: rule.rise,
})
const derive = z.strictObject({
  pair: stateName.optional().describe('A start and the end of its key become one event with the time between them.'),
  session: stateName.optional().describe('Events of a key become one when the session ends.'),
  sequence: stateName.optional().describe('Each event of a key, with what came before it.'),
  silence: stateName.optional().describe('An event when a key has been silent for a time.'),
  ...takes,
  key: key.optional().describe('What belongs together.'),
  carry,
  scope,
  start: feed.optional().describe('Of a pair: what opens a key.'),
  end: feed.optional().describe('Of a pair or session: what ends a key.'),
  timeout: duration.optional().describe('Of a pair: after this time it ends without its end.'),
  order: z.enum(['fifo']).optional().describe('Of a pair: starts of an open key are queued; default: ignored.'),
  idle: duration.optional().describe('Ends a session, forgets a sequence, after this time without an event.'),
  collect: z.record(stateName, collect).optional().describe('Of a session: what is made of its members, by name.'),
  value: value.optional().describe('Of a sequence: what previous shows of the event before.'),
  same: key.optional().describe('Of a sequence: what makes two events the same; default: value.'),
  after: duration.optional().describe('Of a silence: the time.'),
  reset: feed.optional().describe('Ends what its scope holds, or its key.'),
})
const buckets = z.union([
  z.array(z.number()).min(1),
  z.strictObject({ start: z.number().positive(), factor: z.number().gt(1), count: wholeAbove0.max(200) }),
  z.string(),
])

const metric = z.strictObject({
  name: z.string().describe('Name of the metric.'),
  type: z.enum(['counter', 'gauge', 'histogram', 'summary', 'info']).describe('Type of the metric.'),
  help: z.string().optional().describe('One sentence for people; default: names the events.'),
  max_series: wholeAbove0.optional().describe('Series past it go to _other; default 2000.'),
  expire: duration
    .optional()
    .describe(
      'Series that are silent for so long are not shown any more; a counter goes on from its value when it returns. Default: never.',
    ),
  buckets: buckets.optional().describe('Upper bounds, or start, factor and count, or the name of a shipped list.'),
  quantiles: z
    .array(z.number().min(0).max(1))
    .optional()
    .describe('Quantiles of a summary; default 0.5, 0.9 and 0.99. []: its sum and count alone.'),
  one_per: z
    .array(z.string())
    .optional()
    .describe('A new series replaces those equal in these labels; with no label, []: the one there was.'),
  max_step: z
    .number()
    .positive()
    .optional()
    .describe('Largest step of a counter that is believed; a larger one is rejected and counted.'),
  rules: z.array(z.strictObject(rule)).min(1).optional().describe('Several rules of one metric.'),
  ...rule,
  'x-lint': z
    .strictObject({ ignore: z.array(z.enum(LINT_CODES)).min(1).describe('Codes of the warnings.') })
    .optional()
    .describe('Warnings about this metric that are known and accepted.'),
})

const input = z.strictObject({
  envelope: z
    .enum(['auto', 'none', 'docker', 'cri'])
    .optional()
    .describe(
      "What wraps the lines: Docker's json-file records, the lines of a Kubernetes runtime (cri), or nothing; auto (the default): each line tells by its shape.",
    ),
  format: z
    .union([
      z.enum(['auto', 'json', 'logfmt', 'otlp', 'json-documents']),
      z.strictObject({
        regex: z.array(z.string()).min(1).max(20).describe('With named groups, which become fields; the first that fits a line.'),
      }),
    ])
    .optional()
    .describe(
      'Format of the lines: auto (the default: the first line that tells decides among the next four, for each stream of a container), json, logfmt, otlp (of a collector: an event per log record), json-documents (objects over several lines, one after the other; one begins with a bracket in column 1), or { regex: [...] }: named groups become fields, the first pattern that fits counts.',
    ),
  event_name: z
    .union([value, z.array(z.string()).min(1)])
    .optional()
    .describe("The event's name; default: event, type, event_type."),
  event_time: z
    .union([value, z.array(z.string()).min(1)])
    .optional()
    .describe("The event's time; default: timestamp, ts, time, @timestamp."),
  time_zone: z.string().optional().describe('Zone of times that name none; default UTC.'),
  count_malformed: z
    .boolean()
    .optional()
    .describe(
      'Parse also what no rule takes, so that what is broken in it is counted; this version parses every line in any case.',
    ),
})

const history = z
  .enum(['count', 'skip', 'prime'])
  .optional()
  .describe(
    'Lines that are there at the first start: count (the default), skip, or prime: read them for what later lines need, and count nothing.',
  )
const globs = z.array(z.string().min(1)).min(1)

const docker = z.strictObject({
  names: globs
    .optional()
    .describe('Globs of container names, without the leading slash; default: all. Asked again at each rename.'),
  with_labels: z
    .record(z.string(), z.string())
    .optional()
    .describe('Labels that a container must have, each with this very text.'),
  streams: z
    .array(z.enum(['stdout', 'stderr']))
    .min(1)
    .optional()
    .describe('Streams that are read, stdout and stderr; what is written to another is no line. Default: both.'),
  read: z
    .enum(['auto', 'files', 'api'])
    .optional()
    .describe(
      "files: the daemon's json-file logs, which takes uid 0 or CAP_DAC_READ_SEARCH; api: its interface; auto (the default): the files where they can be read. A restart goes on as before.",
    ),
  root: z.string().min(1).optional().describe("Folder of the daemon's containers, absolute; default /var/lib/docker/containers."),
  history,
})

const kubernetes = z.strictObject({
  root: z
    .string()
    .min(1)
    .optional()
    .describe("Folder of the pods' logs, or of links to them such as /var/log/containers; absolute; default /var/log/pods."),
  namespaces: globs.optional().describe('Globs of namespaces; default: all.'),
  pods: globs.optional().describe('Globs of pod names; default: all.'),
  containers: globs.optional().describe('Globs of container names; default: all.'),
  history,
})

const includes = z.array(z.union([z.string(), z.strictObject({ file: z.string(), without: z.array(z.string()).optional() })]))

const source = z.strictObject({
  name: z.string().min(1).optional().describe('Name of the source.'),
  use: includes.optional().describe('Mappings for this source alone, besides those of include: preset:NAME or files.'),
  file: z
    .strictObject({
      paths: z.array(z.string().min(1)).min(1).describe('Files and globs; ~/ is the home directory.'),
      exclude: z.array(z.string().min(1)).optional().describe('Globs to leave out.'),
      history,
      fields: z.string().optional().describe('Regular expression over the path; its named groups are $path.NAME.'),
    })
    .optional()
    .describe('Files to tail.'),
  stdin: z.strictObject({}).optional().describe('Standard input.'),
  docker: docker.optional().describe('Containers of a Docker daemon.'),
  kubernetes: kubernetes.optional().describe('Logs that the kubelet keeps of the pods of its node.'),
  labels: labels
    .optional()
    .describe(
      'Labels that win over those of rules: constants, or names of ours such as $path.project, which no line can choose.',
    ),
  only: z.array(z.string()).optional().describe('All metrics that this log may touch.'),
  input: input.optional().describe('Input of this source alone; it wins over that of the mapping.'),
})

export const mappingSchema = z
  .strictObject({
    version: z.literal(1).describe('Version of the language: 1.'),
    include: includes.optional().describe('preset:NAME or files, merged before this one.'),
    sources: z.array(source).optional().describe('Where the logs are; the command line can replace it.'),
    input: input.optional().describe('How lines become events.'),
    drop: z.array(z.strictObject(ofLogs)).optional().describe('Events that one of these takes go no further.'),
    remember: z.record(stateName, remember).optional().describe('Values kept across events.'),
    derive: z.array(derive).optional().describe('Events made from events; an item may take what those above it make.'),
    metrics: z.array(metric).optional().describe('The metrics.'),
    defaults: z
      .strictObject({
        labels: labels.optional().describe('Labels of every metric; null takes one off.'),
        buckets: buckets.optional().describe('Of histograms that say none.'),
        expire: duration.optional().describe('Of metrics that say none.'),
        max_series: wholeAbove0.optional().describe('Of metrics that say none.'),
      })
      .optional()
      .describe("Defaults for this file's metrics."),
    limits: z
      .strictObject({
        series: wholeAbove0.optional().describe('Series of all metrics; default 20000.'),
        keys: wholeAbove0.optional().describe('Keys kept; default 200000.'),
        line_bytes: size.optional().describe('Longest line; default 8MiB.'),
        line_values: wholeAbove0.optional().describe('Most values of a line; default 100000.'),
        line_depth: wholeAbove0.optional().describe('Deepest nesting of a line; default 256.'),
        label_length: wholeAbove0.optional().describe('Longest label text; default 128.'),
      })
      .optional()
      .describe('Bounds, whatever the input is.'),
    mask: z.array(z.string()).optional().describe('Regular expressions (RE2) of further secrets: group 1, else all, is masked.'),
  })
  .meta({ title: 'agentlog-exporter mapping, version 1' })
