/** Logs of each format from ../shared/corpus: the samples are those that a Python program counts without us. Skipped where they are not. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { isMissing, once, python, ROOT, Scratch } from '../workbench.ts'

const CORPUS = join(ROOT, '../shared/corpus')
const isSkipped = !existsSync(CORPUS) || isMissing('python3')
const scratch = new Scratch()
afterAll(() => scratch.remove())

const counted = (format: string, path: string): string[] =>
  python(join(ROOT, 'test/oracle/formats.py'), format, path).split('\n').filter(Boolean)
const exposed = (stdout: string): string[] =>
  stdout
    .split('\n')
    .filter((line) => line.startsWith('x_') && !line.endsWith(' 0'))
    .sort()

const OTLP = `version: 1
metrics:
  - name: x_events_total
    type: counter
    labels: { event: { path: event, default: none }, service: resource."service.name", scope: scope.name }
  - name: x_tokens_total
    type: counter
    split:
      type:
        input_tokens: attributes.input_tokens
        output_tokens: attributes.output_tokens
        cache_read_tokens: attributes.cache_read_tokens
        cache_creation_tokens: attributes.cache_creation_tokens
  - { name: x_milliseconds_total, type: counter, where: { attributes.duration_ms: { exists: true } }, value: attributes.duration_ms }
  - { name: x_last_timestamp_seconds, type: gauge, op: max, value: $time }
`
const GEMINI = `version: 1
input: { event_name: [attributes."event.name"], event_time: [hrTime, startTime] }
metrics:
  - { name: x_events_total, type: counter, labels: { event: { path: attributes."event.name", default: none } } }
  - name: x_tokens_total
    type: counter
    event: gemini_cli.api_response
    split:
      type:
        input_token_count: attributes.input_token_count
        output_token_count: attributes.output_token_count
        cached_content_token_count: attributes.cached_content_token_count
        thoughts_token_count: attributes.thoughts_token_count
`
const SHORTHAND = `version: 1
input:
  format:
    regex:
      - '(?:^|\\s)(?<class>[A-Z]+):(?<activity>[A-Z]+) \\[(?<severity>\\w+)\\](?: (?<action>ALLOWED|DENIED))?'
      - '(?<text>.*)'
metrics:
  - name: x_events_total
    type: counter
    labels:
      class: { path: class, default: none }
      activity: { path: activity, default: '' }
      severity: { path: severity, default: '' }
      action: { path: action, default: '' }
`

describe.skipIf(isSkipped)('logs of the corpus', () => {
  test.for([
    ['otlp', 'otlp-json-logs', OTLP],
    ['otlp', 'otlp-json-logs-handmade', OTLP],
    ['documents', 'gemini-cli-telemetry', GEMINI],
    ['shorthand', 'openshell-shorthand', SHORTHAND],
  ] as const)('%s: %s', ([format, folder, mapping]) => {
    const path = join(CORPUS, folder, readdirSync(join(CORPUS, folder)).find((name) => !name.endsWith('.md'))!)
    const wanted = counted(format, path)
    expect(wanted.length).toBeGreaterThan(1)
    const { stdout, stderr } = once('-c', scratch.write(`${folder}.yaml`, mapping), path)
    expect(exposed(stdout), stderr).toEqual(wanted.sort())
    console.log(JSON.stringify({ test: folder, samples: wanted.length }))
  })

  test.for(['slog', 'zap-production', 'zerolog'])('%s: as logfmt it counts as it does in JSON', (name) => {
    const path = join(CORPUS, 'go-loggers-handmade', `${name}.jsonl`)
    const mapping = (format: string): string => `version: 1
input: { format: ${format} }
metrics:
  - name: x_events_total
    type: counter
    labels: { event: event, tool: tool, status: status, level: level, message: { path: [msg, message] }, error: { path: [err, error] } }
  - { name: x_duration_total, type: counter, value: { path: duration, default: 0 } }
  - { name: x_last_timestamp_seconds, type: gauge, op: max, value: { path: $time, scale: 1000 } }
`
    const asLogfmt = scratch.write(`${name}.log`, python(join(ROOT, 'test/oracle/formats.py'), 'as-logfmt', path))
    expect(readFileSync(asLogfmt, 'utf8')).toContain('="tool finished"')
    const json = once('-c', scratch.write(`${name}-json.yaml`, mapping('json')), path)
    const logfmt = once('-c', scratch.write(`${name}-auto.yaml`, mapping('auto')), asLogfmt)
    expect(exposed(logfmt.stdout), logfmt.stderr).toEqual(exposed(json.stdout))
    expect(exposed(json.stdout).length).toBeGreaterThan(2)
  })

  test('what is JSON is taken for JSON, whatever agent wrote it', () => {
    const mapping = scratch.write('all.yaml', 'version: 1\nmetrics: [{ name: x_events_total, type: counter }]\n')
    let files = 0
    for (const folder of readdirSync(CORPUS, { recursive: true, withFileTypes: true })) {
      if (!folder.isFile() || !folder.name.endsWith('.jsonl') || folder.parentPath.includes('otlp')) continue
      const path = join(folder.parentPath, folder.name)
      const objects =
        counted('objects', path)
          .find((line) => line.startsWith('objects '))
          ?.slice(8) ?? '0'
      expect([path, ...exposed(once('-c', mapping, path).stdout)]).toEqual([path, `x_events_total ${objects}`])
      files++
    }
    expect(files).toBeGreaterThan(20)
    console.log(JSON.stringify({ test: 'JSON', files }))
  })
})
